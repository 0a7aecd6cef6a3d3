"""A whole operator in this process, on an emulated API server, with a played Job controller, kubelet and sandbox.

Only what a fault must be forced in is played; the operator is the real one, its dispatch endpoint speaks real TLS.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import kmock
from kubernetes.aio.client.api_client import ApiClient

from call_points import Calls
from certificates import an_authority, mount
from kube_emulator import KubeEmulator
from memory_store import MemoryStore
from operator_world import World
from played_sandbox import play_sandbox
from resource_bodies import Json
from voxpod_operator.app import assemble
from voxpod_operator.cluster.kinds import (
    CONFIG_MAP,
    ENDPOINT_SLICE,
    EVENT,
    EVENT_V1,
    JOB,
    LEASE,
    NODE,
    POD,
    SERVICE,
    SPEECH_MODEL,
    TENANT,
    TTS_REQUEST,
)
from voxpod_operator.settings import OperatorSettings

KINDS = (CONFIG_MAP, TENANT, SPEECH_MODEL, TTS_REQUEST, JOB, POD, EVENT, EVENT_V1, SERVICE, LEASE, ENDPOINT_SLICE, NODE)
CALL_SECONDS = 1.0
LIVE_SECRET = "a secret of facade and operator, no tenant's"


def settings_for(world: World, name: str = "operator-0", **changes: Any) -> OperatorSettings:
    """Settings of one replica: short periods, free ports."""
    known: Json = {
        "namespace": "voxpod-system", "pod_name": name, "pod_ip": "127.0.0.1", "sandbox_image": "inference:1", "sandbox_model_roots": ["/models"],
        "dispatch_tls_dir": world.tls_dir, "dispatch_port": world.dispatch_port, "health_port": 0, "object_store_endpoint": "store:9000", "object_store_bucket": "audio",
        "object_store_access_key": "a", "object_store_secret_key": "s", "lease_duration_seconds": 15.0, "lease_renew_deadline_seconds": 10.0, "lease_retry_seconds": 0.2,
        "resync_seconds": 1.0, "workers": 4, "live_audio_secret": LIVE_SECRET,
    }  # fmt: skip
    return OperatorSettings(**{**known, **changes})


@dataclass
class Replica:
    """A running operator process, as far as a test can tell."""

    task: "asyncio.Task[None]"
    api: ApiClient

    async def kill(self) -> None:
        """What SIGKILL does: no call of it reaches the API server any more, and it is gone."""

        async def dead(*_: Any, **__: Any) -> None:
            raise OSError("this process was killed")

        self.api.call_api = dead
        self.task.cancel()
        await asyncio.wait([self.task])


@asynccontextmanager
async def running_operator(world: World, calls: Calls | None = None, **changes: Any) -> AsyncIterator[Replica]:
    """One replica, ended on the way out; its failure is the test's, unless the test killed it. `calls` notes what it calls."""
    api, login = world.connection()
    store = world.store if calls is None else calls.watch(api, world.store)
    operator = assemble(settings_for(world, **changes), api, lambda **_: login, store)
    operator.ctx.gateway.__dict__["_timeout_seconds"] = CALL_SECONDS
    stop = asyncio.Event()
    task = asyncio.get_running_loop().create_task(operator.run(stop))
    try:
        yield Replica(task, api)
    finally:
        stop.set()
        await asyncio.wait([task])
        await api.close()
        if not task.cancelled():
            task.result()


@asynccontextmanager
async def a_world(kube: KubeEmulator, tmp_path: Path, dispatch_port: int) -> AsyncIterator[World]:
    """An emulated cluster with our kinds, the dispatch Service, and played sandboxes."""
    for kind in KINDS:
        kube.resources[kmock.resource(kind.group, kind.version, kind.plural)] = {
            "kind": kind.name, "singular": kind.name.lower(), "namespaced": kind.namespaced, "subresources": {"status"},
            "verbs": {"get", "list", "watch", "create", "update", "patch", "delete"},
        }  # fmt: skip
    for backbone in (("apiextensions.k8s.io", "v1", "customresourcedefinitions"), ("", "v1", "namespaces")):
        # Kopf looks for these before it watches anything
        kube.resources[kmock.resource(*backbone)] = {
            "kind": "x",
            "singular": "x",
            "namespaced": False,
            "verbs": {"get", "list", "watch"},
        }
    mount(tmp_path / "tls", an_authority().files())
    tls = ssl.create_default_context(cafile=str(tmp_path / "tls" / "ca.crt"))
    connector = aiohttp.TCPConnector(ssl=tls, resolver=Loopback(), force_close=True)  # as a sandbox calls
    async with aiohttp.ClientSession(connector=connector) as http:
        world = World(kube, http, MemoryStore(), tmp_path / "tls", dispatch_port)
        kube.on_change = lambda method, plural, raw: (
            world.start(play_sandbox(world, raw)) if (method, plural) == ("POST", "jobs") else None
        )
        kube.review = lambda token: _review(world, token)
        await world.create(
            SERVICE, {"metadata": {"name": "voxpod-dispatch"}, "spec": {"clusterIP": "10.96.0.99"}}, "voxpod-system"
        )
        kube.calls.clear()
        try:
            yield world
        finally:
            for task in list(world.tasks):
                task.cancel()
            await asyncio.gather(*world.tasks, return_exceptions=True)


def _review(world: World, token: str) -> Json:
    """A TokenReview's status: here a pod's UID is its token."""
    pod = next((p for p in world.all_of(POD) if p["metadata"]["uid"] == token), None)
    if pod is None:
        return {"authenticated": False}
    extra = {
        "authentication.kubernetes.io/pod-name": [pod["metadata"]["name"]],
        "authentication.kubernetes.io/pod-uid": [token],
    }
    return {
        "authenticated": True,
        "audiences": ["voxpod-dispatch"],
        "user": {"username": "system:serviceaccount:voxpod-sandboxes:voxpod-sandbox", "extra": extra},
    }


class Loopback(aiohttp.ThreadedResolver):
    """voxpod-dispatch is this machine."""

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> Any:
        return await super().resolve("127.0.0.1" if host == "voxpod-dispatch" else host, port, family)
