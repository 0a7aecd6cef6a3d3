"""Which objects a request may leave in the store, how they are called, and when a report is not what was asked for."""

from typing import Any

import pytest

from builders import an_assigned_request
from resource_bodies import a_request_body
from voxpod_crds.sandbox_protocol import Audio, Report, TimestampsObject, Timings
from voxpod_operator.cluster.kinds import TTS_REQUEST
from voxpod_operator.cluster.reading import Request, parse
from voxpod_operator.policy.stored_objects import audio_type, keys, mismatch, unwanted

AUDIO = {
    "uri": "s3://audio/acme/x.wav",
    "sha256": "a" * 64,
    "bytes": 1,
    "durationSeconds": 1.0,
    "sampleRate": 24000,
    "format": "wav",
}
TIMES = TimestampsObject("a" * 64, "b" * 32, 10)


def report(times: TimestampsObject | None = None, **audio: Any) -> Report:
    known: dict[str, Any] = {
        "sha256": "a" * 64,
        "md5": "b" * 32,
        "bytes": 1,
        "duration_seconds": 1.0,
        "sample_rate": 24000,
        "format": "wav",
        "voice": "af_heart",
    }
    return Report("uid-hello", Timings(), audio=Audio(**{**known, **audio}), timestamps=times)


@pytest.mark.parametrize(
    ("spec", "names"),
    [
        pytest.param({}, ["acme/uid-hello.wav"], id="audio alone"),
        pytest.param({"format": "opus"}, ["acme/uid-hello.opus"], id="the format is the extension"),
        pytest.param(
            {"timestamps": "sentence"}, ["acme/uid-hello.wav", "acme/uid-hello.timestamps.json"], id="times beside it"
        ),
    ],
)
def test_everything_that_may_have_been_stored_is_named(spec: dict[str, Any], names: list[str]) -> None:
    assert keys(an_assigned_request(**spec)) == names


@pytest.mark.parametrize(
    ("audio_format", "rate", "said"),
    [("mp3", 8000, "audio/mpeg"), ("pcm", 8000, "audio/pcm;rate=8000"), ("pcm", None, "audio/pcm")],
)
def test_media_type(audio_format: str, rate: int | None, said: str) -> None:
    assert audio_type(audio_format, rate) == said


@pytest.mark.parametrize(
    ("spec", "told", "problem"),
    [
        pytest.param({}, report(), "", id="as asked"),
        pytest.param({}, report(sample_rate=8000), "", id="any rate when none was asked for"),
        pytest.param({}, report(TIMES), "", id="times that nobody asked for are not looked at"),
        pytest.param({"timestamps": "word"}, report(TIMES), "", id="with times"),
        pytest.param({"timestamps": "word"}, report(), "reported no timestamps", id="without times"),
        pytest.param({"format": "mp3"}, report(), "reported wav, the request asks for mp3", id="another format"),
        pytest.param(
            {"sampleRate": 48000}, report(), "reported 24000 Hz, the request asks for 48000", id="another rate"
        ),
    ],
)
def test_report_is_held_against_the_request(spec: dict[str, Any], told: Report, problem: str) -> None:
    found = mismatch(an_assigned_request(**spec), told)
    assert (problem in found) if problem else not found


@pytest.mark.parametrize(
    ("status", "spec", "wanted_by_nobody"),
    [
        pytest.param({"phase": "Failed"}, {}, True, id="failed"),
        pytest.param({"phase": "Succeeded", "audio": AUDIO}, {}, False, id="succeeded"),
        pytest.param({"phase": "Running"}, {}, False, id="runs"),
        pytest.param({"phase": "Cancelled"}, {"emotion": "x"}, True, id="cancelled, spec unreadable"),
        pytest.param({"phase": "Succeeded", "audio": {"uri": 1}}, {}, False, id="audio of another form"),
        pytest.param({"phase": "Archived"}, {}, False, id="phase of a newer version"),
    ],
)
def test_only_what_surely_belongs_to_nobody_is_unwanted(
    status: dict[str, Any], spec: dict[str, Any], wanted_by_nobody: bool
) -> None:
    body = a_request_body("hello", **spec)
    body["metadata"]["namespace"] = "acme"
    found = parse(TTS_REQUEST, {**body, "status": status})
    assert isinstance(found, Request)
    assert unwanted(found) == wanted_by_nobody


def test_what_a_request_that_is_gone_has_stored_is_unwanted() -> None:
    assert unwanted(None)
