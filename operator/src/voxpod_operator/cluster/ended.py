"""A TTSRequest that has ended, as the view keeps it: a small record in place of the object.

Ended requests are most of what a cluster stores. As full objects 25,000 of them took 300 MB; read straight from the JSON and
kept as records they take some 20 MB, and reading them costs microseconds.
"""

from dataclasses import dataclass
from datetime import datetime
from sys import intern
from typing import Any

from voxpod_crds.base import ResourceKey
from voxpod_crds.conditions import ConditionType
from voxpod_crds.names import attempt_in
from voxpod_crds.tts_request import Phase

Json = dict[str, Any]

TERMINAL = frozenset(phase.value for phase in Phase if phase.terminal)


@dataclass(frozen=True, slots=True)
class EndedRequest:
    """What is still asked of a request that is over."""

    key: ResourceKey
    uid: str
    resource_version: str
    phase: str
    tenant: str
    job_name: str
    """Its last sandbox; empty without one."""
    audio_sha256: str
    """Of the stored audio; empty without any."""
    reason: str
    """Of the Complete condition."""
    ended_at: datetime | None
    audio_attempt: int = 0
    """Whose sandbox stored the audio; 0 without any."""
    charged: tuple[int, float] | None = None
    """Characters and seconds of audio that its tenant is charged beside one request; None: nothing."""


def read_ended(raw: Json) -> EndedRequest | None:
    """The record of a TTSRequest that has ended; None for one that has not, or whose status is not of this version's form."""
    status = raw.get("status")
    if not isinstance(status, dict) or status.get("phase") not in TERMINAL:
        return None
    meta = raw["metadata"]
    try:
        audio: Json = status.get("audio") or {}
        complete: Json = next((c for c in status.get("conditions") or () if c["type"] == ConditionType.COMPLETE), {})
        return EndedRequest(
            key=ResourceKey(intern(meta["namespace"]), meta["name"]),
            uid=meta.get("uid", ""),
            resource_version=meta.get("resourceVersion", ""),
            phase=intern(status["phase"]),
            tenant=intern(status.get("tenant") or ""),
            job_name=(status.get("sandbox") or {}).get("jobName", ""),
            audio_sha256=audio.get("sha256", ""),
            audio_attempt=attempt_in(audio["uri"]) if audio.get("uri") else 0,
            reason=intern(str(complete.get("reason", ""))),
            charged=_charged(status.get("usage")),
            ended_at=datetime.fromisoformat(complete["lastTransitionTime"]) if complete else None,
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _charged(usage: Json | None) -> tuple[int, float] | None:
    return (int(usage["characters"]), float(usage["audioSeconds"])) if usage is not None else None
