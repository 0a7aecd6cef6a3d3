"""What to do next with a request that has a sandbox, or is over. Pure: one snapshot in, one step out.

Whatever the request's status, Job and pod say, the step leads on from there; a crash between two steps is just another
snapshot.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from voxpod_crds.conditions import MAX_MESSAGE, Reason
from voxpod_crds.sandbox_protocol import Failure, Report
from voxpod_crds.tts_request import Phase, TTSRequest
from voxpod_operator.cluster.ended import EndedRequest
from voxpod_operator.cluster.sandboxes import JobView, PodView
from voxpod_operator.policy.failures import (
    IMAGE_PULL_GRACE,
    PULL_WAITING,
    failure_of,
    left_behind,
    may_retry,
)
from voxpod_operator.policy.progress import Quiet, hung, seconds_left

UNSCHEDULABLE_GRACE = timedelta(seconds=5)

STUCK_GRACE = timedelta(seconds=8)
"""A pod exists within a second of its Job and runs within two; after this long an event tells what is in the way."""

MAX_OUTAGES = 4
"""Sandboxes of one request that may meet a store that is away without being counted as failed."""

EXIT_GRACE = timedelta(seconds=10)
"""A sandbox has told its result and exits within a second; so long it may take before it is ended."""


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
class TellStarting:
    """The sandbox does not start; say why, and look again later."""

    reason: Reason
    message: str


@dataclass(frozen=True, slots=True)
class AskWhy:
    """The sandbox does not start, and only events tell why; tell it, and look again later."""

    subject: str
    """Name of the pod, or of the Job that has none."""
    without_events: str
    """What to tell when there are none."""


@dataclass(frozen=True, slots=True)
class LookAgain:
    """All is well; look again after so many seconds even if nothing happens."""

    seconds: float


Step = (
    Nothing | EndSandbox | Finish | AdmitOrWait | CreateSandbox | Conclude | Retry | TellStarting | AskWhy | LookAgain
)


def deadline_of(request: TTSRequest) -> datetime:
    """When the request must have ended; counted from its creation."""
    created = request.metadata.creation_timestamp
    assert created is not None, "the API server sets creationTimestamp"
    return created + timedelta(seconds=request.spec.deadline_seconds)


def next_step(
    request: TTSRequest, job: JobView | None, pod: PodView | None, now: datetime, quiet: Quiet | None = None
) -> Step:
    """The one thing to do now; `quiet` is how long a sandbox that tells progress has told none."""
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
            _and_before(request, f"not done within {request.spec.deadline_seconds} s of creation{_last_word(request)}"),
        )
    if request.status.sandbox is None:
        return AdmitOrWait()
    return _with_sandbox(request, job, pod, now, quiet)


def after_failure(request: TTSRequest, failure: Failure) -> Retry | Finish:
    """Another attempt, or the end."""
    attempt = request.status.attempt or 1
    outages = sum(one.reason == Reason.WAITING_FOR_STORE for one in request.status.failed_attempts)
    outage = failure.reason == Reason.WAITING_FOR_STORE
    if (outage and outages < MAX_OUTAGES) or may_retry(failure, attempt - min(outages, MAX_OUTAGES)):
        return Retry(failure)
    tried = f" (attempt {attempt} of {attempt})" if attempt > 1 else ""
    reason = Reason.UPLOAD_FAILED if outage else failure.reason
    return Finish(Phase.FAILED, reason, _and_before(request, failure.message + tried))


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
    request: TTSRequest, job: JobView | None, pod: PodView | None, now: datetime, quiet: Quiet | None
) -> Step:
    claimed = request.status.sandbox is not None and request.status.sandbox.pod_uid is not None
    if job is None and not claimed:
        return CreateSandbox()
    if job is None:
        return after_failure(
            request, Failure("infrastructure", Reason.SANDBOX_LOST, "the sandbox's Job is gone, and no result came")
        )
    if (report := left_behind(pod)) is not None:
        return Conclude(report)
    failure = failure_of(job, pod, now) or hung(quiet)
    if failure is not None:
        return after_failure(request, failure)
    if not claimed and (told := _slow_start(job, pod, now)) is not None:
        return told
    seconds = _seconds_until_worth_a_look(request, job, claimed, now)
    return LookAgain(min(seconds, seconds_left(quiet) + 0.05) if quiet is not None else seconds)


def _slow_start(job: JobView, pod: PodView | None, now: datetime) -> TellStarting | AskWhy | None:
    if pod is not None and pod.unschedulable and now - job.created_at > UNSCHEDULABLE_GRACE:
        return TellStarting(Reason.SANDBOX_UNSCHEDULABLE, pod.unschedulable)
    if pod is not None and pod.waiting_reason in PULL_WAITING:
        return TellStarting(
            Reason.SANDBOX_STARTING, f"{pod.waiting_reason}: {pod.waiting_message}; the node goes on trying"
        )
    if now - job.created_at <= STUCK_GRACE:
        return None
    if pod is None:
        return AskWhy(job.name, f"Job {job.name} has no pod yet")
    if not pod.running and not pod.unschedulable:
        return AskWhy(pod.name, f"pod {pod.name} does not start yet")
    return None


def _seconds_until_worth_a_look(request: TTSRequest, job: JobView, claimed: bool, now: datetime) -> float:
    until = [deadline_of(request)]
    if not claimed:
        until += [job.created_at + grace for grace in (UNSCHEDULABLE_GRACE, STUCK_GRACE, IMAGE_PULL_GRACE)]
    return max(0.05, min((t - now).total_seconds() for t in until if t > now) + 0.05)


def _and_before(request: TTSRequest, message: str) -> str:
    """The message, and in short why earlier sandboxes were given up: what the last one met may be another matter."""
    told = "; ".join(f"attempt {a.attempt} {a.reason}: {_cut(a.message, 80)}" for a in request.status.failed_attempts)
    return f"{_cut(message, MAX_MESSAGE - len(told) - 10)}; before: {told}" if told else message


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _last_word(request: TTSRequest) -> str:
    """What the request was waiting for, for the message of a missed deadline."""
    last = request.status.conditions[-1] if request.status.conditions else None
    return f"; last: {last.reason}: {last.message}" if last is not None and last.message else ""
