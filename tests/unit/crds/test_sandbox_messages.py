"""What operator and sandbox say to each other survives the way there, fits its place, and is not trusted."""

import dataclasses
import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from voxpod_crds.sandbox_protocol import (
    MAX_TERMINATION_MESSAGE,
    Audio,
    BundleFacts,
    Failure,
    Report,
    TimestampsObject,
    Timings,
    Upload,
    Work,
    termination_message,
    to_json,
    work_from_json,
)

UID = "2f1c6a3e-6d55-4f0a-9d3d-3f2d5a1c0b77"
REPORT = TypeAdapter(Report)
FACTS = TypeAdapter(BundleFacts)
AUDIO = Audio(
    sha256="a" * 64,
    md5="b" * 32,
    bytes=48_044,
    duration_seconds=1.0,
    sample_rate=24_000,
    format="wav",
    voice="af_heart",
)
DONE = Report(request_uid=UID, timings=Timings(1, 2, 3, 4, 5), audio=AUDIO, warnings=("U+1F469 was left out",))
FAILED = Report(
    request_uid="", timings=Timings(), failure=Failure("infrastructure", "UploadFailed", "503 from the store")
)
WORK = Work(
    request_uid=UID,
    text='Grüße, 世界 "👋"\n\u2028',
    voice="",
    language="auto",
    speed=1.25,
    format="wav",
    sample_rate=24_000,
    seconds_left=599.5,
    upload=Upload("https://store/x?X-Amz-Signature=1", {"Content-MD5": "x"}),
)
WHOLE_WORK = dataclasses.replace(
    WORK,
    voice="af_heart(2)+af_bella(1)",
    format="opus",
    loudness=-20.0,
    ssml=True,
    lexicon={"voxpod": "/vˈɑkspɑd/"},
    timestamps="word",
    timestamps_upload=Upload("https://store/x.timestamps.json?X-Amz-Signature=1", {"Content-Type": "application/json"}),
)
TIMES = TimestampsObject(sha256="c" * 64, md5="d" * 32, bytes=900)


@pytest.mark.parametrize("work", [WORK, WHOLE_WORK], ids=["least", "most"])
def test_work_round_trips(work: Work) -> None:
    assert work_from_json(to_json(work)) == work
    assert work_from_json(to_json(work).encode()) == work


def test_work_of_an_operator_that_knows_less_is_understood() -> None:
    known = {
        k: v
        for k, v in dataclasses.asdict(WORK).items()
        if k not in ("loudness", "ssml", "lexicon", "timestamps", "timestamps_upload")
    }
    assert work_from_json(json.dumps(known)) == WORK


@pytest.mark.parametrize(
    "report", [DONE, FAILED, dataclasses.replace(DONE, timestamps=TIMES)], ids=["audio", "failure", "audio and times"]
)
def test_report_round_trips_through_validation(report: Report) -> None:
    assert REPORT.validate_json(to_json(report)) == report
    assert REPORT.validate_json(termination_message(report)) == report


def test_bundle_facts_round_trip_through_validation() -> None:
    facts = BundleFacts("c" * 64, ("af_heart", "jf_alpha"), ("en", "ja"), 24_000)
    assert FACTS.validate_json(termination_message(facts)) == facts


@pytest.mark.parametrize(
    ("change", "error"),
    [
        pytest.param({"upload": None}, TypeError, id="no upload"),
        pytest.param({"upload": {"url": "x"}}, TypeError, id="no upload headers"),
        pytest.param({"timestamps_upload": {"url": "x"}}, TypeError, id="no headers of the second upload"),
    ],
)
def test_work_of_another_shape_is_refused(change: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        work_from_json(json.dumps({**dataclasses.asdict(WORK), **change}))


def test_fields_that_this_version_does_not_know_are_ignored_by_both_sides() -> None:
    fields = json.loads(to_json(WHOLE_WORK))
    fields["upload"]["novelty"] = fields["timestamps_upload"]["novelty"] = fields["novelty"] = {"a": 1}
    assert work_from_json(json.dumps(fields)) == WHOLE_WORK
    said = json.loads(to_json(DONE))
    said["audio"]["novelty"] = said["timings"]["novelty"] = said["novelty"] = {"a": 1}
    assert REPORT.validate_json(json.dumps(said)) == DONE


def test_report_says_either_audio_or_failure() -> None:
    both = dataclasses.asdict(DONE) | {"failure": dataclasses.asdict(FAILED)["failure"]}
    with pytest.raises(ValidationError, match="exactly one of audio and failure"):
        REPORT.validate_python(both)
    with pytest.raises(ValueError, match="exactly one of audio and failure"):
        Report(request_uid=UID, timings=Timings())


def changed(path: str, value: Any) -> str:
    """The good report as JSON with one value replaced."""
    message = json.loads(to_json(DONE if not path.startswith("failure") else FAILED))
    *parents, last = path.split(".")
    place = message
    for parent in parents:
        place = place[parent]
    place[last] = value
    return json.dumps(message)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        pytest.param("request_uid", "x" * 65, id="uid too long"),
        pytest.param("request_uid", None, id="uid null"),
        pytest.param("request_uid", ["x"], id="uid a list"),
        pytest.param("timings", None, id="no timings"),
        pytest.param("timings.synthesis_ms", -1, id="negative time"),
        pytest.param("timings.synthesis_ms", 10**30, id="huge time"),
        pytest.param("timings.synthesis_ms", 1.5, id="fraction of a millisecond"),
        pytest.param("audio.sha256", "A" * 64, id="sha256 in upper case"),
        pytest.param("audio.sha256", "a" * 63 + "\n", id="sha256 with a newline"),
        pytest.param("audio.sha256", "a" * 63, id="sha256 too short"),
        pytest.param("audio.md5", "<script>" * 4, id="md5 no hash"),
        pytest.param("audio.bytes", 0, id="empty audio"),
        pytest.param("audio.bytes", 2**28 + 1, id="audio of more than 256 MiB"),
        pytest.param("audio.duration_seconds", float("nan"), id="duration NaN"),
        pytest.param("audio.duration_seconds", float("inf"), id="duration infinite"),
        pytest.param("audio.duration_seconds", -0.5, id="duration negative"),
        pytest.param("audio.sample_rate", 1, id="sample rate 1"),
        pytest.param("audio.format", "", id="no format"),
        pytest.param("audio.format", "x" * 9, id="format too long"),
        pytest.param("audio.voice", "", id="no voice"),
        pytest.param("audio.voice", "v" * 257, id="voice too long"),
        pytest.param("audio", "s3://other-tenant/x.wav", id="audio a string"),
        pytest.param("audio", None, id="neither audio nor failure"),
        pytest.param("timestamps", {"sha256": "c" * 64, "md5": "d" * 32, "bytes": 0}, id="empty times"),
        pytest.param(
            "timestamps", {"sha256": "c" * 64, "md5": "d" * 32, "bytes": 2**24 + 1}, id="times of more than 16 MiB"
        ),
        pytest.param("timestamps", {"sha256": "c" * 64, "bytes": 1}, id="times without md5"),
        pytest.param("timestamps", "s3://other-tenant/x.json", id="times a string"),
        pytest.param("warnings", ["w"] * 17, id="too many warnings"),
        pytest.param("warnings", ["w" * 513], id="warning too long"),
        pytest.param("warnings", [{"a": 1}], id="warning an object"),
        pytest.param("warnings", "w", id="warnings a string"),
        pytest.param("failure.fault", "operator", id="fault of somebody else"),
        pytest.param("failure.reason", "", id="no reason"),
        pytest.param("failure.reason", "R" * 65, id="reason too long"),
        pytest.param("failure.message", "m" * 1025, id="message too long"),
    ],
)
def test_hostile_report_is_refused(path: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        REPORT.validate_json(changed(path, value))


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"null", id="null"),
        pytest.param(b"[]", id="list"),
        pytest.param(b"{", id="cut short"),
        pytest.param(b"\xff\xfe", id="not UTF-8"),
        pytest.param(b"[" * 100_000, id="deeply nested"),
        pytest.param(to_json(DONE).encode()[:-20], id="cut by the kubelet"),
        pytest.param(b'{"request_uid": "\\ud800", "timings": {}, "failure": null}', id="lone surrogate"),
    ],
)
def test_what_is_no_report_is_refused(raw: bytes) -> None:
    with pytest.raises(ValidationError):
        REPORT.validate_json(raw)


WORST = "\x01"
"""Six bytes in JSON, the most that one character takes."""


@pytest.mark.parametrize("character", [WORST, "👋", '"', "字", "a"])
def test_worst_report_fits_a_termination_message_and_stays_valid(character: str) -> None:
    failure = Failure("infrastructure", WORST * 64, character * 1024)
    late = Timings(*[86_400_000] * 5)
    report = Report(request_uid=WORST * 64, timings=late, failure=failure, warnings=(character * 512,) * 16)
    message = termination_message(report)
    assert len(message.encode()) <= MAX_TERMINATION_MESSAGE
    kept = REPORT.validate_json(message)
    assert kept.failure is not None
    assert kept.failure.message
    assert failure.message.startswith(kept.failure.message)
    assert (kept.timings, kept.failure.reason) == (late, failure.reason)


def test_audio_survives_a_flood_of_warnings() -> None:
    report = dataclasses.replace(DONE, warnings=("👋" * 512,) * 16)
    assert REPORT.validate_json(termination_message(report)) == dataclasses.replace(DONE, warnings=())


def test_facts_that_do_not_fit_are_an_error_rather_than_cut_json() -> None:
    facts = BundleFacts("c" * 64, tuple(f"voice_{i:03}" for i in range(512)), ("en",), 24_000)
    with pytest.raises(ValueError, match=r"BundleFacts takes \d+ bytes, a termination message holds 4096"):
        termination_message(facts)


@given(st.text(alphabet=st.characters(), max_size=1024))
def test_any_failure_text_can_be_sent(text: str) -> None:
    report = dataclasses.replace(FAILED, failure=Failure("engine", "EngineFailed", text))
    raw = termination_message(report).encode()
    assert len(raw) <= MAX_TERMINATION_MESSAGE
    REPORT.validate_json(raw)


def test_protocol_is_imported_without_what_validates_it() -> None:
    """The sandbox pays for every import before its first sample."""
    code = "import sys, voxpod_crds.sandbox_protocol; print({'pydantic', 'annotated_types'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
