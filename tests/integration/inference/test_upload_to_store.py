"""The presigned upload against a store that misbehaves."""

import hashlib
import io
import time

import pytest

from sandbox_fakes import RESET, STORE_AND_RESET, UPLOAD_QUERY, FakeStore, a_pulse
from voxpod_crds.sandbox_protocol import Upload
from voxpod_inference.errors import SpeechError
from voxpod_inference.upload import Stored, put

SOUND = b"RIFF" + bytes(100_000)


def upload(store: FakeStore, seconds: float = 20.0) -> Stored:
    end = time.monotonic() + seconds
    return put(
        Upload(f"{store.url}/b/t/u.wav?{UPLOAD_QUERY}", {"Content-Type": "audio/wav"}),
        io.BytesIO(SOUND),
        a_pulse(),
        ca_pem="",
        seconds_left=lambda: end - time.monotonic(),
        sleep=lambda s: time.sleep(s / 20),
    )


def test_sound_arrives_whole_after_errors_and_lost_connections(store: FakeStore) -> None:
    store.answers(500, RESET, 503, 429)
    stored = upload(store)
    assert store.objects == {"/b/t/u.wav": SOUND}
    assert len(store.seen) == 5
    assert stored == Stored(hashlib.sha256(SOUND).hexdigest(), hashlib.md5(SOUND).hexdigest(), len(SOUND))


def test_key_that_is_taken_is_a_failure(store: FakeStore) -> None:
    store.objects["/b/t/u.wav"] = b"someone else's"
    with pytest.raises(SpeechError, match="an object exists already") as failed:
        upload(store)
    assert (failed.value.fault, failed.value.reason) == ("infrastructure", "UploadFailed")
    assert store.objects["/b/t/u.wav"] == b"someone else's"


def test_key_taken_by_our_own_upload_whose_answer_was_lost_is_success(store: FakeStore) -> None:
    store.answers(STORE_AND_RESET)
    upload(store)
    assert store.objects["/b/t/u.wav"] == SOUND
    assert len(store.seen) == 2


def test_refusal_names_the_stores_code_and_hides_the_url(store: FakeStore) -> None:
    store.answers(403, body=b"<Error><Code>AccessDenied</Code><Resource>secret</Resource></Error>")
    with pytest.raises(SpeechError, match="403 AccessDenied") as failed:
        upload(store)
    assert UPLOAD_QUERY not in str(failed.value)
    assert "secret" not in str(failed.value)
    assert len(store.seen) == 1


@pytest.mark.parametrize("trouble", [500, RESET])
def test_store_that_stays_away_is_given_up_at_the_deadline(trouble: int, store: FakeStore) -> None:
    store.answers(*[trouble] * 200)
    with pytest.raises(SpeechError, match="the object store did not take the upload before the deadline") as failed:
        upload(store, seconds=0.5)
    assert failed.value.fault == "input", "another attempt would have no time either"


def test_store_that_is_not_there_is_a_failure() -> None:
    with pytest.raises(SpeechError, match="ConnectionRefusedError"):
        upload(FakeStore(url="http://127.0.0.1:9"), seconds=0.3)
