"""What has come of a task's webhook, and when its next attempt is whose. Pure; kept in two annotations of the TTSRequest.

An attempt is claimed by a write that fails if anybody else wrote meanwhile, and the claim says until when it holds. So one
attempt is made at a time, by whichever replica, and one whose replica died is followed by the next as if it had failed.
"""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from voxpod_api.speech import outcome
from voxpod_api.speech.order import LISTENER_ANNOTATION, WEBHOOK_ANNOTATION
from voxpod_crds.base import GROUP

Json = dict[str, Any]

STATE_ANNOTATION = f"{GROUP}/webhook-state"

PAUSES = (30, 120, 600, 3600, 14_400)
"""Seconds from an attempt to the next; the first is longer than an attempt can last."""
MOST_ATTEMPTS = len(PAUSES) + 1
GRACE = timedelta(seconds=10)
"""For so long the replica that made the task is the one to tell of it: others would only collide with it."""
MAX_ERROR = 200


@dataclass(frozen=True, slots=True)
class Delivery:
    """A webhook."""

    url: str
    status: Literal["pending", "delivered", "failed"] = "pending"
    attempts: int = 0
    until: datetime | None = None
    """Before that nobody makes another attempt."""
    error: str = ""
    """Of the last attempt."""

    def state(self) -> str:
        """As STATE_ANNOTATION has it."""
        until = self.until.isoformat(timespec="seconds") if self.until else None
        return json.dumps(
            {"status": self.status, "attempts": self.attempts, "until": until, "error": self.error[:MAX_ERROR]}
        )


def delivery_of(raw: Json) -> Delivery | None:
    """The webhook of a TTSRequest; None without one. A state that cannot be read is never tried again."""
    annotations = raw["metadata"].get("annotations") or {}
    url, state = annotations.get(WEBHOOK_ANNOTATION), annotations.get(STATE_ANNOTATION)
    if not url:
        return None
    if not state:
        return Delivery(url)
    try:
        said = json.loads(state)
        until = datetime.fromisoformat(said["until"]).astimezone(UTC) if said["until"] else None
        if said["status"] not in ("pending", "delivered", "failed"):
            raise ValueError
        return Delivery(url, said["status"], int(said["attempts"]), until, str(said["error"]))
    except (ValueError, KeyError, TypeError):
        return Delivery(url, "failed", error="its state is not readable")


def due(raw: Json, replica: str) -> datetime | None:
    """When this replica may make the next attempt; None where there is nothing to tell, or it was told."""
    found = delivery_of(raw)
    if found is None or found.status != "pending" or not outcome.ended(raw):
        return None
    when = found.until or _end_of(raw)
    maker = (raw["metadata"].get("annotations") or {}).get(LISTENER_ANNOTATION)
    return when if maker == replica else when + GRACE


def claimed(before: Delivery, now: datetime) -> Delivery:
    """With one more attempt, which holds until the next one's time."""
    pause = PAUSES[min(before.attempts, len(PAUSES) - 1)]
    return replace(before, attempts=before.attempts + 1, until=now + timedelta(seconds=pause), error="")


def after(claim: Delivery, error: str, gone: bool) -> Delivery:
    """What an attempt came to; `gone`: the receiver wants to hear no more (410)."""
    if not error:
        return replace(claim, status="delivered", until=None)
    if gone or claim.attempts >= MOST_ATTEMPTS:
        return replace(claim, status="failed", until=None, error=error)
    return replace(claim, error=error)


def _end_of(raw: Json) -> datetime:
    times = [
        c["lastTransitionTime"]
        for c in raw["status"].get("conditions") or ()
        if c.get("type") in ("Complete", "Failed")
    ]
    return max((datetime.fromisoformat(one) for one in times), default=datetime.fromisoformat(_created(raw)))


def _created(raw: Json) -> str:
    return str(raw["metadata"]["creationTimestamp"])
