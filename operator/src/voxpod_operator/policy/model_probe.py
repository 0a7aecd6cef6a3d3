"""What to do next about a SpeechModel's bundle: probe it, believe the probe, or try again later. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import ValidationError

from voxpod_crds.conditions import ConditionType, Reason, find_condition
from voxpod_crds.sandbox_protocol import BundleFacts
from voxpod_crds.speech_model import SpeechModel
from voxpod_operator.cluster.sandboxes import JobView, PodView
from voxpod_operator.policy.failures import failure_of, left_behind, read_facts
from voxpod_operator.policy.starting import Timeouts, stage_of
from voxpod_operator.policy.tenancy import Verdict

PROBE_DEADLINE_SECONDS = 120
RETRY_AFTER = timedelta(seconds=30)
"""A broken bundle is probed again so often: an administrator who mends the folder need not touch the resource."""


@dataclass(frozen=True, slots=True)
class Known:
    """The bundle was read as the spec names it now; nothing to do."""


@dataclass(frozen=True, slots=True)
class StartProbe:
    """Create the probe Job."""


@dataclass(frozen=True, slots=True)
class Believe:
    """The probe read the bundle."""

    facts: BundleFacts


@dataclass(frozen=True, slots=True)
class Distrust:
    """The probe failed; tell why, and clear the Job away after `RETRY_AFTER` for a new one."""

    verdict: Verdict
    clear_away: bool


@dataclass(frozen=True, slots=True)
class Probing:
    """The probe is on its way."""


@dataclass(frozen=True, slots=True)
class Delayed:
    """The probe does not start as it should; tell why, and clear the Job away for a new one when its time is up."""

    verdict: Verdict
    subject: str
    """Name of its pod (or Job) whose events tell more; empty when the verdict says it all."""
    clear_away: bool


ProbeStep = Known | StartProbe | Believe | Distrust | Probing | Delayed


TOLD_OF_A_PROBE = frozenset(
    {
        Reason.BUNDLE_INVALID,
        Reason.ENGINE_FAILED,
        Reason.IMAGE_PULL_FAILED,
        Reason.OUT_OF_MEMORY,
        Reason.SANDBOX_LOST,
        Reason.SANDBOX_REFUSED,
        Reason.SANDBOX_STARTING,
        Reason.SANDBOX_UNSCHEDULABLE,
    }
)
"""Reasons of a request's sandbox that a probe's can have as well; docs/reasons.md lists them under Ready."""


def next_probe_step(
    model: SpeechModel, job: JobView | None, pod: PodView | None, now: datetime, timeouts: Timeouts
) -> ProbeStep:
    """The one thing to do now for a model that `judge_model` has no objection to."""
    ready = find_condition(model.status.conditions, ConditionType.READY)
    current = ready is not None and ready.observed_generation == model.metadata.generation
    if current and ready is not None and ready.status == "True":
        return Known()
    if job is None:
        return StartProbe()
    if pod is not None and pod.termination_message and (facts := _facts(pod.termination_message)) is not None:
        return Believe(facts)
    if job.finished and pod is not None and not (pod.ended or pod.deleting):
        return Probing()  # the pod's end, and what it says, is on its way
    report = left_behind(pod)
    failure = report.failure if report is not None else failure_of(job, pod)
    if failure is None:
        return _on_its_way(job, pod, now, timeouts)
    reason = next((r for r in TOLD_OF_A_PROBE if r == failure.reason), Reason.BUNDLE_INVALID)
    return Distrust(Verdict(False, reason, failure.message), now - job.created_at > RETRY_AFTER)


def _on_its_way(job: JobView, pod: PodView | None, now: datetime, timeouts: Timeouts) -> Probing | Delayed:
    stage = stage_of(job, pod, timeouts, answered_since=now)
    if now < stage.tell_at or (pod is not None and pod.running):
        return Probing()
    return Delayed(Verdict(False, stage.reason, stage.message), stage.events_of, now >= stage.until)


def _facts(raw: str) -> BundleFacts | None:
    try:
        return read_facts(raw)
    except ValidationError:
        return None
