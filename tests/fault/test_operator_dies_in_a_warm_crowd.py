"""The operator is killed again and again while tenants use a pool: nothing is lost, doubled, leaked or used too often."""

import asyncio
import random

import pytest

from invariants import Ends, broken
from operator_harness import running_operator
from operator_world import World
from resource_bodies import a_model_body, a_request_body, a_tenant_body
from serving_sandboxes import Served
from voxpod_operator import context
from voxpod_operator.cluster.kinds import JOB, SPEECH_MODEL, TENANT, TTS_REQUEST
from voxpod_operator.reconcile import archive

REQUESTS, KILLS, LEVEL = 100, 5, 4
QUICK = {"lease_duration_seconds": 6.0, "lease_renew_deadline_seconds": 5.0}
TENANTS = {"once": None, "thrice": 3, "often": 20}
"""Their maxRequests."""


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits for company, or for something to be surely over, does not wait for long."""
    monkeypatch.setattr(context, "COUNTS_DELAY_SECONDS", 0.2)
    monkeypatch.setattr(context, "DISCARD_SECONDS", 0.1)
    monkeypatch.setattr(archive, "BATCH_SECONDS", 0.05)


def waiting(world: World) -> list[str]:
    """Names of the pool's Jobs that have not ended and that no request names."""
    used = {((r.get("status") or {}).get("sandbox") or {}).get("jobName") for r in world.all_of(TTS_REQUEST)}
    jobs = [j for j in world.all_of(JOB) if "voxpod.dev/profile" in j["metadata"]["labels"]]
    names = [j["metadata"]["name"] for j in jobs if not (j.get("status") or {}).get("conditions")]
    return [name for name in names if name not in used]


async def test_killed_at_any_moment_of_many_warm_requests(world: World) -> None:
    chance, ends, served = random.Random(7), Ends(world), Served(world)
    for name, most in TENANTS.items():
        settings = {"sandbox": {"maxRequests": most}} if most else {}
        await world.create(TENANT, a_tenant_body(name, quota={"concurrentRequests": 3}, **settings))
    await world.create(SPEECH_MODEL, a_model_body(warmPool={"minIdle": LEVEL, "maxSandboxes": 20}))

    async def users() -> None:
        for number in range(REQUESTS):
            tenant = list(TENANTS)[number % len(TENANTS)]
            await world.create(TTS_REQUEST, a_request_body(f"r{number}"), tenant)
            await asyncio.sleep(chance.expovariate(8))

    async with asyncio.TaskGroup() as group:
        group.create_task(users())
        for number in range(KILLS):
            async with running_operator(world, name=f"operator-{number}", **QUICK) as operator:
                before = len(world.claims)
                await world.until(lambda before=before: len(world.claims) > before + 2, "it hands out work", 60)  # type: ignore[misc]
                await asyncio.sleep(chance.uniform(0.0, 1.0))
                await operator.kill()
        await _all_is_well(world, ends)
    assert max(map(len, served.of.values())) > 1, "none served again: nothing was tried"


async def _all_is_well(world: World, ends: Ends) -> None:
    def phases() -> list[str]:
        return [(r.get("status") or {}).get("phase", "") for r in world.all_of(TTS_REQUEST)]

    async with running_operator(world, name="the-last", **QUICK):
        await world.until(lambda: phases() == ["Succeeded"] * REQUESTS, "all are spoken", 120)
        await world.until(lambda: len(waiting(world)) == LEVEL, "the pool is at its level", 60)
        await world.patch(SPEECH_MODEL, "", "kokoro", {"spec": {"warmPool": {"minIdle": 0}}})
        await world.until(lambda: not waiting(world), "it is empty", 60)
        await world.until(lambda: not broken(world, ends), "all is as it should be", 30)
