"""How a request's status moves: each function takes a status and returns the next one. Pure; `now` is an argument."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from voxpod_crds.conditions import Condition, ConditionType, Reason, find_condition, set_condition
from voxpod_crds.conditions import Status as ConditionStatus
from voxpod_crds.sandbox_protocol import Failure, Report
from voxpod_crds.tts_request import (
    AudioObject,
    FailedAttempt,
    Phase,
    RequestTimings,
    RequestUsage,
    SandboxRef,
    TTSRequest,
    TTSRequestStatus,
)
from voxpod_operator.policy import charges
from voxpod_operator.policy.admission import Admit, Reject, Wait
from voxpod_operator.policy.demand import demand_of

MAX_FAILED_ATTEMPTS = 8
"""Of status.failedAttempts; lifecycle gives up before there are more."""
MAX_ATTEMPT_MESSAGE = 256
_EPOCH, _MILLISECOND = datetime.fromtimestamp(0, UTC), timedelta(milliseconds=1)


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def milliseconds_between(start: str | datetime | None, end: datetime) -> int:
    """Milliseconds from `start` to `end` as timestamps tell both, never negative; 0 without a start."""
    if start is None:
        return 0
    begin = datetime.fromisoformat(start) if isinstance(start, str) else start
    # a timestamp drops what is below a millisecond: between a moment and its own timestamp there is none
    return max(0, (end - _EPOCH) // _MILLISECOND - (begin - _EPOCH) // _MILLISECOND)


def sandbox_due(status: TTSRequestStatus) -> datetime | None:
    """When the assigned sandbox was to be made: at its assignment, or after the pause before it."""
    if status.assigned_at is None:
        return None
    assigned = datetime.fromisoformat(status.assigned_at)
    return max(assigned, status.not_before or assigned)


def wait(request: TTSRequest, decision: Wait, now: datetime) -> TTSRequestStatus:
    """The request waits."""
    status = _with(request, ConditionType.ADMITTED, "False", decision.reason, decision.message, now)
    return status.model_copy(
        update={"phase": Phase.QUEUED, "tenant": decision.tenant or None, "queue_position": decision.position}
    )


def reject(request: TTSRequest, decision: Reject, now: datetime) -> TTSRequestStatus:
    """The request will never start."""
    status = _with(request, ConditionType.ADMITTED, "False", decision.reason, decision.message, now)
    status = _without_audio(status, request, decision.reason, decision.message, now)
    return status.model_copy(
        update={"phase": Phase.REJECTED, "tenant": decision.tenant or None, "queue_position": None, "usage": None}
    )


def next_attempt(request: TTSRequest) -> int:
    """Number of the request's next sandbox."""
    return (request.status.attempt or 0) + 1


def assign(request: TTSRequest, decision: Admit, job_name: str, now: datetime) -> TTSRequestStatus:
    """The request holds a slot and its next sandbox's name: written before that sandbox exists."""
    status = _with(
        request,
        ConditionType.ADMITTED,
        "True",
        Reason.ADMITTED,
        f"admitted for Tenant {decision.tenant.metadata.name}",
        now,
    )
    status = _condition(
        status, request, ConditionType.DISPATCHED, "False", Reason.SANDBOX_STARTING, f"Job {job_name} starts", now
    )
    demand = demand_of(request.spec)
    return status.model_copy(
        update={
            "phase": Phase.QUEUED,
            "tenant": decision.tenant.metadata.name,
            "model": decision.model.metadata.name,
            "voice": decision.voice or None,
            "queue_position": None,
            "sandbox": SandboxRef(job_name=job_name),
            "attempt": next_attempt(request),
            "not_before": None,
            "assigned_at": timestamp(now),
            "timings": RequestTimings(queued=milliseconds_between(request.metadata.creation_timestamp, now)),
            "usage": RequestUsage(characters=demand.characters, audio_seconds=demand.held_seconds),
        }
    )


def claim(request: TTSRequest, pod_name: str, pod_uid: str, protocol: int, now: datetime) -> TTSRequestStatus:
    """A pod takes the work: written before the work is handed over, so that no second pod can."""
    sandbox = request.status.sandbox
    assert sandbox is not None, "only an assigned request can be claimed"
    status = _with(request, ConditionType.DISPATCHED, "True", Reason.CLAIMED, f"pod {pod_name} synthesizes", now)
    timings = (request.status.timings or RequestTimings()).model_copy(
        update={"startup": milliseconds_between(sandbox_due(request.status), now)}
    )
    return status.model_copy(
        update={
            "phase": Phase.RUNNING,
            "sandbox": sandbox.model_copy(update={"pod_name": pod_name, "pod_uid": pod_uid, "protocol": protocol}),
            "not_before": None,
            "claimed_at": timestamp(now),
            "timings": timings,
        }
    )


def uploading(request: TTSRequest, message: str, now: datetime) -> TTSRequestStatus:
    """The speech is made, and storing it takes its time."""
    return _with(request, ConditionType.DISPATCHED, "True", Reason.UPLOADING, message, now)


def starting(request: TTSRequest, reason: Reason, message: str, now: datetime) -> TTSRequestStatus:
    """The sandbox is not there yet, for a reason worth telling, unless that was told before."""
    if no_news(find_condition(request.status.conditions, ConditionType.DISPATCHED), reason, message):
        return request.status
    return _with(request, ConditionType.DISPATCHED, "False", reason, message, now)


def no_news(told: Condition | None, reason: str, message: str) -> bool:
    """Whether a condition tells this already, if perhaps with other numbers.

    The scheduler counts the nodes anew each few seconds, and the kubelet's back-off adds nothing to the error of its pull.
    """
    if told is None or told.reason != reason:
        return False
    return _gist(told.message) == _gist(message) or message.startswith("ImagePullBackOff:")


def retry(
    request: TTSRequest, failure: Failure, job_name: str, node: str, not_before: datetime | None, now: datetime
) -> TTSRequestStatus:
    """A fresh sandbox gets the work, after a pause or at once; of the old one nothing remains but why it was given up.

    `node`: where the old one was; empty when it never got that far.
    """
    attempt = next_attempt(request)
    message = f"attempt {attempt} after {failure.reason}: {failure.message}"
    status = _with(request, ConditionType.DISPATCHED, "False", Reason.RETRYING, message, now)
    failed = FailedAttempt(
        attempt=request.status.attempt or 1,
        reason=failure.reason,
        message=failure.message[:MAX_ATTEMPT_MESSAGE],
        node=node or None,
    )
    return status.model_copy(
        update={
            "phase": Phase.QUEUED,
            "sandbox": SandboxRef(job_name=job_name),
            "attempt": attempt,
            "failed_attempts": [*request.status.failed_attempts, failed][-MAX_FAILED_ATTEMPTS:],
            "not_before": not_before,
            "assigned_at": timestamp(now),
            "claimed_at": None,
        }
    )


def give_back(
    request: TTSRequest, reason: Reason, message: str, not_before: datetime, now: datetime
) -> TTSRequestStatus:
    """The request has no slot any more, and waits as if it were new, but for the pause and for what it was told."""
    status = _with(request, ConditionType.DISPATCHED, "False", reason, message, now)
    said = f"its sandbox was not started in time ({reason}: {message}); the next try is at {timestamp(not_before)}"
    status = _condition(status, request, ConditionType.ADMITTED, "False", Reason.WAITING_FOR_CAPACITY, said, now)
    return status.model_copy(
        update={
            "phase": Phase.QUEUED,
            "sandbox": None,
            "not_before": not_before,
            "assigned_at": None,
            "model": None,
            "voice": None,
            "timings": None,
            "usage": None,
        }
    )


def unverified(request: TTSRequest, problem: str, now: datetime) -> TTSRequestStatus:
    """The sandbox said that the audio is stored, and the store does not let the operator see it."""
    return _with(
        request,
        ConditionType.DISPATCHED,
        "True",
        Reason.WAITING_FOR_STORE,
        f"the audio is made, and verified when the store lets it be: {problem}",
        now,
    )


def fail(
    request: TTSRequest, reason: str, message: str, now: datetime, phase: Phase = Phase.FAILED
) -> TTSRequestStatus:
    """The request ended without audio."""
    status = request.status.model_copy(update={"observed_generation": request.metadata.generation})
    status = _without_audio(status, request, reason, message, now)
    usage = charges.without_audio(request, phase, reason)
    return status.model_copy(update={"phase": phase, "queue_position": None, "usage": usage})


@dataclass(frozen=True, slots=True)
class Places:
    """Where what a request made lies."""

    audio: str
    """URI of the audio."""
    timestamps: str | None = None
    """URI of its times, when the request asks for them."""
    url: str | None = None
    """Presigned GET of the audio, made now, when the request asks for one."""
    timestamps_url: str | None = None
    """The same of its times."""


def succeed(request: TTSRequest, report: Report, places: Places, now: datetime) -> TTSRequestStatus:
    """The audio is stored and verified, and the times beside it when the request asks for them."""
    audio, life = report.audio, request.spec.audio_url_seconds
    assert audio is not None, "only a report with audio can succeed"
    seconds = round(audio.duration_seconds, 3)
    status = _with(
        request, ConditionType.COMPLETE, "True", Reason.SUCCEEDED, f"{seconds} s of audio at {places.audio}", now
    )
    timings = request.status.timings or RequestTimings()
    if report.timings.synthesis_ms:  # else the sandbox was lost before it could tell
        told = {"synthesis": report.timings.synthesis_ms, "upload": report.timings.upload_ms}
        timings = timings.model_copy(update=told)
    return status.model_copy(
        update={
            "phase": Phase.SUCCEEDED,
            "voice": audio.voice or None,
            "audio": AudioObject(
                uri=places.audio,
                sha256=audio.sha256,
                bytes=audio.bytes,
                duration_seconds=seconds,
                sample_rate=audio.sample_rate,
                format=audio.format,
                timestamps_uri=places.timestamps,
                url=places.url,
                timestamps_url=places.timestamps_url,
                url_expires=now.replace(microsecond=0) + timedelta(seconds=life) if places.url and life else None,
            ),
            "timings": timings,
            "usage": RequestUsage(characters=demand_of(request.spec).characters, audio_seconds=seconds),
            "warnings": list(report.warnings),
        }
    )


def difference(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """The JSON merge patch (RFC 7396) that turns `old` into `new`: null for what goes; lists are replaced whole."""
    patch: dict[str, Any] = {key: None for key in old if key not in new}
    for key, value in new.items():
        before = old.get(key)
        if isinstance(value, dict) and isinstance(before, dict):
            if inner := difference(before, value):
                patch[key] = inner
        elif value != before:
            patch[key] = value
    return patch


def _gist(message: str) -> list[str]:
    """A message without its numbers, its clauses sorted: `2 Insufficient cpu, 1 node(s) had ...` come in any order."""
    return sorted(clause.strip() for clause in re.split(r"[,.:;]", re.sub(r"\d+", "", message)))


def _with(
    request: TTSRequest, type_: ConditionType, value: ConditionStatus, reason: str, message: str, now: datetime
) -> TTSRequestStatus:
    status = request.status.model_copy(update={"observed_generation": request.metadata.generation})
    return _condition(status, request, type_, value, reason, message, now)


def _without_audio(
    status: TTSRequestStatus, request: TTSRequest, reason: str, message: str, now: datetime
) -> TTSRequestStatus:
    status = _condition(status, request, ConditionType.COMPLETE, "False", reason, message, now)
    return _condition(status, request, ConditionType.FAILED, "True", reason, message, now)


def _condition(
    status: TTSRequestStatus,
    request: TTSRequest,
    type_: ConditionType,
    value: ConditionStatus,
    reason: str,
    message: str,
    now: datetime,
) -> TTSRequestStatus:
    new = Condition(
        type=type_,
        status=value,
        reason=reason,
        message=message,
        last_transition_time=now.replace(microsecond=0),
        observed_generation=request.metadata.generation,
    )
    return status.model_copy(update={"conditions": list(set_condition(status.conditions, new))})
