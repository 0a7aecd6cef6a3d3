"""Everything at once, on a real API server and a real object store: 20 tenants, operators that are killed and stopped, renewed
certificates, a store that goes away, and a hostile pod beside them. Nothing may be lost, doubled or leaked.

`make soak` runs it with 2,000 requests within an hour, unless VOXPOD_SOAK_REQUESTS and VOXPOD_SOAK_MINUTES say otherwise,
and writes docs/benchmarks/soak.md.
"""

import asyncio
import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path

import pytest

from localcluster import build
from minio_server import REGION, ROOT_PASSWORD, ROOT_USER, running_minio
from real_api_server import real_api_server
from real_world import SANDBOXES, SYSTEM, a_real_world
from resource_bodies import Json, a_model_body, a_request_body, a_tenant_body
from service_proxy import service_proxy
from soak_page import page
from soak_sandboxes import SoakSandboxes
from soak_weather import (
    BACKLOG,
    Plan,
    Soak,
    a_stranger_is_hostile,
    certificates_are_renewed,
    operators_come_and_go,
    the_store_goes_away,
    what_ended_is_cleared_away,
)
from voxpod_crds.crd import crd
from voxpod_crds.definitions import DEFINITIONS
from voxpod_crds.names import PROFILE_LABEL, is_pool_job
from voxpod_operator.cluster.kinds import JOB, SPEECH_MODEL, TENANT, TTS_REQUEST
from voxpod_operator.policy.usage_files import PREFIX

REQUESTS = int(os.environ.get("VOXPOD_SOAK_REQUESTS", "0"))
MINUTES = float(os.environ.get("VOXPOD_SOAK_MINUTES", "60"))
PLAN = Plan(
    REQUESTS, MINUTES, lease_seconds=12, lead_seconds=40, certificate_seconds=15, authority_every=4, store_seconds=17
)
pytestmark = pytest.mark.skipif(not REQUESTS, reason="minutes to an hour: `make soak`")
TENANTS = 20
SANDBOXES_AT_A_TIME = TENANTS + 4
THAT_WAIT = 4
"""Each tenant has one request at a time: so many sandboxes never have one."""
BUCKET = "audio"
SETTLING_SECONDS = 120
"""Sandboxes of before have 10 s to exit by themselves, counts are told every 5 s, what nobody was told about goes after 30 s."""


async def test_nothing_is_lost_doubled_or_leaked_in_bad_weather(tmp_path: Path) -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(32))  # each call of a played part is one
    async with _running(tmp_path) as soak, AsyncExitStack() as beside:
        clearing = asyncio.create_task(what_ended_is_cleared_away(soak))
        operators = asyncio.create_task(operators_come_and_go(soak, beside))
        weather = [certificates_are_renewed(soak), the_store_goes_away(soak), a_stranger_is_hostile(soak)]
        asking = asyncio.create_task(_ask(soak))
        tasks = [clearing, operators, asking, *map(asyncio.create_task, weather)]
        began, loads = time.monotonic(), [os.getloadavg()[0]]
        try:
            await _until_all_ended(soak, asking, tasks)
            ended = time.monotonic()
            await _calm(tasks[1:])
            listed = await asyncio.to_thread(soak.world.all_of, TTS_REQUEST)
            statuses = {one["metadata"]["uid"]: one["status"] for one in listed}
            problems = await _until_settled(soak, statuses)
        finally:
            await _calm(tasks)
        if where := os.environ.get("VOXPOD_SOAK_PAGE"):
            loads.append(os.getloadavg()[0])
            spans = {"until all had ended": ended - began, "until nothing was left": time.monotonic() - ended}
            told = page(_rows(soak, statuses, spans, problems), PLAN, loads)
            await asyncio.to_thread(Path(where).write_text, told, "utf-8")
        assert problems == []


async def _until_all_ended(soak: Soak, asking: asyncio.Task[None], tasks: list[asyncio.Task[None]]) -> None:
    deadline = time.monotonic() + 60 * PLAN.minutes + 600
    while True:
        all_asked = asking.done()
        assert not (failed := [t.exception() for t in tasks if t.done() and t.exception()]), failed
        found = await asyncio.to_thread(
            soak.world.api.items, TTS_REQUEST.path(), fieldSelector="status.phase!=Succeeded"
        )
        phases = Counter((one.get("status") or {}).get("phase") for one in found)
        assert time.monotonic() < deadline, f"not all ended: {phases}; {soak.faults}; {soak.unexpected}"
        soak.live = sum(phases.values()) - sum(phases[phase] for phase in ("Failed", "Rejected", "Cancelled"))
        if all_asked and not soak.live:
            return
        await asyncio.sleep(3)


async def _until_settled(soak: Soak, statuses: dict[str, Json]) -> list[str]:
    """What is still wrong when all that had to happen has had its time."""
    deadline = time.monotonic() + SETTLING_SECONDS
    while (problems := await asyncio.to_thread(_broken_invariants, soak, statuses)) and time.monotonic() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(1)
    return problems


async def _calm(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _broken_invariants(soak: Soak, statuses: dict[str, Json]) -> list[str]:
    """What must hold over the whole cluster and store once all requests have ended."""
    problems = [*soak.unexpected, *(f"a played part failed: {error!r}" for error in soak.world.errors)]
    claims = Counter(soak.world.claims)
    for uid, status in statuses.items():
        if status["phase"] != "Succeeded":
            problems.append(f"{uid}: {status['phase']}: {status['conditions'][-1]}")
        if claims[uid] > (status.get("attempt") or 1):
            problems.append(f"handed over {claims[uid]} times in {status.get('attempt')} attempts: {uid}")
    live = [j for j in soak.world.api.items(JOB.path(SANDBOXES)) if not (j.get("status") or {}).get("conditions")]
    waiting = [job for job in live if PROFILE_LABEL in job["metadata"]["labels"]]
    problems += [f"sandbox left: {job['metadata']['name']}" for job in live if job not in waiting]
    used = Counter((status.get("sandbox") or {}).get("jobName") for status in statuses.values())
    problems += [f"{times} requests of {name}" for name, times in used.items() if name and times > 1]
    problems += [
        f"still waits, and was used: {j['metadata']['name']}" for j in waiting if j["metadata"]["name"] in used
    ]
    if len(waiting) != THAT_WAIT:
        problems.append(f"{len(waiting)} sandboxes wait, not {THAT_WAIT}")
    for tenant in soak.world.all_of(TENANT):
        if (tenant.get("status") or {}).get("active"):
            problems.append(f"slots held: {tenant['metadata']['name']}: {tenant['status']}")
    return problems + _broken_in_store(soak, statuses)


def _broken_in_store(soak: Soak, statuses: dict[str, Json]) -> list[str]:
    told = {s["audio"]["uri"].removeprefix(f"s3://{BUCKET}/"): s["audio"] for s in statuses.values() if s.get("audio")}
    stored_keys = {one.object_name or "" for one in soak.store.root().list_objects(BUCKET, recursive=True)}
    held = {key for key in stored_keys if not key.startswith(PREFIX)}
    problems = _broken_in_archive(soak, statuses, stored_keys - held)
    problems += [f"lost: {key}" for key in told.keys() - held] + [f"leaked: {key}" for key in held - told.keys()]
    for key in told.keys() & held:
        stored = soak.store.root().get_object(BUCKET, key)
        if hashlib.sha256(stored.read()).hexdigest() != told[key]["sha256"]:
            problems.append(f"not what was reported: {key}")
        stored.close()
    return problems


def _broken_in_archive(soak: Soak, statuses: dict[str, Json], keys: set[str]) -> list[str]:
    """Each request has a record, which tells what its status told. An object that two leaders wrote is read once (docs/usage.md)."""
    records: dict[str, Json] = {}
    for key in keys:
        if key.endswith(".jsonl"):
            stored = soak.store.root().get_object(BUCKET, key)
            records |= {(one := json.loads(line))["id"]: one["data"] for line in stored.read().splitlines()}
            stored.close()
    problems = [f"no record of use: {uid}" for uid in statuses.keys() - records.keys()]
    problems += [f"a record of what never was: {uid}" for uid in records.keys() - statuses.keys()]
    for uid in statuses.keys() & records.keys():
        audio = statuses[uid].get("audio") or {}
        if records[uid].get("audioSeconds", 0) != audio.get("durationSeconds", 0):
            problems.append(f"another length on the bill: {uid}: {records[uid]}, not {audio}")
    return problems


def _rows(soak: Soak, statuses: dict[str, Json], spans: dict[str, float], problems: list[str]) -> dict[str, str]:
    """What the page tells."""
    failures = Counter(one["reason"] for s in statuses.values() for one in s.get("failedAttempts") or [])
    return {
        "requests": str(len(statuses)),
        "tenants": str(TENANTS),
        "sandboxes at a time": f"{SANDBOXES_AT_A_TIME}, {THAT_WAIT} that wait among them",
        "spoken by one that waited": str(
            sum(is_pool_job(s["sandbox"]["jobName"]) for s in statuses.values() if s.get("sandbox"))
        ),
        **{what: f"{seconds:.0f} s" for what, seconds in spans.items()},
        "lost, doubled or leaked": str(len(problems)),
        **{name: str(count) for name, count in sorted(soak.faults.items())},
        "attempts that failed": ", ".join(f"{reason}: {n}" for reason, n in failures.most_common()) or "0",
        "operators": str(len(soak.operators)),
        "longest gap of a 50 ms heartbeat": f"{max(o.longest_gap_seconds for o in soak.operators) * 1000:.0f} ms",
        "most resident memory of an operator": f"{max(o.most_told_mb for o in soak.operators):.0f} MB",
    }


@asynccontextmanager
async def _running(tmp_path: Path) -> AsyncIterator[Soak]:
    minio = build.build() / "minio"
    for folder in ("cluster", "store", "tokens"):
        (tmp_path / folder).mkdir()
    with real_api_server(tmp_path / "cluster") as server, ExitStack() as store_process:
        store = store_process.enter_context(running_minio(minio, tmp_path / "store"))
        store.root().make_bucket(BUCKET)
        async with a_real_world(server, tmp_path / "tls") as world:
            for definition in DEFINITIONS:
                world.api.create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd(definition))
            await _until(lambda: world.api.call("GET", TTS_REQUEST.path())[0] == 200, "the CRDs are served")
            await world.create(
                SPEECH_MODEL, a_model_body(warmPool={"minIdle": THAT_WAIT, "maxSandboxes": SANDBOXES_AT_A_TIME})
            )
            for number in range(TENANTS):
                name = f"t{number:02}"
                await asyncio.to_thread(world.api.create, "/api/v1/namespaces", {"metadata": {"name": name}})
                await world.create(TENANT, a_tenant_body(name, weight=1 + number % 3, quota={"concurrentRequests": 1}))
            settings: Json = {
                "object_store_endpoint": store.endpoint,
                "object_store_secure": False,
                "object_store_region": REGION,
                "object_store_bucket": BUCKET,
                "object_store_access_key": ROOT_USER,
                "object_store_secret_key": ROOT_PASSWORD,
                "object_store_sweep_seconds": 20.0,
                "lease_duration_seconds": PLAN.lease_seconds,
                "lease_renew_deadline_seconds": 0.75 * PLAN.lease_seconds,
                "lease_retry_seconds": PLAN.lease_seconds / 8,
                "dispatch_max_connections_per_address": 4 * SANDBOXES_AT_A_TIME,
                "refuse_stray_requests": False,
                "resync_seconds": 60.0,
                "workers": 8,
            }
            soak = Soak(PLAN, world, minio, tmp_path, settings, store, store_process)
            sandboxes = SoakSandboxes(world, tmp_path / "tokens")
            world.kubelet = sandboxes.kubelet
            try:
                async with service_proxy(world.api, SYSTEM, "voxpod-dispatch-leader", world.dispatch_port, soak.ports):
                    yield soak
            finally:
                await asyncio.to_thread(sandboxes.close)


async def _ask(soak: Soak) -> None:
    deadline = time.monotonic() + 60 * PLAN.minutes
    for number in range(PLAN.requests):
        while soak.live >= BACKLOG:  # noqa: ASYNC110 - it is counted now and then
            await asyncio.sleep(1)
        if time.monotonic() > deadline:
            return
        body = a_request_body(f"r{number:05}", f"Request number {number}.", deadlineSeconds=3600)
        await soak.world.create(TTS_REQUEST, body, f"t{number % TENANTS:02}")
        soak.live += 1


async def _until(true: Callable[[], bool], what: str) -> None:
    for _ in range(300):
        if await asyncio.to_thread(true):
            return
        await asyncio.sleep(0.1)
    pytest.fail(f"not within 30 s: {what}")
