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
    status, used = tenant.status, tenant.status.usage
    known = (
        used is not None and used.window_start is not None and (status.reset_time is None or status.reset_time > now)
    )
    buckets = []
    if known and used is not None and used.window_start is not None:
        result = {
            "object": "organization.usage.audio_speeches.result",
            "characters": used.characters,
            "num_model_requests": used.requests,
            "project_id": None,
            "user_id": None,
            "api_key_id": None,
            "model": None,
            "voxpod_audio_seconds": round(used.audio_seconds, 3),
        }
        end = _epoch(status.reset_time) if status.reset_time is not None else _epoch(now)
        buckets.append(
            {"object": "bucket", "start_time": _epoch(used.window_start), "end_time": end, "results": [result]}
        )
    return {"object": "page", "data": buckets, "has_more": False, "next_page": None}


def _epoch(at: datetime) -> int:
    return int(at.timestamp())
