"""How a request's status moves: each function takes a status and returns the next one. Pure; `now` is an argument."""

from datetime import UTC, datetime
from typing import Any

from voxpod_crds.conditions import Condition, ConditionType, Reason, set_condition
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
from voxpod_operator.policy.admission import Admit, Reject, Wait

MAX_FAILED_ATTEMPTS = 8
"""Of status.failedAttempts; lifecycle gives up before there are more."""
MAX_ATTEMPT_MESSAGE = 256


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def milliseconds_between(start: str | datetime | None, end: datetime) -> int:
    """Whole milliseconds from `start` to `end`, never negative; 0 without a start."""
    if start is None:
        return 0
    begin = datetime.fromisoformat(start) if isinstance(start, str) else start
    return max(0, round((end - begin).total_seconds() * 1000))


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
        update={"phase": Phase.REJECTED, "tenant": decision.tenant or None, "queue_position": None}
    )


def assign(request: TTSRequest, decision: Admit, job_name: str, now: datetime) -> TTSRequestStatus:
    """The request holds a slot and the first sandbox's name: written before that sandbox exists."""
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
    return status.model_copy(
        update={
            "phase": Phase.QUEUED,
            "tenant": decision.tenant.metadata.name,
            "model": decision.model.metadata.name,
            "voice": decision.voice or None,
            "queue_position": None,
            "sandbox": SandboxRef(job_name=job_name),
            "attempt": 1,
            "assigned_at": timestamp(now),
            "timings": RequestTimings(queued=milliseconds_between(request.metadata.creation_timestamp, now)),
            "usage": RequestUsage(characters=len(request.spec.text), audio_seconds=0),
        }
    )


def claim(request: TTSRequest, pod_name: str, pod_uid: str, protocol: int, now: datetime) -> TTSRequestStatus:
    """A pod takes the work: written before the work is handed over, so that no second pod can."""
    sandbox = request.status.sandbox
    assert sandbox is not None, "only an assigned request can be claimed"
    status = _with(request, ConditionType.DISPATCHED, "True", Reason.CLAIMED, f"pod {pod_name} synthesizes", now)
    timings = (request.status.timings or RequestTimings()).model_copy(
        update={"startup": milliseconds_between(request.status.assigned_at, now)}
    )
    return status.model_copy(
        update={
            "phase": Phase.RUNNING,
            "sandbox": sandbox.model_copy(update={"pod_name": pod_name, "pod_uid": pod_uid, "protocol": protocol}),
            "claimed_at": timestamp(now),
            "timings": timings,
        }
    )


def uploading(request: TTSRequest, message: str, now: datetime) -> TTSRequestStatus:
    """The speech is made, and storing it takes its time."""
    return _with(request, ConditionType.DISPATCHED, "True", Reason.UPLOADING, message, now)


def starting(request: TTSRequest, reason: Reason, message: str, now: datetime) -> TTSRequestStatus:
    """The sandbox is not there yet, for a reason worth telling."""
    return _with(request, ConditionType.DISPATCHED, "False", reason, message, now)


def retry(request: TTSRequest, failure: Failure, job_name: str, now: datetime) -> TTSRequestStatus:
    """A fresh sandbox gets the work; of the old one nothing remains but why it was given up."""
    last = request.status.attempt or 1
    attempt = last + 1
    status = _with(
        request,
        ConditionType.DISPATCHED,
        "False",
        Reason.RETRYING,
        f"attempt {attempt} after {failure.reason}: {failure.message}",
        now,
    )
    failed = FailedAttempt(attempt=last, reason=failure.reason, message=failure.message[:MAX_ATTEMPT_MESSAGE])
    return status.model_copy(
        update={
            "phase": Phase.QUEUED,
            "sandbox": SandboxRef(job_name=job_name),
            "attempt": attempt,
            "failed_attempts": [*request.status.failed_attempts, failed][-MAX_FAILED_ATTEMPTS:],
            "assigned_at": timestamp(now),
            "claimed_at": None,
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
    return status.model_copy(update={"phase": phase, "queue_position": None})


def succeed(
    request: TTSRequest, report: Report, uri: str, timestamps_uri: str | None, now: datetime
) -> TTSRequestStatus:
    """The audio is stored and verified, and the times beside it when the request asks for them."""
    audio = report.audio
    assert audio is not None, "only a report with audio can succeed"
    seconds = round(audio.duration_seconds, 3)
    status = _with(request, ConditionType.COMPLETE, "True", Reason.SUCCEEDED, f"{seconds} s of audio at {uri}", now)
    timings = (request.status.timings or RequestTimings()).model_copy(
        update={"synthesis": report.timings.synthesis_ms, "upload": report.timings.upload_ms}
    )
    return status.model_copy(
        update={
            "phase": Phase.SUCCEEDED,
            "voice": audio.voice,
            "audio": AudioObject(
                uri=uri,
                sha256=audio.sha256,
                bytes=audio.bytes,
                duration_seconds=seconds,
                sample_rate=audio.sample_rate,
                format=audio.format,
                timestamps_uri=timestamps_uri,
            ),
            "timings": timings,
            "usage": RequestUsage(characters=len(request.spec.text), audio_seconds=seconds),
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
