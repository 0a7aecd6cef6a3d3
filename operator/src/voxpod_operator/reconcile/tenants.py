"""Tenant: is it in use as it stands, and how much runs."""

from voxpod_crds.base import ResourceKey
from voxpod_crds.conditions import set_condition
from voxpod_operator.cluster.kinds import TENANT, TTS_REQUEST
from voxpod_operator.cluster.reading import namespaces_of
from voxpod_operator.cluster.view import WorkKey
from voxpod_operator.context import RETENTION, Context
from voxpod_operator.policy import tenancy
from voxpod_operator.policy.transitions import difference
from voxpod_operator.reconcile.directory import reconcile_directory
from voxpod_operator.workqueue import Lane


async def reconcile_tenant(ctx: Context, key: ResourceKey) -> None:
    """Write the tenant's Ready condition and counts; requests that waited for it are looked at again."""
    tenant = ctx.view.tenant(key.name)
    if tenant is None:
        return
    ctx.schedule()  # its limit or weight may have changed
    if tenant.status.observed_generation != tenant.metadata.generation:
        # before Ready is said, so that whoever waits for Ready can send a request then
        await reconcile_directory(ctx, key)
        ctx.queue.add(WorkKey(RETENTION, key), Lane.TELLING)
    verdict = tenancy.judge_tenant(tenant, ctx.view.owner_of)
    owned = [n for n in namespaces_of(tenant) if ctx.view.owner_of(n) is tenant]
    requests = list(ctx.view.requests_in(owned))
    ready = tenancy.ready_condition(verdict, tenant.metadata.generation, ctx.now())
    status = tenant.status.model_copy(
        update={
            "observed_generation": tenant.metadata.generation,
            # a slot is the tenant's that the request was admitted for, whoever owns its namespace by now
            "active": ctx.book.active_of_tenant(key.name),
            "waiting": sum(request.status.sandbox is None for request in requests),
            "conditions": list(set_condition(tenant.status.conditions, ready)),
        }
    )
    patch = difference(tenant.status.to_wire(), status.to_wire())
    if patch:
        ctx.view.observe(TENANT, await ctx.gateway.patch_status(TENANT, key, patch, tenant.metadata.resource_version))
    if "conditions" in patch:
        for request in requests:
            ctx.enqueue(TTS_REQUEST, request.metadata.key)
