"""The sweep of the bucket: what is known to be unwanted goes, orphans are counted, nothing else is touched."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import kmock
import pytest
from prometheus_client import REGISTRY

from memory_watch import memory_watched
from operator_harness import running_operator
from operator_world import World
from resource_bodies import a_request_body, a_stored_request
from voxpod_crds.base import ResourceKey
from voxpod_operator import context
from voxpod_operator.cluster.kinds import TENANT, TTS_REQUEST
from voxpod_operator.cluster.view import WorkKey
from voxpod_operator.context import AUDIO, Context
from voxpod_operator.errors import StoreError
from voxpod_operator.handlers.events import take_in
from voxpod_operator.reconcile import ending
from voxpod_operator.reconcile.workers import reconcile_once
from voxpod_operator.storage.object_store import StoredObject
from voxpod_operator.store_sweep import keep_swept, sweep

UID = "6f1d7b6e-1111-4222-8333-444455556666"
KEY = f"acme/{UID}.wav"
NOBODYS = "acme/00000000-1111-4222-8333-444455556666.opus"
LONG_AGO = datetime.now(UTC) - timedelta(days=30)


def removing_orphans_after(ctx: Context, hours: int) -> None:
    ctx.settings.__dict__["object_store_remove_orphans_after_hours"] = hours


def removals(outcome: str) -> float:
    return REGISTRY.get_sample_value("voxpod_store_removals_total", {"outcome": outcome}) or 0.0


@pytest.mark.parametrize(
    ("phase", "stays"),
    [
        pytest.param("Running", True, id="a request that runs"),
        pytest.param("Succeeded", True, id="a request that succeeded"),
        pytest.param("Failed", False, id="a request that ended without audio"),
        pytest.param("Glowing", True, id="a request that this version cannot read"),
    ],
)
@pytest.mark.parametrize("hours", [0, 1], ids=["orphans stay", "orphans go"])
async def test_an_object_is_judged_by_its_request(
    world: World, ctx: Context, phase: str, stays: bool, hours: int
) -> None:
    removing_orphans_after(ctx, hours)
    world.store.objects[KEY], world.store.modified[KEY] = b"RIFF", LONG_AGO
    take_in(ctx, TTS_REQUEST, a_stored_request(1, phase, UID), False)
    await sweep(ctx)
    assert (KEY in world.store.objects) == stays


async def test_leftovers_of_a_request_are_all_removed_and_counted(world: World, ctx: Context) -> None:
    world.store.objects = {KEY: b"RIFF", f"acme/{UID}.timestamps.json": b"{}"}
    take_in(ctx, TTS_REQUEST, a_stored_request(1, "Failed", UID), False)
    before = removals("removed")
    done = await sweep(ctx)
    assert (done.removed, done.orphans, removals("removed") - before) == (2, 0, 2)
    assert world.store.objects == {}


async def test_audio_that_a_user_kept_is_counted_and_stays_unless_the_chart_says_otherwise(
    world: World, ctx: Context
) -> None:
    world.store.objects[NOBODYS], world.store.modified[NOBODYS] = b"OggS.", LONG_AGO
    await sweep(ctx)
    assert NOBODYS in world.store.objects
    assert REGISTRY.get_sample_value("voxpod_store_orphans") == 1
    assert REGISTRY.get_sample_value("voxpod_store_orphan_bytes") == 5


@pytest.mark.parametrize(("age_hours", "stays"), [(25, False), (23, True)])
async def test_orphan_goes_at_the_age_that_the_chart_gives(
    world: World, ctx: Context, age_hours: int, stays: bool
) -> None:
    removing_orphans_after(ctx, 24)
    world.store.objects[NOBODYS] = b"OggS"
    world.store.modified[NOBODYS] = datetime.now(UTC) - timedelta(hours=age_hours)
    await sweep(ctx)
    assert (NOBODYS in world.store.objects) == stays


async def test_request_that_only_the_api_server_knows_keeps_its_object(world: World, ctx: Context) -> None:
    removing_orphans_after(ctx, 1)
    made = await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
    key = f"acme/{made['metadata']['uid']}.wav"
    world.store.objects[key], world.store.modified[key] = b"RIFF", LONG_AGO
    await sweep(ctx)
    assert key in world.store.objects


@pytest.mark.parametrize(
    "key",
    [
        "readme.txt",
        f"{UID}.wav",
        f"acme/{UID}",
        f"acme/{UID}.bak",
        f"acme/{UID.upper()}.wav",
        f"acme/old/{UID}.wav",
        f"acme/{UID}.wav.part",
        "acme/hello.wav",
        ".voxpod-store-check",
        "_usage/acme/2026-11-24.csv",
        "_usage/acme/2026-11-24/120000-0123456789abcdef.jsonl",
    ],
)
async def test_objects_of_others_in_the_bucket_are_never_touched(world: World, ctx: Context, key: str) -> None:
    removing_orphans_after(ctx, 1)
    keeping_audio_for(ctx, "1d")
    world.store.objects[key], world.store.modified[key] = b"x", LONG_AGO
    done = await sweep(ctx)
    assert world.store.objects == {key: b"x"}
    assert done.orphans == 0


def keeping_audio_for(ctx: Context, days: str, **tenant: str) -> None:
    """The chart's word, and that of Tenant acme."""
    ctx.settings.__dict__["retention_audio"] = days
    meta = {"name": "acme", "uid": "uid-acme", "resourceVersion": "1", "generation": 1}
    ctx.view.observe(TENANT, {"metadata": meta, "spec": {"namespaces": ["acme"], "retention": tenant}})


@pytest.mark.parametrize(
    ("chart", "tenant", "age", "stays"),
    [
        pytest.param("", {}, 30, True, id="nobody says how long"),
        pytest.param("7d", {}, 6, True, id="younger than the chart says"),
        pytest.param("7d", {}, 8, False, id="older than the chart says"),
        pytest.param("7d", {"audio": "90d"}, 8, True, id="the tenant keeps it longer"),
        pytest.param("", {"audio": "7d"}, 8, False, id="the tenant alone says"),
    ],
)
@pytest.mark.parametrize("deleted", [False, True], ids=["its request is there", "its request is gone"])
async def test_audio_goes_when_its_retention_is_over(
    world: World, ctx: Context, chart: str, tenant: dict[str, str], age: float, stays: bool, deleted: bool
) -> None:
    keeping_audio_for(ctx, chart, **tenant)
    world.store.objects[KEY], world.store.modified[KEY] = b"RIFF", datetime.now(UTC) - timedelta(days=age)
    if not deleted:
        take_in(ctx, TTS_REQUEST, a_stored_request(1, "Succeeded", UID), False)
    before = removals("expired")
    done = await sweep(ctx)
    assert (KEY in world.store.objects) == stays
    assert done.expired == removals("expired") - before == (0 if stays else 1)


@pytest.mark.parametrize("phase", ["Running", "Glowing"])
async def test_audio_of_a_request_that_is_not_known_to_have_ended_never_expires(
    world: World, ctx: Context, phase: str
) -> None:
    keeping_audio_for(ctx, "1d")
    world.store.objects[KEY], world.store.modified[KEY] = b"RIFF", LONG_AGO
    take_in(ctx, TTS_REQUEST, a_stored_request(1, phase, UID), False)
    await sweep(ctx)
    assert KEY in world.store.objects


async def test_audio_of_a_tenant_that_is_gone_stays(world: World, ctx: Context) -> None:
    keeping_audio_for(ctx, "1d")
    key = KEY.replace("acme/", "globex/")
    world.store.objects[key], world.store.modified[key] = b"RIFF", LONG_AGO
    await sweep(ctx)
    assert key in world.store.objects


async def test_request_of_another_tenant_has_no_say(world: World, ctx: Context) -> None:
    other = KEY.replace("acme/", "globex/")
    world.store.objects[other] = b"RIFF"
    take_in(ctx, TTS_REQUEST, a_stored_request(1, "Failed", UID), False)
    await sweep(ctx)
    assert other in world.store.objects


async def test_store_that_refuses_to_remove_is_asked_a_few_times_a_sweep(
    world: World, ctx: Context, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked = forbid_removal(world, monkeypatch)
    for number in range(20):
        uid = f"{number:08}-1111-4222-8333-444455556666"
        world.store.objects[f"acme/{uid}.wav"] = b"RIFF"
        take_in(ctx, TTS_REQUEST, a_stored_request(1, "Failed", uid, f"r{number}"), False)
    ctx.settings.__dict__["object_store_sweep_seconds"] = 3600
    world.start(keep_swept(ctx))
    with caplog.at_level(logging.WARNING):
        await world.until(lambda: caplog.records, "told")
    assert len(asked) == 3
    assert len(caplog.records) == 1


async def test_discard_that_the_store_refuses_is_given_up_at_once(
    world: World, ctx: Context, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked = forbid_removal(world, monkeypatch)
    before = removals("refused")
    await reconcile_once(ctx, WorkKey(AUDIO, ResourceKey("acme", f"{UID}.wav")))
    assert asked == [KEY]
    assert removals("refused") - before == 1
    assert [r.message for r in caplog.records] == ["unwanted object not removed"]
    assert ctx.queue.failures(WorkKey(AUDIO, ResourceKey("acme", f"{UID}.wav"))) == 0


async def test_discard_of_a_store_that_stays_away_is_given_up(
    world: World, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ending, "REMOVAL_TRIES", 3)
    monkeypatch.setattr(context, "DISCARD_SECONDS", 0.0)
    world.store.away = True
    key = WorkKey(AUDIO, ResourceKey("acme", f"{UID}.wav"))
    before = removals("away")
    for tries in range(1, 4):
        await reconcile_once(ctx, key)
        assert ctx.queue.failures(key) == tries
    await reconcile_once(ctx, key)
    assert ctx.queue.failures(key) == 0
    assert removals("away") - before == 1


def forbid_removal(world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A user who may not delete; the keys that it tried."""
    asked: list[str] = []

    async def refuse(key: str) -> None:
        asked.append(key)
        raise StoreError("AccessDenied: Access Denied.")

    monkeypatch.setattr(world.store, "remove", refuse)
    return asked


async def test_leftover_that_a_restart_forgot_is_found_by_the_next_leader(world: World) -> None:
    kept = "acme/11111111-1111-4222-8333-444455556666.wav"
    world.store.objects = {KEY: b"RIFF", kept: b"RIFF", NOBODYS: b"OggS"}
    for uid, phase, name in ((UID, "Failed", "failed"), (kept[5:41], "Succeeded", "succeeded")):
        stored = a_stored_request(1, phase, uid, name)
        key = (kmock.resource("voxpod.dev", "v1alpha1", "ttsrequests"), "acme", name)
        world.kube.objects[key] = stored
    async with running_operator(world):
        await world.until(lambda: KEY not in world.store.objects, "the leftover is gone")
    assert set(world.store.objects) == {kept, NOBODYS}


async def test_a_quarter_of_a_million_objects_are_swept_a_page_at_a_time_and_hold_nobody_up(
    world: World, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """25,000 of them have had their time; ten pages that were made at once would already be seen."""
    keeping_audio_for(ctx, "7d")
    removed, now = set[str](), datetime.now(UTC)

    async def pages() -> AsyncIterator[list[StoredObject]]:
        for page in range(250):
            await asyncio.sleep(0)  # a store's answer is waited for
            age = timedelta(days=8 if page % 10 == 0 else 6)
            keys = (f"acme/{page:04}{n:04}-1111-4222-8333-444455556666.wav" for n in range(1000))
            yield [StoredObject(key, 220_000, now - age) for key in keys]

    async def remove(key: str) -> None:
        removed.add(key)

    monkeypatch.setattr(world.store, "pages", pages)
    monkeypatch.setattr(world.store, "remove", remove)
    seen: list[int] = []
    with memory_watched() as memory:
        others = asyncio.create_task(look(removed, seen))
        done = await sweep(ctx)
        others.cancel()
    assert (done.expired, len(removed), done.orphans) == (25_000, 25_000, 225_000)
    assert all(key[5:9].endswith("0") for key in removed)
    assert memory.growth <= 30 << 20
    assert max(now - before for before, now in pairwise(seen)) <= 1000, "more than a page between two turns of the loop"


async def look(removed: set[str], seen: list[int]) -> None:
    """Note how many are removed at each turn of the loop, until cancelled."""
    while True:
        seen.append(len(removed))
        await asyncio.sleep(0)
