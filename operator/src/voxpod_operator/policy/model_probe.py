"""What to do next about a SpeechModel's bundle: probe it, believe the probe, or try again later. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import ValidationError

from voxpod_crds.conditions import ConditionType, Reason, find_condition
from voxpod_crds.sandbox_protocol import BundleFacts
from voxpod_crds.speech_model import SpeechModel
from voxpod_operator.cluster.sandboxes import JobView, PodView
from voxpod_operator.policy.failures import failure_of, left_behind, read_facts
from voxpod_operator.policy.lifecycle import STUCK_GRACE
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
    """The probe runs."""

    stuck: str
    """Name of its pod (or Job) when it does not start as it should; empty otherwise."""


ProbeStep = Known | StartProbe | Believe | Distrust | Probing


def next_probe_step(model: SpeechModel, job: JobView | None, pod: PodView | None, now: datetime) -> ProbeStep:
    """The one thing to do now for a model that `judge_model` has no objection to."""
    ready = find_condition(model.status.conditions, ConditionType.READY)
    current = ready is not None and ready.observed_generation == model.metadata.generation
    if current and ready is not None and ready.status == "True":
        return Known()
    if job is None:
        return StartProbe()
    if pod is not None and pod.termination_message and (facts := _facts(pod.termination_message)) is not None:
        return Believe(facts)
    report = left_behind(pod)
    failure = report.failure if report is not None else failure_of(job, pod, now)
    if failure is None:
        late = now - job.created_at > STUCK_GRACE and (pod is None or not pod.running)
        return Probing((pod.name if pod is not None else job.name) if late else "")
    reason = next((r for r in Reason if r == failure.reason), Reason.BUNDLE_INVALID)
    return Distrust(Verdict(False, reason, failure.message), now - job.created_at > RETRY_AFTER)


def _facts(raw: str) -> BundleFacts | None:
    try:
        return read_facts(raw)
    except ValidationError:
        return None
