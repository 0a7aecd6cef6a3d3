"""Leader election over a coordination.k8s.io Lease, as client-go does it: pure decisions on what was observed when.

`kubernetes.aio.leaderelection` (37.0.2) was looked at: it ends on a connection error, compares wall clocks and never
releases the Lease on shutdown, so that each rollout would stop the service for a lease duration.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Observed:
    """A version of the Lease, and when this process first saw it (monotonic seconds; the holder's clock is not trusted)."""

    lease: Json
    seen_at: float


def holder_of(lease: Json) -> str:
    """Identity in the Lease; empty when it was released."""
    return str(lease.get("spec", {}).get("holderIdentity") or "")


def observe(known: Observed | None, lease: Json, now: float) -> Observed:
    """Keep the first sighting while the Lease does not change."""
    if known is not None and known.lease["metadata"]["resourceVersion"] == lease["metadata"]["resourceVersion"]:
        return known
    return Observed(lease, now)


def may_take(observed: Observed, me: str, duration_seconds: float, now: float) -> bool:
    """Whether this process may write itself into the Lease: its own, released, or silent for a whole duration."""
    holder = holder_of(observed.lease)
    return holder in ("", me) or now - observed.seen_at >= duration_seconds


def owned(thing: Json, owner: Json) -> Json:
    """The object as a child of `owner` (an ownerReference) and of nobody else: the garbage collector takes it with its owner."""
    return {**thing, "metadata": {**thing["metadata"], "ownerReferences": [owner]}}


def taken(lease: Json, me: str, duration_seconds: float, wall: datetime) -> Json:
    """The Lease as this process writes it to acquire or renew."""
    spec = dict(lease.get("spec") or {})
    stamp = wall.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if holder_of(lease) != me:
        spec.update(holderIdentity=me, acquireTime=stamp, leaseTransitions=int(spec.get("leaseTransitions") or 0) + 1)
    spec.update(renewTime=stamp, leaseDurationSeconds=max(1, round(duration_seconds)))
    return {**lease, "spec": spec}


def new_lease(namespace: str, name: str) -> Json:
    """A Lease that nobody holds."""
    return {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"namespace": namespace, "name": name},
        "spec": {},
    }
