"""When a sandbox that tells progress is given up, and when its upload is told: every figure by the given clock."""

from dataclasses import replace

import pytest

from builders import NOON, USUAL, a_job, a_pod, an_assigned_request
from voxpod_crds.conditions import Reason
from voxpod_crds.sandbox_protocol import Progress, Stage
from voxpod_crds.tts_request import TTSRequest
from voxpod_operator.policy import lifecycle
from voxpod_operator.policy.progress import (
    SILENT_SECONDS,
    STUCK_SECONDS,
    ProgressBook,
    Quiet,
    hung,
    read_progress,
    upload_worth_telling,
)


def claimed(protocol: int | None = 2, pod: str = "pod-uid-1") -> TTSRequest:
    request = an_assigned_request(claimed=True)
    sandbox = request.status.sandbox
    assert sandbox is not None
    new = sandbox.model_copy(update={"protocol": protocol, "pod_uid": pod})
    return request.model_copy(update={"status": request.status.model_copy(update={"sandbox": new})})


def told(steps: int = 1, stage: Stage = "synthesizing", seconds: float = 1.0, problem: str = "") -> Progress:
    return Progress("uid-hello", stage, seconds, steps, problem)


@pytest.mark.parametrize("protocol", [None, 1])
def test_sandboxes_that_cannot_tell_are_not_listened_for(protocol: int | None) -> None:
    assert ProgressBook().quiet(claimed(protocol), 0.0) is None
    assert ProgressBook().quiet(an_assigned_request(), 0.0) is None


def test_listening_begins_with_the_first_look() -> None:
    book = ProgressBook()
    assert book.quiet(claimed(), 1000.0) == Quiet(0.0, 0.0, False)
    assert book.quiet(claimed(), 1007.0) == Quiet(7.0, 7.0, False)


def test_what_is_heard_and_what_moves_are_counted_apart() -> None:
    book = ProgressBook()
    book.hear("uid-hello", "pod-uid-1", told(1), 10.0)
    book.hear("uid-hello", "pod-uid-1", told(1), 20.0)
    assert book.quiet(claimed(), 25.0) == Quiet(5.0, 15.0, True)
    book.hear("uid-hello", "pod-uid-1", told(2), 30.0)
    assert book.quiet(claimed(), 30.0) == Quiet(0.0, 0.0, True)


def test_a_fresh_sandbox_begins_anew() -> None:
    book = ProgressBook()
    book.hear("uid-hello", "pod-uid-1", told(1), 10.0)
    assert book.quiet(claimed(pod="pod-uid-2"), 500.0) == Quiet(0.0, 0.0, False)


def test_a_time_in_which_nobody_could_be_heard_does_not_count() -> None:
    book = ProgressBook()
    book.hear("uid-hello", "pod-uid-1", told(1), 10.0)
    book.deaf(500.0)
    assert book.quiet(claimed(), 501.0) == Quiet(1.0, 1.0, True)


@pytest.mark.parametrize(
    ("quiet", "says"),
    [
        pytest.param(None, "", id="does not tell"),
        pytest.param(Quiet(SILENT_SECONDS - 1, STUCK_SECONDS - 1, True), "", id="just in time"),
        pytest.param(Quiet(SILENT_SECONDS, SILENT_SECONDS, True), "has said nothing for 60 s", id="silent"),
        pytest.param(Quiet(1.0, STUCK_SECONDS, True), "has got nowhere for 180 s", id="tells and does nothing"),
        pytest.param(Quiet(SILENT_SECONDS, SILENT_SECONDS, False), "", id="not heard yet, by a new leader perhaps"),
        pytest.param(Quiet(STUCK_SECONDS, STUCK_SECONDS, False), "has said nothing for 180 s", id="never heard"),
    ],
)
def test_who_is_given_up(quiet: Quiet | None, says: str) -> None:
    failure = hung(quiet)
    assert (failure is None) == (says == "")
    assert failure is None or (failure.fault, failure.reason) == ("infrastructure", Reason.SANDBOX_HUNG)
    assert says in (failure.message if failure else "")


def test_it_is_retried_and_the_next_look_is_in_time_for_that() -> None:
    step = lifecycle.next_step(
        claimed(), a_job(), a_pod(phase="Running"), NOON, replace(USUAL, quiet=Quiet(50.0, 50.0, True))
    )
    assert isinstance(step, lifecycle.LookAgain)
    assert step.seconds == pytest.approx(10.05)
    silent = replace(USUAL, quiet=Quiet(60.0, 60.0, True))
    step = lifecycle.next_step(claimed(), a_job(), a_pod(phase="Running"), NOON, silent)
    assert isinstance(step, lifecycle.AskStore)
    left_nothing = replace(silent, store_was_asked=True)
    step = lifecycle.next_step(claimed(), a_job(), a_pod(phase="Running"), NOON, left_nothing)
    assert isinstance(step, lifecycle.Retry)


UPLOADS = "pod pod-1 stores the audio"


@pytest.mark.parametrize(
    ("reason", "message", "progress", "expected"),
    [
        ("Claimed", "synthesizes", told(), None),
        ("Claimed", "synthesizes", told(stage="uploading", seconds=4.9), None),
        ("Claimed", "synthesizes", told(stage="uploading", seconds=5.0), UPLOADS),
        ("Claimed", "synthesizes", told(stage="uploading", problem="503"), f"{UPLOADS}; its last try failed: 503"),
        ("Uploading", UPLOADS, told(stage="uploading", seconds=20.0), None),
        ("Uploading", UPLOADS, told(stage="uploading", problem="503"), f"{UPLOADS}; its last try failed: 503"),
        ("Uploading", f"{UPLOADS}; its last try failed: 503", told(stage="uploading", problem="Timeout"), None),
    ],
)
def test_an_upload_is_told_once_and_its_first_trouble_once(
    reason: str, message: str, progress: Progress, expected: str | None
) -> None:
    condition = {
        "type": "Dispatched",
        "status": "True",
        "reason": reason,
        "message": message,
        "lastTransitionTime": NOON.isoformat(),
    }
    request = claimed()
    status = type(request.status).model_validate({**request.status.to_wire(), "conditions": [condition]})
    assert upload_worth_telling(request.model_copy(update={"status": status}), progress) == expected


def test_what_is_told_can_be_shown_in_a_terminal() -> None:
    raw = '{"request_uid": "u", "stage": "uploading", "stage_seconds": 1, "steps": 1, "problem": "\\u001b[31mred"}'
    assert read_progress(raw).problem == " [31mred"
