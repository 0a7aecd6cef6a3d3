"""What a SpeechModel says while its probe is on its way."""

from datetime import timedelta
from typing import Any

import pytest

from builders import NOON, a_job, a_model, a_pod
from voxpod_crds.conditions import Reason
from voxpod_operator.policy.model_probe import Delayed, Distrust, Probing, next_probe_step
from voxpod_operator.policy.starting import Timeouts

TIMEOUTS = Timeouts(start=timedelta(seconds=60), image_pull=timedelta(seconds=300))


def probe(age: float, **pod: Any) -> Any:
    return next_probe_step(a_model(ready=False), a_job(age=age, role="probe"), a_pod(**pod), NOON, TIMEOUTS)


def test_a_probe_that_cannot_be_scheduled_says_so_as_a_request_does() -> None:
    step = probe(6, unschedulable="0/1 nodes are available: 1 Insufficient cpu.")
    assert isinstance(step, Delayed)
    assert (step.verdict.reason, step.subject) == (Reason.SANDBOX_UNSCHEDULABLE, "")


@pytest.mark.parametrize(("age", "clear_away"), [(59, False), (60, True)])
def test_a_probe_that_does_not_start_in_time_makes_room_for_another(age: float, clear_away: bool) -> None:
    step = probe(age, node="n", waiting_reason="ContainerCreating")
    assert isinstance(step, Delayed)
    assert step.clear_away is clear_away


def test_a_probe_that_reads_a_large_bundle_is_left_alone() -> None:
    assert isinstance(probe(110, node="n", phase="Running", running=True), Probing)


def test_a_probes_word_is_waited_for_when_its_jobs_end_is_seen_first() -> None:
    ended = a_job(age=9, role="probe", finished=True)
    step = next_probe_step(a_model(ready=False), ended, a_pod(node="n", phase="Running", running=True), NOON, TIMEOUTS)
    assert isinstance(step, Probing)


def test_a_probe_that_met_its_memory_limit_says_so() -> None:
    step = probe(9, node="n", phase="Failed", terminated_reason="OOMKilled")
    assert isinstance(step, Distrust)
    assert step.verdict.reason == Reason.OUT_OF_MEMORY
