"""With many tenants, what one of them does costs the others nothing, and telling places stays within a rate."""

from datetime import UTC, datetime

import pytest

from operator_world import World
from resource_bodies import Json, a_tenant_body
from voxpod_crds.base import ResourceKey
from voxpod_operator.cluster.kinds import TENANT
from voxpod_operator.cluster.view import WorkKey
from voxpod_operator.context import DIRECTORY, LINE, Context
from voxpod_operator.policy.book import Candidate
from voxpod_operator.reconcile import news
from voxpod_operator.reconcile.schedule import LINE_SECONDS, PLACES_PER_SECOND, reconcile_schedule
from voxpod_operator.reconcile.telling import SHOWN_PLACES


def a_version(number: int, name: str, generation: int = 1, **spec: object) -> Json:
    body = a_tenant_body(name, **spec)
    meta = {"uid": f"uid-{name}", "resourceVersion": str(number), "generation": generation}
    return {**body, "metadata": {**body["metadata"], **meta, "creationTimestamp": "2026-11-24T12:00:00Z"}}


async def taken(ctx: Context) -> set[WorkKey]:
    """What the queue has ready."""
    keys = {await ctx.queue.take() for _ in range(len(ctx.queue))}
    for key in keys:
        ctx.queue.done(key)
    return keys


async def test_a_tenants_new_status_is_looked_at_for_that_tenant_alone(ctx: Context) -> None:
    """Each write of one ledger had all Tenants judged anew, and the list of namespaces read, when its watch was quick."""
    for number, name in enumerate("abc"):
        news.learn(ctx, TENANT, a_version(number, name))
    await taken(ctx)
    news.learn(ctx, TENANT, a_version(10, "a"))
    assert await taken(ctx) == {WorkKey(TENANT.plural, ResourceKey("", "a"))}
    news.learn(ctx, TENANT, a_version(11, "a", generation=2, namespaces=["b"]))
    assert await taken(ctx) == {DIRECTORY, *(WorkKey(TENANT.plural, ResourceKey("", name)) for name in "abc")}


@pytest.mark.parametrize("tenants", [1, 5, 100])
async def test_all_lines_together_are_told_at_a_bounded_rate(world: World, ctx: Context, tenants: int) -> None:
    for number in range(tenants):
        for place in range(2):
            name = f"t{number:03}"
            key = ResourceKey(name, f"r{place}")
            ctx.book.wait(Candidate(f"{name}-{place}", key, name, "kokoro", datetime.now(UTC), 0, 1.0))
        ctx.book.leave(f"{name}-0")
    await reconcile_schedule(ctx, ResourceKey("", ""))
    now = ctx.queue._now()
    waits = [due - now for key, (due, _) in ctx.queue._due.items() if key.plural == LINE]
    assert len(waits) == tenants
    assert tenants * SHOWN_PLACES / PLACES_PER_SECOND <= min(waits) + 1
    assert max(waits) <= max(LINE_SECONDS, tenants * SHOWN_PLACES / PLACES_PER_SECOND)
