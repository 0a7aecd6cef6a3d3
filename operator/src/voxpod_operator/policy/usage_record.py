"""One record of the usage archive: a request that ended, as a CloudEvents 1.0 event of one line. Pure.

The event's id is the request's UID. A request may be archived more than once (after a crash, by two leaders): readers drop
what has an id that they have seen, which is the standard's own rule for events that are delivered twice.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from voxpod_crds.base import API_VERSION
from voxpod_crds.conditions import ConditionType, Reason
from voxpod_crds.tts_request import Phase
from voxpod_operator.cluster.ended import TERMINAL
from voxpod_operator.policy.transitions import timestamp

Json = dict[str, Any]

TYPE = "dev.voxpod.request.ended"
"""Of the events; docs/usage.md tells what they hold."""


@dataclass(frozen=True, slots=True)
class Charge:
    """What a request was charged."""

    requests: int = 0
    """1, or 0 for what is not its tenant's to pay."""
    characters: int = 0
    audio_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class UsageRecord:
    """One line of the archive, and what it is filed under."""

    uid: str
    tenant: str
    ended_at: datetime
    line: str
    """JSON, without an end of line."""


def usage_record(
    request: Json, tenant: str, now: datetime, charge: Charge | None = None, *, keep_text: bool = False
) -> UsageRecord:
    """The record of a TTSRequest (JSON of the API) that has ended, or that was deleted before its end: now, that is.

    `charge`: None for what its status says. `keep_text`: whether the tenant lets its texts be kept (retention.text).
    """
    meta, spec, status = request["metadata"], request.get("spec") or {}, request.get("status") or {}
    ended_at, end = _end(status, now)
    charged = charge or _charge_in(status)
    data = {
        "namespace": meta.get("namespace", ""),
        "name": meta["name"],
        **end,
        "requests": charged.requests,
        "characters": charged.characters,
        "audioSeconds": charged.audio_seconds,
        "model": status.get("model") or spec.get("model"),
        "voice": status.get("voice") or spec.get("voice"),
        "language": spec.get("language") or "auto",
        "bytes": _amount(status.get("audio"), "bytes"),
        "attempts": _amount(status, "attempt"),
        "timings": {
            "created": meta.get("creationTimestamp"),
            "started": status.get("claimedAt"),
            "completed": timestamp(ended_at),
        },
        **({"text": spec.get("text", "")} if keep_text else {}),
    }
    event = {
        "specversion": "1.0",
        "id": meta["uid"],
        "source": f"/apis/{API_VERSION}/namespaces/{meta.get('namespace', '')}/ttsrequests/{meta['name']}",
        "type": TYPE,
        "subject": tenant,
        "time": timestamp(ended_at),
        "datacontenttype": "application/json",
        "data": {name: value for name, value in data.items() if value is not None},
    }
    return UsageRecord(meta["uid"], tenant, ended_at, json.dumps(event, ensure_ascii=False, separators=(",", ":")))


def _end(status: Json, now: datetime) -> tuple[datetime, Json]:
    """When and how a request ended; one that was deleted before was cancelled."""
    complete = next((c for c in status.get("conditions") or () if c.get("type") == ConditionType.COMPLETE), None)
    if complete is None or status.get("phase") not in TERMINAL:
        return now, {"phase": Phase.CANCELLED, "reason": Reason.CANCELLED}
    return datetime.fromisoformat(complete["lastTransitionTime"]), {
        "phase": status["phase"],
        "reason": complete.get("reason", ""),
    }


def _charge_in(status: Json) -> Charge:
    """As the tenant's ledger has it (`policy.charges`): status.usage, unless it is of a request that no sandbox had begun."""
    usage, claimed = status.get("usage"), (status.get("sandbox") or {}).get("podUid")
    if usage is None or not (claimed or status.get("phase") in TERMINAL):
        return Charge()
    return Charge(1, int(_amount(usage, "characters")), _amount(usage, "audioSeconds"))


def _amount(piece: Json | None, name: str) -> float:
    """A number; 0 for what another version wrote in another form."""
    value = (piece or {}).get(name, 0)
    return value if isinstance(value, int | float) else 0
