"""What to do next with a request that has a sandbox, or is over. Pure: one snapshot in, one step out.

Whatever the request's status, Job and pod say, the step leads on from there; a crash between two steps is just another
snapshot.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from voxpod_crds.conditions import ConditionType, Reason, find_condition
from voxpod_crds.sandbox_protocol import Failure, Report
from voxpod_crds.tts_request import Phase, TTSRequest
from voxpod_operator.cluster.ended import EndedRequest
from voxpod_operator.cluster.sandboxes import JobView, PodView
from voxpod_operator.policy.failures import failure_of, left_behind
from voxpod_operator.policy.history import and_before, last_word
from voxpod_operator.policy.progress import Quiet, hung, seconds_left
from voxpod_operator.policy.retries import may_retry
from voxpod_operator.policy.starting import Timeouts, stage_of
from voxpod_operator.policy.transitions import sandbox_due

MAX_OUTAGES = 4
"""Sandboxes of one request that may meet a store that is away without being counted as failed."""

EXIT_GRACE = timedelta(seconds=10)
"""A sandbox has told its result and exits within a second; so long it may take before it is ended."""

VERIFYING_SECONDS = 1.0
"""How soon to look again while a report is verified; its outcome enqueues the request as well."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a step depends on besides the request, its Job and its pod."""

    timeouts: Timeouts
    answered_since: datetime
    """When sandboxes could first ask this leader for work."""
    memory_can_grow: bool
    """Whether a sandbox that met its memory limit may be followed by a larger one."""
    verifying: bool
    """Whether a report of the request's sandbox is being verified."""
    quiet: Quiet | None = None
    """How long a sandbox that tells progress has told none."""
    pod_was_asked_for: bool = False
    """Whether the pod is as the API server has it now, not as its watch told."""
    store_was_asked: bool = False
    """Whether the store has nothing that would do of a sandbox that is lost."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """The request is over and leaves nothing running."""


@dataclass(frozen=True, slots=True)
class EndSandbox:
    """The request is over or gone; its Job must not run on."""

    job: JobView


@dataclass(frozen=True, slots=True)
class Finish:
    """End the request without audio."""

    phase: Phase
    reason: Reason | str
    message: str


@dataclass(frozen=True, slots=True)
class AdmitOrWait:
    """The request has no sandbox yet: admission decides."""


@dataclass(frozen=True, slots=True)
class CreateSandbox:
    """The assigned Job is not there: create it (it may exist after all; that is fine)."""


@dataclass(frozen=True, slots=True)
class Conclude:
    """A report was left in the pod's termination message: act on it."""

    report: Report


@dataclass(frozen=True, slots=True)
class Retry:
    """Give the work to a fresh sandbox."""

    failure: Failure


@dataclass(frozen=True, slots=True)
class AskPod:
    """The Job has ended, and the watch of pods is behind: decide again on the pod as the API server has it."""

    job: JobView


@dataclass(frozen=True, slots=True)
class AskStore:
    """The sandbox had the work and is lost without a word: decide again on what it stored, which may be all that was asked."""


@dataclass(frozen=True, slots=True)
class TellStarting:
    """The sandbox does not start; say why, and look again later."""

    reason: Reason
    message: str
    again_seconds: float


@dataclass(frozen=True, slots=True)
class AskWhy:
    """The sandbox does not start, and only events tell why; tell it, and look again later."""

    subject: str
    """Name of the pod, or of the Job that has none."""
    without_events: str
    """What to tell when there are none."""
    again_seconds: float


@dataclass(frozen=True, slots=True)
class StartOverdue:
    """The sandbox did not start on its node in time: it is given up, and the failure told with what events say."""

    failure: Failure
    subject: str
    """Whose events tell more; empty when the failure says it all."""


@dataclass(frozen=True, slots=True)
class GiveBack:
    """The cluster did not take the sandbox in time: its slot is for others, the request waits its turn again."""

    reason: Reason
    message: str
    subject: str
    """Whose events tell more; empty when the message says it all."""


@dataclass(frozen=True, slots=True)
class LookAgain:
    """All is well; look again after so many seconds even if nothing happens."""

    seconds: float


Step = (
    Nothing
    | EndSandbox
    | Finish
    | AdmitOrWait
    | CreateSandbox
    | Conclude
    | Retry
    | AskPod
    | AskStore
    | TellStarting
    | AskWhy
    | StartOverdue
    | GiveBack
    | LookAgain
)


def deadline_of(request: TTSRequest) -> datetime:
    """When the request must have ended; counted from its creation."""
    created = request.metadata.creation_timestamp
    assert created is not None, "the API server sets creationTimestamp"
    return created + timedelta(seconds=request.spec.deadline_seconds)


def next_step(
    request: TTSRequest, job: JobView | None, pod: PodView | None, now: datetime, around: Circumstances
) -> Step:
    """The one thing to do now."""
    if (step := due_end(request, now)) is not None:
        return step
    if (pause := request.status.not_before) is not None and now < pause and job is None:
        return LookAgain(_seconds_until(request, pause, now))
    if request.status.sandbox is None:
        return AdmitOrWait()
    return _with_sandbox(request, job, pod, now, around)


def due_end(request: TTSRequest, now: datetime) -> Nothing | Finish | None:
    """The end that is due whatever its sandbox does, or has come; None while the request may go on."""
    if request.status.phase is not None and request.status.phase.terminal:
        return Nothing()
    if request.spec.cancel or request.metadata.deletion_timestamp is not None:
        return Finish(
            Phase.CANCELLED,
            Reason.CANCELLED,
            "spec.cancel was set" if request.spec.cancel else "the request is being deleted",
        )
    if now >= deadline_of(request):
        return Finish(
            Phase.FAILED,
            Reason.DEADLINE_EXCEEDED,
            and_before(request, f"not done within {request.spec.deadline_seconds} s of creation{last_word(request)}"),
        )
    return None


def after_failure(request: TTSRequest, failure: Failure, memory_can_grow: bool) -> Retry | Finish:
    """Another attempt, or the end."""
    failed = request.status.failed_attempts
    outages = sum(one.reason == Reason.WAITING_FOR_STORE for one in failed)
    outage = failure.reason == Reason.WAITING_FOR_STORE
    counted = len(failed) - min(outages, MAX_OUTAGES)
    if (outage and outages < MAX_OUTAGES) or may_retry(failure, counted, memory_can_grow):
        return Retry(failure)
    tried = f" (attempt {len(failed) + 1} of {len(failed) + 1})" if failed else ""
    reason = Reason.UPLOAD_FAILED if outage else failure.reason
    return Finish(Phase.FAILED, reason, and_before(request, failure.message + tried))


def after_the_end(request: EndedRequest, job: JobView | None, now: datetime) -> EndSandbox | LookAgain | Nothing:
    """A sandbox that told its result exits by itself, and its log stays for the Job's TTL; others are ended at once."""
    if job is None or job.finished or job.deleting:
        return Nothing()
    if request.ended_at is None or request.reason in (Reason.CANCELLED, Reason.DEADLINE_EXCEEDED):
        return EndSandbox(job)
    left = (request.ended_at + EXIT_GRACE - now).total_seconds()
    return LookAgain(left) if left > 0 else EndSandbox(job)


def stray_for(request: EndedRequest, keep_seconds: float, now: datetime) -> float | None:
    """Seconds until a request of a namespace without a Tenant is deleted; None for a tenant's: that stays."""
    if request.reason != Reason.NAMESPACE_WITHOUT_TENANT or request.ended_at is None:
        return None
    return (request.ended_at - now).total_seconds() + keep_seconds


def _with_sandbox(
    request: TTSRequest, job: JobView | None, pod: PodView | None, now: datetime, around: Circumstances
) -> Step:
    claimed = request.status.sandbox is not None and request.status.sandbox.pod_uid is not None
    if around.verifying:
        return LookAgain(VERIFYING_SECONDS)
    # a sandbox that served another request before may have left the report of that one
    if (report := left_behind(pod)) is not None and report.request_uid in ("", request.metadata.uid):
        return Conclude(report)
    if job is None:
        return _without_job(request, claimed, now, around)
    if job.finished and not around.pod_was_asked_for and (pod is None or not pod.ended):
        return AskPod(job)
    failure = failure_of(job, pod) or hung(around.quiet)
    if failure is not None:
        return _lost(request, failure, claimed, around)
    if not claimed:
        return _starting(request, job, pod, now, around)
    seconds = _seconds_until(request, deadline_of(request), now)
    return LookAgain(min(seconds, seconds_left(around.quiet) + 0.05) if around.quiet is not None else seconds)


def _lost(request: TTSRequest, failure: Failure, claimed: bool, around: Circumstances) -> Step:
    if claimed and not around.store_was_asked:
        return AskStore()
    return after_failure(request, failure, around.memory_can_grow)


def _without_job(request: TTSRequest, claimed: bool, now: datetime, around: Circumstances) -> Step:
    if claimed:
        gone = "the sandbox's Job is gone, and no result came"
        return _lost(request, Failure("infrastructure", Reason.SANDBOX_LOST, gone), claimed, around)
    # that no leader made it before is not its fault
    if now < max(sandbox_due(request.status) or now, around.answered_since) + around.timeouts.start:
        return CreateSandbox()
    told = find_condition(request.status.conditions, ConditionType.DISPATCHED)
    if told is not None and told.reason not in (Reason.SANDBOX_STARTING, Reason.RETRYING):
        return GiveBack(next(r for r in Reason if r == told.reason), told.message, subject="")
    return GiveBack(Reason.SANDBOX_STARTING, "the sandbox's Job could not be created", subject="")


def _starting(
    request: TTSRequest, job: JobView, pod: PodView | None, now: datetime, around: Circumstances
) -> TellStarting | AskWhy | StartOverdue | GiveBack | LookAgain:
    stage = stage_of(job, pod, around.timeouts, around.answered_since)
    if now < stage.tell_at:
        return LookAgain(_seconds_until(request, min(stage.tell_at, stage.until), now))
    if now < stage.until and not stage.events_of:
        return TellStarting(stage.reason, stage.message, _seconds_until(request, stage.until, now))
    if now < stage.until:
        # events cost the API server a search: after 8 s, 16 s, 32 s ...
        later = now + (now - job.created_at)
        return AskWhy(stage.events_of, stage.message, _seconds_until(request, min(later, stage.until), now))
    if stage.overdue is None:
        return GiveBack(stage.reason, stage.message, stage.events_of)
    message = f"after {(now - job.created_at).total_seconds():.0f} s: {stage.message}"
    return StartOverdue(Failure("infrastructure", stage.overdue, message[:1024]), stage.events_of)


def _seconds_until(request: TTSRequest, moment: datetime, now: datetime) -> float:
    """Seconds until just after the moment, or the deadline when that comes first."""
    return max(0.05, (min(moment, deadline_of(request)) - now).total_seconds() + 0.05)
