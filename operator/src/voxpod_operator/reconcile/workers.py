"""The workers: take a key, reconcile it, and come back to it when it did not work out."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from voxpod_crds.base import ResourceKey
from voxpod_operator import metrics
from voxpod_operator.cluster.kinds import JOB, SPEECH_MODEL, TENANT, TTS_REQUEST
from voxpod_operator.cluster.view import WATCHED, WorkKey
from voxpod_operator.context import (
    ANNOUNCE,
    ARCHIVE,
    AUDIO,
    COLLECTION,
    DIRECTORY,
    LINE,
    PLACE,
    POOL,
    RETENTION,
    SCHEDULE,
    Context,
)
from voxpod_operator.errors import ClusterError, Conflict, OperatorError
from voxpod_operator.reconcile.announcing import reconcile_announcements
from voxpod_operator.reconcile.archive import reconcile_archive, reconcile_retention
from voxpod_operator.reconcile.directory import reconcile_directory
from voxpod_operator.reconcile.ending import discard_audio
from voxpod_operator.reconcile.models import reconcile_model
from voxpod_operator.reconcile.news import learn
from voxpod_operator.reconcile.nodes import reconcile_collection
from voxpod_operator.reconcile.pool import reconcile_pool
from voxpod_operator.reconcile.requests import reconcile_request
from voxpod_operator.reconcile.sandboxes import reconcile_job
from voxpod_operator.reconcile.schedule import reconcile_schedule
from voxpod_operator.reconcile.telling import reconcile_line, reconcile_place
from voxpod_operator.reconcile.tenants import reconcile_tenant

logger = logging.getLogger(__name__)

Reconcile = Callable[[Context, ResourceKey], Awaitable[None]]

RECONCILERS: dict[str, Reconcile] = {
    TTS_REQUEST.plural: reconcile_request,
    JOB.plural: reconcile_job,
    TENANT.plural: reconcile_tenant,
    SPEECH_MODEL.plural: reconcile_model,
    AUDIO: discard_audio,
    SCHEDULE.plural: reconcile_schedule,
    DIRECTORY.plural: reconcile_directory,
    PLACE: reconcile_place,
    LINE: reconcile_line,
    POOL: reconcile_pool,
    ANNOUNCE.plural: reconcile_announcements,
    ARCHIVE: reconcile_archive,
    RETENTION: reconcile_retention,
    COLLECTION.plural: reconcile_collection,
}


async def work(ctx: Context) -> None:
    """Reconcile keys until cancelled; no error of one key ends the worker."""
    while True:
        key = await ctx.queue.take()
        metrics.QUEUE_LENGTH.set(len(ctx.queue))
        try:
            await reconcile_once(ctx, key)
        finally:
            ctx.queue.done(key)
        # a reconcile that waits for nothing must not keep the loop until the queue is empty: the Lease, health and claims
        # wait for it (148 s were measured with 3,000 requests of a suspended Tenant)
        await asyncio.sleep(0)


async def reconcile_once(ctx: Context, key: WorkKey) -> None:
    """One reconcile of one key; what goes wrong is logged, counted and tried again."""
    reconcile = RECONCILERS.get(key.plural)
    if reconcile is None:
        return
    outcome = "ok"
    try:
        await reconcile(ctx, key.key)
        ctx.queue.forget(key)
    except Conflict as error:
        outcome = "conflict"
        await _read_again(ctx, key, error)
    except OperatorError as error:
        outcome = type(error).__name__
        wait = error.retry_after_seconds if isinstance(error, ClusterError) else None
        delay = ctx.queue.retry(key, wait or 0.0)
        logger.warning(
            "reconcile failed",
            extra={"key": str(key.key), "kind": key.plural, "error": str(error), "retry_seconds": round(delay, 2)},
        )
    except asyncio.CancelledError:
        raise
    except Exception:
        outcome = "bug"
        ctx.queue.retry(key)
        logger.exception("reconcile hit a bug", extra={"key": str(key.key), "kind": key.plural})
    finally:
        metrics.RECONCILES.labels(kind=key.plural, outcome=outcome).inc()


async def _read_again(ctx: Context, key: WorkKey, error: Conflict) -> None:
    """The view was behind: fetch the object, so that the next try decides on what is stored now."""
    kind = next((k for k in WATCHED if k.plural == key.plural), None)
    ctx.queue.retry(key)
    if kind is None or error.kind != kind.name:
        return
    try:
        found = await ctx.gateway.get(kind, key.key)
    except ClusterError as again:
        logger.warning("reading again failed", extra={"key": str(key.key), "error": str(again)})
        return
    if found is None:
        return
    if kind in (TENANT, SPEECH_MODEL):
        learn(ctx, kind, found)
    else:
        ctx.view.observe(kind, found)
