"""/healthz, /readyz and /metrics, plain HTTP for the kubelet and Prometheus."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from voxpod_operator import metrics, tenant_series
from voxpod_operator.cluster.view import ClusterView
from voxpod_operator.resync import WatchHealth


@dataclass
class Health:
    """What the probes look at."""

    view: ClusterView
    watches: WatchHealth
    leading: Callable[[], bool]
    tenants_with_series: int
    synced: bool = False
    """Whether the view holds the whole cluster: a follower that is not synced would lead badly."""


def health_app(health: Health) -> web.Application:
    """The three endpoints."""
    app = web.Application()

    async def healthz(_: web.Request) -> web.Response:
        """200 while every watch is alive; the kubelet restarts the pod otherwise."""
        dead = health.watches.dead()
        return web.Response(status=503, text=f"dead watch: {', '.join(dead)}") if dead else web.Response(text="ok")

    async def readyz(_: web.Request) -> web.Response:
        """200 once the view is complete, on leader and followers alike."""
        return (
            web.Response(text="ok") if health.synced else web.Response(status=503, text="the view is not complete yet")
        )

    async def scrape(_: web.Request) -> web.Response:
        """Prometheus text format."""
        # from the leader only: replicas know the same requests, and sum() over them must not count those twice
        phases = Counter(str(r.status.phase or "Pending") for r in health.view.requests() if health.leading())
        for phase in ("Pending", "Queued", "Running"):
            metrics.REQUESTS.labels(phase=phase).set(phases[phase])
        tenant_series.refresh(health.view, health.tenants_with_series, health.leading())
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", scrape)
    return app
