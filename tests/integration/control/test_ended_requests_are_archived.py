"""What ended is archived in the store, once for each reader, and deleted only after that."""

import asyncio
import json
from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from prometheus_client import REGISTRY

from kube_emulator import Call
from operator_harness import running_operator
from operator_world import World
from resource_bodies import a_model_body, a_request_body, a_stored_request, a_tenant_body
from voxpod_operator.cluster.kinds import SPEECH_MODEL, TENANT, TTS_REQUEST
from voxpod_operator.context import Context
from voxpod_operator.errors import Conflict, StoreError, StoreUnavailable
from voxpod_operator.handlers.events import take_in
from voxpod_operator.policy.archive_book import ArchiveBook
from voxpod_operator.reconcile import archive

SHORT = {"retention": {"request": "1s"}}
"""Shorter than the API server takes, so that a test need not wait."""


@pytest.fixture(autouse=True)
def short_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "BATCH_SECONDS", 0.2)
    monkeypatch.setattr(archive, "DELETED_SECONDS", 0.1)


@pytest.fixture
async def tenants(world: World) -> World:
    """A world with a model, a tenant whose ended requests stay for a day, and one whose stay for a second."""
    await world.create(TENANT, a_tenant_body())
    await world.create(TENANT, a_tenant_body("globex", **SHORT))
    await world.create(SPEECH_MODEL, a_model_body())
    return world


def archived(world: World, tenant: str = "acme") -> list[dict[str, Any]]:
    """Every line in a tenant's archive."""
    return [json.loads(line) for content in world.store.records(tenant).values() for line in content.splitlines()]


def names(world: World, tenant: str) -> set[str]:
    return {event["data"]["name"] for event in archived(world, tenant)}


async def test_ended_request_is_archived_and_deleted_when_its_time_is_over(tenants: World) -> None:
    world = tenants
    async with running_operator(world):
        made = await world.create(TTS_REQUEST, a_request_body("hello", "Good morning.", language="en"), "globex")
        await world.until(lambda: not world.all_of(TTS_REQUEST), "deleted", 30)
    (event,) = archived(world, "globex")
    assert event["id"] == made["metadata"]["uid"]
    assert (event["specversion"], event["type"], event["subject"]) == ("1.0", "dev.voxpod.request.ended", "globex")
    data = event["data"]
    assert (data["phase"], data["requests"], data["characters"], data["audioSeconds"]) == ("Succeeded", 1, 13, 1.5)
    assert (data["model"], data["voice"], data["language"], data["attempts"]) == ("kokoro", "af_heart", "en", 1)
    assert datetime.fromisoformat(data["timings"]["created"]) <= datetime.fromisoformat(data["timings"]["completed"])
    assert "Good morning." not in json.dumps(event)
    assert world.store.objects[f"globex/{event['id']}.wav"], "its audio stays"


async def test_nothing_is_deleted_while_the_store_is_away_and_all_is_archived_when_it_is_back(
    tenants: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = tenants
    create, tries = world.store.create, []

    async def refuse(key: str, *_: object) -> None:
        tries.append(key)
        raise StoreUnavailable("the store is away")

    monkeypatch.setattr(world.store, "create", refuse)
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("spoken"), "globex")
        await world.create(TTS_REQUEST, a_request_body("never", voice="nobody"), "globex")
        await world.until(lambda: world.phase("spoken", "globex") == "Succeeded", "the request", 30)
        await world.until(lambda: world.phase("never", "globex") == "Rejected", "the other request", 30)
        await world.until(lambda: len(tries) >= 5, "tried", 30)
        assert len(world.all_of(TTS_REQUEST)) == 2, "both have had their second"
        monkeypatch.setattr(world.store, "create", create)
        await world.until(lambda: not world.all_of(TTS_REQUEST), "deleted", 30)
    assert names(world, "globex") == {"spoken", "never"}


async def test_request_that_its_user_deletes_at_once_is_archived(tenants: World) -> None:
    world = tenants
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.phase("hello") == "Succeeded", "the request", 30)
        await world.delete(TTS_REQUEST, "acme", "hello")
        await world.until(lambda: archived(world), "archived", 30)
    (event,) = archived(world)
    assert (event["data"]["phase"], event["data"]["characters"]) == ("Succeeded", 6)


async def test_request_that_is_deleted_while_it_runs_is_archived_as_cancelled(tenants: World) -> None:
    world = tenants
    world.pause_at = "claimed"
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.claims, "claimed", 30)
        await world.delete(TTS_REQUEST, "acme", "hello")
        await world.until(lambda: archived(world), "archived", 30)
    (event,) = archived(world)
    # what a sandbox had begun is charged as it was held
    assert (event["data"]["phase"], event["data"]["requests"], event["data"]["characters"]) == ("Cancelled", 1, 6)


async def test_next_leader_goes_on_where_the_one_before_was_killed(tenants: World) -> None:
    world = tenants
    async with running_operator(world) as first:
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: archived(world), "archived", 30)
        await first.kill()
    await world.patch(TENANT, "", "acme", {"spec": SHORT, "metadata": {"generation": 2}})
    async with running_operator(world):
        await world.until(lambda: not world.all_of(TTS_REQUEST), "deleted", 30)
    assert len({json.dumps(event) for event in archived(world)}) == 1, "archived again at most, and alike"


async def test_record_whose_answer_was_lost_is_one_object(tenants: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between the PUT and the delete: the next one archives the same again."""
    world = tenants
    create, tries = world.store.create, []

    async def lose_the_answer(key: str, content: bytes, content_type: str) -> None:
        tries.append(key)
        await create(key, content, content_type)
        if len(tries) == 1:
            raise StoreUnavailable("the answer was lost")

    monkeypatch.setattr(world.store, "create", lose_the_answer)
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("hello"), "globex")
        await world.until(lambda: not world.all_of(TTS_REQUEST), "deleted", 30)
    assert len(tries) == 2
    assert len(archived(world, "globex")) == 1


async def test_two_leaders_that_archive_the_same_make_one_object(world: World, ctx: Context) -> None:
    ctx.view.observe(TENANT, (await world.create(TENANT, a_tenant_body())))
    for number in range(3):
        when = f"2026-11-24T12:00:0{number}Z"
        made = await world.create(TTS_REQUEST, a_request_body(f"r{number}"), "acme")
        conditions = [{"type": "Complete", "status": "True", "reason": "Succeeded", "lastTransitionTime": when}]
        status = {"phase": "Succeeded", "tenant": "acme", "conditions": conditions}
        await world.patch(TTS_REQUEST, "acme", made["metadata"]["name"], {"status": status}, "status")
    for raw in world.all_of(TTS_REQUEST):
        ctx.view.observe(TTS_REQUEST, raw)
    other = replace(ctx, archive=ArchiveBook(), archive_locks=defaultdict(asyncio.Lock))
    for leader in (ctx, other):
        archive.take_over(leader)
    await asyncio.gather(archive.archive(ctx, "acme"), archive.archive(other, "acme"))
    assert len(world.store.records("acme")) == 1
    assert len(archived(world)) == 3


async def test_user_who_may_not_list_archives_all_the_same(tenants: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world = tenants

    async def refuse(*_: str) -> None:
        raise StoreError("AccessDenied")

    monkeypatch.setattr(world.store, "under", refuse)
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("hello"), "globex")
        await world.until(lambda: world.all_of(TTS_REQUEST) == [], "deleted", 30)
    assert names(world, "globex") == {"hello"}


async def test_what_only_memory_holds_is_archived_when_the_operator_is_told_to_stop(
    tenants: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = tenants
    monkeypatch.setattr(archive, "DELETED_SECONDS", 3600.0)
    monkeypatch.setattr(archive, "BATCH_SECONDS", 3600.0)
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.phase("hello") == "Succeeded", "the request", 30)
        await world.delete(TTS_REQUEST, "acme", "hello")
        await asyncio.sleep(0.3)
        assert archived(world) == []
    assert names(world, "acme") == {"hello"}


async def test_retention_that_is_shortened_acts_on_what_has_ended(tenants: World) -> None:
    world = tenants
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: archived(world), "archived", 30)
        assert world.phase("hello") == "Succeeded"
        await world.patch(TENANT, "", "acme", {"spec": SHORT, "metadata": {"generation": 2}})
        await world.until(lambda: not world.all_of(TTS_REQUEST), "deleted", 30)


async def test_request_that_the_cluster_does_not_let_go_holds_up_no_other(tenants: World) -> None:
    world = tenants
    world.kube.refused.add(Call("DELETE", "ttsrequests"))
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("kept"), "globex")
        await world.until(lambda: world.kube.calls.count(Call("DELETE", "ttsrequests")), "refused", 30)
        world.kube.refused.clear()
        await world.create(TTS_REQUEST, a_request_body("other"), "globex")
        await world.until(lambda: names(world, "globex") == {"kept", "other"}, "archived", 30)
        await world.until(lambda: len(world.all_of(TTS_REQUEST)) == 1, "the other one is deleted", 30)
    assert world.phase("kept", "globex") == "Succeeded"


@pytest.mark.parametrize("text", [None, True])
async def test_text_is_archived_only_where_the_tenant_says_so(world: World, text: bool | None) -> None:
    await world.create(TENANT, a_tenant_body(**({"retention": {"text": text}} if text else {})))
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("hello", "A secret."), "acme")
        await world.until(lambda: archived(world), "archived", 30)
    assert archived(world)[0]["data"].get("text") == ("A secret." if text else None)


async def test_request_of_nobody_is_not_archived(world: World) -> None:
    async with running_operator(world, stray_request_seconds=1):
        await world.create(TTS_REQUEST, a_request_body("stray"), "nowhere")
        await world.until(lambda: world.phase("stray", "nowhere") == "Rejected", "rejected", 30)
        await world.until(lambda: not world.all_of(TTS_REQUEST), "deleted", 30)
        await asyncio.sleep(0.3)
    assert world.store.archive == {}


async def test_request_that_is_deleted_before_the_new_leader_reads_it_is_archived_by_its_last_event(
    world: World, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new leader has the small record of an ended request only, and the object is gone when it asks for it."""
    ctx.view.observe(TENANT, (await world.create(TENANT, a_tenant_body())))
    when = "2026-11-24T12:00:00Z"
    complete = {"type": "Complete", "status": "True", "reason": "Succeeded", "message": "", "lastTransitionTime": when}
    raw = a_stored_request(1, "Succeeded", name="hello")
    raw["status"]["conditions"] = [complete]
    ctx.view.observe(TTS_REQUEST, raw)
    archive.take_over(ctx)
    with pytest.raises(Conflict):
        await archive.archive(ctx, "acme")
    assert archived(world) == []
    take_in(ctx, TTS_REQUEST, raw, True)
    await archive.archive(ctx, "acme")
    assert names(world, "acme") == {"hello"}


async def test_request_that_nobody_saw_go_is_counted_as_lost(world: World, ctx: Context) -> None:
    ctx.view.observe(TENANT, (await world.create(TENANT, a_tenant_body())))
    raw = a_stored_request(1, "Failed", name="hello")
    raw["status"]["conditions"] = [{"type": "Complete", "lastTransitionTime": "2026-11-24T12:00:00Z"}]
    ctx.view.observe(TTS_REQUEST, raw)
    archive.take_over(ctx)
    take_in(ctx, TTS_REQUEST, {"metadata": {"namespace": "acme", "name": "hello"}}, True)
    before = REGISTRY.get_sample_value("voxpod_usage_lost_total") or 0
    await archive.archive(ctx, "acme")
    assert (REGISTRY.get_sample_value("voxpod_usage_lost_total"), archived(world)) == (before + 1, [])
