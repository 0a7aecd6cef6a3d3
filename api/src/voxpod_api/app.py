"""One facade process: what runs, in which order it starts and stops."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime

import uvicorn
from aiohttp import web
from fastapi import FastAPI
from kubernetes.aio.client.api_client import ApiClient
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from voxpod_api.audio_store import AudioStore
from voxpod_api.auth.credentials import Credentials
from voxpod_api.cluster.board import RequestBoard
from voxpod_api.cluster.catalog import Catalog
from voxpod_api.cluster.following import Both, WatchState, follow
from voxpod_api.cluster.gateway import MODELS, REQUESTS, TENANTS, ClusterGateway
from voxpod_api.console import endpoints as console
from voxpod_api.health import Health, health_app
from voxpod_api.live.port import LivePort, live_port
from voxpod_api.live.server import hearing
from voxpod_api.mission import endpoints as mission
from voxpod_api.openai import endpoints as openai
from voxpod_api.settings import ApiSettings
from voxpod_api.speech.choice import Aliases
from voxpod_api.speech.order import SELECTOR
from voxpod_api.speech.service import SpeechService
from voxpod_api.speech.tasks import TaskService
from voxpod_api.tasks import endpoints as tasks
from voxpod_api.tasks.notifier import Notifier
from voxpod_api.usage import endpoints as usage
from voxpod_api.web import envelopes
from voxpod_api.web.openapi import DocumentedApi
from voxpod_api.web.outermost import Outermost
from voxpod_api.web.parts import Parts
from voxpod_api.web.protocol import impatient

logger = logging.getLogger(__name__)

MAX_HEAD_BYTES = 16_384
BACKLOG_OF_CONNECTIONS = 200
"""Connections beyond max_in_flight that get an answer, if only that there are too many."""


def create_app(parts: Parts) -> FastAPI:
    """The API; everything that is not served is 404, with an envelope."""
    app = DocumentedApi(
        title="Voxpod",
        version="0.1.0",
        # ours is in the console: FastAPI's loads its script from elsewhere
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        responses=envelopes.DOCUMENTED,
        # by the Host header, and to http:// behind a proxy that ends TLS: a client would send its key there
        redirect_slashes=False,
    )
    app.state.parts = parts
    app.include_router(mission.router)
    app.include_router(openai.router)
    app.include_router(tasks.router)
    app.include_router(usage.router)
    app.include_router(console.router)
    envelopes.install(app)
    return app


@dataclass(frozen=True)
class Facade:
    """A wired process, ready to run; tests run several in one process."""

    parts: Parts
    api: ApiClient
    gateway: ClusterGateway
    board: RequestBoard
    notifier: Notifier
    health: Health
    live: LivePort | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Watch and serve until `stop`; requests under way have drain_seconds then."""
        settings = self.parts.settings
        server = _Server(_config(self.parts))
        try:
            async with (
                asyncio.TaskGroup() as group,
                _serving(health_app(self.health), settings.health_port),
                _hearing(self.live, settings),
            ):
                kept = [
                    group.create_task(follow(self.gateway, self.health.tenants, "", self.parts.catalog.tenants)),
                    group.create_task(follow(self.gateway, self.health.models, "", self.parts.catalog.models)),
                    group.create_task(
                        follow(self.gateway, self.health.requests, SELECTOR, Both(self.board, self.notifier))
                    ),
                    group.create_task(self.notifier.run()),
                    group.create_task(self.parts.credentials.keep()),
                ]
                serving = group.create_task(server.serve())
                stopping = group.create_task(stop.wait())
                await asyncio.wait([serving, stopping, *kept], return_when=asyncio.FIRST_COMPLETED)
                server.should_exit = True
                await asyncio.wait([serving])
                for task in [stopping, *kept]:
                    task.cancel()
        finally:
            await self.parts.store.close()
            await self.api.close()  # type: ignore[no-untyped-call]


class _Server(uvicorn.Server):
    """uvicorn without signal handlers: the process has its own."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """None."""
        yield


def _hearing(live: LivePort | None, settings: ApiSettings) -> AbstractAsyncContextManager[None]:
    """The live port, where there is one."""
    if live is None:
        return nullcontext()
    return hearing(live.listeners, live.tls, settings.live_address, settings.live_port)


def _served(parts: Parts) -> ASGIApp:
    """The API with all that is around it. Pages of other origins are told what they may before anything else is looked at."""
    app, origins = Outermost(create_app(parts), parts.settings), parts.settings.cors_origins
    if not origins:
        return app
    # no cookie is ever looked at: a credential comes in a header that the page has to know
    return CORSMiddleware(
        app, origins, allow_methods=["GET", "POST", "DELETE"], allow_headers=["*"], expose_headers=["*"], max_age=600
    )


def _config(parts: Parts) -> uvicorn.Config:
    settings = parts.settings
    return uvicorn.Config(
        _served(parts),
        host=settings.host,
        port=settings.port,
        http=impatient(settings.header_seconds),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        h11_max_incomplete_event_size=MAX_HEAD_BYTES,
        limit_concurrency=settings.max_in_flight + BACKLOG_OF_CONNECTIONS,
        timeout_graceful_shutdown=settings.drain_seconds,
    )


@asynccontextmanager
async def _serving(app: web.Application, port: int) -> AsyncIterator[None]:
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, None, port).start()
        yield
    finally:
        await runner.cleanup()


def assemble(settings: ApiSettings, api: ApiClient) -> Facade:
    """Wire a facade; nothing is contacted yet. Raises CredentialsProblem."""
    gateway, board, catalog = ClusterGateway(api), RequestBoard(), Catalog()
    health = Health(WatchState(TENANTS), WatchState(MODELS), WatchState(REQUESTS))
    live = live_port(settings)
    aliases = Aliases(settings.model_aliases, settings.voice_aliases)
    credentials = Credentials(settings)
    parts = Parts(
        settings=settings,
        credentials=credentials,
        catalog=catalog,
        aliases=aliases,
        speech=SpeechService(gateway, board, settings, live),
        tasks=TaskService(gateway, board, settings.pod_name, live),
        store=AudioStore(settings.store_url, settings.store_ca_pem),
        now=lambda: datetime.now(UTC),
        ready=health.problem,
    )
    return Facade(parts, api, gateway, board, Notifier(gateway, credentials, settings, parts.now), health, live)
