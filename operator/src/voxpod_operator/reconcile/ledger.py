"""What a tenant's ledger needs to know, and what becomes of its answers. `reconcile.tenants` stores it."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from voxpod_crds.base import ResourceKey
from voxpod_crds.tenant import Hold, Tenant
from voxpod_operator.cluster.ended import EndedRequest
from voxpod_operator.cluster.kinds import TENANT, TTS_REQUEST
from voxpod_operator.cluster.view import WorkKey
from voxpod_operator.context import Context
from voxpod_operator.policy import charges, tenancy
from voxpod_operator.policy.budget import Totals, of_hold
from voxpod_operator.policy.ledger import Answer, Ask, Held, NotNow
from voxpod_operator.policy.quota_checks import asked_by
from voxpod_operator.reconcile.archive import on_gone
from voxpod_operator.workqueue import Lane


def asks(ctx: Context, tenant: Tenant, promised: Iterable[str]) -> list[Ask]:
    """Those of the tenant's requests with a slot that may have a hold."""
    if tenancy.problem_of(tenant, ctx.view.owner_of):
        return []
    found = []
    for uid in promised:
        key = ctx.view.request_key_of_uid(uid)
        request = ctx.view.live_request(key) if key is not None else None
        if request is not None and request.status.sandbox is None:
            found.append(Ask(uid, request.metadata.namespace, request.metadata.name, asked_by(request)))
    return found


async def charges_due(ctx: Context, tenant: Tenant) -> dict[str, Totals]:
    """By UID, what the requests are charged that have a hold and are over. Raises ClusterError.

    The hold of one that was deleted stays until its record is in the archive: it is all that the cluster has of it.
    """
    name, due = tenant.metadata.name, dict[str, Totals]()
    await _find_out(ctx, tenant, [hold for hold in tenant.status.holds if _unknown(ctx, hold)])
    for hold in tenant.status.holds:
        key = ctx.view.request_key_of_uid(hold.uid)
        request = ctx.view.request(key) if key is not None else None
        if isinstance(request, EndedRequest):
            due[hold.uid] = charges.due(request).of(name)
        elif request is None and hold.uid in ctx.deleted and not ctx.archive.waits(name, hold.uid):
            due[hold.uid] = ctx.deleted[hold.uid].of(name)
    return due


def _unknown(ctx: Context, hold: Hold) -> bool:
    return ctx.view.request_key_of_uid(hold.uid) is None and hold.uid not in ctx.deleted


async def _find_out(ctx: Context, tenant: Tenant, holds: Sequence[Hold]) -> None:
    """What became of requests that nobody saw go: what was held is charged, since deleting gives back nothing of work that
    may have been done."""
    gone = await asyncio.gather(*(_is_gone(ctx, hold) for hold in holds))
    for hold, is_gone in zip(holds, gone, strict=True):
        if is_gone and _unknown(ctx, hold):
            ctx.deleted.remember(hold.uid, charges.Due(tenant.metadata.name, of_hold(hold)))
            on_gone(ctx, tenant.metadata.name, hold)


def settled(ctx: Context, charged: Iterable[str]) -> None:
    """The ledger is stored: what was remembered of deleted requests for its sake is not needed any more."""
    for uid in charged:
        ctx.deleted.pop(uid, None)


def hand_out(ctx: Context, promised: Iterable[str], answers: Mapping[str, Answer]) -> NotNow | None:
    """Have requests that were granted a slot go on: start, or leave it to others. What their tenant waits for, if it does."""
    pause: NotNow | None = None
    for uid in promised:
        key, answer = ctx.view.request_key_of_uid(uid), answers.get(uid)
        if isinstance(answer, Held) and key is not None:
            ctx.enqueue(TTS_REQUEST, key, Lane.URGENT)
            continue
        ctx.book.give_back(uid)
        ctx.schedule()
        if key is not None:
            ctx.enqueue(TTS_REQUEST, key)
        if isinstance(answer, NotNow):
            pause = answer
    return pause


def paused(ctx: Context, tenant: str, pause: NotNow | None) -> None:
    """Have none of the tenant's requests granted a slot while it lasts; None ends it."""
    if pause is None:
        if ctx.pauses.pop(tenant, None) is not None:
            ctx.schedule()
        return
    ctx.pauses[tenant] = pause
    if pause.until is not None:
        seconds = (pause.until - ctx.now()).total_seconds()
        ctx.queue.add_after(WorkKey(TENANT.plural, ResourceKey("", tenant)), max(0.0, seconds) + 0.05, Lane.URGENT)


def still_paused(ctx: Context, tenant: str) -> NotNow | None:
    """What the tenant waits for, unless that has lasted as long as it was to."""
    pause = ctx.pauses.get(tenant)
    return None if pause is None or (pause.until is not None and pause.until <= ctx.now()) else pause


async def _is_gone(ctx: Context, hold: Hold) -> bool:
    """Whether a request that the view does not have is gone: asked of the API server, whose word a watch may be behind."""
    key = ResourceKey(hold.namespace, hold.name)
    raw = await ctx.gateway.get(TTS_REQUEST, key)
    if raw is None or raw["metadata"]["uid"] != hold.uid:
        return True
    ctx.view.observe(TTS_REQUEST, raw)
    ctx.enqueue(TTS_REQUEST, key)
    return False
