"""From any state the next step leads on: the table of what a leader finds after a crash at any line."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from builders import NOON, USUAL, a_job, a_pod, a_request, an_assigned_request
from voxpod_crds.base import ResourceKey
from voxpod_crds.conditions import MAX_MESSAGE, Reason
from voxpod_crds.sandbox_protocol import Failure, Report, Timings, termination_message
from voxpod_crds.tts_request import FailedAttempt, Phase
from voxpod_operator.cluster.ended import EndedRequest
from voxpod_operator.cluster.sandboxes import JobView
from voxpod_operator.policy import lifecycle as steps
from voxpod_operator.policy import transitions
from voxpod_operator.policy.lifecycle import after_failure, after_the_end, next_step

FAILED_REPORT = termination_message(Report("uid-hello", Timings(), failure=Failure("engine", "EngineFailed", "nan")))


STEPS: list[Any] = [
    pytest.param(a_request(), None, None, steps.AdmitOrWait, id="new"),
    pytest.param(a_request(cancel=True), None, None, steps.Finish, id="cancelled before it started"),
    pytest.param(a_request(age=601), None, None, steps.Finish, id="its deadline passed while it waited"),
    pytest.param(
        an_assigned_request(), None, None, steps.CreateSandbox, id="crash after the assignment, before the Job"
    ),
    pytest.param(an_assigned_request(), a_job(), None, steps.LookAgain, id="pod not there yet"),
    pytest.param(an_assigned_request(), a_job(age=21), None, steps.AskWhy, id="no pod ever appeared"),
    pytest.param(
        an_assigned_request(),
        a_job(age=9),
        a_pod(node="n", waiting_reason="ContainerCreating"),
        steps.AskWhy,
        id="the container is not made",
    ),
    pytest.param(
        an_assigned_request(claimed=True),
        a_job(),
        a_pod(phase="Running", running=True, deleting=True),
        steps.AskStore,
        id="the node is lost or drained",
    ),
    pytest.param(
        an_assigned_request(claimed=True).model_copy(
            update={"metadata": an_assigned_request().metadata.model_copy(update={"deletion_timestamp": NOON})}
        ),
        a_job(),
        a_pod(),
        steps.Finish,
        id="deleted, held by somebody's finalizer",
    ),
    pytest.param(
        an_assigned_request(), a_job(), a_pod(unschedulable="0/1 nodes"), steps.LookAgain, id="scheduler just began"
    ),
    pytest.param(
        an_assigned_request(),
        a_job(age=6),
        a_pod(unschedulable="0/1 nodes"),
        steps.TellStarting,
        id="no room on any node",
    ),
    pytest.param(
        an_assigned_request(),
        a_job(),
        a_pod(node="n", waiting_reason="ErrImagePull"),
        steps.TellStarting,
        id="image pull failed once",
    ),
    pytest.param(
        an_assigned_request(),
        a_job(age=59),
        a_pod(node="n", waiting_reason="ImagePullBackOff"),
        steps.TellStarting,
        id="the registry may come back",
    ),
    pytest.param(
        an_assigned_request(),
        a_job(age=60),
        a_pod(node="n", waiting_reason="ImagePullBackOff"),
        steps.StartOverdue,
        id="image pull fails",
    ),
    pytest.param(
        an_assigned_request(),
        a_job(age=299),
        a_pod(node="n", set_up=True, waiting_reason="ContainerCreating"),
        steps.AskWhy,
        id="a large image comes",
    ),
    pytest.param(
        an_assigned_request(),
        a_job(age=300),
        a_pod(node="n", set_up=True, waiting_reason="ContainerCreating"),
        steps.StartOverdue,
        id="the image does not come",
    ),
    pytest.param(
        an_assigned_request(),
        a_job(age=60),
        a_pod(node="n", waiting_reason="ContainerCreating"),
        steps.StartOverdue,
        id="the node has no bundle",
    ),
    pytest.param(
        an_assigned_request(),
        a_job(age=90),
        a_pod(node="n", scheduled_at=NOON - timedelta(seconds=40), waiting_reason="ContainerCreating"),
        steps.AskWhy,
        id="a node was found late: its own time counts",
    ),
    pytest.param(
        an_assigned_request(),
        a_job(age=59),
        a_pod(node="n", phase="Running", running=True, started_at=NOON - timedelta(seconds=600)),
        steps.LookAgain,
        id="a node whose clock is behind takes no time from its sandboxes",
    ),
    pytest.param(
        an_assigned_request(),
        a_job(age=90),
        a_pod(node="n", phase="Running", running=True, started_at=NOON - timedelta(seconds=60)),
        steps.StartOverdue,
        id="it runs but never asks for its work",
    ),
    pytest.param(
        an_assigned_request(),
        a_job(age=60),
        a_pod(unschedulable="0/1 nodes"),
        steps.GiveBack,
        id="no room on any node for too long",
    ),
    pytest.param(an_assigned_request(), a_job(age=60), a_pod(), steps.GiveBack, id="no scheduler"),
    pytest.param(an_assigned_request(), a_job(age=60), None, steps.GiveBack, id="a quota refuses its pod"),
    pytest.param(
        an_assigned_request(assigned_ago=60), None, None, steps.GiveBack, id="the Job is refused for too long"
    ),
    pytest.param(
        an_assigned_request(attempt=2, pause=1), None, None, steps.LookAgain, id="the pause before another attempt"
    ),
    pytest.param(
        an_assigned_request(attempt=2, assigned_ago=90, pause=-59),
        None,
        None,
        steps.CreateSandbox,
        id="the pause is no part of the start",
    ),
    pytest.param(
        a_request(status={"attempt": 1, "notBefore": NOON + timedelta(seconds=1)}),
        None,
        None,
        steps.LookAgain,
        id="gave its slot back a moment ago",
    ),
    pytest.param(
        a_request(status={"attempt": 1, "notBefore": NOON}), None, None, steps.AdmitOrWait, id="takes its turn again"
    ),
    pytest.param(
        an_assigned_request(claimed=True),
        a_job(finished=True, succeeded=True),
        a_pod(phase="Running", running=True),
        steps.AskPod,
        id="the Job's end is seen before its pod's",
    ),
    pytest.param(
        an_assigned_request(claimed=True), a_job(finished=True), None, steps.AskPod, id="the pod was never seen"
    ),
    pytest.param(
        an_assigned_request(),
        a_job(),
        a_pod(waiting_reason="ErrImageNeverPull"),
        steps.Retry,
        id="image is not on the node",
    ),
    pytest.param(
        an_assigned_request(claimed=True), a_job(), a_pod(phase="Running"), steps.LookAgain, id="synthesizing"
    ),
    pytest.param(an_assigned_request(claimed=True), None, None, steps.AskStore, id="somebody deleted the Job"),
    pytest.param(
        an_assigned_request(claimed=True),
        a_job(),
        a_pod(phase="Failed", termination_message=FAILED_REPORT),
        steps.Conclude,
        id="report in the termination message",
    ),
    pytest.param(
        an_assigned_request(claimed=True),
        a_job(),
        a_pod(phase="Failed", termination_message="garbage"),
        steps.AskStore,
        id="garbage in the termination message",
    ),
    pytest.param(
        an_assigned_request(claimed=True),
        a_job(),
        a_pod(phase="Failed", terminated_reason="OOMKilled"),
        steps.AskStore,
        id="out of memory",
    ),
    pytest.param(
        an_assigned_request(claimed=True, attempt=3),
        a_job(finished=True),
        a_pod(phase="Failed", reason="Evicted"),
        steps.AskStore,
        id="evicted",
    ),
]


def ended(reason: str, *, age: float = 0.0) -> EndedRequest:
    at = NOON - timedelta(seconds=age)
    return EndedRequest(
        ResourceKey("acme", "hello"), "uid-hello", "1", "Failed", "acme", "tts-uid-hello-1", "", reason, at
    )


AFTER_THE_END: list[Any] = [
    pytest.param(ended("Cancelled"), a_job(), steps.EndSandbox, id="cancelled: its Job runs on"),
    pytest.param(ended("Succeeded"), a_job(), steps.LookAgain, id="over a moment ago: the sandbox exits by itself"),
    pytest.param(ended("Succeeded", age=10), a_job(), steps.EndSandbox, id="over, but the sandbox lingers"),
    pytest.param(ended("DeadlineExceeded"), a_job(), steps.EndSandbox, id="deadline: it works on for nothing"),
    pytest.param(ended("Succeeded"), a_job(finished=True), steps.Nothing, id="over, Job waits for its TTL"),
    pytest.param(ended("Failed"), a_job(deleting=True), steps.Nothing, id="over, Job goes already"),
    pytest.param(ended("Rejected"), None, steps.Nothing, id="over without a sandbox"),
]


@pytest.mark.parametrize(("request_", "job", "step"), AFTER_THE_END)
def test_what_is_left_to_do_after_the_end(request_: EndedRequest, job: JobView | None, step: type[object]) -> None:
    assert isinstance(after_the_end(request_, job, NOON), step)


@pytest.mark.parametrize(("request_", "job", "pod", "step"), STEPS)
def test_next_step(request_: Any, job: Any, pod: Any, step: type) -> None:
    assert isinstance(next_step(request_, job, pod, NOON, USUAL), step)


@pytest.mark.parametrize(
    ("request_", "pod", "step"),
    [
        pytest.param(an_assigned_request(claimed=True), a_pod(deleting=True), steps.Retry, id="the node is lost"),
        pytest.param(
            an_assigned_request(claimed=True),
            a_pod(phase="Failed", terminated_reason="OOMKilled"),
            steps.Finish,
            id="out of memory, and no more is allowed",
        ),
        pytest.param(
            an_assigned_request(claimed=True, attempt=3),
            a_pod(phase="Failed", reason="Evicted"),
            steps.Finish,
            id="evicted at the last attempt",
        ),
    ],
)
def test_a_lost_sandbox_that_left_nothing_in_the_store_is_a_failed_attempt(request_: Any, pod: Any, step: type) -> None:
    asked = replace(USUAL, store_was_asked=True)
    assert isinstance(next_step(request_, a_job(), pod, NOON, asked), step)


def test_a_job_that_ended_without_its_pods_end_is_decided_once_the_pod_was_asked_for() -> None:
    asked = replace(USUAL, pod_was_asked_for=True, store_was_asked=True)
    lost = next_step(
        an_assigned_request(claimed=True), a_job(finished=True), a_pod(phase="Running", running=True), NOON, asked
    )
    assert isinstance(lost, steps.Retry)


def test_nothing_is_tried_anew_while_a_report_is_verified() -> None:
    """Verification may take longer than the sandbox takes to exit, and its Job to be cleared away."""
    verifying = replace(USUAL, verifying=True)
    for job, pod in ((a_job(finished=True), a_pod(phase="Failed")), (None, None)):
        assert isinstance(next_step(an_assigned_request(claimed=True), job, pod, NOON, verifying), steps.LookAgain)


def test_a_new_leader_gives_sandboxes_that_nobody_answered_their_time() -> None:
    took_over = replace(USUAL, answered_since=NOON - timedelta(seconds=59))
    waits = a_pod(node="n", phase="Running", running=True, started_at=NOON - timedelta(seconds=100))
    step = next_step(an_assigned_request(), a_job(age=110), waits, NOON, took_over)
    assert step == steps.LookAgain(pytest.approx(1.05))
    later = next_step(an_assigned_request(), a_job(age=110), waits, NOON + timedelta(seconds=1), took_over)
    assert isinstance(later, steps.StartOverdue)


def test_a_new_leader_makes_a_sandbox_that_the_one_before_could_not() -> None:
    took_over = replace(USUAL, answered_since=NOON - timedelta(seconds=1))
    assert isinstance(
        next_step(an_assigned_request(assigned_ago=300), None, None, NOON, took_over), steps.CreateSandbox
    )


def test_a_report_counts_when_its_job_is_gone() -> None:
    pod = a_pod(phase="Failed", termination_message=FAILED_REPORT)
    assert isinstance(next_step(an_assigned_request(claimed=True), None, pod, NOON, USUAL), steps.Conclude)


def test_events_are_asked_for_at_growing_intervals_and_never_past_the_timeout() -> None:
    """A list of events is a search in the API server."""
    age, asked = 8.0, []
    while isinstance(
        step := next_step(an_assigned_request(), a_job(age=age), a_pod(node="n"), NOON, USUAL), steps.AskWhy
    ):
        asked.append(age)
        age += step.again_seconds
    assert [round(at) for at in asked] == [8, 16, 32]
    assert isinstance(step, steps.StartOverdue)


def test_a_sandbox_that_nobody_could_make_quotes_what_refused_it() -> None:
    refused = transitions.starting(an_assigned_request(), Reason.SANDBOX_REFUSED, "exceeded quota: pods", NOON)
    request = an_assigned_request().model_copy(update={"status": refused})
    step = next_step(request, None, None, NOON + timedelta(seconds=60), USUAL)
    assert step == steps.GiveBack(Reason.SANDBOX_REFUSED, "exceeded quota: pods", subject="")


def test_a_missed_deadline_tells_what_the_request_waited_for() -> None:
    waiting = {
        "conditions": [
            {
                "type": "Admitted",
                "status": "False",
                "reason": "WaitingForModel",
                "message": "not probed",
                "lastTransitionTime": "2026-11-24T12:00:00Z",
            }
        ]
    }
    step = next_step(a_request(deadlineSeconds=5, status=waiting), None, None, NOON + timedelta(seconds=5), USUAL)
    assert step == steps.Finish(
        Phase.FAILED, Reason.DEADLINE_EXCEEDED, "not done within 5 s of creation; last: WaitingForModel: not probed"
    )


@pytest.mark.parametrize(
    ("fault", "attempt", "again"),
    [
        ("input", 1, False),
        ("engine", 1, True),
        ("engine", 2, False),
        ("infrastructure", 2, True),
        ("infrastructure", 3, False),
    ],
)
def test_retries_by_who_is_at_fault(fault: Any, attempt: int, again: bool) -> None:
    step = after_failure(an_assigned_request(attempt=attempt), Failure(fault, "EngineFailed", "x"), False)
    assert isinstance(step, steps.Retry) is again


def test_sandboxes_that_never_got_a_node_are_no_failed_attempts() -> None:
    request = an_assigned_request(attempt=9)
    request = request.model_copy(update={"status": request.status.model_copy(update={"failed_attempts": []})})
    assert isinstance(after_failure(request, Failure("infrastructure", "SandboxLost", "x"), False), steps.Retry)


def test_out_of_memory_is_tried_again_only_with_more_of_it() -> None:
    met = Failure("infrastructure", Reason.OUT_OF_MEMORY, "killed")
    assert isinstance(after_failure(an_assigned_request(), met, memory_can_grow=True), steps.Retry)
    assert isinstance(after_failure(an_assigned_request(), met, memory_can_grow=False), steps.Finish)


def failed_before(*reasons: str, message: str = "it went") -> Any:
    """An assigned request whose earlier sandboxes were given up."""
    request = an_assigned_request(attempt=len(reasons) + 1)
    attempts = [FailedAttempt(attempt=n, reason=r, message=message) for n, r in enumerate(reasons, 1)]
    return request.model_copy(update={"status": request.status.model_copy(update={"failed_attempts": attempts})})


LOST = Failure("infrastructure", Reason.SANDBOX_LOST, "the node went")
OUTAGE = Failure("infrastructure", Reason.WAITING_FOR_STORE, "StoreAway: no answer")


@pytest.mark.parametrize(
    ("before", "failure", "again"),
    [
        pytest.param(["SandboxLost"] * 2, LOST, False, id="the third one fails"),
        pytest.param(["SandboxLost", "WaitingForStore", "WaitingForStore"], LOST, True, id="outages do not count"),
        pytest.param(["SandboxLost"] * 2, OUTAGE, True, id="an outage after two failures"),
        pytest.param(["WaitingForStore"] * 4, OUTAGE, True, id="more outages than are free, but no failure"),
        pytest.param(
            ["WaitingForStore"] * 4 + ["SandboxLost"] * 2, OUTAGE, False, id="more than are free, and failures"
        ),
        pytest.param(["WaitingForStore"] * 7, OUTAGE, False, id="a store that comes and goes for ever"),
    ],
)
def test_outage_of_the_store_is_nobodys_failed_attempt(before: list[str], failure: Failure, again: bool) -> None:
    assert isinstance(after_failure(failed_before(*before), failure, False), steps.Retry) is again


def test_end_says_why_the_earlier_sandboxes_were_given_up() -> None:
    step = after_failure(failed_before("EngineFailed", "SandboxLost"), LOST, False)
    assert isinstance(step, steps.Finish)
    assert step.message == (
        "the node went (attempt 3 of 3); before: attempt 1 EngineFailed: it went; attempt 2 SandboxLost: it went"
    )


def test_missed_deadline_says_why_the_earlier_sandboxes_were_given_up() -> None:
    step = next_step(failed_before("ImagePullFailed"), a_job(), a_pod(), NOON + timedelta(seconds=601), USUAL)
    assert isinstance(step, steps.Finish)
    assert step.message.endswith("; before: attempt 1 ImagePullFailed: it went")


def test_earlier_reasons_fit_into_the_message_however_much_the_last_one_says() -> None:
    step = after_failure(
        failed_before(*["WaitingForStore"] * 5, "SandboxLost", "SandboxLost", message="x" * 256),
        Failure("infrastructure", Reason.SANDBOX_LOST, "y" * 1024),
        False,
    )
    assert isinstance(step, steps.Finish)
    assert len(step.message) <= MAX_MESSAGE
    assert "attempt 7 SandboxLost: xxx" in step.message
    assert step.message.startswith("yyy")


def test_looking_again_never_sleeps_past_the_deadline() -> None:
    step = next_step(
        an_assigned_request(claimed=True, deadlineSeconds=10),
        a_job(),
        a_pod(phase="Running"),
        NOON + timedelta(seconds=9),
        USUAL,
    )
    assert isinstance(step, steps.LookAgain)
    assert step.seconds <= 1.1
