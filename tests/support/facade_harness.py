"""A whole facade in this process, served on loopback, beside a whole operator on the emulated API server.

Sandboxes are played; what they store is served over HTTP, as a store does with presigned URLs.
"""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from kubernetes.aio.client.api_client import ApiClient
from kubernetes.aio.client.configuration import Configuration

from loopback_ports import free_port
from operator_harness import LIVE_SECRET, running_operator
from operator_world import World
from resource_bodies import Json, a_model_body, a_tenant_body
from voxpod_api.app import Facade, assemble
from voxpod_api.settings import ApiSettings
from voxpod_api.speech.outcome import ended
from voxpod_operator.cluster.kinds import SPEECH_MODEL, TENANT, TTS_REQUEST

KEY = "vxp-acme-0123456789abcdef"
OTHER_KEY = "vxp-globex-0123456789abcdef"


def keys_document(**namespaces: str) -> str:
    """A file of keys: each secret with its namespace."""
    return json.dumps(
        [
            {"name": f"of-{ns}", "sha256": hashlib.sha256(secret.encode()).hexdigest(), "namespace": ns}
            for ns, secret in namespaces.items()
        ]
    )


@dataclass
class StoreFront:
    """Who serves the stored objects, and what it does wrong."""

    world: World
    cut_after: int | None = None
    """Bytes after which it breaks off."""
    refuse_once: bool = False
    """Whether it answers 500 to the next one."""
    served: list[str] = field(default_factory=list)

    async def get(self, request: web.Request) -> web.StreamResponse:
        """One object."""
        key = request.match_info["key"]
        self.served.append(key)
        content = self.world.store.objects.get(key) or self.world.store.archive.get(key)
        if self.refuse_once:
            self.refuse_once = False
            return web.Response(status=500)
        if content is None or "seconds" not in request.query:
            return web.Response(status=404 if "seconds" in request.query else 403)
        if self.cut_after is None:
            return web.Response(body=content)
        response = web.StreamResponse(headers={"Content-Length": str(len(content))})
        await response.prepare(request)
        await response.write(content[: self.cut_after])
        assert request.transport is not None
        request.transport.close()
        return response

    async def put(self, request: web.Request) -> web.Response:
        """One object, as a sandbox stores it."""
        self.world.store.objects[request.match_info["key"]] = await request.read()
        return web.Response()


@dataclass
class Served:
    """A running facade, and a client of it."""

    url: str
    facade: Facade
    http: aiohttp.ClientSession
    world: World
    front: StoreFront
    health_url: str
    keys: Path

    def post(self, path: str, body: Any = None, key: str = KEY, **headers: str) -> Any:
        """A call with a key; a body of bytes is sent as it is."""
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        said = {"Content-Type": "application/json", "Authorization": f"Bearer {key}", **headers}
        return self.http.post(self.url + path, data=sent, headers=said)

    def get(self, path: str, key: str = KEY) -> Any:
        """A call with a key, or without one."""
        return self.http.get(self.url + path, headers={"Authorization": f"Bearer {key}"} if key else {})

    async def forget(self) -> None:
        """As at the beginning: no request, no fault, no model but the one."""
        if not self.world.sandboxes_silent:  # who speaks for a request that goes would stumble
            self.world.resume.set()
            await self.world.until(lambda: all(ended(made) for made in self.requests()), "nothing is spoken any more")
        for made in self.requests():
            await self.world.delete(TTS_REQUEST, made["metadata"]["namespace"], made["metadata"]["name"])
        for model in self.world.all_of(SPEECH_MODEL):
            if model["metadata"]["name"] != "kokoro":
                await self.world.delete(SPEECH_MODEL, "", model["metadata"]["name"])
        self.world.store.objects.clear()
        self.front.served.clear()
        self.front.refuse_once, self.front.cut_after = False, None
        self.world.pause_at, self.world.synthesize, self.world.sandboxes_silent = "", None, False
        self.world.resume.clear()

    async def know_voices(self) -> None:
        """As if an operator had read the model."""
        await self.world.patch(SPEECH_MODEL, "", "kokoro", {"status": {"voices": ["af_heart", "zf_xiaobei"]}}, "status")
        models = self.facade.parts.catalog.models
        await self.world.until(lambda: models.all()[0].status.voices, "the facade hears of the voices")

    async def spent(self, tenant: str, quota: Json, remaining: Json) -> None:
        """As if a tenant had so much left until in an hour."""
        reset = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        await self.world.patch(TENANT, "", tenant, {"spec": {"quota": quota}})
        await self.world.patch(TENANT, "", tenant, {"status": {"remaining": remaining, "resetTime": reset}}, "status")
        tenants = self.facade.parts.catalog.tenants
        await self.world.until(lambda: tenants.get(tenant).status.remaining, "the facade hears of it")  # type: ignore[union-attr]

    def requests(self) -> list[Json]:
        """The TTSRequests that exist."""
        return self.world.all_of(TTS_REQUEST)


@asynccontextmanager
async def a_store_front(world: World) -> AsyncIterator[StoreFront]:
    """The store's HTTP side, on loopback."""
    front = StoreFront(world)
    app = web.Application(client_max_size=1 << 28)
    app.router.add_get("/{key:.+}", front.get)
    app.router.add_put("/{key:.+}", front.put)
    runner, port = web.AppRunner(app, access_log=None, handle_signals=False), free_port()
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    world.store.public = f"http://127.0.0.1:{port}"
    try:
        yield front
    finally:
        await runner.cleanup()


@asynccontextmanager
async def a_facade(world: World, front: StoreFront, folder: Path, **changes: Any) -> AsyncIterator[Served]:
    """One replica, ready, ended on the way out."""
    port, health_port, keys = free_port(), free_port(), folder / "keys.json"
    if not keys.exists():
        keys.write_text(keys_document(acme=KEY, globex=OTHER_KEY))
    live = {"live_secret": LIVE_SECRET, "live_address": "127.0.0.1", "live_port": free_port()}
    known = {
        **live,
        "host": "127.0.0.1",
        "port": port,
        "health_port": health_port,
        "keys_file": keys,
        "leave_seconds": 0.3,
    }
    settings = ApiSettings(**{**known, "drain_seconds": 5, **changes})
    api = ApiClient(Configuration(host=str(world.kube.url).rstrip("/")))
    facade, stop = assemble(settings, api), asyncio.Event()
    task = asyncio.create_task(facade.run(stop))
    try:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
            served = Served(
                f"http://127.0.0.1:{port}", facade, http, world, front, f"http://127.0.0.1:{health_port}", keys
            )
            await _until_ready(served, task)
            yield served
    finally:
        stop.set()
        await asyncio.wait([task])
        task.result()


async def _until_ready(served: Served, task: "asyncio.Task[None]") -> None:
    for _ in range(500):
        assert not task.done(), task.exception()
        try:
            async with served.http.get(f"{served.health_url}/readyz") as ready, served.get("/v1/test") as answers:
                if ready.status == 200 and answers.status == 200:
                    return
        except aiohttp.ClientError:
            pass
        await asyncio.sleep(0.02)
    raise AssertionError("the facade does not get ready")


@asynccontextmanager
async def served_world(
    world: World, folder: Path, *, operator: bool = True, quota: int = 20, **changes: Any
) -> AsyncIterator[Served]:
    """A cluster with two tenants and a model, an operator, a store, and a facade."""
    for name in ("acme", "globex"):
        await world.create(TENANT, a_tenant_body(name, quota={"concurrentRequests": quota}))
    await world.create(SPEECH_MODEL, a_model_body(warmPool={"maxSandboxes": 100}))
    async with a_store_front(world) as front:
        if not operator:
            async with a_facade(world, front, folder, **changes) as served:
                yield served
            return
        async with running_operator(world), a_facade(world, front, folder, **changes) as served:
            models = lambda: served.facade.parts.catalog.models.all()  # noqa: E731
            await world.until(lambda: models() and models()[0].status.voices, "the model is read")
            yield served
