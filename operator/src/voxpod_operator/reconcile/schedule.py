"""Give free slots away: the only place that decides who starts next."""

from voxpod_crds.base import ResourceKey
from voxpod_crds.speech_model import SpeechModel
from voxpod_crds.tenant import Tenant
from voxpod_operator.cluster.kinds import TENANT
from voxpod_operator.cluster.view import WorkKey
from voxpod_operator.context import LINE, Context
from voxpod_operator.policy import tenancy
from voxpod_operator.policy.book import Share
from voxpod_operator.reconcile.telling import SHOWN_PLACES
from voxpod_operator.workqueue import Lane

LINE_SECONDS = 5.0
"""A line that moves is told anew so often at most: each place that changed is a write."""

PLACES_PER_SECOND = 20.0
"""Of all lines together. With 100 tenants whose lines all move, 20 places of each every 5 s were 400 writes a second: eight for each
request that ended meanwhile."""


async def reconcile_schedule(ctx: Context, _: ResourceKey) -> None:
    """One pass over the book. No await in it: between counting and taking nobody else can take."""
    for candidate in ctx.book.grant(lambda model: _slots_of(ctx, model), lambda tenant: _share_of(ctx, tenant)):
        ctx.enqueue(TENANT, ResourceKey("", candidate.tenant), Lane.URGENT)  # its ledger comes first
    told_after = max(LINE_SECONDS, ctx.book.lines * SHOWN_PLACES / PLACES_PER_SECOND)
    for tenant in ctx.book.lines_that_moved():
        ctx.queue.add_after(WorkKey(LINE, ResourceKey("", tenant)), told_after, Lane.TELLING)


def _slots_of(ctx: Context, name: str) -> int:
    model = ctx.view.model(name)
    return model.spec.warm_pool.max_sandboxes if isinstance(model, SpeechModel) else 0


def _share_of(ctx: Context, name: str) -> Share:
    tenant = ctx.view.tenant(name)
    if not isinstance(tenant, Tenant) or tenancy.problem_of(tenant, ctx.view.owner_of):
        return Share(0)
    if name in ctx.pauses:
        return Share(0)
    return Share(tenant.spec.quota.concurrent_requests, tenant.spec.weight)
