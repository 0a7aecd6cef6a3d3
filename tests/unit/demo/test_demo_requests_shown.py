import io
from typing import Any

import pytest
from rich.console import Console

from voxpod_demo.progress import Progress, plain_line, progress_table
from voxpod_demo.report import refusals, seconds, summary_table
from voxpod_demo.view import RequestView, real_time_factor, view_of

CREATED = "2026-11-24T18:00:00Z"


def condition(kind: str, status: str, reason: str, message: str) -> dict[str, Any]:
    return {"type": kind, "status": status, "reason": reason, "message": message, "lastTransitionTime": CREATED}


def a_request(name: str = "hello-en", **status: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": name, "namespace": "acme", "uid": "u-1", "creationTimestamp": CREATED},
        "spec": {"text": "Hello."},
        **({"status": status} if status else {}),
    }


ADMITTED = condition("Admitted", "True", "Admitted", "admitted for Tenant acme")
STARTING = condition("Dispatched", "False", "SandboxStarting", "Job tts-1 starts")
CLAIMED = condition("Dispatched", "True", "Claimed", "pod tts-1-x synthesizes")
SUCCEEDED = a_request(
    phase="Succeeded",
    tenant="acme",
    voice="af_heart",
    attempt=1,
    audio={
        "uri": "s3://voxpod/acme/u-1.wav",
        "sha256": "0" * 64,
        "bytes": 240_044,
        "durationSeconds": 5.0,
        "sampleRate": 24_000,
        "format": "wav",
    },
    timings={"queued": 12, "startup": 1500, "synthesis": 3000, "upload": 40},
    conditions=[ADMITTED, CLAIMED, condition("Complete", "True", "Succeeded", "5.0 s of audio")],
)
VOICE_NOT_FOUND = "SpeechModel kokoro has no voice af_hart; did you mean af_heart?"
REJECTED = a_request(
    "typo-voice",
    phase="Rejected",
    tenant="globex",
    conditions=[
        condition("Admitted", "False", "VoiceNotFound", VOICE_NOT_FOUND),
        condition("Complete", "False", "VoiceNotFound", VOICE_NOT_FOUND),
    ],
)


def printed(renderable: object, width: int = 80) -> list[str]:
    console = Console(file=io.StringIO(), width=width, no_color=True, highlight=False)
    console.print(renderable)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return [line.rstrip() for line in text.splitlines()]


@pytest.mark.parametrize(
    ("thing", "phase", "ended", "detail"),
    [
        pytest.param(a_request(), "Pending", False, "not seen by the operator yet", id="just created"),
        pytest.param(
            a_request(phase="Queued", queuePosition=1, conditions=[condition("Admitted", "False", "WaitingForConcurrency", "1 of 1 requests of Tenant acme run")]),
            "Queued", False, "WaitingForConcurrency, number 1 in line", id="waits for its tenant",
        ),
        pytest.param(
            a_request(phase="Queued", conditions=[condition("Admitted", "False", "WaitingForModel", "SpeechModel kokoro is not Ready")]),
            "Queued", False, "WaitingForModel: SpeechModel kokoro is not Ready", id="waits, but not in line",
        ),
        pytest.param(a_request(phase="Queued", attempt=1, conditions=[ADMITTED, STARTING]), "Queued", False, "its sandbox starts", id="sandbox starts"),
        pytest.param(
            a_request(phase="Queued", attempt=2, conditions=[ADMITTED, condition("Dispatched", "False", "Retrying", "attempt 2 after SandboxLost")]),
            "Queued", False, "Retrying: attempt 2 after SandboxLost", id="another attempt",
        ),
        pytest.param(a_request(phase="Running", attempt=1, conditions=[ADMITTED, CLAIMED]), "Running", False, "speaking", id="running"),
        pytest.param(a_request(phase="Running", attempt=3, conditions=[ADMITTED, CLAIMED]), "Running", False, "speaking, attempt 3", id="running again"),
        pytest.param(SUCCEEDED, "Succeeded", True, "5.0 s of audio, voice af_heart", id="succeeded"),
        pytest.param(REJECTED, "Rejected", True, f"VoiceNotFound: {VOICE_NOT_FOUND}", id="rejected"),
    ],
)  # fmt: skip
def test_what_a_request_shows_in_each_state(thing: dict[str, Any], phase: str, ended: bool, detail: str) -> None:
    view = view_of(thing)
    assert (view.phase, view.ended, view.detail) == (phase, ended, detail)


def test_times_are_seconds_and_the_factor_is_synthesis_over_audio() -> None:
    view = view_of(SUCCEEDED)
    assert (view.queued, view.startup, view.synthesis, view.upload, view.audio) == (0.012, 1.5, 3.0, 0.04, 5.0)
    assert view.real_time_factor == pytest.approx(0.6)


@pytest.mark.parametrize(("synthesis", "audio"), [(None, 5.0), (3.0, None), (3.0, 0.0)])
def test_no_factor_without_both_times(synthesis: float | None, audio: float | None) -> None:
    assert real_time_factor(synthesis, audio) is None


def test_progress_has_one_line_a_request_in_the_given_order_also_before_it_is_seen() -> None:
    views = {view.key: view for view in map(view_of, (REJECTED, SUCCEEDED))}
    lines = printed(progress_table(["acme/hello-en", "acme/typo-voice", "acme/later"], views))
    assert [line.split()[1] for line in lines] == ["acme/hello-en", "acme/typo-voice", "acme/later"]
    assert [line.split()[2] for line in lines] == ["Succeeded", "Rejected", "Pending"]


@pytest.mark.parametrize("width", [60, 80, 120])
def test_progress_never_breaks_a_line(width: int) -> None:
    lines = printed(progress_table(["acme/typo-voice"], {"acme/typo-voice": view_of(REJECTED)}), width)
    assert len(lines) == 1
    assert len(lines[0]) <= width


def test_plain_progress_prints_a_line_for_a_change_and_none_for_a_repetition() -> None:
    console, clock = Console(file=io.StringIO(), width=80, no_color=True), iter([0.0, 1.0, 2.5])
    with Progress(console, ["acme/hello-en"], clock=lambda: next(clock)) as progress:
        for thing in (a_request(), a_request(), SUCCEEDED):
            progress.show(view_of(thing))
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert lines == [plain_line(1.0, view_of(a_request())), plain_line(2.5, view_of(SUCCEEDED))]


def test_plain_progress_does_not_tell_each_place_that_a_request_moves_up_in_line() -> None:
    console = Console(file=io.StringIO(), width=80, no_color=True)
    progress = Progress(console, ["acme/hello-en"])
    for position in (3, 2, 1):
        progress.show(
            view_of(
                a_request(
                    phase="Queued",
                    queuePosition=position,
                    conditions=[condition("Admitted", "False", "WaitingForSandbox", f"{position} ahead")],
                )
            )
        )
    assert len(console.file.getvalue().splitlines()) == 1  # type: ignore[attr-defined]


def test_plain_lines_hold_the_whole_reason_however_long() -> None:
    console = Console(file=io.StringIO(), width=80, no_color=True)
    Progress(console, ["acme/typo-voice"]).show(view_of(REJECTED))
    assert VOICE_NOT_FOUND in console.file.getvalue()  # type: ignore[attr-defined]


def test_summary_fits_80_columns_and_has_a_dash_where_there_is_no_number() -> None:
    lines = printed(summary_table([view_of(SUCCEEDED), view_of(REJECTED)]))
    assert max(map(len, lines)) <= 80
    rows = {line.split()[0]: line.split()[1:] for line in lines if "-" in line and not line.startswith(" ─")}
    assert rows["hello-en"] == ["acme", "Succeeded", "0.01", "1.50", "3.00", "0.04", "5.00", "0.60"]
    assert rows["typo-voice"] == ["globex", "Rejected", "-", "-", "-", "-", "-", "-"]


def test_summary_fits_80_columns_with_long_waits_and_names() -> None:
    slow = RequestView(
        "globex/a-longer-name",
        "u-2",
        "globex",
        "Succeeded",
        True,
        "",
        9876.54,
        123.45,
        1234.56,
        12.34,
        1234.56,
        "af_heart",
        "Succeeded",
    )
    assert max(map(len, printed(summary_table([slow])))) <= 80


def test_refusals_name_the_request_and_the_reason() -> None:
    assert refusals([view_of(SUCCEEDED), view_of(REJECTED), view_of(a_request())]) == [
        f"acme/typo-voice: Rejected, VoiceNotFound: {VOICE_NOT_FOUND}"
    ]


def test_refusals_for_the_same_reason_are_one_line() -> None:
    other = {**REJECTED, "metadata": {**REJECTED["metadata"], "name": "another"}}
    assert refusals([view_of(REJECTED), view_of(other)]) == [
        f"acme/typo-voice, acme/another: Rejected, VoiceNotFound: {VOICE_NOT_FOUND}"
    ]


def test_a_stage_of_no_time_is_not_a_missing_one() -> None:
    assert (seconds(0.0), seconds(None)) == ("0.00", "-")
