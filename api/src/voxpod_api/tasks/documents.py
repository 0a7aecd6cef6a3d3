"""A TTSRequest as a task. Pure."""

import math
from collections.abc import Sequence
from datetime import datetime

from voxpod_api.cluster.gateway import Json
from voxpod_api.errors import ApiError
from voxpod_api.speech import outcome
from voxpod_api.tasks.schemas import BatchAnswer, BatchItem, TaskAnswer, WebhookAnswer
from voxpod_api.webhooks.delivery import delivery_of


def task_of(raw: Json, now: datetime) -> TaskAnswer:
    """The task that a TTSRequest is."""
    meta, spec, status = raw["metadata"], raw["spec"], raw.get("status") or {}
    state = outcome.standing(raw)
    spoken = outcome.spoken(raw)
    left = math.floor((spoken.expires - now).total_seconds()) if spoken else 0
    asked = spec.get("timestamps", "none") != "none"
    return TaskAnswer(
        id=meta["name"],
        status=state,
        created_at=int(datetime.fromisoformat(meta["creationTimestamp"]).timestamp()),
        queue_position=status.get("queuePosition") if state == "queued" else None,
        model=status.get("model") or spec.get("model"),
        voice=status.get("voice") or spec.get("voice"),
        format=spec.get("format", "wav"),
        audio_url=spoken.url if spoken and left > 0 else None,
        expires_in=left if spoken and left > 0 else None,
        duration=(status.get("audio") or {}).get("durationSeconds"),
        timestamps_url=f"/v1/speech-tasks/{meta['name']}/timestamps" if asked and state == "succeeded" else None,
        webhook=_webhook_of(raw),
        warnings=status.get("warnings") or [],
        error=outcome.error_of_end(raw).envelope()["error"] if state in ("failed", "cancelled") else None,
    )


def _webhook_of(raw: Json) -> WebhookAnswer | None:
    found = delivery_of(raw)
    if found is None:
        return None
    return WebhookAnswer(status=found.status, attempts=found.attempts, error=found.error or None)


def batch_of(found: Sequence[Json | ApiError], now: datetime) -> BatchAnswer:
    """What became of each task of a batch."""
    items = [
        BatchItem(index=index, error=one.envelope()["error"])
        if isinstance(one, ApiError)
        else BatchItem(index=index, task=task_of(one, now))
        for index, one in enumerate(found)
    ]
    refused = sum(item.task is None for item in items)
    return BatchAnswer(data=items, made=len(items) - refused, refused=refused)
