"""Whether, when, and with how much memory another sandbox is tried."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOON, a_model
from voxpod_crds.conditions import Reason
from voxpod_crds.sandbox_protocol import Failure
from voxpod_crds.tenant import TenantSandbox
from voxpod_crds.tts_request import FailedAttempt
from voxpod_operator.policy.retries import Memory, end_of_pause, memory_for, pause_after

FAR = NOON + timedelta(days=1)
MET_ITS_LIMIT = FailedAttempt(attempt=1, reason="OutOfMemory")
LOST = FailedAttempt(attempt=1, reason="SandboxLost")


def pause(uid: str, number: int) -> float:
    return (end_of_pause(uid, number, FAR, NOON) - NOON).total_seconds()


@given(st.text(max_size=40), st.integers(1, 40))
def test_pauses_grow_from_seconds_to_a_minute(uid: str, number: int) -> None:
    expected = {1: 2, 2: 8, 3: 32}.get(number, 60)
    assert 0.75 * expected <= pause(uid, number) <= 1.25 * expected


def test_what_failed_together_does_not_come_back_together() -> None:
    pauses = sorted(pause(f"uid-{n}", 4) for n in range(100))
    assert all(sum(at <= other < at + 1 for other in pauses) < 20 for at in pauses)
    assert pause("uid-1", 4) == pause("uid-1", 4), "the next leader comes to the same end"


@pytest.mark.parametrize(("left", "most"), [(2.0, 1.0), (0.0, 0.0), (-5.0, 0.0)])
def test_a_pause_leaves_half_of_the_time_for_another_try(left: float, most: float) -> None:
    end = end_of_pause("uid", 4, NOON + timedelta(seconds=left), NOON)
    assert end == NOON + timedelta(seconds=most)


def test_only_what_time_may_heal_waits() -> None:
    assert pause_after(Failure("infrastructure", Reason.SANDBOX_LOST, ""))
    assert not pause_after(Failure("infrastructure", Reason.OUT_OF_MEMORY, ""))
    assert not pause_after(Failure("engine", Reason.ENGINE_FAILED, ""))


@pytest.mark.parametrize(
    ("declared", "ceiling", "failed", "memory"),
    [
        pytest.param("1Gi", "2Gi", [], Memory("1Gi", "2Gi"), id="the first sandbox gets what is declared"),
        pytest.param("1Gi", "2Gi", [LOST], Memory("1Gi", "2Gi"), id="another failure needs no more"),
        pytest.param("1Gi", "2Gi", [LOST, MET_ITS_LIMIT], Memory("2Gi", None), id="more once"),
        pytest.param("800M", "4Gi", [MET_ITS_LIMIT], Memory("1600M", None), id="twice as much"),
        pytest.param("1.5Gi", "4Gi", [], Memory("1.5Gi", "3Gi"), id="fractions"),
        pytest.param("0.5Gi", "800M", [], Memory("0.5Gi", "800M"), id="at most the ceiling, in its own unit"),
        pytest.param("2Gi", "2Gi", [], Memory("2Gi", None), id="the ceiling is reached"),
        pytest.param("2G", "2Gi", [], Memory("2G", "2Gi"), id="a little is left under the ceiling"),
        pytest.param("4Gi", "2Gi", [MET_ITS_LIMIT], Memory("4Gi", None), id="declared above the ceiling: never less"),
    ],
)
def test_memory_of_the_next_sandbox(declared: str, ceiling: str, failed: list[FailedAttempt], memory: Memory) -> None:
    assert memory_for(a_model(resources={"memory": declared}), TenantSandbox(), ceiling, failed) == memory


def test_what_a_tenant_was_granted_is_not_exceeded() -> None:
    granted = TenantSandbox(memory="1Gi")
    assert memory_for(a_model(resources={"memory": "512Mi"}), granted, "4Gi", [MET_ITS_LIMIT]) == Memory("1Gi", None)
