"""What to do next about a SpeechModel's bundle: probe it, believe the probe, or try again later. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import ValidationError

from voxpod_crds.conditions import ConditionType, Reason, find_condition
from voxpod_crds.names import fingerprint, probe_job_name
from voxpod_crds.sandbox_protocol import BundleFacts, Failure
from voxpod_crds.speech_model import SpeechModel
from voxpod_operator.cluster.sandboxes import JobView, PodView
from voxpod_operator.policy import bundle_facts
from voxpod_operator.policy.failures import failure_of, left_behind, read_facts
from voxpod_operator.policy.starting import PULL_FAILING, STUCK_GRACE
from voxpod_operator.policy.tenancy import Verdict

PROBE_DEADLINE_SECONDS = 120
RETRY_AFTER = timedelta(seconds=30)
"""A broken bundle is probed again so often: an administrator who mends the folder need not touch the resource."""


@dataclass(frozen=True, slots=True)
class Known:
    """The bundle was read just as it would be read now; nothing to do."""


@dataclass(frozen=True, slots=True)
class StartProbe:
    """Create the probe Job."""

    news: bool
    """Whether to tell Probing; otherwise what was told stays until the probe has ended."""


@dataclass(frozen=True, slots=True)
class Believe:
    """The probe read the bundle."""

    facts: BundleFacts


@dataclass(frozen=True, slots=True)
class Distrust:
    """The probe failed, or cannot run."""

    verdict: Verdict | None
    """What to tell; None when it says nothing about a model that is in use."""
    clear_away: bool
    """Whether it is time for a new Job in place of this one."""


@dataclass(frozen=True, slots=True)
class Probing:
    """The probe runs."""

    stuck: str
    """Name of its pod (or Job) when it does not start as it should and that is to be told; empty otherwise."""


ProbeStep = Known | StartProbe | Believe | Distrust | Probing


def probe_name(model: SpeechModel, image: str) -> str:
    """Name of the probe's Job: another one when it would read something else, or needs other room to do so."""
    return probe_job_name(
        model.metadata.uid, fingerprint(bundle_facts.probed(model.spec, image), model.spec.resources.to_wire())
    )


IMAGE_PULL_GRACE = timedelta(seconds=20)
"""The kubelet retries a pull by itself; after this long it is told, and a probe, perhaps on another node, takes its place."""


def next_probe_step(
    model: SpeechModel, image: str, job: JobView | None, pod: PodView | None, now: datetime
) -> ProbeStep:
    """The one thing to do now for a model that `judge_model` has no objection to; `job` and `pod` are `probe_name`'s."""
    if model.status.probed == bundle_facts.probed(model.spec, image):
        return Known()
    ready = bundle_facts.in_use(model)
    if job is None:
        return StartProbe(news=not ready and not _failed_before(model))
    if pod is not None and pod.termination_message and (facts := _facts(pod.termination_message)) is not None:
        if (other := _other_engine(model, facts)) is not None:
            return Distrust(other, now - job.created_at > RETRY_AFTER)
        return Believe(facts)
    report = left_behind(pod)
    failure = report.failure if report is not None else _failure_of(job, pod, now)
    if failure is None:
        late = now - job.created_at > STUCK_GRACE and (pod is None or not pod.running) and not ready
        if late and pod is not None and pod.unschedulable:
            return Distrust(Verdict(False, Reason.SANDBOX_UNSCHEDULABLE, pod.unschedulable), False)
        return Probing((pod.name if pod is not None else job.name) if late else "")
    reason = next((r for r in Reason if r == failure.reason), Reason.BUNDLE_INVALID)
    # a pod's name is another one with each try; the Job's is not, and a message that changes would be a write each time
    message = failure.message.replace(pod.name, job.name) if pod is not None else failure.message
    # a full cluster, a drained node: no word about the bundle that is in use, nor about the image
    silent = ready and reason == Reason.SANDBOX_LOST
    return Distrust(None if silent else Verdict(False, reason, message), now - job.created_at > RETRY_AFTER)


def _failure_of(job: JobView, pod: PodView | None, now: datetime) -> Failure | None:
    if pod is not None and pod.waiting_reason in PULL_FAILING and now - job.created_at > IMAGE_PULL_GRACE:
        said = f"{pod.waiting_reason}: {pod.waiting_message}"[:1024]
        return Failure("infrastructure", Reason.IMAGE_PULL_FAILED, said)
    return failure_of(job, pod)


def _failed_before(model: SpeechModel) -> bool:
    """Whether a probe of this very spec failed: its reason stays while it is probed again."""
    ready = find_condition(model.status.conditions, ConditionType.READY)
    return (
        ready is not None
        and ready.status == "False"
        and ready.observed_generation == model.metadata.generation
        and ready.reason not in (Reason.UNREADABLE, Reason.SOURCE_NOT_ALLOWED, Reason.NOT_SUPPORTED_YET)
    )


def _other_engine(model: SpeechModel, facts: BundleFacts) -> Verdict | None:
    """The objection to a whole bundle that is for another engine than the spec names."""
    asked = model.spec.engine
    if asked is None or facts.engine in ("", asked):
        return None
    return Verdict(
        False, Reason.BUNDLE_INVALID, f"the bundle is for engine {facts.engine}, spec.engine asks for {asked}"
    )


def _facts(raw: str) -> BundleFacts | None:
    try:
        return read_facts(raw)
    except ValidationError:
        return None
