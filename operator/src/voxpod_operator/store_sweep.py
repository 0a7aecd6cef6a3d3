"""Looks through the bucket now and then for objects that nobody was told about.

What a request that ended without audio left is known to be unwanted, and goes. An object whose request does not exist any
more is an orphan: it may be what a deleted request left, or the audio that its user kept. Nobody can tell, so that it is
counted, and removed only where the chart's objectStore.removeOrphansAfterHours says so.

Audio goes at the age that retention.audio gives it. Not by a lifecycle rule of the store: its rules are one document that is
read and written as a whole, without a condition, so that an operator which may write it may lose, and could make, anybody's.
"""

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from voxpod_operator import metrics
from voxpod_operator.cluster.ended import EndedRequest
from voxpod_operator.cluster.gateway import METADATA_ONLY
from voxpod_operator.cluster.kinds import TTS_REQUEST
from voxpod_operator.cluster.reading import Request, UnreadableRequest
from voxpod_operator.context import Context
from voxpod_operator.errors import OperatorError, StoreError, StoreUnavailable
from voxpod_operator.policy.retention import audio_stays
from voxpod_operator.policy.stored_objects import Claim, claim_on, uid_in
from voxpod_operator.storage.object_store import StoredObject

logger = logging.getLogger(__name__)

WAIT_SECONDS = 10.0
"""Until a store that cannot be used is looked at again."""

MOST_REFUSALS = 3
"""Removals that the store may refuse in one sweep before no more are tried in it."""


@dataclass
class Sweep:
    """What one pass found and did."""

    orphans: int = 0
    orphan_bytes: int = 0
    removed: int = 0
    expired: int = 0
    refused: int = 0
    why: str = ""
    existing: set[str] | None = field(default=None, repr=False)
    """UIDs of all requests, asked of the API server when the first orphan is to be removed."""


async def keep_swept(ctx: Context) -> None:
    """Sweep until cancelled; the leader's work, since only its view decides."""
    while True:
        if ctx.last_look.state.problem:
            await asyncio.sleep(WAIT_SECONDS)
            continue
        try:
            _tell(await sweep(ctx))
        except OperatorError as error:
            logger.warning("sweep of the object store failed", extra={"error": str(error)})
        await asyncio.sleep(ctx.settings.object_store_sweep_seconds)


async def sweep(ctx: Context) -> Sweep:
    """Go through the bucket once. Raises StoreError, ClusterError."""
    done, now = Sweep(), ctx.now()
    async for page in ctx.store.pages():
        for found in page:
            match _claim(ctx, found):
                case Claim.NONE_LEFT:
                    await _remove(ctx, found, done)
                case Claim.HELD | Claim.ORPHANED if _has_expired(ctx, found, now):
                    await _remove(ctx, found, done, "expired")
                case Claim.ORPHANED if await _has_had_its_time(ctx, found, done, now):
                    await _remove(ctx, found, done)
                case Claim.ORPHANED:
                    done.orphans += 1
                    done.orphan_bytes += found.bytes
                case _:
                    pass
    metrics.STORE_ORPHANS.set(done.orphans)
    metrics.STORE_ORPHAN_BYTES.set(done.orphan_bytes)
    return done


def _claim(ctx: Context, found: StoredObject) -> Claim:
    if uid_in(found.key) is None:
        return Claim.OTHERS
    request = _request_of(ctx, found)
    if request is None:
        return Claim.ORPHANED
    return Claim.HELD if isinstance(request, UnreadableRequest) else claim_on(found.key, request)


def _request_of(ctx: Context, found: StoredObject) -> Request | None:
    where = ctx.view.request_key_of_uid(uid_in(found.key) or "")
    return ctx.view.request(where) if where is not None else None


def _has_expired(ctx: Context, found: StoredObject, now: datetime) -> bool:
    """Whether audio has stayed as long as its tenant lets it; never that of a request which has not ended."""
    request = _request_of(ctx, found)
    if request is not None and not isinstance(request, EndedRequest):
        return False
    stays = audio_stays(ctx.view.tenant(found.key.partition("/")[0]), ctx.settings.retention_audio)
    return stays is not None and found.modified <= now - stays


async def _has_had_its_time(ctx: Context, orphan: StoredObject, done: Sweep, now: datetime) -> bool:
    """Whether an orphan may go: it is older than allowed, and the API server, not only the view, knows no such request.

    A request that was made after the API server was asked cannot have an object this old: the least age is an hour.
    """
    hours = ctx.settings.object_store_remove_orphans_after_hours
    if not hours or orphan.modified > now - timedelta(hours=hours):
        return False
    if done.existing is None:
        pages = ctx.gateway.pages(TTS_REQUEST, accept=METADATA_ONLY)
        done.existing = {raw["metadata"]["uid"] async for page in pages for raw in page}
    return uid_in(orphan.key) not in done.existing


async def _remove(ctx: Context, unwanted: StoredObject, done: Sweep, why: str = "removed") -> None:
    if done.refused >= MOST_REFUSALS:
        return
    try:
        await ctx.store.remove(unwanted.key)
    except StoreUnavailable:
        raise
    except StoreError as error:
        done.refused, done.why = done.refused + 1, str(error)
        metrics.STORE_REMOVALS.labels(outcome="refused").inc()
        return
    if why == "expired":
        done.expired += 1
    else:
        done.removed += 1
    metrics.STORE_REMOVALS.labels(outcome=why).inc()


def _tell(done: Sweep) -> None:
    if done.removed:
        logger.info("objects that nobody was told about removed", extra={"count": done.removed})
    if done.expired:
        logger.info("audio removed after its retention", extra={"count": done.expired})
    if done.refused:
        logger.warning("object store refuses to remove objects that nobody was told about", extra={"error": done.why})
