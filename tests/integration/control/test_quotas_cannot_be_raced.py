"""Daily limits under a crowd, seen through a whole operator."""

import asyncio
from typing import Any

import pytest

from operator_harness import running_operator
from operator_world import World
from resource_bodies import a_model_body, a_request_body, a_tenant_body
from voxpod_operator.cluster.kinds import SPEECH_MODEL, TENANT, TTS_REQUEST


def ledger(world: World, tenant: str = "acme") -> dict[str, Any]:
    return dict((world.stored(TENANT, None, tenant) or {}).get("status") or {})


def ended(world: World, *phases: str) -> int:
    return sum((r.get("status") or {}).get("phase") in phases for r in world.all_of(TTS_REQUEST))


@pytest.mark.parametrize("round_", range(3))
async def test_fifty_at_once_against_ten_a_day_admit_exactly_ten(crowded: World, round_: int) -> None:
    world = crowded
    await world.create(TENANT, a_tenant_body(quota={"requestsPerDay": 10}))
    await world.create(SPEECH_MODEL, a_model_body(warmPool={"maxSandboxes": 20}))
    async with running_operator(world):
        await asyncio.gather(*(world.create(TTS_REQUEST, a_request_body(f"r{n}"), "acme") for n in range(50)))
        await world.until(lambda: ended(world, "Succeeded", "Rejected") == 50, "all are over", 60)
        await world.until(lambda: not ledger(world).get("holds"), "nothing is held", 20)
    assert ended(world, "Succeeded") == 10
    assert len(world.claims) == 10
    assert {world.reason(f"r{n}", "Complete") for n in range(50)} == {"Succeeded", "DailyQuotaExceeded"}
    assert ledger(world)["usage"]["requests"] == 10
