"""Archive what has ended, then delete it when its time is over: a request is deleted only after its record is stored.

What ends is noted as it ends, stored in batches by one work key a tenant, and deleted by another. Who charges keeps the same
order: archived, then settled, and the request may go.
"""

import asyncio
import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from voxpod_crds.base import ResourceKey
from voxpod_crds.conditions import Reason
from voxpod_crds.tenant import Hold, Tenant
from voxpod_operator import metrics
from voxpod_operator.cluster.ended import EndedRequest
from voxpod_operator.cluster.kinds import TTS_REQUEST
from voxpod_operator.cluster.view import WorkKey
from voxpod_operator.context import ARCHIVE, RETENTION, Context
from voxpod_operator.errors import Conflict, Denied, OperatorError, StoreError, StoreUnavailable
from voxpod_operator.policy import retention, usage_files
from voxpod_operator.policy.usage_record import Charge, UsageRecord, usage_record
from voxpod_operator.workqueue import Lane

logger = logging.getLogger(__name__)

Json = dict[str, Any]

BATCH_SECONDS = 60.0
"""How long an ended request waits for others that go into the same object."""

DELETED_SECONDS = 5.0
"""The same for one whose object is gone: its record is in memory only."""

HAND_OVER_SECONDS = 3.0
"""How long a process that ends goes on archiving."""

MOST_DELETIONS = 50
"""Requests that are deleted before other keys have their turn."""


def take_over(ctx: Context) -> None:
    """This process leads now: all that has ended is not known to be archived."""
    ctx.archive.open = True
    for request in sorted(ctx.view.ended_requests(), key=lambda ended: ended.ended_at or ctx.now()):
        _note(ctx, request)


def on_ended(ctx: Context, request: EndedRequest, raw: Json) -> None:
    """A request has ended: `raw` is its object."""
    if _note(ctx, request) and (record := record_of(ctx, raw)) is not None and ctx.archive.has_room(record):
        ctx.archive.enter(record)


def on_deleted(ctx: Context, raw: Json) -> None:
    """A request is being taken out of the view: `raw` is its object as it was last."""
    if not ctx.archive.open or not ctx.archive.needs_record(raw["metadata"]["uid"]):
        return
    if (record := record_of(ctx, raw)) is None:
        return
    if ctx.archive.has_room(record):
        ctx.archive.enter(record)
        ctx.queue.add_after(_key(ARCHIVE, record.tenant), DELETED_SECONDS, Lane.TELLING)
    else:
        _lost(record.uid, record.tenant)


def on_gone(ctx: Context, tenant: str, hold: Hold) -> None:
    """A request was deleted and nobody saw how: a hold is all that tells of it, and is what it is charged."""
    meta = {"uid": hold.uid, "namespace": hold.namespace, "name": hold.name}
    record = usage_record({"metadata": meta}, tenant, ctx.now(), Charge(1, hold.characters, hold.audio_seconds))
    if ctx.archive.has_room(record):
        ctx.archive.enter(record)
        ctx.queue.add(_key(ARCHIVE, tenant), Lane.TELLING)
    else:
        _lost(record.uid, record.tenant)


def record_of(ctx: Context, raw: Json, charge: Charge | None = None) -> UsageRecord | None:
    """The record of a request (JSON of the API) that has ended or is gone; None for one that is no tenant's.

    `charge`: None for what its status says.
    """
    name = _tenant_of(ctx, raw["metadata"].get("namespace", ""), (raw.get("status") or {}).get("tenant"))
    tenant = ctx.view.tenant(name)
    keep_text = isinstance(tenant, Tenant) and tenant.spec.retention.text is True
    return usage_record(raw, name, ctx.now(), charge, keep_text=keep_text) if name else None


async def archive(ctx: Context, tenant: str, records: Iterable[UsageRecord] = ()) -> None:
    """Return when these records are stored, and all others of the tenant that wait. Raises StoreError, ClusterError.

    In the order of their ends, so that the name of the last object tells the next leader how far the archive goes.
    """
    async with ctx.archive_locks[tenant]:
        for record in records:
            ctx.archive.enter(record)
        if not ctx.archive.known(tenant):
            ctx.archive.learn(tenant, await _last_end(ctx, tenant))
        while waiting := ctx.archive.waiting(tenant, usage_files.MOST_RECORDS):
            found = [one if isinstance(one, UsageRecord) else await _read(ctx, one) for one in waiting]
            for file in usage_files.files_of(tenant, [record for record in found if record is not None]):
                await ctx.store.create(file.key, file.content, usage_files.MEDIA_TYPE)
                metrics.USAGE_ARCHIVED.inc(len(file.records))
            ctx.archive.archived(tenant, waiting)


async def hand_over(ctx: Context) -> None:
    """This process leads no more: store what only it knows, if the store takes it within seconds."""
    ctx.archive.open = False
    try:
        async with asyncio.timeout(HAND_OVER_SECONDS):
            for tenant in ctx.archive.tenants():
                await archive(ctx, tenant)
    except (OperatorError, TimeoutError) as error:
        logger.warning("ended requests not archived at the end", extra={"error": str(error) or "timeout"})


async def reconcile_archive(ctx: Context, key: ResourceKey) -> None:
    """Archive what waits of a tenant."""
    try:
        await archive(ctx, key.name)
    finally:
        metrics.USAGE_WAITING.set(len(ctx.archive))
    ctx.queue.add(_key(RETENTION, key.name), Lane.TELLING)
    ctx.refresh_counts(key.name, None)  # holds of what was deleted go once its record is stored


async def reconcile_retention(ctx: Context, key: ResourceKey) -> None:
    """Delete the tenant's ended requests whose time is over, and come back for the next one."""
    stays = retention.request_stays(ctx.view.tenant(key.name), ctx.settings.retention_request)
    if stays is None:
        return
    for _ in range(MOST_DELETIONS):
        oldest = ctx.archive.oldest(key.name)
        if oldest is None or oldest.ended_at is None:
            return
        if (left := (oldest.ended_at + stays - ctx.now()).total_seconds()) > 0:
            ctx.queue.add_after(_key(RETENTION, key.name), left, Lane.TELLING)
            return
        if not ctx.archive.may_go(key.name, oldest.uid):
            ctx.queue.add(_key(ARCHIVE, key.name), Lane.TELLING)
            return
        await _delete(ctx, key.name, oldest)
    ctx.queue.add(_key(RETENTION, key.name), Lane.TELLING)


async def _delete(ctx: Context, tenant: str, request: EndedRequest) -> None:
    try:
        await ctx.gateway.delete(TTS_REQUEST, request.key, uid=request.uid)
    except Denied as error:  # by a policy of the cluster: others must not stay for it, and the next leader tries again
        logger.warning("ended request not deleted", extra={"request": str(request.key), "error": str(error)})
    else:
        logger.info("ended request deleted", extra={"request": str(request.key), "request_id": request.uid})
    ctx.archive.dismiss(tenant, request.uid)


def _note(ctx: Context, request: EndedRequest) -> bool:
    """Whether the request is a tenant's, and this process archives."""
    if not ctx.archive.open or request.ended_at is None or request.reason == Reason.NAMESPACE_WITHOUT_TENANT:
        return False
    tenant = _tenant_of(ctx, request.key.namespace, request.tenant)
    if tenant:
        ctx.archive.ended(tenant, request)
        ctx.queue.add_after(_key(ARCHIVE, tenant), BATCH_SECONDS, Lane.TELLING)
    return bool(tenant)


def _tenant_of(ctx: Context, namespace: str, told: str | None) -> str:
    """Whose a request is: as its status says, else whose its namespace is; empty for nobody's."""
    owner = ctx.view.owner_of(namespace)
    return told or (owner.metadata.name if owner is not None else "")


async def _read(ctx: Context, request: EndedRequest) -> UsageRecord | None:
    """The record, from the stored object. Raises Conflict when it is gone and the event that brings it is still to come."""
    raw = await ctx.gateway.get(TTS_REQUEST, request.key)
    if raw is not None and raw["metadata"]["uid"] == request.uid:
        return record_of(ctx, raw)
    if ctx.view.uid(TTS_REQUEST, request.key) == request.uid:
        raise Conflict("GET", TTS_REQUEST.name, request.key, 404, "deleted a moment ago")
    _lost(request.uid, request.tenant)
    return None


def _lost(uid: str, tenant: str) -> None:
    metrics.USAGE_LOST.inc()
    logger.warning(
        "usage record lost: the request was deleted before it was archived",
        extra={"request_id": uid, "tenant_id": tenant},
    )


async def _last_end(ctx: Context, tenant: str) -> datetime | None:
    """When the last request in a tenant's archive ended, as far as it matters to what waits."""
    first = ctx.archive.waiting(tenant, 1)
    if not first or first[0].ended_at is None:
        return None
    try:
        found = await ctx.store.under(usage_files.folder(tenant), usage_files.folder(tenant, first[0].ended_at.date()))
    except StoreUnavailable:
        raise
    except StoreError as error:  # the operator's user may not list: then all that is stored is archived once more
        logger.warning("archive of usage not listed", extra={"tenant_id": tenant, "error": str(error)})
        return None
    return max(filter(None, (usage_files.last_end_in(one.key) for one in found)), default=None)


def _key(plural: str, tenant: str) -> WorkKey:
    return WorkKey(plural, ResourceKey("", tenant))
