"""What happens to an operator meanwhile: each part goes on until it is cancelled, and counts what it did."""

import asyncio
import os
import signal
import ssl
import time
from collections import Counter
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from certificates import an_authority, mount
from loopback_ports import free_port
from minio_server import MinioServer, running_minio
from operator_process import LEADERSHIP_LOST, OperatorProcess, operator_process
from real_world import HOSTS, SANDBOXES, RealWorld
from resource_bodies import Json
from voxpod_operator.cluster.kinds import JOB, POD

OUTAGE_SECONDS = 5
BACKLOG = 400
"""Requests that wait or run at a time."""
STRANGERS_ADDRESS = "127.66.6.6"


@dataclass(frozen=True)
class Plan:
    """How much, and how often what happens."""

    requests: int
    minutes: float
    """After which no more are asked for."""
    lease_seconds: float
    lead_seconds: float
    """How long a leader may lead until it is killed or stopped."""
    certificate_seconds: float
    authority_every: int
    """Each so many renewals one is by another authority."""
    store_seconds: float
    """Between two outages of the store."""

    @property
    def stop_seconds(self) -> float:
        """Longer than a Lease lasts."""
        return self.lease_seconds + 2


@dataclass
class Soak:
    """What runs, and what was done to it."""

    plan: Plan
    world: RealWorld
    minio: Path
    folder: Path
    settings: Json
    store: MinioServer
    store_process: ExitStack
    operators: list[OperatorProcess] = field(default_factory=list)
    ports: dict[str, int] = field(default_factory=dict)
    """Of the operators' dispatch endpoints, by pod address."""
    faults: Counter[str] = field(default_factory=Counter)
    live: int = 0
    """Requests that have not succeeded, as counted last."""
    unexpected: list[str] = field(default_factory=list)
    """Operators that ended by themselves and why."""


async def operators_come_and_go(soak: Soak, beside: AsyncExitStack) -> None:
    """Two replicas always. Who has led for a while is killed, and each third time stopped for longer than its Lease lasts."""
    for turn in range(1_000_000):
        leader = await _who_leads(soak, beside)
        began = time.monotonic()
        while time.monotonic() - began < soak.plan.lead_seconds:
            await _two_replicas(soak, beside)
            await asyncio.sleep(0.5)
        if leader.returncode is not None:
            continue
        if turn % 3 < 2:
            leader.kill()
            soak.faults["leader killed"] += 1
        else:
            os.kill(leader.pid, signal.SIGSTOP)
            try:
                await asyncio.sleep(soak.plan.stop_seconds)
            finally:
                os.kill(leader.pid, signal.SIGCONT)
            soak.faults[f"leader stopped for {soak.plan.stop_seconds:g} s"] += 1


async def _who_leads(soak: Soak, beside: AsyncExitStack) -> OperatorProcess:
    while True:
        await _two_replicas(soak, beside)
        for operator in soak.operators:
            if operator.returncode is None and not operator.killed and operator.leads:
                return operator
        await asyncio.sleep(0.2)


async def _two_replicas(soak: Soak, beside: AsyncExitStack) -> None:
    """What kubelet and Deployment do."""
    for number, operator in enumerate(soak.operators):
        if operator.returncode is not None and not operator.killed:
            operator.killed = True  # as far as this test is concerned
            soak.faults["leadership lost"] += 1
            if operator.returncode != LEADERSHIP_LOST:
                soak.unexpected.append(f"operator-{number} ended with {operator.returncode}")
    while sum(not o.killed for o in soak.operators) < 2:
        number = len(soak.operators)
        address, port = f"10.244.{number // 250}.{number % 250 + 1}", free_port()
        soak.ports[address] = port
        started = operator_process(
            soak.world.url,
            soak.world.tls_dir,
            port,
            log=soak.folder / f"operator-{number}.log",
            pod_name=f"operator-{number}",
            pod_ip=address,
            **soak.settings,
        )
        soak.operators.append(await beside.enter_async_context(started))


async def certificates_are_renewed(soak: Soak) -> None:
    """By the same authority, and now and then by another. Too often, and there are sandboxes that trust no replica: one that
    starts knows the authority of the day only."""
    authority = soak.world.authority
    for turn in range(1_000_000):
        await asyncio.sleep(soak.plan.certificate_seconds)
        another = turn % soak.plan.authority_every == 0
        authority = an_authority() if another else authority
        await asyncio.to_thread(mount, soak.world.tls_dir, authority.files(*HOSTS))
        soak.faults["authority renewed" if another else "certificate renewed"] += 1


async def the_store_goes_away(soak: Soak) -> None:
    """It hangs (connections stand, nobody answers), then it is killed and starts again, and so on."""
    for turn in range(1_000_000):
        await asyncio.sleep(soak.plan.store_seconds)
        if turn % 2:
            outage = asyncio.ensure_future(asyncio.to_thread(_kill_and_start, soak))
            try:
                await asyncio.shield(outage)
            finally:
                await outage  # at the end it is back
            soak.faults[f"store killed, and started again after {OUTAGE_SECONDS} s"] += 1
        else:
            os.kill(soak.store.pid, signal.SIGSTOP)
            try:
                await asyncio.sleep(OUTAGE_SECONDS)
            finally:
                os.kill(soak.store.pid, signal.SIGCONT)
            soak.faults[f"store hung for {OUTAGE_SECONDS} s"] += 1


def _kill_and_start(soak: Soak) -> None:
    """The same store again, on its folder, at its address."""
    os.kill(soak.store.pid, signal.SIGKILL)
    soak.store_process.close()
    time.sleep(OUTAGE_SECONDS)
    soak.store = soak.store_process.enter_context(
        running_minio(soak.minio, soak.folder / "store", address=soak.store.endpoint)
    )


async def a_stranger_is_hostile(soak: Soak) -> None:
    """A pod beside the sandboxes: silent connections, garbage, claims without a Job, other requests' results; all it can get."""
    pod = await soak.world.create(POD, {"metadata": {"name": "stranger"}}, SANDBOXES)
    token = await soak.world.token_of(pod)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    held: list[asyncio.StreamWriter] = []
    try:
        while True:
            for tls, sent in ((None, b""), (context, b""), *((context, call) for call in _calls(soak, token))):
                try:
                    port, source = soak.world.dispatch_port, (STRANGERS_ADDRESS, 0)
                    opening = asyncio.open_connection("127.0.0.1", port, ssl=tls, local_addr=source)
                    _, writer = await asyncio.wait_for(opening, 2)
                except (OSError, TimeoutError):
                    soak.faults["hostile connection refused"] += 1
                    continue
                writer.write(sent)
                held.append(writer)
                soak.faults["hostile connection taken"] += 1
            while len(held) > 40:
                held.pop(0).close()
            await asyncio.sleep(0.5)
    finally:
        for writer in held:
            writer.transport.abort()


def _calls(soak: Soak, token: str) -> list[bytes]:
    """Requests as bytes: without a valid token, for work that is not its own, with somebody else's result."""
    other = soak.world.claims[-1] if soak.world.claims else "nobody"
    failure = f'{{"request_uid": "{other}", "timings": {{}}, "failure": {{"fault": "input", "reason": "TextEmpty", "message": ""}}}}'
    return [
        _call("POST", "/v1/result", "no", "{{{"),
        _call("GET", "/v1/claim?wait=30", token, ""),
        _call("POST", "/v1/result", token, failure),
        _call("POST", "/v1/progress", token, "x" * 100_000),
    ]


def _call(method: str, path: str, token: str, body: str) -> bytes:
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return (head + body).encode()


async def what_ended_is_cleared_away(soak: Soak) -> None:
    """What the TTL controller and the garbage collector do."""
    while True:
        await asyncio.sleep(5)
        for job in await asyncio.to_thread(soak.world.api.items, JOB.path(SANDBOXES)):
            conditions = (job.get("status") or {}).get("conditions") or []
            ended = [datetime.fromisoformat(c["lastTransitionTime"]) for c in conditions]
            if ended and datetime.now(UTC) - ended[-1] > timedelta(seconds=job["spec"]["ttlSecondsAfterFinished"]):
                await soak.world.delete(JOB, SANDBOXES, job["metadata"]["name"])
                await soak.world.delete(POD, SANDBOXES, f"{job['metadata']['name']}-abcde")
