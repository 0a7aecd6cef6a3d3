"""Everything at once, on a real API server and a real object store: 20 tenants, killed operators, a renewed certificate, a store
that goes away, and a hostile sandbox beside them. Nothing may be lost, doubled or leaked.

`make soak` runs it, with 2,000 requests unless VOXPOD_SOAK_REQUESTS says otherwise, and writes docs/benchmarks/soak.md.
"""

import asyncio
import hashlib
import os
import signal
import ssl
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import urllib3

from certificates import an_authority, mount
from localcluster import build
from minio_server import REGION, ROOT_PASSWORD, ROOT_USER, MinioServer, running_minio
from operator_process import OperatorProcess, operator_process
from real_api_server import real_api_server
from real_world import SANDBOXES, RealWorld, a_real_world
from resource_bodies import Json, a_model_body, a_request_body, a_tenant_body
from soak_page import page
from voxpod_crds.crd import crd
from voxpod_crds.definitions import DEFINITIONS
from voxpod_crds.sandbox_protocol import Audio, Failure, Report, Timings, Work
from voxpod_operator.cluster.kinds import JOB, POD, SPEECH_MODEL, TENANT, TTS_REQUEST

REQUESTS = int(os.environ.get("VOXPOD_SOAK_REQUESTS", "0"))
pytestmark = pytest.mark.skipif(not REQUESTS, reason="minutes to half an hour: `make soak`")
TENANTS = 20
BUCKET = "audio"


@dataclass
class Soak:
    """What runs, and what was seen."""

    world: RealWorld
    store: MinioServer
    settings: Json
    operators: list[OperatorProcess] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    silent: list[asyncio.StreamWriter] = field(default_factory=list)
    """Connections that the stranger holds."""
    statuses: dict[str, Json] = field(default_factory=dict)
    """Of all requests by name, as listed last."""

    def ended(self) -> int:
        phases = Counter(str(status.get("phase")) for status in self.statuses.values())
        return phases["Succeeded"] + phases["Failed"] + phases["Rejected"] + phases["Cancelled"]


async def test_nothing_is_lost_doubled_or_leaked_in_bad_weather(tmp_path: Path) -> None:
    async with _running(tmp_path) as soak, AsyncExitStack() as beside:
        began = time.monotonic()
        weather = [_kill_leaders(soak, beside), _renew_certificates(soak), _stop_the_store(soak)]
        weather += [_be_hostile(soak), _clear_away(soak)]
        tasks = [asyncio.create_task(part) for part in (*weather, _ask(soak))]
        try:
            while soak.ended() < REQUESTS:
                assert time.monotonic() - began < 120 + REQUESTS, f"{soak.ended()} of {REQUESTS} ended"
                failed = [task.exception() for task in tasks if task.done() and task.exception()]
                assert not failed, failed
                listed = await asyncio.to_thread(soak.world.all_of, TTS_REQUEST)
                soak.statuses = {
                    r["metadata"]["name"]: {**(r.get("status") or {}), "uid": r["metadata"]["uid"]} for r in listed
                }
                await asyncio.sleep(1)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for writer in soak.silent:
                writer.close()
        seconds = time.monotonic() - began
        for _ in range(30):  # sandboxes of before have 10 s to exit by themselves, counts are told every 5 s
            if not (problems := await asyncio.to_thread(_broken_invariants, soak)):
                break
            await asyncio.sleep(1)
        if where := os.environ.get("VOXPOD_SOAK_PAGE"):
            rows = {
                "requests": str(REQUESTS),
                "tenants": str(TENANTS),
                "seconds": f"{seconds:.0f}",
                "lost, doubled or leaked": str(len(problems)),
                **{f"fault: {name}": str(count) for name, count in sorted(soak.faults.items())},
                "attempts beyond the first": str(sum((s.get("attempt") or 1) - 1 for s in soak.statuses.values())),
                "operators": str(len(soak.operators)),
                "longest gap of a 50 ms heartbeat": f"{max(o.longest_gap_seconds for o in soak.operators) * 1000:.0f} ms",
                "most resident memory of an operator": f"{max(o.most_told_mb for o in soak.operators):.0f} MB",
            }
            await asyncio.to_thread(Path(where).write_text, page(rows), "utf-8")
        assert problems == []


def _broken_invariants(soak: Soak) -> list[str]:
    """What must hold over the whole cluster and store once all requests have ended."""
    problems = [
        f"{n}: {s.get('phase')}: {s['conditions'][-1]}"
        for n, s in soak.statuses.items()
        if s.get("phase") != "Succeeded"
    ]
    wanted = {s["audio"]["uri"].removeprefix(f"s3://{BUCKET}/"): s for s in soak.statuses.values() if s.get("audio")}
    held = {o.object_name for o in soak.store.root().list_objects(BUCKET, recursive=True)}
    problems += [f"lost: {key}" for key in wanted.keys() - held]
    for key, status in wanted.items():
        if key in held:
            stored = soak.store.root().get_object(BUCKET, key)
            if hashlib.sha256(stored.read()).hexdigest() != status["audio"]["sha256"]:
                problems.append(f"not what was reported: {key}")
            stored.close()
    claims = Counter(soak.world.claims)
    for status in soak.statuses.values():
        if claims[status["uid"]] > (status.get("attempt") or 1):
            problems.append(
                f"handed over {claims[status['uid']]} times in {status.get('attempt')} attempts: {status['uid']}"
            )
    live = [j for j in soak.world.api.items(JOB.path(SANDBOXES)) if not (j.get("status") or {}).get("conditions")]
    problems += [f"sandbox left: {job['metadata']['name']}" for job in live]
    for tenant in soak.world.all_of(TENANT):
        if (tenant.get("status") or {}).get("active"):
            problems.append(f"slots held: {tenant['metadata']['name']}: {tenant['status']}")
    return problems


@asynccontextmanager
async def _running(tmp_path: Path) -> AsyncIterator[Soak]:
    minio = build.build() / "minio"
    for folder in ("cluster", "store"):
        (tmp_path / folder).mkdir()
    with real_api_server(tmp_path / "cluster") as server, running_minio(minio, tmp_path / "store") as store:
        store.root().make_bucket(BUCKET)
        async with a_real_world(server, tmp_path / "tls") as world:
            for definition in DEFINITIONS:
                world.api.create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd(definition))
            await _until(lambda: world.api.call("GET", TTS_REQUEST.path())[0] == 200, "the CRDs are served")
            world.synthesize = _speak
            await world.create(SPEECH_MODEL, a_model_body(warmPool={"maxSandboxes": 12}))
            for number in range(TENANTS):
                name = f"t{number:02}"
                await asyncio.to_thread(world.api.create, "/api/v1/namespaces", {"metadata": {"name": name}})
                await world.create(TENANT, a_tenant_body(name, weight=1 + number % 3, quota={"concurrentRequests": 3}))
            settings: Json = {
                "object_store_endpoint": store.endpoint,
                "object_store_secure": False,
                "object_store_region": REGION,
                "object_store_bucket": BUCKET,
                "object_store_access_key": ROOT_USER,
                "object_store_secret_key": ROOT_PASSWORD,
                "lease_duration_seconds": 4.0,
                "lease_renew_deadline_seconds": 3.0,
                "refuse_stray_requests": False,
                "resync_seconds": 20,
            }
            yield Soak(world, store, settings)


async def _ask(soak: Soak) -> None:
    for number in range(REQUESTS):
        body = a_request_body(f"r{number:05}", f"Request number {number}.", deadlineSeconds=3600)
        await soak.world.create(TTS_REQUEST, body, f"t{number % TENANTS:02}")


async def _kill_leaders(soak: Soak, beside: AsyncExitStack) -> None:
    """Two replicas always; whoever leads is killed again and again."""
    while True:
        while sum(not o.killed for o in soak.operators) < 2:
            started = operator_process(
                soak.world.url,
                soak.world.tls_dir,
                soak.world.dispatch_port,
                name=f"operator-{len(soak.operators)}",
                **soak.settings,
            )
            soak.operators.append(await beside.enter_async_context(started))
        await asyncio.sleep(20)
        for operator in soak.operators:
            if not operator.killed and operator.leads:
                operator.kill()
                soak.faults["operator killed"] += 1
                break


async def _renew_certificates(soak: Soak) -> None:
    authority = an_authority()
    for turn in range(1_000_000):
        await asyncio.sleep(15)
        authority = an_authority() if turn % 2 else authority
        await asyncio.to_thread(mount, soak.world.tls_dir, authority.files())
        soak.faults["certificate renewed" if not turn % 2 else "authority renewed"] += 1


async def _stop_the_store(soak: Soak) -> None:
    """It hangs for five seconds at a time: connections stand, and nothing answers."""
    while True:
        await asyncio.sleep(17)
        os.kill(soak.store.pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(5)
        finally:
            os.kill(soak.store.pid, signal.SIGCONT)
        soak.faults["store hung for 5 s"] += 1


async def _be_hostile(soak: Soak) -> None:
    """A stranger beside the sandboxes: silent connections, garbage, tokens that are none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    while True:
        for secure in (None, context):
            try:
                call = asyncio.open_connection("127.0.0.1", soak.world.dispatch_port, ssl=secure)
                _, writer = await asyncio.wait_for(call, 2)
            except (OSError, TimeoutError):
                continue
            if secure:
                writer.write(
                    b"POST /v1/result HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer no\r\nContent-Length: 3\r\n\r\n{{{"
                )
            soak.silent.append(writer)
            soak.faults["hostile connection"] += 1
        while len(soak.silent) > 40:
            soak.silent.pop(0).close()
        await asyncio.sleep(0.2)


async def _clear_away(soak: Soak) -> None:
    """What the TTL controller and the garbage collector do."""
    while True:
        await asyncio.sleep(2)
        for job in await asyncio.to_thread(soak.world.api.items, JOB.path(SANDBOXES)):
            if (job.get("status") or {}).get("conditions") and job["metadata"]["name"].startswith("tts-"):
                await soak.world.delete(JOB, SANDBOXES, job["metadata"]["name"])
                await soak.world.delete(POD, SANDBOXES, f"{job['metadata']['name']}-abcde")


_HTTP = urllib3.PoolManager(timeout=2, retries=False)


def _speak(world: Any, work: Work) -> Report:
    """Store some audio where the presigned URL says, really."""
    audio = b"RIFF" + work.text.encode() + b"\0" * 48_000
    try:
        answer = _HTTP.request("PUT", work.upload.url, body=audio, headers=work.upload.headers)
        problem = "" if answer.status == 200 else f"{answer.status}"
    except urllib3.exceptions.HTTPError as error:
        problem = type(error).__name__
    if problem:
        return Report(work.request_uid, Timings(), failure=Failure("infrastructure", "UploadFailed", problem))
    sums = hashlib.sha256(audio).hexdigest(), hashlib.md5(audio).hexdigest()
    made = Audio(*sums, len(audio), 1.5, work.sample_rate or 24000, work.format, work.voice or "af_heart")
    return Report(work.request_uid, Timings(boot_ms=1, synthesis_ms=750, upload_ms=3), audio=made)


async def _until(true: Callable[[], bool], what: str) -> None:
    for _ in range(300):
        if await asyncio.to_thread(true):
            return
        await asyncio.sleep(0.1)
    pytest.fail(f"not within 30 s: {what}")
