"""What a TTSRequest's status means for a client who waits. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from voxpod_api.errors import ApiError, ErrorType, never, not_now
from voxpod_crds.conditions import ConditionType, Reason
from voxpod_crds.tts_request import Phase

Json = dict[str, Any]

Standing = Literal["queued", "running", "succeeded", "failed", "cancelled"]

STANDINGS: dict[str, Standing] = {
    Phase.RUNNING: "running",
    Phase.SUCCEEDED: "succeeded",
    Phase.FAILED: "failed",
    Phase.REJECTED: "failed",
    Phase.CANCELLED: "cancelled",
}
"""By phase; others are queued."""

LEAST_LIFE_SECONDS = 30
"""A URL that lives no longer than this is as good as over."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """Audio that is stored."""

    request: str
    """Name of the TTSRequest."""
    url: str
    expires: datetime
    bytes: int
    seconds: float
    sample_rate: int
    voice: str
    format: str


BY_REASON: dict[str, tuple[int, str, ErrorType, str | None]] = {
    Reason.TEXT_EMPTY: (400, "nothing_to_speak", "invalid_request_error", "text"),
    Reason.TEXT_TOO_LONG: (400, "string_above_max_length", "invalid_request_error", "text"),
    Reason.VOICE_NOT_FOUND: (400, "voice_not_found", "invalid_request_error", "voice"),
    Reason.VOICE_NOT_ALLOWED: (400, "voice_not_found", "invalid_request_error", "voice"),
    Reason.MODEL_NOT_FOUND: (400, "model_not_found", "invalid_request_error", "model"),
    Reason.MODEL_NOT_ALLOWED: (400, "model_not_found", "invalid_request_error", "model"),
    Reason.LANGUAGE_NOT_SUPPORTED: (400, "language_not_supported", "invalid_request_error", "language"),
    Reason.INPUT_REFUSED: (400, "input_refused", "invalid_request_error", "text"),
    Reason.NOT_SUPPORTED_YET: (400, "not_supported", "invalid_request_error", None),
    Reason.EXCEEDS_HALF_OF_DAILY_QUOTA: (400, "exceeds_half_of_daily_quota", "invalid_request_error", "text"),
    Reason.NAMESPACE_WITHOUT_TENANT: (403, "tenant_not_found", "permission_error", None),
    Reason.WAITING_FOR_TENANT: (403, "tenant_suspended", "permission_error", None),
    Reason.CANCELLED: (410, "request_cancelled", "invalid_request_error", None),
    Reason.DEADLINE_EXCEEDED: (504, "deadline_exceeded", "server_error", None),
}
"""Ends, and waits that only an administrator ends, by their reason."""

ITS_OWN_LIMITS: dict[str, str] = {
    Reason.WAITING_FOR_CONCURRENCY: "concurrent_requests_exceeded",
    Reason.WAITING_FOR_QUOTA: "concurrent_requests_exceeded",  # for what the tenant's running requests may use up
    Reason.WAITING_FOR_RATE: "rate_limit_exceeded",
}
"""Waits for which nobody but the tenant is the reason: 429. Those of others are 503."""


def ended(raw: Json) -> bool:
    """Whether the request is over."""
    phase = _status(raw).get("phase")
    return phase in {p.value for p in Phase if p.terminal}


def uid(raw: Json) -> str:
    """The request's own."""
    return str(raw["metadata"].get("uid") or "")


def holder(raw: Json) -> str:
    """UID of the pod that holds the request; empty while none does."""
    return str((_status(raw).get("sandbox") or {}).get("podUid") or "")


def voice(raw: Json) -> str:
    """Who speaks; empty where the sandbox chooses."""
    return str(_status(raw).get("voice") or "")


def standing(raw: Json) -> Standing:
    """Where the request stands, in five words."""
    return STANDINGS.get(str(_status(raw).get("phase") or ""), "queued")


def has_its_turn(raw: Json) -> bool:
    """Whether the request holds a slot, or is over: what is left is the speaking."""
    admitted = _condition(raw, ConditionType.ADMITTED)
    return ended(raw) or (admitted is not None and admitted.get("status") == "True")


def can_be_joined(raw: Json, now: datetime) -> bool:
    """Whether a repeat of the call gets its answer from this request: it is under way, or has audio that can be fetched."""
    if (raw.get("spec") or {}).get("cancel"):
        return False
    if not ended(raw):
        return True
    found = spoken(raw)
    return found is not None and (found.expires - now).total_seconds() > LEAST_LIFE_SECONDS


def spoken(raw: Json) -> Spoken | None:
    """The audio of a request that succeeded; None otherwise."""
    status = _status(raw)
    audio: Json = status.get("audio") or {}
    if status.get("phase") != Phase.SUCCEEDED.value or not audio.get("url") or not audio.get("urlExpires"):
        return None
    return Spoken(
        request=raw["metadata"]["name"],
        url=audio["url"],
        expires=datetime.fromisoformat(audio["urlExpires"]),
        bytes=int(audio["bytes"]),
        seconds=float(audio["durationSeconds"]),
        sample_rate=int(audio["sampleRate"]),
        voice=str(status.get("voice") or ""),
        format=str(audio.get("format") or "wav"),
    )


def times(raw: Json) -> tuple[str, datetime]:
    """The presigned GET of the times and when it stops to work; an empty one where there is none."""
    audio: Json = _status(raw).get("audio") or {}
    if not audio.get("timestampsUrl") or not audio.get("urlExpires"):
        return "", datetime.min.replace(tzinfo=UTC)
    return audio["timestampsUrl"], datetime.fromisoformat(audio["urlExpires"])


def error_of_end(raw: Json) -> ApiError:
    """What a client is told of a request that ended without audio."""
    failed = _condition(raw, ConditionType.FAILED) or {}
    reason, message = str(failed.get("reason") or ""), str(failed.get("message") or "the request ended without audio")
    if reason.startswith("Waiting"):
        return _error_of_wait(reason, message)
    if reason in BY_REASON:
        status, code, kind, param = BY_REASON[reason]
        return ApiError(status, code, message, kind, param)
    if reason == Reason.DAILY_QUOTA_EXCEEDED:
        return never(429, "daily_quota_exceeded", message, "rate_limit_error")
    if _status(raw).get("phase") == Phase.REJECTED.value:
        return ApiError(400, _snake(reason) or "rejected", message)
    if _status(raw).get("phase") == Phase.SUCCEEDED.value:
        return ApiError(500, "audio_url_missing", "the operator made no URL of the audio", "server_error")
    return ApiError(500, _snake(reason) or "failed", message, "server_error")


def error_of_wait(raw: Json) -> ApiError:
    """What a client is told whose request neither got its turn in time nor was rejected for that: the operator is away."""
    admitted = _condition(raw, ConditionType.ADMITTED) or {}
    reason, message = str(admitted.get("reason") or ""), str(admitted.get("message") or "nobody took the request up")
    return _error_of_wait(reason, message)


def _error_of_wait(reason: str, message: str) -> ApiError:
    if reason in ITS_OWN_LIMITS:
        return not_now(429, ITS_OWN_LIMITS[reason], message, 2)
    if reason in BY_REASON:
        status, code, kind, param = BY_REASON[reason]
        return never(status, code, message, kind, param)
    return not_now(503, _snake(reason) or "operator_away", message, 5)


def error_of_refusal(status: int, message: str) -> ApiError:
    """What a client is told when the API server does not store the request."""
    if status == 422:
        return ApiError(400, "invalid_request", message)
    if status == 403:
        return ApiError(403, "refused_by_cluster", message, "permission_error")
    return not_now(503, "cluster_unavailable", "the cluster cannot take requests at present", 2)


def _status(raw: Json) -> Json:
    found = raw.get("status")
    return found if isinstance(found, dict) else {}


def _condition(raw: Json, type_: ConditionType) -> Json | None:
    return next((c for c in _status(raw).get("conditions") or () if c.get("type") == type_.value), None)


def _snake(reason: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", reason).lower()
