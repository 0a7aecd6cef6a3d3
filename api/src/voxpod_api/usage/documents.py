"""A Tenant's use and limits as documents. Pure; `now` is an argument."""

from datetime import datetime
from typing import Any

from voxpod_api.speech.allowance import policies
from voxpod_crds.tenant import Tenant


def limits_document(tenant: Tenant, now: datetime) -> dict[str, Any]:
    """Every limit that the tenant has, with what is left of it as far as its status says."""
    status = tenant.status
    return {
        "object": "limits",
        "tenant": tenant.metadata.name,
        "suspended": tenant.spec.suspended,
        "active": status.active,
        "waiting": status.waiting,
        "reset_at": _epoch(status.reset_time) if status.reset_time is not None and status.reset_time > now else None,
        "longest_text": tenant.spec.quota.max_text_length,
        "limits": [
            {
                "name": policy.name,
                "limit": policy.limit,
                "remaining": policy.left,
                "window_seconds": policy.window_seconds,
                "reset_seconds": policy.reset_seconds,
            }
            for policy in policies(tenant, now)
        ],
    }


def usage_document(tenant: Tenant, now: datetime) -> dict[str, Any]:
    """Today's use, as OpenAI's usage API tells that of audio_speeches: one bucket, which lasts until the day ends."""
    return {"object": "page", "data": today_bucket(tenant, now), "has_more": False, "next_page": None}


def today_bucket(tenant: Tenant, now: datetime) -> list[dict[str, Any]]:
    """The bucket of the tenant's present day; none where its status is of another one."""
    status, used = tenant.status, tenant.status.usage
    if used is None or used.window_start is None or (status.reset_time is not None and status.reset_time <= now):
        return []
    end = _epoch(status.reset_time) if status.reset_time is not None else _epoch(now)
    return [bucket(_epoch(used.window_start), end, [result(used.requests, used.characters, used.audio_seconds)])]


def bucket(start: int, end: int, results: list[dict[str, Any]]) -> dict[str, Any]:
    """A time, `end` not included, and what was used in it."""
    return {"object": "bucket", "start_time": start, "end_time": end, "results": results}


def result(
    requests: int, characters: int, seconds: float, *, project: str | None = None, model: str | None = None
) -> dict[str, Any]:
    """What was used, of a namespace or a model where they are told apart. All of OpenAI's keys, and one of our own."""
    return {
        "object": "organization.usage.audio_speeches.result",
        "characters": characters,
        "num_model_requests": requests,
        "project_id": project,
        "user_id": None,
        "api_key_id": None,
        "model": model,
        "voxpod_audio_seconds": round(seconds, 3),
    }


def _epoch(at: datetime) -> int:
    return int(at.timestamp())
