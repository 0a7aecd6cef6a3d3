"""What a deleted request leaves in the store: removed when it is known to be unwanted, kept when that is not known."""

import pytest

from operator_world import World
from resource_bodies import a_stored_request
from voxpod_crds.base import ResourceKey
from voxpod_operator import context
from voxpod_operator.cluster.kinds import TTS_REQUEST
from voxpod_operator.cluster.view import WorkKey
from voxpod_operator.context import AUDIO, Context
from voxpod_operator.handlers.events import take_in
from voxpod_operator.reconcile.workers import reconcile_once

UID = "6f1d7b6e-1111-4222-8333-444455556666"
KEY = f"acme/{UID}.wav"


@pytest.fixture(autouse=True)
def discards_are_due_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "DISCARD_SECONDS", 0.0)


async def discards(ctx: Context) -> None:
    """Work off what was planned for the store."""
    last = WorkKey("nothing", ResourceKey("", "last"))
    ctx.queue.add_after(last, 0.01)
    while (key := await ctx.queue.take()) != last:
        if key.plural == AUDIO:
            await reconcile_once(ctx, key)
        ctx.queue.done(key)
    ctx.queue.done(last)


async def test_user_keeps_the_audio_and_tidies_the_request_away_whatever_the_watch_missed(
    world: World, ctx: Context
) -> None:
    world.store.objects[KEY] = b"RIFF"
    take_in(ctx, TTS_REQUEST, a_stored_request(1, "Running"), False)
    take_in(
        ctx, TTS_REQUEST, a_stored_request(3, "Succeeded"), True
    )  # version 2, MODIFIED to Succeeded, was never seen
    await discards(ctx)
    assert KEY in world.store.objects


async def test_request_that_a_list_found_gone_says_nothing_about_its_audio(world: World, ctx: Context) -> None:
    world.store.objects[KEY] = b"RIFF"
    take_in(ctx, TTS_REQUEST, a_stored_request(1, "Running"), False)
    take_in(ctx, TTS_REQUEST, {"metadata": {"namespace": "acme", "name": "hello"}}, True)
    await discards(ctx)
    assert KEY in world.store.objects


async def test_request_that_was_made_anew_under_its_name_says_nothing_about_the_old_ones_audio(
    world: World, ctx: Context
) -> None:
    world.store.objects[KEY] = b"RIFF"
    take_in(ctx, TTS_REQUEST, a_stored_request(1, "Running"), False)
    take_in(ctx, TTS_REQUEST, a_stored_request(5, "Queued", uid="0" + UID[1:]), False)
    await discards(ctx)
    assert KEY in world.store.objects


async def test_what_a_request_left_that_was_deleted_before_its_end_goes(world: World, ctx: Context) -> None:
    world.store.objects[KEY] = b"RIFF"
    take_in(ctx, TTS_REQUEST, a_stored_request(1, "Running"), False)
    take_in(ctx, TTS_REQUEST, a_stored_request(2, "Running"), True)
    await discards(ctx)
    assert KEY not in world.store.objects
