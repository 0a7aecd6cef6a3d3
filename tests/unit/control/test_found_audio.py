"""What a lost sandbox stored is its report, if it is all that the request asks for, and only then."""

import hashlib
from typing import Any

import pytest

from builders import an_assigned_request
from short_sounds import a_wav
from voxpod_crds.tts_request import TTSRequest
from voxpod_operator.policy.found_audio import WARNING, report_of
from voxpod_operator.storage.stored_file import Reading, StoredFile


def stored(content: bytes, chunk: int = 1000) -> StoredFile:
    reading = Reading()
    for at in range(0, len(content), chunk):
        reading.take(content[at : at + chunk])
    return reading.file()


def a_claimed_request(**spec: Any) -> TTSRequest:
    return an_assigned_request(claimed=True, **spec)


SOUND = stored(a_wav(2.5))


def test_the_report_has_what_the_bytes_tell() -> None:
    content = a_wav(2.5)
    report = report_of(a_claimed_request(), stored(content), None, 24_000)
    assert report is not None
    assert report.audio is not None
    assert (report.audio.sha256, report.audio.md5) == (
        hashlib.sha256(content).hexdigest(),
        hashlib.md5(content).hexdigest(),
    )
    assert (report.audio.bytes, report.audio.duration_seconds, report.audio.sample_rate) == (len(content), 2.5, 24_000)
    assert report.warnings == (WARNING,)


def test_raw_samples_have_the_rate_that_was_asked_for_or_the_models_own() -> None:
    raw = stored(bytes(48_000))
    for asked, seconds in ((16_000, 1.5), (None, 1.0)):
        report = report_of(a_claimed_request(format="pcm", sampleRate=asked), raw, None, 24_000)
        assert report is not None
        assert report.audio is not None
        assert report.audio.duration_seconds == seconds
    assert report_of(a_claimed_request(format="pcm"), raw, None, None) is None, "nobody knows the rate"


@pytest.mark.parametrize(
    ("request_", "audio"),
    [
        pytest.param(a_claimed_request(), None, id="nothing is there"),
        pytest.param(a_claimed_request(format="mp3"), SOUND, id="another format"),
        pytest.param(a_claimed_request(sampleRate=48_000), SOUND, id="another rate"),
        pytest.param(a_claimed_request(timestamps="word"), SOUND, id="the times are missing"),
        pytest.param(a_claimed_request(), stored(a_wav(2.5)[:-2]), id="cut short"),
        pytest.param(a_claimed_request(), stored(a_wav(0)), id="no sound"),
    ],
)
def test_what_is_not_all_that_was_asked_for_is_no_report(request_: TTSRequest, audio: StoredFile | None) -> None:
    assert report_of(request_, audio, None, 24_000) is None


@pytest.mark.parametrize("chunk", [1, 7, 4096, 70_000, 1 << 20])
def test_a_file_is_the_same_in_chunks_of_any_size(chunk: int) -> None:
    content = a_wav(3)
    assert stored(content, chunk) == stored(content, len(content))
