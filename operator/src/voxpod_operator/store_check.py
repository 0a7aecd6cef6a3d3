"""Is the object store there, and does it let us? Asked at start, each minute, and when a sandbox could not store its audio.

Requests wait for a store that is known to be away; else each would burn its sandboxes on it. Every replica looks, so that
one that takes over knows; what it enqueues has an effect on the leader only.
"""

import asyncio
import logging
import time

from voxpod_crds.conditions import Reason
from voxpod_operator import metrics
from voxpod_operator.cluster.kinds import SPEECH_MODEL, TTS_REQUEST
from voxpod_operator.context import Context
from voxpod_operator.errors import StoreError, StoreUnavailable
from voxpod_operator.policy.store_state import StoreState

logger = logging.getLogger(__name__)

CHECK_SECONDS = 60.0

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 10.0
"""Between looks at a store that cannot be used, doubling: who waits for it should not wait much longer than it is away, such as
after an installation whose store starts with it."""

CONFIRM_SECONDS = 2.0
"""One lost answer is no outage: a store that was usable is asked again after so long."""

FRESH_SECONDS = 5.0
"""Sandboxes that fail together ask once."""


async def keep_checked(ctx: Context) -> None:
    """Look until cancelled."""
    pause = FIRST_PAUSE_SECONDS
    while True:
        if await _look(ctx) is None:
            await asyncio.sleep(CONFIRM_SECONDS)
            await _look(ctx, confirming=True)
        if ctx.last_look.state.problem:
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            continue
        pause = FIRST_PAUSE_SECONDS
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                await ctx.last_look.trouble.wait()  # a close look found some
        except TimeoutError:
            continue


async def _look(ctx: Context, *, confirming: bool = False) -> StoreState | None:
    """What was found and taken in; None for a problem of a store that was usable, unless this look confirms one."""
    look = ctx.last_look
    async with look.lock:  # what one look found must not be overwritten by one that began earlier
        was_usable = look.state.reason == Reason.STORE_USABLE
        found = await _ask(ctx, thorough=confirming or not was_usable)
        if found.problem and was_usable and not confirming:
            return None
        _take_in(ctx, found)
        return found


async def look_closely(ctx: Context) -> str:
    """Why the store cannot be used just now, empty when it can: asked by who met a problem, which is a second witness."""
    look = ctx.last_look
    async with look.lock:
        if time.monotonic() - look.closely_at > FRESH_SECONDS:
            _take_in(ctx, await _ask(ctx, thorough=True))
            look.closely_at = time.monotonic()
        return look.state.problem


async def _ask(ctx: Context, *, thorough: bool) -> StoreState:
    try:
        await ctx.store.check(thorough=thorough)
    except StoreError as error:
        away = isinstance(error, StoreUnavailable)
        metrics.STORE_CHECKS.labels(outcome="away" if away else "refused").inc()
        return StoreState(Reason.STORE_AWAY if away else Reason.STORE_REFUSES, str(error))
    metrics.STORE_CHECKS.labels(outcome="ok").inc()
    return StoreState(Reason.STORE_USABLE, f"bucket {ctx.store.bucket} takes audio")


def _take_in(ctx: Context, found: StoreState) -> None:
    """Keep what was found; a change is logged, and told to all that it may matter to."""
    before, ctx.last_look.state = ctx.last_look.state, found
    metrics.STORE_UP.set(0 if found.problem else 1)
    if found.problem:
        ctx.last_look.trouble.set()
    else:
        ctx.last_look.trouble.clear()
    if found == before:
        return
    if found.problem:
        logger.error("object store cannot be used", extra={"reason": found.reason, "why": found.message})
    else:
        logger.info("object store can be used", extra={"bucket": ctx.store.bucket})
    for model in ctx.view.models():
        ctx.enqueue(SPEECH_MODEL, model.metadata.key)
    for request in ctx.view.requests():
        ctx.enqueue(TTS_REQUEST, request.metadata.key)
