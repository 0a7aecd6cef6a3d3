"""Tenant: is it in use as it stands, and how much runs."""

from voxpod_crds.base import ResourceKey
from voxpod_crds.conditions import set_condition
from voxpod_operator.cluster.kinds import TENANT, TTS_REQUEST
from voxpod_operator.context import Context
from voxpod_operator.policy import queue_order, tenancy
from voxpod_operator.policy.transitions import difference


async def reconcile_tenant(ctx: Context, key: ResourceKey) -> None:
    """Write the tenant's Ready condition and counts; requests that waited for it are looked at again."""
    tenant = ctx.view.tenant(key.name)
    if tenant is None:
        return
    tenants = ctx.view.tenants()
    verdict = tenancy.judge_tenant(tenant, tenants)
    owned = [n for n in tenancy.namespaces_of(tenant) if tenancy.owner_of(n, tenants) is tenant]
    requests = [r for r in ctx.view.requests_in(owned) if not queue_order.ended(r)]
    # a slot is the tenant's that the request was admitted for, whoever owns its namespace by now
    active = sum(queue_order.holds_a_slot(r, frozenset()) for r in ctx.view.requests() if r.status.tenant == key.name)
    waiting = sum(not queue_order.holds_a_slot(r, frozenset()) for r in requests)
    ready = tenancy.ready_condition(verdict, tenant.metadata.generation, ctx.now())
    status = tenant.status.model_copy(
        update={
            "observed_generation": tenant.metadata.generation,
            "active": active,
            "waiting": waiting,
            "conditions": list(set_condition(tenant.status.conditions, ready)),
        }
    )
    patch = difference(tenant.status.to_wire(), status.to_wire())
    if patch:
        ctx.view.observe(TENANT, await ctx.gateway.patch_status(TENANT, key, patch, tenant.metadata.resource_version))
    if "conditions" in patch:
        for request in requests:
            ctx.enqueue(TTS_REQUEST, request.metadata.key)
