"""A whole operator in this process, on an emulated API server, with a played Job controller, kubelet and sandbox.

Only what a fault must be forced in is played; the operator is the real one, its dispatch endpoint speaks real TLS.
"""

import asyncio
import hashlib
import json
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import kmock
import kopf
from kubernetes.aio.client.api_client import ApiClient
from kubernetes.aio.client.configuration import Configuration

from certificates import write_dispatch_certificate
from kube_emulator import KubeEmulator
from voxpod_crds.sandbox_protocol import (
    Audio,
    Report,
    TimestampsObject,
    Timings,
    Upload,
    Work,
    termination_message,
    to_json,
    work_from_json,
)
from voxpod_operator.app import assemble
from voxpod_operator.cluster.kinds import (
    ENDPOINT_SLICE,
    JOB,
    LEASE,
    POD,
    SERVICE,
    SPEECH_MODEL,
    TENANT,
    TTS_REQUEST,
    Kind,
)
from voxpod_operator.errors import StoreUnavailable
from voxpod_operator.settings import OperatorSettings

Json = dict[str, Any]
KINDS = (TENANT, SPEECH_MODEL, TTS_REQUEST, JOB, POD, SERVICE, LEASE, ENDPOINT_SLICE)
DIGEST = "sha256:" + "ab" * 32
CALL_SECONDS = 1.0


class MemoryStore:
    """The operator's side of an object store, in memory."""

    bucket = "audio"

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.away = False

    def uri(self, key: str) -> str:
        return f"s3://{self.bucket}/{key}"

    def presign_put(self, key: str, content_type: str, seconds: int) -> Upload:
        return Upload(f"memory:{key}", {"Content-Type": content_type})

    async def problem_with(self, key: str, reported: Audio | TimestampsObject) -> str:
        if self.away:
            raise StoreUnavailable("the store is away")
        found = self.objects.get(key)
        if found is None:
            return f"{self.uri(key)} is not there"
        return "" if hashlib.sha256(found).hexdigest() == reported.sha256 else "checksum"

    async def remove(self, key: str) -> None:
        self.objects.pop(key, None)

    def close(self) -> None:
        pass


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
    claims: list[str] = field(default_factory=list)
    """Request UIDs in the order in which work was handed out."""
    pause_at: str = ""
    """`claimed` or `stored`: where a sandbox waits for `resume`."""
    resume: asyncio.Event = field(default_factory=asyncio.Event)
    sandboxes_silent: bool = False
    """Pods appear but never claim: they hold their slots."""
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    errors: list[BaseException] = field(default_factory=list)
    """What the played parts stumbled over: a broken test, not a broken operator."""

    async def create(self, kind: Kind, body: Json, namespace: str = "") -> Json:
        async with self.http.post(f"{str(self.kube.url).rstrip('/')}{kind.path(namespace)}", json=body) as response:
            assert response.status in (200, 201), await response.text()
            return dict(await response.json())

    async def patch(self, kind: Kind, namespace: str, name: str, body: Json, subresource: str = "") -> None:
        headers = {"Content-Type": "application/merge-patch+json"}
        async with self.http.patch(f"{str(self.kube.url).rstrip('/')}{kind.path(namespace, name, subresource)}", json=body, headers=headers) as response:
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
        return [dict(o.raw) for (resource, _, _), o in self.kube.objects.items() if resource == wanted and not o.deleted]

    async def until(self, true: Callable[[], Any], what: str, seconds: float = 10.0) -> None:
        """Wait for a state of the world; the failure says what it looked like instead."""
        deadline = asyncio.get_running_loop().time() + seconds
        while not true():
            if asyncio.get_running_loop().time() > deadline:
                states = {r["metadata"]["name"]: (r.get("status") or {}).get("conditions") for r in self.all_of(TTS_REQUEST)}
                raise AssertionError(f"not within {seconds} s: {what}; requests: {states}; the played parts: {self.errors}")
            await asyncio.sleep(0.02)

    def phase(self, name: str, namespace: str = "acme") -> str:
        return str(((self.stored(TTS_REQUEST, namespace, name) or {}).get("status") or {}).get("phase", ""))

    def reason(self, name: str, condition: str, namespace: str = "acme") -> str:
        status = (self.stored(TTS_REQUEST, namespace, name) or {}).get("status") or {}
        return next((str(c["reason"]) for c in status.get("conditions") or [] if c["type"] == condition), "")

    def start(self, coroutine: Any) -> None:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self._played)

    def _played(self, task: "asyncio.Task[None]") -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.errors.append(error)


async def play_sandbox(world: World, job: Json) -> None:
    """What Job controller, kubelet and sandbox do between them, in 20 ms."""
    name, namespace = job["metadata"]["name"], job["metadata"]["namespace"]
    labels = {**job["spec"]["template"]["metadata"]["labels"], "batch.kubernetes.io/job-name": name}
    pod = await world.create(POD, {"metadata": {"name": f"{name}-abcde", "labels": labels}, "status": {"phase": "Pending"}}, namespace)
    if labels["voxpod.dev/role"] == "probe":
        facts = {"digest": DIGEST.removeprefix("sha256:"), "voices": ["af_heart", "zf_xiaobei"], "languages": ["en", "zh", "ja"], "sample_rate": 24000}
        await finish_pod(world, pod, name, json.dumps(facts), True)
        return
    if world.sandboxes_silent:
        return
    work = await claim(world, pod["metadata"]["uid"])
    if work is None:
        await finish_pod(world, pod, name, "", True)
        return
    await pause(world, "claimed")
    report = (world.synthesize or speak)(world, work)
    await pause(world, "stored")
    await post_result(world, pod["metadata"]["uid"], report)
    await finish_pod(world, pod, name, termination_message(report), report.audio is not None)


async def pause(world: World, where: str) -> None:
    """Wait for the test if it wants to do something just here."""
    if world.pause_at == where:
        await world.resume.wait()


def speak(world: World, work: Work) -> Report:
    """Store some audio, and times if they are asked for, and report them."""
    audio = b"RIFF" + work.text.encode()
    world.store.objects[work.upload.url.removeprefix("memory:")] = audio
    made = Audio(hashlib.sha256(audio).hexdigest(), hashlib.md5(audio).hexdigest(), len(audio), 1.5, work.sample_rate or 24000, work.format, work.voice or "af_heart")
    times = None
    if work.timestamps_upload is not None:
        document = b'{"version":1}'
        world.store.objects[work.timestamps_upload.url.removeprefix("memory:")] = document
        times = TimestampsObject(hashlib.sha256(document).hexdigest(), hashlib.md5(document).hexdigest(), len(document))
    return Report(work.request_uid, Timings(boot_ms=1, synthesis_ms=750, upload_ms=3), audio=made, timestamps=times)


async def claim(world: World, token: str) -> Work | None:
    """Ask for work until there is some (None: not wanted)."""
    for _ in range(200):
        try:
            async with world.http.get(f"https://voxpod-dispatch:{world.dispatch_port}/v1/claim?wait=1", headers={"Authorization": f"Bearer {token}"}) as response:
                if response.status == 200:
                    work = work_from_json(await response.read())
                    world.claims.append(work.request_uid)
                    return work
                if response.status in (409, 410):
                    return None
        except aiohttp.ClientError:
            pass
        await asyncio.sleep(0.05)
    return None


async def post_result(world: World, token: str, report: Report) -> int:
    """Report until somebody answers; the last status."""
    status = 0
    for _ in range(40):
        try:
            async with world.http.post(f"https://voxpod-dispatch:{world.dispatch_port}/v1/result", data=to_json(report).encode(), headers={"Authorization": f"Bearer {token}"}) as response:
                status = response.status
                if status < 500:
                    return status
        except aiohttp.ClientError:
            pass
        await asyncio.sleep(0.05)
    return status


async def finish_pod(world: World, pod: Json, job: str, message: str, ok: bool) -> None:
    """The kubelet and the Job controller tell how the pod ended; both may be gone by now."""
    namespace = pod["metadata"]["namespace"]
    terminated = {"reason": "Completed" if ok else "Error", "exitCode": 0 if ok else 1, "message": message}
    if world.stored(POD, namespace, pod["metadata"]["name"]):
        await world.patch(POD, namespace, pod["metadata"]["name"], {"status": {"phase": "Succeeded" if ok else "Failed", "containerStatuses": [{"state": {"terminated": terminated}}]}}, "status")
    if world.stored(JOB, namespace, job):
        await world.patch(JOB, namespace, job, {"status": {"conditions": [{"type": "Complete" if ok else "Failed", "status": "True"}]}}, "status")


def settings_for(world: World, name: str = "operator-0", **changes: Any) -> OperatorSettings:
    """Settings of one replica: short periods, free ports."""
    known: Json = {
        "namespace": "voxpod-system", "pod_name": name, "pod_ip": "127.0.0.1", "sandbox_image": "inference:1", "sandbox_model_roots": ["/models"],
        "dispatch_tls_dir": world.tls_dir, "dispatch_port": world.dispatch_port, "health_port": 0, "object_store_endpoint": "store:9000", "object_store_bucket": "audio",
        "object_store_access_key": "a", "object_store_secret_key": "s", "lease_duration_seconds": 15.0, "lease_renew_deadline_seconds": 10.0, "lease_retry_seconds": 0.2,
        "resync_seconds": 1.0, "workers": 4,
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
async def running_operator(world: World, **changes: Any) -> AsyncIterator[Replica]:
    """One replica, ended on the way out; its failure is the test's, unless the test killed it."""
    url = str(world.kube.url).rstrip("/")
    api = ApiClient(Configuration(host=url))
    operator = assemble(settings_for(world, **changes), api, lambda **_: kopf.ConnectionInfo(server=url), world.store)  # type: ignore[arg-type]
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
    for backbone in (("apiextensions.k8s.io", "v1", "customresourcedefinitions"), ("", "v1", "namespaces"), ("", "v1", "events")):
        # Kopf looks for these before it watches anything
        kube.resources[kmock.resource(*backbone)] = {"kind": "x", "singular": "x", "namespaced": False, "verbs": {"get", "list", "watch"}}
    ca = write_dispatch_certificate(tmp_path / "tls")
    tls = ssl.create_default_context(cafile=str(ca))
    connector = aiohttp.TCPConnector(ssl=tls, resolver=_Loopback())
    async with aiohttp.ClientSession(connector=connector) as http:
        world = World(kube, http, MemoryStore(), tmp_path / "tls", dispatch_port)
        kube.on_change = lambda method, plural, raw: world.start(play_sandbox(world, raw)) if (method, plural) == ("POST", "jobs") else None
        kube.review = lambda token: _review(world, token)
        await world.create(SERVICE, {"metadata": {"name": "voxpod-dispatch"}, "spec": {"clusterIP": "10.96.0.99"}}, "voxpod-system")
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
    extra = {"authentication.kubernetes.io/pod-name": [pod["metadata"]["name"]], "authentication.kubernetes.io/pod-uid": [token]}
    return {"authenticated": True, "audiences": ["voxpod-dispatch"], "user": {"username": "system:serviceaccount:voxpod-sandboxes:voxpod-sandbox", "extra": extra}}


class _Loopback(aiohttp.ThreadedResolver):
    """voxpod-dispatch is this machine."""

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> Any:
        return await super().resolve("127.0.0.1" if host == "voxpod-dispatch" else host, port, family)


def put_silently(world: World, kind: Kind, body: Json, namespace: str = "") -> None:
    """Store an object without an event, as when a watch is late or dead."""
    name = body["metadata"]["name"]
    meta: Json = {"name": name, "uid": f"uid-{name}", "generation": 1, "resourceVersion": str(next(world.kube._versions))}
    meta["creationTimestamp"] = datetime.now(UTC).isoformat(timespec="seconds")
    key = (kmock.resource(kind.group, kind.version, kind.plural), namespace or None, name)
    world.kube.objects[key] = {**body, "metadata": {**meta, **({"namespace": namespace} if namespace else {})}}


def a_tenant_body(name: str = "acme", **spec: Any) -> Json:
    return {"apiVersion": "voxpod.dev/v1alpha1", "kind": "Tenant", "metadata": {"name": name}, "spec": {"namespaces": [name], **spec}}


def a_model_body(**spec: Any) -> Json:
    return {"apiVersion": "voxpod.dev/v1alpha1", "kind": "SpeechModel", "metadata": {"name": "kokoro"}, "spec": {"source": {"hostPath": {"path": "/models/kokoro"}}, "digest": DIGEST, "default": True, **spec}}


def a_request_body(name: str, text: str = "Hello.", **spec: Any) -> Json:
    return {"apiVersion": "voxpod.dev/v1alpha1", "kind": "TTSRequest", "metadata": {"name": name}, "spec": {"text": text, **spec}}

