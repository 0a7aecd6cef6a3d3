from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOON, a_request, an_assigned_request
from voxpod_crds.conditions import ConditionType, Reason, find_condition
from voxpod_crds.sandbox_protocol import Failure
from voxpod_crds.tts_request import FailedAttempt, Phase, TTSRequestStatus
from voxpod_operator.policy import transitions
from voxpod_operator.policy.admission import Reject
from voxpod_operator.policy.transitions import difference

LOST = Failure("infrastructure", "SandboxLost", "gone")


def test_a_retry_leaves_nothing_of_the_old_claim() -> None:
    claimed = an_assigned_request(claimed=True)
    status = transitions.retry(claimed, LOST, "tts-uid-hello-2", node="node-a", not_before=None, now=NOON)
    patch = difference(claimed.status.to_wire(), status.to_wire())
    assert status.attempt == 2
    assert patch["sandbox"] == {"jobName": "tts-uid-hello-2", "podName": None, "podUid": None}
    assert status.phase == Phase.QUEUED


def test_a_retry_remembers_what_failed_and_where() -> None:
    status = transitions.retry(an_assigned_request(), LOST, "tts-uid-hello-2", "node-a", NOON, NOON)
    assert status.failed_attempts == [FailedAttempt(attempt=1, reason="SandboxLost", message="gone", node="node-a")]


def test_the_pause_before_a_sandbox_is_no_part_of_its_startup() -> None:
    waiting = an_assigned_request(attempt=2, pause=8)
    status = transitions.claim(waiting, "pod-1", "pod-uid-1", 2, NOON + timedelta(seconds=9))
    assert status.timings is not None
    assert (status.timings.startup, status.not_before) == (1000, None)


def test_a_slot_that_is_given_back_leaves_only_the_number_of_the_sandbox_and_why() -> None:
    later = NOON + timedelta(seconds=2)
    status = transitions.give_back(an_assigned_request(), Reason.SANDBOX_UNSCHEDULABLE, "0/1 nodes", later, NOON)
    assert (status.sandbox, status.model, status.attempt, status.not_before) == (None, None, 1, later)
    assert [(c.type, c.status, c.reason) for c in status.conditions] == [
        ("Dispatched", "False", "SandboxUnschedulable"),
        ("Admitted", "False", "WaitingForCapacity"),
    ]
    again = transitions.next_attempt(a_request(status=status.to_wire()))
    assert again == 2, "the old pod may still be there: no Job has its name again"


UNSCHEDULABLE = "0/5 nodes are available: 2 Insufficient cpu, 3 node(s) had untolerated taint(s). preemption: 0/5 nodes"


@pytest.mark.parametrize(
    ("reason", "message", "news"),
    [
        pytest.param(
            Reason.SANDBOX_UNSCHEDULABLE,
            "0/9 nodes are available: 1 node(s) had untolerated taint(s), 8 Insufficient cpu. preemption: 0/9 nodes",
            False,
            id="other numbers, so another order",
        ),
        pytest.param(Reason.SANDBOX_UNSCHEDULABLE, "0/5 nodes are available: 5 Insufficient memory", True, id="news"),
        pytest.param(Reason.SANDBOX_STARTING, UNSCHEDULABLE, True, id="another reason"),
        pytest.param(Reason.IMAGE_PULL_FAILED, "ImagePullBackOff: back-off pulling image", True, id="the first of it"),
    ],
)
def test_only_news_is_written_of_a_sandbox_that_does_not_start(reason: Reason, message: str, news: bool) -> None:
    told = transitions.starting(an_assigned_request(), Reason.SANDBOX_UNSCHEDULABLE, UNSCHEDULABLE, NOON)
    request = a_request(status=told.to_wire())
    assert (transitions.starting(request, reason, message, NOON) != request.status) is news


def test_the_back_off_of_a_pull_does_not_hide_its_error() -> None:
    """The kubelet shows the two in turn, every ten seconds."""
    told = transitions.starting(an_assigned_request(), Reason.IMAGE_PULL_FAILED, "ErrImagePull: refused", NOON)
    request = a_request(status=told.to_wire())
    backing_off = transitions.starting(request, Reason.IMAGE_PULL_FAILED, "ImagePullBackOff: back-off", NOON)
    assert backing_off == request.status


def test_a_claim_records_the_pod_and_the_startup_time() -> None:
    status = transitions.claim(an_assigned_request(), "pod-1", "pod-uid-1", 2, NOON + timedelta(milliseconds=1234))
    assert status.sandbox is not None
    assert (status.sandbox.pod_uid, status.phase) == ("pod-uid-1", Phase.RUNNING)
    assert status.timings is not None
    assert status.timings.startup == 1234


def test_a_condition_keeps_its_transition_time_while_its_status_stays() -> None:
    first = a_request(status=transitions.starting(a_request(), "SandboxStarting", "a", NOON).to_wire())  # type: ignore[arg-type]
    later = transitions.starting(first, "SandboxUnschedulable", "b", NOON + timedelta(seconds=9))  # type: ignore[arg-type]
    dispatched = find_condition(later.conditions, ConditionType.DISPATCHED)
    assert dispatched is not None
    assert (dispatched.last_transition_time, dispatched.reason) == (NOON, "SandboxUnschedulable")


def told(status: TTSRequestStatus) -> dict[str, tuple[str, str, str]]:
    return {c.type: (c.status, c.reason, c.message) for c in status.conditions}


@pytest.mark.parametrize(
    "status",
    [
        pytest.param(transitions.fail(a_request(), "EngineFailed", "why", NOON), id="failed"),
        pytest.param(transitions.fail(a_request(), "EngineFailed", "why", NOON, Phase.CANCELLED), id="cancelled"),
        pytest.param(transitions.reject(a_request(), Reject(Reason.ENGINE_FAILED, "why"), NOON), id="rejected"),
    ],
)
def test_an_end_without_audio_is_a_condition_that_kubectl_can_wait_for(status: TTSRequestStatus) -> None:
    """Complete=False alone reads as "not yet": Jobs have Failed beside Complete for that."""
    conditions = told(status)
    assert conditions["Failed"] == ("True", "EngineFailed", "why")
    assert conditions["Complete"] == ("False", "EngineFailed", "why")
    assert status.conditions[-1].reason == "EngineFailed", "what kubectl get shows"


def test_a_retry_is_no_failure() -> None:
    retried = transitions.retry(an_assigned_request(claimed=True), LOST, "tts-uid-hello-2", "node-a", NOON, NOON)
    assert "Failed" not in told(retried)


json_values = st.recursive(
    st.integers() | st.text(max_size=3) | st.booleans(),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3) | st.lists(inner, max_size=2),
    max_leaves=8,
)
documents = st.dictionaries(st.sampled_from("abc"), json_values, max_size=3)


def merged(target: object, patch: object) -> object:
    """RFC 7396, as written there."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


@given(documents, documents)
def test_the_difference_turns_old_into_new(old: dict[str, object], new: dict[str, object]) -> None:
    assert merged(old, difference(old, new)) == new


@pytest.mark.parametrize("part", [0, 499, 500, 999])
def test_between_a_moment_and_its_own_timestamp_there_is_no_time(part: int) -> None:
    moment = NOON + timedelta(microseconds=part)
    assert transitions.milliseconds_between(transitions.timestamp(moment), moment) == 0
