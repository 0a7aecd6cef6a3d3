"""Whatever a request waits for, it is looked at when its deadline comes."""

import asyncio
import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from operator_world import World
from resource_bodies import Json, a_model_body, a_request_body, a_tenant_body
from voxpod_crds.base import ResourceKey
from voxpod_crds.conditions import Reason
from voxpod_crds.tts_request import TTSRequest
from voxpod_operator.cluster.kinds import JOB, POD, SPEECH_MODEL, TENANT, TTS_REQUEST
from voxpod_operator.cluster.view import WorkKey
from voxpod_operator.context import Context
from voxpod_operator.errors import Unavailable
from voxpod_operator.handlers.events import take_in
from voxpod_operator.policy.store_state import StoreState
from voxpod_operator.reconcile import requests
from voxpod_operator.reconcile.workers import reconcile_once

KEY = WorkKey(TTS_REQUEST.plural, ResourceKey("acme", "hello"))
LEFT = 0.3
"""Seconds of the deadline (600 s by default) that are left."""


@pytest.fixture
async def nearly_late(world: World, ctx: Context) -> Context:
    """An operator that is about to see the deadline of a request that has a Job's name."""
    tenant, model = await world.create(TENANT, a_tenant_body()), await world.create(SPEECH_MODEL, a_model_body())
    made = await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
    status = {"phase": "Queued", "tenant": "acme", "model": "kokoro", "attempt": 1, "sandbox": {"jobName": "tts-1"}}
    await world.patch(TTS_REQUEST, "acme", "hello", {"status": status}, "status")
    for kind, raw in (
        (TENANT, tenant),
        (SPEECH_MODEL, model),
        (TTS_REQUEST, world.stored(TTS_REQUEST, "acme", "hello")),
    ):
        take_in(ctx, kind, raw or {}, False)
    created = datetime.fromisoformat(made["metadata"]["creationTimestamp"])
    ahead = created + timedelta(seconds=600 - LEFT) - datetime.now(UTC)
    return dataclasses.replace(ctx, now=lambda: datetime.now(UTC) + ahead)


def a_job_without_pod(ctx: Context) -> None:
    meta: Json = {"namespace": "voxpod-sandboxes", "name": "tts-1", "uid": "j", "resourceVersion": "1"}
    meta["creationTimestamp"] = datetime.now(UTC).isoformat()
    take_in(ctx, JOB, {"metadata": meta}, False)


def a_pod_without_node(ctx: Context) -> None:
    a_job_without_pod(ctx)
    meta: Json = {"namespace": "voxpod-sandboxes", "name": "tts-1-x", "uid": "p", "resourceVersion": "1"}
    meta["labels"] = {"batch.kubernetes.io/job-name": "tts-1"}
    unscheduled = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/3 nodes"}
    take_in(ctx, POD, {"metadata": meta, "status": {"phase": "Pending", "conditions": [unscheduled]}}, False)


def a_store_that_is_away(ctx: Context) -> None:
    ctx.last_look.state = StoreState(Reason.STORE_AWAY, "no answer")


def a_reconcile_that_fails(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a pause of a minute before the next try."""

    async def fails(ctx: Context, request: TTSRequest) -> None:
        raise Unavailable("POST", "Job", request.metadata.key, 429, "slow down", 60.0)

    monkeypatch.setattr(requests, "create_sandbox", fails)


@pytest.mark.parametrize("waits_for", ["a Job's pod", "a node", "the store", "another try"])
async def test_request_is_looked_at_when_its_deadline_comes(
    nearly_late: Context, waits_for: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctx = nearly_late
    match waits_for:
        case "a Job's pod":
            a_job_without_pod(ctx)
        case "a node":
            a_pod_without_node(ctx)
        case "the store":
            a_store_that_is_away(ctx)
        case _:
            a_reconcile_that_fails(ctx, monkeypatch)
    await everything_that_is_planned_now(ctx)
    await reconcile_once(ctx, KEY)
    async with asyncio.timeout(4):  # the least of the pauses is 5 s
        while await ctx.queue.take() != KEY:
            pass


async def everything_that_is_planned_now(ctx: Context) -> None:
    """Take the keys that setting up has enqueued."""
    last = WorkKey("nothing", ResourceKey("", "last"))
    ctx.queue.add(last)
    while (key := await ctx.queue.take()) != last:
        ctx.queue.done(key)
    ctx.queue.done(last)
