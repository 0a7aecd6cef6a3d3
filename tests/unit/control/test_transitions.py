from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOON, a_request, an_assigned_request
from voxpod_crds.conditions import ConditionType, Reason, find_condition
from voxpod_crds.sandbox_protocol import Failure
from voxpod_crds.tts_request import Phase, TTSRequestStatus
from voxpod_operator.policy import transitions
from voxpod_operator.policy.admission import Reject
from voxpod_operator.policy.transitions import difference


def test_a_retry_leaves_nothing_of_the_old_claim() -> None:
    claimed = an_assigned_request(claimed=True)
    status = transitions.retry(claimed, Failure("infrastructure", "SandboxLost", "gone"), "tts-uid-hello-2", NOON)
    patch = difference(claimed.status.to_wire(), status.to_wire())
    assert status.attempt == 2
    assert patch["sandbox"] == {"jobName": "tts-uid-hello-2", "podName": None, "podUid": None}
    assert status.phase == Phase.QUEUED


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


def test_a_retry_and_a_success_are_no_failure() -> None:
    claimed = an_assigned_request(claimed=True)
    retried = transitions.retry(claimed, Failure("infrastructure", "SandboxLost", "gone"), "tts-uid-hello-2", NOON)
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
