"""Which objects a request may leave in the store, how they are called, and when a report is not what was asked for."""

from typing import Any

import pytest

from builders import a_request, an_assigned_request
from resource_bodies import a_request_body
from voxpod_crds.base import ResourceKey
from voxpod_crds.sandbox_protocol import Audio, Report, TimestampsObject, Timings
from voxpod_crds.tts_request import TTSRequest
from voxpod_operator.cluster.ended import EndedRequest
from voxpod_operator.cluster.kinds import TTS_REQUEST
from voxpod_operator.cluster.reading import Request, parse
from voxpod_operator.policy.stored_objects import Claim, audio_type, claim_on, keys, mismatch, uid_in, unwanted

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
    body["metadata"] |= {"namespace": "acme", "uid": "uid-hello"}
    found = parse(TTS_REQUEST, {**body, "status": {"tenant": "acme", **status}})
    assert isinstance(found, Request)
    assert unwanted("acme/uid-hello.wav", found) == wanted_by_nobody


def test_what_a_request_that_is_gone_has_stored_is_unwanted() -> None:
    assert unwanted("acme/uid-hello.wav", None)


UID = "6f1d7b6e-1111-4222-8333-444455556666"


@pytest.mark.parametrize(
    ("key", "uid"),
    [
        *((f"acme/{UID}.{ext}", UID) for ext in ("wav", "mp3", "flac", "ogg", "opus", "pcm", "timestamps.json")),
        (f"acme.team-1/{UID}.wav", UID),
        (f"acme/{UID}.2.wav", UID),
        (f"acme/{UID}.12.timestamps.json", UID),
        (f"acme/{UID}.0.wav", None),
        (f"acme/{UID}.x.wav", None),
        (f"acme/{UID}.WAV", None),
        (f"acme/{UID}.json", None),
        (f"acme/{UID}", None),
        (f"/acme/{UID}.wav", None),
        (f"acme/{UID}.wav\n", None),
        (f"Acme/{UID}.wav", None),
        ("acme/uid-hello.wav", None),
        (f"backup/acme/{UID}.wav", None),
        ("", None),
    ],
)
def test_only_what_is_named_as_we_name_it_is_ours(key: str, uid: str | None) -> None:
    assert uid_in(key) == uid


def test_every_object_that_a_request_may_leave_is_recognized_as_its_own() -> None:
    for audio_format in ("wav", "mp3", "flac", "ogg", "opus", "pcm"):
        request = an_assigned_request(uid=UID, format=audio_format, timestamps="word")
        assert [uid_in(key) for key in keys(request)] == [UID, UID]


def over(phase: str, audio_sha256: str = "", attempt: int = 0) -> EndedRequest:
    return EndedRequest(ResourceKey("acme", "hello"), UID, "1", phase, "acme", "job", audio_sha256, "", None, attempt)


@pytest.mark.parametrize(
    ("request_", "claim"),
    [
        pytest.param(a_request(uid=UID), Claim.HELD, id="new"),
        pytest.param(an_assigned_request(uid=UID, claimed=True), Claim.HELD, id="running"),
        pytest.param(over("Succeeded", "a" * 64), Claim.HELD, id="succeeded"),
        pytest.param(over("Succeeded"), Claim.HELD, id="succeeded, and where the audio is cannot be read"),
        pytest.param(over("Failed", "a" * 64), Claim.HELD, id="it tells of audio, whatever its phase"),
        pytest.param(over("Failed"), Claim.NONE_LEFT, id="failed"),
        pytest.param(over("Cancelled"), Claim.NONE_LEFT, id="cancelled"),
        pytest.param(over("Rejected"), Claim.NONE_LEFT, id="rejected"),
    ],
)
def test_only_the_end_without_audio_gives_an_object_up(request_: TTSRequest | EndedRequest, claim: Claim) -> None:
    assert claim_on(f"acme/{UID}.wav", request_) == claim
    assert claim_on(f"globex/{UID}.wav", request_) == Claim.HELD


@pytest.mark.parametrize(
    ("key", "claim"),
    [
        (f"acme/{UID}.2.wav", Claim.HELD),
        (f"acme/{UID}.2.timestamps.json", Claim.HELD),
        (f"acme/{UID}.wav", Claim.NONE_LEFT),
        (f"acme/{UID}.3.wav", Claim.NONE_LEFT),
        (f"globex/{UID}.wav", Claim.HELD),
    ],
)
def test_of_a_request_that_succeeded_only_what_other_attempts_stored_is_given_up(key: str, claim: Claim) -> None:
    assert claim_on(key, over("Succeeded", "a" * 64, attempt=2)) == claim
