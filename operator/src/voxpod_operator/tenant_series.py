"""Which tenants have metric series of their own: few enough for Prometheus, whatever the cluster holds."""

from collections import Counter
from functools import lru_cache

from voxpod_operator import metrics
from voxpod_operator.cluster.view import ClusterView

OTHER = "other"
DAILY = ("requests", "characters", "audio_seconds")
"""Resources of quota_remaining."""


def own_series(view: ClusterView, most: int) -> frozenset[str]:
    """The tenants that have some: the `most` oldest.

    So a tenant keeps its series as long as it exists, on each replica the same. A Tenant that is named `other` has none.
    """
    return _own(view.tenant_names(), most)


@lru_cache(maxsize=4)
def _own(names: tuple[str, ...], most: int) -> frozenset[str]:
    return frozenset(names[:most]) - {OTHER}


def label_of(name: str | None, own: frozenset[str]) -> str:
    """What a tenant is called in a label."""
    return name if name in own else OTHER


def forget(name: str) -> None:
    """The Tenant is gone: so are its series."""
    if name != OTHER:
        for metric in (metrics.TTS_REQUESTS, metrics.TTS_DURATION, metrics.TTS_WAIT):
            metric.remove_by_labels({"tenant": name})


def refresh(view: ClusterView, most: int, leading: bool) -> None:
    """Set what is read off the view at each scrape; by the leader only, or sum() over the replicas would count twice."""
    metrics.TTS_QUEUE.clear()
    metrics.QUOTA_REMAINING.clear()
    if not leading:
        return
    own = own_series(view, most)
    waiting: Counter[str] = Counter()
    for request in view.requests():
        if request.status.sandbox is None:
            owner = view.owner_of(request.metadata.namespace)
            waiting[label_of(owner.metadata.name if owner is not None else None, own)] += 1
    for name in (*own, OTHER):
        metrics.TTS_QUEUE.labels(tenant=name).set(waiting[name])
    for tenant in view.tenants():
        for resource in DAILY if tenant.metadata.name in own else ():
            if (left := getattr(tenant.status.remaining, resource, None)) is not None:
                metrics.QUOTA_REMAINING.labels(tenant=tenant.metadata.name, resource=resource).set(left)
