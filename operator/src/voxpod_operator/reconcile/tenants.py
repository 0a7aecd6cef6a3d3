"""Tenant: is it in use as it stands, what runs, and what was used. The only writer of Tenant.status.

So many requests as come meanwhile share one write: their holds, the charges of others that have ended, and the counts.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC

from voxpod_crds.base import ResourceKey
from voxpod_crds.conditions import Condition, ConditionType, find_condition, set_condition
from voxpod_crds.tenant import Tenant, TenantStatus
from voxpod_operator.cluster.kinds import TENANT, TTS_REQUEST
from voxpod_operator.cluster.reading import AnyTenant, namespaces_of
from voxpod_operator.cluster.view import WorkKey
from voxpod_operator.context import RETENTION, Context
from voxpod_operator.errors import NotLeading
from voxpod_operator.policy import ledger, tenancy, usage_files
from voxpod_operator.policy.budget import Totals
from voxpod_operator.policy.quota_checks import window_of
from voxpod_operator.policy.quota_window import Window
from voxpod_operator.policy.tenant_status import pressure, remaining, used_of_limit
from voxpod_operator.policy.transitions import difference
from voxpod_operator.reconcile.directory import reconcile_directory
from voxpod_operator.reconcile.ledger import asks, charges_due, hand_out, paused, settled, still_paused
from voxpod_operator.workqueue import Lane

logger = logging.getLogger(__name__)

HISTORY_URL_SECONDS = 7 * 86_400
"""As long as S3 signs for: a tenant that nobody looks at for days is read all the same."""


async def reconcile_tenant(ctx: Context, key: ResourceKey) -> None:
    """Bring the Tenant's status up to date; requests that it lets go on do so once it is stored."""
    tenant, promised = ctx.view.tenant(key.name), ctx.book.promised_to(key.name)
    if tenant is None:
        hand_out(ctx, promised, {})
        paused(ctx, key.name, None)
        return
    news = tenant.status.observed_generation != tenant.metadata.generation
    if news:
        # before Ready is said, so that whoever waits for Ready can send a request then
        await reconcile_directory(ctx, key)
        ctx.queue.add(WorkKey(RETENTION, key), Lane.TELLING)
    window = window_of(tenant, ctx.now()) if isinstance(tenant, Tenant) else None
    if not isinstance(tenant, Tenant) or window is None:
        await _store(ctx, tenant, _judged(ctx, tenant, len(promised)))
        hand_out(ctx, promised, {})
        return
    due = await charges_due(ctx, tenant)
    posted = _posted(ctx, tenant, asks(ctx, tenant, promised), due, window)
    await _store(ctx, tenant, _with_quota(ctx, tenant, posted, window, promised))
    settled(ctx, due)
    moved = news or posted.ledger != ledger.ledger_of(tenant.status)
    paused(ctx, key.name, hand_out(ctx, promised, posted.answers) or (None if moved else still_paused(ctx, key.name)))
    if news:
        ctx.schedule()  # its limit or weight may have changed


def _posted(
    ctx: Context, tenant: Tenant, asked: Sequence[ledger.Ask], due: Mapping[str, Totals], window: Window
) -> ledger.Posted:
    """The ledger after this pass. Raises NotLeading."""
    before, term = ledger.ledger_of(tenant.status), ctx.serving.term
    try:
        return ledger.post(before, asked, due, tenant.spec.quota, window, ctx.now(), term)
    except ledger.Superseded:
        raise NotLeading("PATCH", TENANT.name, tenant.metadata.key, 0, "a later leader keeps its ledger") from None


def _with_quota(
    ctx: Context, tenant: Tenant, posted: ledger.Posted, window: Window, promised: Sequence[str]
) -> TenantStatus:
    now, quota, kept = ctx.now(), tenant.spec.quota, posted.ledger
    ctx.queue.add_after(WorkKey(TENANT.plural, tenant.metadata.key), (window.end - now).total_seconds() + 0.05)
    condition = pressure(kept, quota, window, tenant.metadata.generation, now)
    leaving = sum(not isinstance(posted.answers.get(uid), ledger.Held) for uid in promised)
    judged = _judged(ctx, tenant, leaving)
    return ledger.stored(kept, judged).model_copy(
        update={
            "remaining": remaining(kept, quota),
            "used_of_limit": used_of_limit(kept, quota),
            "reset_time": window.end,
            "conditions": list(set_condition(judged.conditions, condition)),
        }
    )


def _judged(ctx: Context, tenant: AnyTenant, leaving: int) -> TenantStatus:
    """With condition and counts; `leaving`: requests that give back the slot that they were granted, now."""
    verdict = tenancy.judge_tenant(tenant, ctx.view.owner_of)
    ready = tenancy.ready_condition(verdict, tenant.metadata.generation, ctx.now())
    owned = [n for n in namespaces_of(tenant) if ctx.view.owner_of(n) is tenant]
    # a slot is the tenant's that the request was admitted for, whoever owns its namespace by now
    active = ctx.book.active_of_tenant(tenant.metadata.name) - leaving
    starting = len(ctx.book.promised_to(tenant.metadata.name)) - leaving
    return tenant.status.model_copy(
        update={
            "observed_generation": tenant.metadata.generation,
            "active": max(0, active),
            "waiting": max(0, ctx.view.without_sandbox_in(owned) - starting),
            "usage_history_url": _history_url(ctx, tenant.metadata.name),
            "conditions": list(set_condition(tenant.status.conditions, ready)),
        }
    )


def _history_url(ctx: Context, tenant: str) -> str:
    """Signed as of midnight: it changes once a day, or with the store's keys, and costs no write of its own."""
    today = ctx.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return ctx.store.presign_get(usage_files.history(tenant), HISTORY_URL_SECONDS, today)


async def _store(ctx: Context, tenant: AnyTenant, status: TenantStatus) -> None:
    """Write what differs, and have requests looked at again that it may matter to. Raises Conflict."""
    patch = difference(tenant.status.to_wire(), status.to_wire())
    if not patch:
        return
    key = tenant.metadata.key
    ctx.view.observe(TENANT, await ctx.gateway.patch_status(TENANT, key, patch, tenant.metadata.resource_version))
    changed = [
        after
        for after in status.conditions
        if _differs(find_condition(tenant.status.conditions, ConditionType(after.type)), after)
    ]
    for condition in changed:
        logger.info(
            "tenant changed",
            extra={
                "tenant_id": key.name,
                "condition": condition.type,
                "reason": condition.reason,
                "why": condition.message,
            },
        )
    if changed:
        for request in ctx.view.requests_in(namespaces_of(tenant)):
            ctx.enqueue(TTS_REQUEST, request.metadata.key)


def _differs(before: Condition | None, after: Condition) -> bool:
    return before is None or (before.status, before.reason, before.message) != (
        after.status,
        after.reason,
        after.message,
    )
