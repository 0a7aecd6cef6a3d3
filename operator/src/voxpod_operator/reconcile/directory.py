"""The list of the tenants' namespaces, a ConfigMap: what the API server's admission policy for TTSRequests goes by.

Without it anybody who may edit in any namespace could fill etcd, and the operator's memory, with requests that nobody serves.
A ValidatingAdmissionPolicy cannot ask the Tenants themselves: of several parameters all would have to agree.
"""

from voxpod_crds.base import ResourceKey
from voxpod_operator.cluster.kinds import CONFIG_MAP
from voxpod_operator.cluster.reading import AnyTenant, namespaces_of
from voxpod_operator.context import Context
from voxpod_operator.policy.transitions import difference

NAME = "voxpod-tenant-namespaces"


async def reconcile_directory(ctx: Context, _: ResourceKey) -> None:
    """Bring the ConfigMap up to date. That it is missing is fine: the chart makes it where the policy is wanted."""
    if not ctx.settings.refuse_stray_requests:
        return
    key = ResourceKey(ctx.settings.namespace, NAME)
    stored = await ctx.gateway.get(CONFIG_MAP, key)
    if stored is None:
        return
    wanted = {n: t.metadata.name for t in ctx.view.tenants() for n in _owned(ctx, t)}
    patch = difference(stored.get("data") or {}, wanted)
    if patch:
        await ctx.gateway.merge(CONFIG_MAP, key, {"data": patch})


def _owned(ctx: Context, tenant: AnyTenant) -> list[str]:
    return [namespace for namespace in namespaces_of(tenant) if ctx.view.owner_of(namespace) is tenant]
