"""A crowd on a real API server, for the benches that play sandboxes: Job controller, kubelet and sandbox are one program beside it.

A Job gets a pod object, which claims over TLS with a token of its own, sleeps instead of speaking, and reports; both objects go some
seconds later. The store is in memory.
"""

import asyncio
import base64
import json
import os
import ssl
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import yaml

from operator_gauges import SENT
from operator_harness import Loopback
from operator_process import OperatorProcess, operator_process
from played_sandbox import controlled_by, play_sandbox
from real_api_server import RealApiServer, real_api_server
from real_world import ACCOUNT, SANDBOXES, RealWorld, _pod_spec, a_real_world
from resource_bodies import Json, a_request_body, a_tenant_body
from voxpod_crds.crd import crd
from voxpod_crds.definitions import DEFINITIONS
from voxpod_crds.names import ROLE_LABEL
from voxpod_crds.sandbox_protocol import (
    TOKEN_AUDIENCE,
    VERSION,
    VERSION_HEADER,
    Audio,
    Report,
    Timings,
    Work,
    to_json,
    work_from_json,
)
from voxpod_operator.cluster.kinds import JOB, LEASE, POD, SPEECH_MODEL, TENANT, TTS_REQUEST

TEXT = "The quick brown fox jumps over the lazy dog."
MERGE = {"Content-Type": "application/merge-patch+json"}
CORES = sorted(os.sched_getaffinity(0))
GONE_SECONDS = 5.0
"""So long a Job and its pod stay after their end."""


@dataclass(slots=True)
class PlayedCrowd:
    """The player, and what a bench does to the cluster."""

    world: RealWorld
    server: RealApiServer
    folder: Path
    http: aiohttp.ClientSession
    """To the API server, as its admin."""
    tenants: int
    start_seconds: float = 0.0
    """From the Job until its sandbox asks for work."""
    synthesis_seconds: float = 2.0
    on_job: Callable[[Json], None] = lambda job: None
    on_work: Callable[[Work, str], None] = lambda work, job_name: None
    on_end: Callable[[], None] = lambda: None
    """Called once an outcome is stored."""
    created: int = 0
    completions: int = 0

    async def call(self, method: str, path: str, body: Json | None = None, **headers: str) -> Json:
        """Of the API server; 404 and 409 are answers."""
        async with self.http.request(method, path, json=body, headers=headers) as said:
            answer = dict(await said.json())
        assert said.status < 300 or said.status in (404, 409), f"{method} {path}: {said.status} {answer}"
        return answer

    async def ask(self, tenant: int | None = None) -> Json:
        """One more request of a tenant, of each in turn when none is named."""
        self.created += 1
        body = a_request_body(f"r{self.created:06}", TEXT, deadlineSeconds=86_400)
        body["metadata"]["annotations"] = {SENT: f"{time.time():.4f}"}
        number = self.created % self.tenants if tenant is None else tenant
        return await self.call("POST", TTS_REQUEST.path(f"t{number:03}"), body)

    async def play(self) -> None:
        """Sandboxes for all Jobs that appear, until cancelled."""
        played: set[str] = set()
        while True:
            watch = self.http.get(JOB.path(SANDBOXES), params={"watch": "1"}, timeout=aiohttp.ClientTimeout(None))
            with suppress(aiohttp.ClientError):
                async with watch as response:
                    async for line in response.content:
                        job = json.loads(line)["object"]
                        if job["metadata"]["uid"] in played or "conditions" in (job.get("status") or {}):
                            continue
                        played.add(job["metadata"]["uid"])
                        probe = job["metadata"]["labels"][ROLE_LABEL] == "probe"
                        self.world.start(play_sandbox(self.world, job) if probe else self._live(job))

    async def _live(self, job: Json) -> None:
        """One sandbox, from its Job to the end of both."""
        self.on_job(job)
        await asyncio.sleep(self.start_seconds)
        meta, labels = job["metadata"], job["spec"]["template"]["metadata"]["labels"]
        pod_meta = {"name": f"{meta['name']}-abcde", "labels": labels, "ownerReferences": [controlled_by(job)]}
        pod_meta["annotations"] = {SENT: f"{time.time():.4f}"}
        pod = await self.call("POST", POD.path(SANDBOXES), {"metadata": pod_meta, "spec": _pod_spec()})
        if "uid" in pod["metadata"]:
            await self._serve(meta["name"], await self._token(pod["metadata"]))
        await asyncio.sleep(GONE_SECONDS)
        await self.call("DELETE", JOB.path(SANDBOXES, meta["name"]), {"propagationPolicy": "Background"})
        await self.call("DELETE", POD.path(SANDBOXES, f"{meta['name']}-abcde"), {"gracePeriodSeconds": 0})

    async def _serve(self, job_name: str, token: str) -> None:
        """Over one connection of its own, as a sandbox does it."""
        trusted = ssl.create_default_context(cafile=str(self.world.tls_dir / "ca.crt"))
        connector = aiohttp.TCPConnector(ssl=trusted, resolver=Loopback())
        async with aiohttp.ClientSession(connector=connector) as http:
            work = await _work(http, self.world.dispatch_port, token)
            if work is None:
                return
            self.on_work(work, job_name)
            await asyncio.sleep(self.synthesis_seconds)
            audio = Audio("a" * 64, "b" * 32, 150_000, 3.1, 24_000, "wav", "af_heart")
            report = Report(work.request_uid, Timings(synthesis_ms=round(1000 * self.synthesis_seconds)), audio)
            if await _report(http, self.world.dispatch_port, token, report):
                self.completions += 1
                self.on_end()

    async def _token(self, pod: Json) -> str:
        bound = {"kind": "Pod", "apiVersion": "v1", "name": pod["name"], "uid": pod["uid"]}
        path = f"/api/v1/namespaces/{SANDBOXES}/serviceaccounts/{ACCOUNT}/token"
        answer = await self.call("POST", path, {"spec": {"audiences": [TOKEN_AUDIENCE], "boundObjectRef": bound}})
        return str(answer["status"]["token"])

    async def set_pool(self, **pool: int) -> None:
        """Merge into spec.warmPool of the model."""
        await self.call("PATCH", SPEECH_MODEL.path("", "kokoro"), {"spec": {"warmPool": pool}}, **MERGE)

    async def prepare(self, model: Json, **quota: int) -> None:
        """The definitions, a SpeechModel, and the Tenants t000, t001 ... with a namespace each."""
        for definition in DEFINITIONS:
            await self.call("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd(definition))
        for _ in range(300):
            if self.world.api.call("GET", TTS_REQUEST.path())[0] == 200:
                break
            await asyncio.sleep(0.1)
        await self.call("POST", SPEECH_MODEL.path(), model)

        async def tenant(number: int) -> None:
            name = f"t{number:03}"
            await self.call("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
            await self.call("POST", TENANT.path(), a_tenant_body(name, quota={"requestsPerDay": 1_000_000, **quota}))

        await in_crowds(tenant, self.tenants)

    @asynccontextmanager
    async def operator(self, *, own_core: bool = False) -> AsyncIterator[OperatorProcess]:
        """One, which leads; on the last core, which nobody else of the bench uses, where that is asked for."""
        settings: Json = {
            "gauges": True, "resync_seconds": 60.0, "workers": 8, "lease_duration_seconds": 60.0, "lease_renew_deadline_seconds": 50.0,
            "lease_retry_seconds": 2.0, "dispatch_max_connections": 4096, "dispatch_max_connections_per_address": 4096,
            "refuse_stray_requests": False, "kubeconfig": str(self.server.kubeconfig),
        }  # fmt: skip
        for lease in self.world.api.items(LEASE.path("voxpod-system")):
            await self.call("DELETE", LEASE.path("voxpod-system", lease["metadata"]["name"]))
        log = self.folder / "log" / "operator.log"
        async with operator_process(
            self.server.url, self.world.tls_dir, self.world.dispatch_port, log, **settings
        ) as operator:
            if own_core:
                os.sched_setaffinity(operator.pid, CORES[-1:])
            yield operator

    @property
    def audit_log(self) -> Path:
        """Of the API server."""
        return next((self.folder / "cluster").rglob("audit.log"))

    def audit_lines(self, since: int) -> list[str]:
        """Of the operator, from a size of the log on."""
        with self.audit_log.open("rb") as log:
            log.seek(since)
            return [line for line in log.read().decode().splitlines() if '"voxpod-operator"' in line]


@asynccontextmanager
async def a_played_crowd(tenants: int) -> AsyncIterator[PlayedCrowd]:
    """An API server and the player."""
    with tempfile.TemporaryDirectory(prefix="voxpod-crowd-") as folder:
        for name in ("cluster", "log"):
            (Path(folder) / name).mkdir()
        with real_api_server(Path(folder) / "cluster") as server:
            async with AsyncExitStack() as open_:
                world = await open_.enter_async_context(a_real_world(server, Path(folder) / "tls"))
                for task in [*world.tasks]:
                    task.cancel()  # the harness's own Job controller, which is too slow for a crowd
                http = await open_.enter_async_context(_as_admin(server.kubeconfig))
                crowd = PlayedCrowd(world, server, Path(folder), http, tenants)
                world.start(crowd.play())
                yield crowd


def _as_admin(kubeconfig: Path) -> aiohttp.ClientSession:
    config = yaml.safe_load(kubeconfig.read_text(encoding="utf-8"))
    cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
    context = ssl.create_default_context(cadata=base64.b64decode(cluster["certificate-authority-data"]).decode())
    with tempfile.NamedTemporaryFile() as both:  # ssl reads certificates from files only
        both.write(base64.b64decode(user["client-certificate-data"]) + base64.b64decode(user["client-key-data"]))
        both.flush()
        context.load_cert_chain(both.name)
    connector = aiohttp.TCPConnector(ssl=context, limit=24)
    return aiohttp.ClientSession(cluster["server"], connector=connector, timeout=aiohttp.ClientTimeout(total=60))


async def _work(http: aiohttp.ClientSession, port: int, token: str) -> Work | None:
    """Ask for work until there is some; None when the sandbox is not wanted."""
    headers = {"Authorization": f"Bearer {token}", VERSION_HEADER: str(VERSION)}
    while True:
        with suppress(aiohttp.ClientError):
            async with http.get(f"https://voxpod-dispatch:{port}/v1/claim?wait=25", headers=headers) as response:
                if response.status == 200:
                    return work_from_json(await response.read())
                if response.status in (409, 410):
                    return None
                if response.status == 204:
                    continue
        await asyncio.sleep(0.05)


async def _report(http: aiohttp.ClientSession, port: int, token: str, report: Report) -> bool:
    """Whether the outcome is stored; asked until somebody answers."""
    headers = {"Authorization": f"Bearer {token}", VERSION_HEADER: str(VERSION)}
    data = to_json(report).encode()
    for _ in range(100):
        with suppress(aiohttp.ClientError):
            async with http.post(f"https://voxpod-dispatch:{port}/v1/result", data=data, headers=headers) as response:
                if response.status < 500:
                    return response.status == 204
        await asyncio.sleep(0.05)
    return False


async def in_crowds(one: Callable[[int], Coroutine[Any, Any, Any]], count: int) -> None:
    """One after another in groups of 200."""
    for first in range(0, count, 200):
        await asyncio.gather(*(one(number) for number in range(first, min(first + 200, count))))


async def until(true: Callable[[], object], what: str, seconds: float = 300.0) -> None:
    """Return when it is true."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        await asyncio.sleep(0.05)


def say(what: str) -> None:
    """To stderr."""
    print(f"bench: {what}", file=sys.stderr, flush=True)
