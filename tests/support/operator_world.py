"""The emulated cluster as a test sees it: create and change objects, and wait for what the operator makes of them."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import kmock
import kopf
from kubernetes.aio.client.api_client import ApiClient
from kubernetes.aio.client.configuration import Configuration

from kube_emulator import KubeEmulator
from memory_store import MemoryStore
from resource_bodies import Json
from voxpod_crds.names import REQUEST_UID_LABEL
from voxpod_crds.sandbox_protocol import Report, Work
from voxpod_operator.cluster.kinds import POD, TTS_REQUEST, Kind

LOOK_SECONDS = 0.02


@dataclass
class World:
    """The emulated cluster and what happened in it."""

    kube: KubeEmulator
    http: aiohttp.ClientSession
    store: MemoryStore
    tls_dir: Path
    dispatch_port: int = 0
    synthesize: Callable[["World", Work], Report] | None = None
    """What a sandbox answers; None: audio, stored and reported."""
    facts: dict[str, object] = field(default_factory=dict)
    """What probes tell beside what they always tell."""
    claims: list[str] = field(default_factory=list)
    """Request UIDs in the order in which work was handed out."""
    pause_at: str = ""
    """`claimed` or `stored`: where a sandbox waits for `resume`."""
    resume: asyncio.Event = field(default_factory=asyncio.Event)
    sandboxes_silent: bool = False
    """Pods appear but never claim: they hold their slots."""
    kubelet: Callable[["World", Json, Json], Awaitable[None]] | None = None
    """What becomes of a sandbox's Job and pod, in the place of one that claims and speaks."""
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    errors: list[BaseException] = field(default_factory=list)
    """What the played parts stumbled over: a broken test, not a broken operator."""

    def connection(self) -> tuple[ApiClient, kopf.ConnectionInfo]:
        """How an operator reaches the API server, and how its Kopf does."""
        url = str(self.kube.url).rstrip("/")
        return ApiClient(Configuration(host=url)), kopf.ConnectionInfo(server=url)

    async def token_of(self, pod: Json) -> str:
        """What the pod says who it is with: here its UID."""
        return str(pod["metadata"]["uid"])

    async def create(self, kind: Kind, body: Json, namespace: str = "") -> Json:
        async with self.http.post(f"{str(self.kube.url).rstrip('/')}{kind.path(namespace)}", json=body) as response:
            assert response.status in (200, 201), await response.text()
            return dict(await response.json())

    async def patch(self, kind: Kind, namespace: str, name: str, body: Json, subresource: str = "") -> None:
        headers = {"Content-Type": "application/merge-patch+json"}
        async with self.http.patch(
            f"{str(self.kube.url).rstrip('/')}{kind.path(namespace, name, subresource)}", json=body, headers=headers
        ) as response:
            assert response.status == 200, await response.text()

    async def delete(self, kind: Kind, namespace: str, name: str) -> None:
        async with self.http.delete(f"{str(self.kube.url).rstrip('/')}{kind.path(namespace, name)}") as response:
            assert response.status == 200, await response.text()

    def stored(self, kind: Kind, namespace: str | None, name: str) -> Json | None:
        key = (kmock.resource(kind.group, kind.version, kind.plural), namespace or None, name)
        if key not in self.kube.objects or self.kube.objects[key].deleted:
            return None
        return dict(self.kube.objects[key].raw)

    def all_of(self, kind: Kind) -> list[Json]:
        wanted = kmock.resource(kind.group, kind.version, kind.plural)
        return [
            dict(o.raw) for (resource, _, _), o in self.kube.objects.items() if resource == wanted and not o.deleted
        ]

    async def until(self, true: Callable[[], Any], what: str, seconds: float = 30.0) -> None:
        """Wait for a state of the world; the failure says what it looked like instead.

        Patience is counted in looks, not by the clock: a process that gets little of a busy machine looks seldom, too.
        """
        for _ in range(round(seconds / LOOK_SECONDS)):
            if true():
                return
            await asyncio.sleep(LOOK_SECONDS)
        states = {
            r["metadata"]["name"]: (r.get("status") or {}).get("conditions") for r in self.all_of(TTS_REQUEST)[-20:]
        }
        raise AssertionError(f"not within {seconds} s: {what}; requests: {states}; the played parts: {self.errors}")

    def phase(self, name: str, namespace: str = "acme") -> str:
        return str(((self.stored(TTS_REQUEST, namespace, name) or {}).get("status") or {}).get("phase", ""))

    def reason(self, name: str, condition: str, namespace: str = "acme") -> str:
        status = (self.stored(TTS_REQUEST, namespace, name) or {}).get("status") or {}
        return next((str(c["reason"]) for c in status.get("conditions") or [] if c["type"] == condition), "")

    def message(self, name: str, condition: str, namespace: str = "acme") -> str:
        status = (self.stored(TTS_REQUEST, namespace, name) or {}).get("status") or {}
        return next((str(c["message"]) for c in status.get("conditions") or [] if c["type"] == condition), "")

    async def token_of_request(self, name: str) -> str:
        """The token of the first sandbox of a request, once its pod is there: here a pod's UID is its token."""
        uid = (self.stored(TTS_REQUEST, "acme", name) or {})["metadata"]["uid"]

        def pods() -> list[Json]:
            return [p for p in self.all_of(POD) if p["metadata"]["labels"].get(REQUEST_UID_LABEL) == uid]

        await self.until(pods, "the sandbox's pod")
        return await self.token_of(pods()[0])

    def start(self, coroutine: Any) -> None:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self._played)

    def _played(self, task: "asyncio.Task[None]") -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.errors.append(error)


def put_silently(world: World, kind: Kind, body: Json, namespace: str = "") -> None:
    """Store an object without an event, as when a watch is late or dead."""
    name = body["metadata"]["name"]
    meta: Json = {
        "name": name,
        "uid": f"uid-{name}",
        "generation": 1,
        "resourceVersion": str(next(world.kube._versions)),
    }
    meta["creationTimestamp"] = datetime.now(UTC).isoformat(timespec="seconds")
    key = (kmock.resource(kind.group, kind.version, kind.plural), namespace or None, name)
    world.kube.objects[key] = {**body, "metadata": {**meta, **({"namespace": namespace} if namespace else {})}}


def change_silently(world: World, kind: Kind, namespace: str, name: str, status: Json) -> None:
    """Change an object's status without an event."""
    key = (kmock.resource(kind.group, kind.version, kind.plural), namespace or None, name)
    stored = dict(world.kube.objects[key].raw)
    meta = {**stored["metadata"], "resourceVersion": str(next(world.kube._versions))}
    world.kube.objects[key] = {**stored, "metadata": meta, "status": {**stored.get("status", {}), **status}}
