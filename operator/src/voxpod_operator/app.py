"""One operator process: what runs, in which order it starts and stops."""

import asyncio
import gc
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web
from kubernetes.aio.client.api_client import ApiClient

from voxpod_crds.base import ResourceKey
from voxpod_operator import metrics
from voxpod_operator.certificates import LOOK_SECONDS, DispatchCertificate
from voxpod_operator.cluster.addresses import Addresses
from voxpod_operator.cluster.gateway import ClusterGateway
from voxpod_operator.cluster.server_clock import ServerClock
from voxpod_operator.cluster.view import ClusterView
from voxpod_operator.cluster.warnings import Warnings
from voxpod_operator.context import DIRECTORY, Context
from voxpod_operator.dispatch.server import serving
from voxpod_operator.errors import ClusterError
from voxpod_operator.handlers.events import take_in
from voxpod_operator.handlers.watches import Login, watch
from voxpod_operator.health import Health, health_app
from voxpod_operator.idle import IdleSandboxes
from voxpod_operator.leadership import Leadership
from voxpod_operator.reconcile import archive
from voxpod_operator.reconcile.pool import first_seen
from voxpod_operator.reconcile.reporting import report
from voxpod_operator.reconcile.workers import work
from voxpod_operator.resync import WatchHealth, catch_up_with_all, keep_in_sync, load
from voxpod_operator.settings import OperatorSettings
from voxpod_operator.storage.object_store import ObjectStore, open_store
from voxpod_operator.store_check import keep_checked
from voxpod_operator.store_sweep import keep_swept
from voxpod_operator.usage_summary import keep_summarized
from voxpod_operator.workqueue import WorkQueue

logger = logging.getLogger(__name__)


class LeadershipLost(Exception):
    """Another replica leads, or this one could not renew: the process ends, its successor starts clean."""


@dataclass(frozen=True)
class Operator:
    """A wired process, ready to run; tests run several in one process."""

    ctx: Context
    api: ApiClient
    login: Login
    health: Health
    leadership: Leadership

    async def run(self, stop: asyncio.Event) -> None:
        """Watch, follow, lead, until `stop`. Raises LeadershipLost, or what a part failed with."""
        loaded = asyncio.Event()
        try:
            async with asyncio.TaskGroup() as parts, _health(health_app(self.health), self.ctx.settings.health_port):
                beating = parts.create_task(self._beat(), name="beat")
                watching = parts.create_task(self._watch(loaded), name="watches")
                leading = parts.create_task(self._follow_then_lead(loaded), name="leadership")
                await asyncio.wait(
                    [watching, leading, parts.create_task(stop.wait())], return_when=asyncio.FIRST_COMPLETED
                )
                stop.set()
                leading.cancel()  # first: the Lease is released while Kopf still takes its time
                watching.cancel()
                beating.cancel()
        finally:
            await self.api.close()  # type: ignore[no-untyped-call]
            self.ctx.store.close()

    async def _beat(self) -> None:
        while True:
            began = time.monotonic()
            await asyncio.sleep(BEAT_SECONDS)
            metrics.LOOP_LAG.observe(max(0.0, time.monotonic() - began - BEAT_SECONDS))

    async def _watch(self, loaded: asyncio.Event) -> None:
        await loaded.wait()  # Kopf reads the same objects once more, at five times the price
        await watch(
            lambda kind, raw, deleted: take_in(self.ctx, kind, raw, deleted),
            self.login,
            self.ctx.settings.sandbox_namespace,
        )

    async def _follow_then_lead(self, loaded: asyncio.Event) -> None:
        await insist("the first list", lambda: load(self.ctx))
        # what is loaded by now stays: the collector of cycles need not go through it again (0.1 s at 5,000 requests)
        gc.freeze()
        loaded.set()
        self.health.synced = True
        async with asyncio.TaskGroup() as parts:
            parts.create_task(keep_in_sync(self.ctx, self.health.watches), name="resync")
            parts.create_task(keep_checked(self.ctx), name="store check")
            parts.create_task(self._keep_certificate(), name="certificate")
            await self.leadership.acquire()
            try:
                async with asyncio.TaskGroup() as led:
                    # from the first moment on: what follows may take longer than a lease lasts
                    led.create_task(self._until_lost(), name="lease")
                    await self._lead()
            finally:
                await asyncio.shield(self.leadership.release())
                await archive.hand_over(self.ctx)

    async def _keep_certificate(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self.ctx.certificate.look(self.ctx.view.jobs())

    async def _until_lost(self) -> None:
        await self.leadership.keep()
        raise LeadershipLost

    async def _lead(self) -> None:
        """All that only the leader does, until cancelled."""
        settings = self.ctx.settings
        await insist("the list at takeover", lambda: catch_up_with_all(self.ctx))
        self.ctx.queue.open()
        archive.take_over(self.ctx)
        for key in self.ctx.view.work_keys():
            self.ctx.queue.add(key)
        self.ctx.queue.add(DIRECTORY)
        async with serving(self.ctx), asyncio.TaskGroup() as parts:
            self.ctx.serving.since = self.ctx.now()
            self.ctx.serving.term = self.leadership.term
            parts.create_task(self._stay_published(), name="EndpointSlice")
            parts.create_task(keep_swept(self.ctx), name="store sweep")
            parts.create_task(keep_summarized(self.ctx), name="usage summaries")
            for number in range(settings.workers):
                parts.create_task(work(self.ctx), name=f"worker {number}")

    async def _stay_published(self) -> None:
        while True:
            await insist("the EndpointSlice", self.leadership.publish)
            await asyncio.sleep(PUBLISH_SECONDS)


BEAT_SECONDS = 0.05

PUBLISH_SECONDS = 30.0
"""How soon an EndpointSlice that somebody deleted or changed is put right."""


async def insist(what: str, call: Callable[[], Awaitable[None]]) -> None:
    """Do it, however often the API server fails meanwhile; what cannot get better by itself shows in the log."""
    delay = 0.1
    while True:
        try:
            return await call()
        except ClusterError as error:
            logger.error("trying again", extra={"what": what, "error": str(error), "retry_seconds": delay})
            await asyncio.sleep(delay)
            delay = min(2 * delay, 10.0)


@asynccontextmanager
async def _health(app: web.Application, port: int) -> AsyncIterator[None]:
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, None, port).start()
        yield
    finally:
        await runner.cleanup()


def assemble(settings: OperatorSettings, api: ApiClient, login: Login, store: ObjectStore | None = None) -> Operator:
    """Wire an operator; nothing is contacted yet."""
    clock = ServerClock()
    leadership = Leadership(ClusterGateway(api, clock), settings, clock.now)
    gateway = ClusterGateway(api, clock, may_write=lambda: leadership.fresh)
    view = ClusterView()
    ctx = Context(
        settings=settings,
        gateway=gateway,
        store=store or _store(settings),
        addresses=Addresses(
            gateway,
            ResourceKey(settings.namespace, settings.dispatch_service),
            settings.dispatch_host,
            settings.sandbox_resolve_hosts,
        ),
        warnings=Warnings(gateway, settings.sandbox_namespace),
        view=view,
        idle=IdleSandboxes(clock.now),
        queue=WorkQueue(time.monotonic),
        now=clock.now,
        certificate=DispatchCertificate(settings.dispatch_tls_dir, settings.dispatch_host, clock.now),
    )
    view.on_request = ctx.keep_book
    ctx.idle.on_first_seen = lambda job_name: first_seen(ctx, job_name)
    view.on_ended = lambda request, raw: archive.on_ended(ctx, request, raw)
    # a follower knows the same, and so does a leader before it has caught up with the one before it
    view.on_news = lambda old, new, raw: report(ctx, old, new, raw) if ctx.queue.is_open and leadership.fresh else None
    return Operator(
        ctx,
        api,
        login,
        Health(view, WatchHealth(), lambda: leadership.leading, settings.metrics_max_tenants),
        leadership,
    )


def _store(settings: OperatorSettings) -> ObjectStore:
    return open_store(
        settings.object_store_endpoint,
        settings.object_store_access_key.get_secret_value(),
        settings.object_store_secret_key.get_secret_value(),
        settings.object_store_bucket,
        secure=settings.object_store_secure,
        region=settings.object_store_region,
        ca_pem=settings.object_store_ca_pem,
        conditional=settings.object_store_conditional_writes,
        public_url=settings.object_store_public_url,
    )
