"""A Kubernetes Event as events.k8s.io/v1 has it: what is created, and what counts it up."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from voxpod_operator.cluster.event_drafts import Draft

CONTROLLER = "voxpod.dev/operator"
CLUSTER_NAMESPACE = "default"
"""Where the API server wants Events about objects that have no namespace."""

MAX_NOTE = 1024
"""Bytes that the API server takes."""

Json = dict[str, Any]


def namespace_of(draft: Draft) -> str:
    """Where the Event lives."""
    return draft.about.namespace or CLUSTER_NAMESPACE


def name_of(draft: Draft) -> str:
    """The same at each try, so that one whose answer was lost is not written twice; at most 253 characters.

    Names are in the order of time: `kubectl describe` shows Events as they are listed, since it sorts by a field that
    events.k8s.io/v1 does not allow.
    """
    about, notice = draft.about, draft.notice
    moment = round(draft.first.timestamp() * 1_000_000)
    told = "\0".join((about.uid, notice.reason, notice.occasion))
    return f"{about.name[:236].rstrip('.-')}.{moment:014x}{hashlib.blake2s(told.encode(), digest_size=1).hexdigest()}"


def event(draft: Draft, instance: str) -> Json:
    """The Event, written by the replica `instance`."""
    about, notice = draft.about, draft.notice
    return {
        "apiVersion": "events.k8s.io/v1",
        "kind": "Event",
        "metadata": {"name": name_of(draft), "namespace": namespace_of(draft)},
        "eventTime": _micro(draft.first),
        "reportingController": CONTROLLER,
        "reportingInstance": instance,
        "action": notice.action,
        "reason": notice.reason,
        "type": notice.type,
        "note": _within(notice.note, MAX_NOTE),
        "regarding": {
            "apiVersion": f"{about.kind.group}/{about.kind.version}",
            "kind": about.kind.name,
            **({"namespace": about.namespace} if about.namespace else {}),
            "name": about.name,
            "uid": about.uid,
        },
        **(series(draft) if draft.count > 1 else {}),
    }


def series(draft: Draft) -> Json:
    """What changes when it was seen again."""
    return {"series": {"count": draft.count, "lastObservedTime": _micro(draft.last)}}


def _micro(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _within(text: str, most: int) -> str:
    raw = text.encode(errors="replace")
    return text if len(raw) <= most else raw[: most - 3].decode(errors="ignore") + "…"
