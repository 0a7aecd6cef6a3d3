"""A CSV for each tenant and day that is over: made of the records alone, written again when some come late."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from operator_harness import running_operator
from operator_world import World
from resource_bodies import a_tenant_body
from voxpod_crds.usage_history import HISTORY_DAYS, UsageHistory
from voxpod_operator import usage_summary
from voxpod_operator.cluster.kinds import TENANT
from voxpod_operator.context import Context
from voxpod_operator.policy.usage_files import MEDIA_TYPE, files_of
from voxpod_operator.policy.usage_record import UsageRecord
from voxpod_operator.usage_summary import summarize

DAY = datetime(2026, 11, 24, tzinfo=UTC)
EVENING, NIGHT = DAY + timedelta(hours=23, minutes=59), DAY + timedelta(days=1, minutes=11)
SUMMARY = "_usage/acme/2026-11-24.csv"


async def keep(world: World, *names: str, at: datetime = EVENING, tenant: str = "acme", model: str = "") -> None:
    """Archive requests of ten characters that succeeded."""
    data = {"phase": "Succeeded", "requests": 1, "characters": 10, "audioSeconds": 1.5, "model": model}
    events = [{"id": name, "type": "dev.voxpod.request.ended", "data": data} for name in names]
    for file in files_of(tenant, [UsageRecord(event["id"], tenant, at, json.dumps(event)) for event in events]):  # type: ignore[arg-type]
        await world.store.create(file.key, file.content, MEDIA_TYPE)


def summary(world: World, key: str = SUMMARY) -> str:
    return world.store.archive[key].decode().splitlines()[1]


async def test_day_is_summed_up_when_it_is_over(world: World, ctx: Context) -> None:
    await keep(world, "a", "b")
    await keep(world, "c", at=NIGHT)
    await keep(world, "d", tenant="globex")
    await summarize(ctx, EVENING + timedelta(minutes=2))
    assert not [key for key in world.store.archive if key.endswith(".csv")], "requests of that day may still come"
    await summarize(ctx, NIGHT)
    assert summary(world) == "acme,2026-11-24,2,2,0,0,0,2,20,3.0,0"
    assert summary(world, "_usage/globex/2026-11-24.csv") == "globex,2026-11-24,1,1,0,0,0,1,10,1.5,0"
    assert "_usage/acme/2026-11-25.csv" not in world.store.archive


async def test_record_that_comes_late_is_added(world: World, ctx: Context) -> None:
    await keep(world, "a")
    await summarize(ctx, NIGHT)
    await keep(world, "a", "b")
    await summarize(ctx, NIGHT)
    assert summary(world) == "acme,2026-11-24,2,2,0,0,0,2,20,3.0,0"


async def test_summary_that_is_true_is_not_written_again(world: World, ctx: Context) -> None:
    await keep(world, "a")
    for key in world.store.archive:
        world.store.modified[key] = EVENING
    await summarize(ctx, NIGHT)
    world.store.archive[SUMMARY] = b"as it was"
    await summarize(ctx, NIGHT)
    assert world.store.archive[SUMMARY] == b"as it was"


async def test_leader_sums_up_when_the_store_can_be_used(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage_summary, "WAIT_SECONDS", 0.1)
    yesterday = datetime.now(UTC) - timedelta(days=1)
    await keep(world, "a", at=yesterday)
    async with running_operator(world):
        await world.until(lambda: f"_usage/acme/{yesterday:%Y-%m-%d}.csv" in world.store.archive, "summed up")


def history(world: World) -> list[tuple[str, str, int, int]]:
    found = UsageHistory.model_validate_json(world.store.archive["_usage/acme/history.json"])
    return [(f"{one.day}", one.model, one.requests, one.characters) for one in found.used]


async def test_history_has_every_day_that_is_over(world: World, ctx: Context) -> None:
    await keep(world, "a", "b", model="kokoro")
    await keep(world, "c", model="hibari")
    await keep(world, "d", at=NIGHT, model="kokoro")
    await summarize(ctx, NIGHT)
    assert history(world) == [("2026-11-24", "hibari", 1, 10), ("2026-11-24", "kokoro", 2, 20)]
    await summarize(ctx, NIGHT + timedelta(days=1))
    assert history(world)[2:] == [("2026-11-25", "kokoro", 1, 10)]


async def test_history_takes_in_what_comes_late_however_long_nobody_looked(world: World, ctx: Context) -> None:
    await keep(world, "a", model="kokoro")
    await summarize(ctx, NIGHT)
    await keep(world, "a", "b", model="kokoro")
    await summarize(ctx, NIGHT + timedelta(days=40))
    assert history(world) == [("2026-11-24", "kokoro", 2, 20)]
    assert summary(world) == "acme,2026-11-24,2,2,0,0,0,2,20,3.0,0"


async def test_history_that_cannot_be_read_is_made_anew_of_the_records(world: World, ctx: Context) -> None:
    await keep(world, "a", model="kokoro")
    await summarize(ctx, NIGHT)
    world.store.archive["_usage/acme/history.json"] = b"{"
    await summarize(ctx, NIGHT + timedelta(days=30))
    assert history(world) == [("2026-11-24", "kokoro", 1, 10)]


async def test_a_year_and_a_month_are_kept(world: World, ctx: Context) -> None:
    await keep(world, "a", model="kokoro")
    await summarize(ctx, NIGHT + timedelta(days=HISTORY_DAYS - 1))
    assert len(history(world)) == 1
    await keep(world, "b", at=NIGHT + timedelta(days=HISTORY_DAYS), model="kokoro")
    await summarize(ctx, NIGHT + timedelta(days=HISTORY_DAYS + 1))
    assert [day for day, *_ in history(world)] == [f"{(NIGHT + timedelta(days=HISTORY_DAYS)).date()}"]


async def test_tenant_says_where_its_history_is(world: World) -> None:
    async with running_operator(world):
        await world.create(TENANT, a_tenant_body("acme"))
        told = lambda: (world.all_of(TENANT)[0].get("status") or {}).get("usageHistoryUrl")  # noqa: E731
        await world.until(told, "the URL is there")
        assert told() == world.store.presign_get("_usage/acme/history.json", 7 * 86_400)
