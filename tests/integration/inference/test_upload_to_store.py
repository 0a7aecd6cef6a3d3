"""The presigned upload against a store that misbehaves."""

import hashlib
import io
import json
import time

import pytest

from sandbox_fakes import RESET, STORE_AND_RESET, UPLOAD_QUERY, FakeStore, a_pulse
from voxpod_crds.sandbox_protocol import Upload
from voxpod_inference.errors import SpeechError
from voxpod_inference.upload import Stored, put

SOUND = b"RIFF" + bytes(100_000)


NEW_KEY = {"If-None-Match": "*"}
CONFLICT = b"<Error><Code>ConditionalRequestConflict</Code></Error>"


def upload(store: FakeStore, seconds: float = 20.0, headers: dict[str, str] = NEW_KEY) -> Stored:
    end = time.monotonic() + seconds
    return put(
        Upload(f"{store.url}/b/t/u.wav?{UPLOAD_QUERY}", {"Content-Type": "audio/wav", **headers}),
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


def test_key_is_written_over_where_the_operator_does_not_ask_for_a_new_one(store: FakeStore) -> None:
    store.objects["/b/t/u.wav"] = b"an earlier attempt's"
    upload(store, headers={})
    assert store.objects["/b/t/u.wav"] == SOUND
    assert "If-None-Match" not in store.seen[0].headers


def test_store_that_does_not_know_conditional_writes_is_told_at_once(store: FakeStore) -> None:
    store.answers(501, body=b"<Error><Code>NotImplemented</Code></Error>")
    with pytest.raises(SpeechError, match=r"501 NotImplemented.*If-None-Match") as failed:
        upload(store)
    assert failed.value.fault == "infrastructure", "the request's input is not to blame"
    assert len(store.seen) == 1


def test_upload_that_meets_another_one_of_the_same_key_is_tried_again(store: FakeStore) -> None:
    store.answers(409, body=CONFLICT)
    upload(store)
    assert store.objects["/b/t/u.wav"] == SOUND
    assert len(store.seen) == 2


def test_conflict_with_our_own_lost_upload_ends_as_success(store: FakeStore) -> None:
    store.answers(STORE_AND_RESET)
    store.answers(409, body=CONFLICT)
    upload(store)
    assert len(store.seen) == 3
    assert store.objects["/b/t/u.wav"] == SOUND


def test_each_failed_try_is_logged_without_the_url(store: FakeStore, capfd: pytest.CaptureFixture[str]) -> None:
    store.answers(503, RESET)
    upload(store)
    log = capfd.readouterr().err
    assert [json.loads(line)["problem"] for line in log.splitlines()] == ["503", "RemoteDisconnected"]
    assert UPLOAD_QUERY not in log


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
