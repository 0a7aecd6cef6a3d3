"""/healthz, /readyz and /metrics, plain HTTP for the kubelet and Prometheus, on a port that no client reaches."""

from dataclasses import dataclass

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from voxpod_api.cluster.following import WatchState


@dataclass
class Health:
    """What the probes look at."""

    tenants: WatchState
    models: WatchState
    requests: WatchState

    def problem(self) -> str:
        """Why the process cannot serve; empty when it can. A watch that is away for a while is no reason: requests wait for it."""
        missing = [state.kind for state in (self.tenants, self.models, self.requests) if not state.synced]
        return f"not listed yet: {', '.join(missing)}" if missing else ""


def health_app(health: Health) -> web.Application:
    """The three endpoints."""
    app = web.Application()

    async def healthz(_: web.Request) -> web.Response:
        """200 while the process answers: nothing that a restart would mend is looked at."""
        return web.Response(text="ok")

    async def readyz(_: web.Request) -> web.Response:
        """200 once everything was listed."""
        problem = health.problem()
        return web.Response(status=503, text=problem) if problem else web.Response(text="ok")

    async def scrape(_: web.Request) -> web.Response:
        """Prometheus text format."""
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", scrape)
    return app
