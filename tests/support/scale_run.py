"""The scale bench: one operator, a real API server and etcd, many tenants, thousands that wait, sandboxes without pods' insides.

As a program (`python bench scale` starts it) it takes a Plan as JSON and prints a Result as JSON; what it is at goes to stderr.
Played are Job controller, kubelet and sandbox: a Job gets a pod object, which claims over TLS with a token of its own, sleeps, and
reports; both objects go some seconds later. The store is in memory.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from crowd import succeeded
from operator_gauges import SENT
from operator_process import OperatorProcess, operator_process
from played_sandbox import claim, play_sandbox, post_result
from real_api_server import RealApiServer, real_api_server
from real_world import SANDBOXES, RealWorld, _pod_spec, a_real_world
from resource_bodies import Json, a_model_body, a_request_body, a_tenant_body
from voxpod_crds.crd import crd
from voxpod_crds.definitions import DEFINITIONS
from voxpod_crds.sandbox_protocol import Audio, Report, Timings
from voxpod_operator.cluster.kinds import JOB, POD, SPEECH_MODEL, TENANT, TTS_REQUEST

TEXT = "The quick brown fox jumps over the lazy dog."
MERGE = {"Content-Type": "application/merge-patch+json"}
CORES = sorted(os.sched_getaffinity(0))
"""The last is the operator's alone: else its times by the clock tell how busy etcd, the API server and the player are."""
GONE_SECONDS = 5.0
"""So long a Job and its pod stay after their end."""


@dataclass(frozen=True)
class Plan:
    """What is asked."""

    tenants: int = 100
    waiting: int = 5000
    live: int = 1000
    sandboxes: int = 100
    synthesis_seconds: float = 2.0
    measured_seconds: float = 60.0
    warm_up_seconds: float = 10.0
    ended: int = 10_000


@dataclass
class Result:
    """What was seen."""

    passes: list[tuple[float, float, int]] = field(default_factory=list)
    """Milliseconds by the clock and of the processor, and slots given, of each scheduling pass."""
    lags_ms: list[float] = field(default_factory=list)
    seconds: float = 0.0
    completions: int = 0
    cpu_seconds: float = 0.0
    live_mb: float = 0.0
    waiting_mb: float = 0.0
    peak_mb: float = 0.0
    longest_gap_ms: float = 0.0
    told_seconds: float = 0.0
    """Until all that waits was told its place or reason, from the last one's creation."""
    first_decision_seconds: float = 0.0
    first_decision_cpu_seconds: float = 0.0
    first_decision_mb: float = 0.0
    audit: list[str] = field(default_factory=list)
    """Lines of the API server's audit log while it was measured."""


class Scale:
    """One run."""

    def __init__(self, plan: Plan, world: RealWorld, server: RealApiServer, http: aiohttp.ClientSession) -> None:
        self.plan, self.world, self.server, self.http = plan, world, server, http
        self.completions = self.created = 0
        self.first_job = asyncio.Event()
        self._many = asyncio.Semaphore(24)

    async def call(self, method: str, path: str, body: Json | None = None, **headers: str) -> Json:
        """Of the API server, as its admin; 404 and 409 are answers."""
        async with (
            self._many,
            self.http.request(method, f"{self.server.url}{path}", json=body, headers=headers) as said,
        ):
            answer = dict(await said.json())
        assert said.status < 300 or said.status in (404, 409), f"{method} {path}: {said.status} {answer}"
        return answer

    async def ask(self, namespace: str = "") -> None:
        """One more request of a tenant, of each in turn when none is named."""
        self.created += 1
        body = a_request_body(f"r{self.created:06}", TEXT, deadlineSeconds=86_400)
        body["metadata"]["annotations"] = {SENT: f"{time.time():.4f}"}
        await self.call("POST", TTS_REQUEST.path(namespace or f"t{self.created % self.plan.tenants:03}"), body)

    async def play(self) -> None:
        """Sandboxes for all Jobs that appear, until cancelled."""
        played: set[str] = set()
        while True:
            watch = self.http.get(
                f"{self.server.url}{JOB.path(SANDBOXES)}", params={"watch": "1"}, timeout=aiohttp.ClientTimeout(None)
            )
            with suppress(aiohttp.ClientError):
                async with watch as response:
                    async for line in response.content:
                        job = json.loads(line)["object"]
                        if job["metadata"]["uid"] in played or "conditions" in (job.get("status") or {}):
                            continue
                        played.add(job["metadata"]["uid"])
                        probe = job["metadata"]["labels"]["voxpod.dev/role"] == "probe"
                        self.world.start(play_sandbox(self.world, job) if probe else self.live(job))

    async def live(self, job: Json) -> None:
        """One sandbox."""
        self.first_job.set()
        meta, labels = job["metadata"], job["spec"]["template"]["metadata"]["labels"]
        owner = {"apiVersion": "batch/v1", "kind": "Job", "name": meta["name"], "uid": meta["uid"], "controller": True}
        pod_meta = {"name": f"{meta['name']}-abcde", "labels": labels, "ownerReferences": [owner]}
        pod_meta["annotations"] = {SENT: f"{time.time():.4f}"}
        pod = await self.call("POST", POD.path(SANDBOXES), {"metadata": pod_meta, "spec": _pod_spec()})
        token = await self.world.token_of(pod)
        work = await claim(self.world, token)
        if work is not None:
            await asyncio.sleep(self.plan.synthesis_seconds)
            audio = Audio("a" * 64, "b" * 32, 150_000, 3.1, 24_000, "wav", "af_heart")
            report = Report(work.request_uid, Timings(synthesis_ms=round(1000 * self.plan.synthesis_seconds)), audio)
            if await post_result(self.world, token, report) == 204:
                self.completions += 1
                self.world.start(self.ask())
        await self._bury(meta["name"])

    async def _bury(self, name: str) -> None:
        """What Job controller, TTL and garbage collection make of a sandbox that has exited."""
        await asyncio.sleep(GONE_SECONDS)
        await self.call("DELETE", JOB.path(SANDBOXES, name), {"propagationPolicy": "Background"})
        await self.call("DELETE", POD.path(SANDBOXES, f"{name}-abcde"), {"gracePeriodSeconds": 0})

    async def slots(self, count: int) -> None:
        """How many sandboxes the model may have."""
        change = {"spec": {"warmPool": {"maxSandboxes": count}}}
        await self.call("PATCH", SPEECH_MODEL.path("", "kokoro"), change, **MERGE)

    async def store_ended(self, count: int) -> None:
        """Requests that ended long before, as the API server keeps them."""

        async def one(number: int) -> None:
            path = TTS_REQUEST.path(f"t{number % self.plan.tenants:03}")
            body = a_request_body(f"old{number:06}", TEXT, deadlineSeconds=86_400)
            uid = (await self.call("POST", path, body))["metadata"]["uid"]
            status = {**succeeded(uid), "tenant": f"t{number % self.plan.tenants:03}"}
            await self.call("PATCH", f"{path}/{body['metadata']['name']}/status", {"status": status}, **MERGE)

        await in_crowds(one, count)


async def in_crowds(one: Any, count: int) -> None:
    for first in range(0, count, 200):
        await asyncio.gather(*(one(number) for number in range(first, min(first + 200, count))))


async def until(true: Any, what: str, seconds: float = 300.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        await asyncio.sleep(0.05)


def say(what: str) -> None:
    print(f"scale: {what}", file=sys.stderr, flush=True)


async def run(plan: Plan) -> Result:
    """All of it; some minutes."""
    os.sched_setaffinity(0, CORES[:-1] or CORES)  # etcd and the API server are started from here
    with tempfile.TemporaryDirectory(prefix="voxpod-scale-") as folder:
        for name in ("cluster", "log"):
            (Path(folder) / name).mkdir()
        with real_api_server(Path(folder) / "cluster") as server:
            async with AsyncExitStack() as open_:
                world = await open_.enter_async_context(a_real_world(server, Path(folder) / "tls"))
                for task in [*world.tasks]:
                    task.cancel()  # the harness's own Job controller, which is too slow for a crowd
                connector = aiohttp.TCPConnector(limit=0)
                timeout = aiohttp.ClientTimeout(total=60)
                http = await open_.enter_async_context(aiohttp.ClientSession(connector=connector, timeout=timeout))
                scale = Scale(plan, world, server, http)
                world.start(scale.play())
                await _prepare(scale)
                return await _measure(scale, Path(folder))


async def _prepare(scale: Scale) -> None:
    for definition in DEFINITIONS:
        await scale.call("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd(definition))
    for _ in range(300):
        if scale.world.api.call("GET", TTS_REQUEST.path())[0] == 200:
            break
        await asyncio.sleep(0.1)
    await scale.call("POST", SPEECH_MODEL.path(), a_model_body(warmPool={"maxSandboxes": 1}))

    async def tenant(number: int) -> None:
        name = f"t{number:03}"
        await scale.call("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
        await scale.call("POST", TENANT.path(), a_tenant_body(name, quota={"requestsPerDay": 1_000_000}))

    await in_crowds(tenant, scale.plan.tenants)


@asynccontextmanager
async def _operator(scale: Scale, folder: Path) -> AsyncIterator[OperatorProcess]:
    settings: Json = {
        "gauges": True, "resync_seconds": 60.0, "workers": 8, "lease_duration_seconds": 60.0, "lease_renew_deadline_seconds": 50.0,
        "lease_retry_seconds": 2.0, "dispatch_max_connections": 4096, "dispatch_max_connections_per_address": 4096, "refuse_stray_requests": False,
    }  # fmt: skip
    place = scale.server.url, scale.world.tls_dir, scale.world.dispatch_port, folder / "log" / "operator.log"
    async with operator_process(*place, **settings) as operator:
        os.sched_setaffinity(operator.pid, CORES[-1:])
        yield operator


async def _measure(scale: Scale, folder: Path) -> Result:
    plan, result = scale.plan, Result()
    async with _operator(scale, folder) as operator:
        await until(lambda: operator.leads, "the operator leads")
        say(f"{plan.live} live requests")
        await in_crowds(lambda _: scale.ask(), plan.live)
        await _told(operator)
        result.live_mb = float(operator.lines[-1]["live"])
        say(f"{plan.waiting} waiting requests")
        await in_crowds(lambda _: scale.ask(), plan.waiting - plan.live)
        began = time.monotonic()
        await _told(operator)
        result.told_seconds = time.monotonic() - began
        result.waiting_mb = float(operator.lines[-1]["live"])
        say(f"{plan.sandboxes} sandboxes at a time")
        await scale.slots(plan.sandboxes)
        await asyncio.sleep(plan.warm_up_seconds)
        await _window(scale, operator, folder, result)
    say(f"{plan.ended} ended requests at the start")
    await scale.store_ended(max(0, plan.ended - scale.completions))
    await _first_decision(scale, folder, result)
    return result


async def _told(operator: OperatorProcess) -> None:
    """Return when the operator has nothing more to write: its processor time stands still but for the beat."""
    before = operator.processor_seconds
    while True:
        await asyncio.sleep(2)
        now = operator.processor_seconds
        if now - before < 0.1:
            return
        before = now


async def _window(scale: Scale, operator: OperatorProcess, folder: Path, result: Result) -> None:
    audit = folder / "cluster" / "audit.log"
    audit = next((folder / "cluster").rglob("audit.log"), audit)
    at, lines, done = audit.stat().st_size, len(operator.lines), scale.completions
    cpu, began = operator.processor_seconds, time.monotonic()
    await asyncio.sleep(scale.plan.measured_seconds)
    result.seconds, result.cpu_seconds = time.monotonic() - began, operator.processor_seconds - cpu
    result.completions = scale.completions - done
    with audit.open("rb") as log:
        log.seek(at)
        result.audit = [line for line in log.read().decode().splitlines() if '"voxpod-operator"' in line]
    told = operator.lines[lines:]
    result.passes = [one for line in told for one in line["passes"]]
    result.lags_ms = [ms for line in told for ms in line["lags"]]
    result.peak_mb = float(operator.lines[-1]["rss"])
    result.longest_gap_ms = 1000 * operator.longest_gap_seconds


async def _first_decision(scale: Scale, folder: Path, result: Result) -> None:
    """From the start of a process until a sandbox is made, with all that is stored by now."""
    for lease in scale.world.api.items("/apis/coordination.k8s.io/v1/namespaces/voxpod-system/leases"):
        name = lease["metadata"]["name"]
        await scale.call("DELETE", f"/apis/coordination.k8s.io/v1/namespaces/voxpod-system/leases/{name}")
    await asyncio.sleep(2 * scale.plan.synthesis_seconds + GONE_SECONDS)
    scale.first_job.clear()
    await scale.ask("t000")
    began = time.monotonic()
    async with _operator(scale, folder) as operator:
        await asyncio.wait_for(scale.first_job.wait(), 300)
        result.first_decision_seconds = time.monotonic() - began
        result.first_decision_cpu_seconds = operator.processor_seconds
        result.first_decision_mb = operator.most_resident_mb


if __name__ == "__main__":
    asked = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}
    print(json.dumps(asdict(asyncio.run(run(Plan(**asked))))))
