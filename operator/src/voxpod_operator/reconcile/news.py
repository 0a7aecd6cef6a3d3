"""A new version of a Tenant or SpeechModel, whoever brought it: the watch, a list, or a look before a rejection.

Whoever brings it first must see to all that it matters to: the watch's event is an echo then, which is passed over.
"""

from typing import Any

from voxpod_crds.base import ResourceKey
from voxpod_operator.cluster.kinds import NODE, SPEECH_MODEL, TENANT, TTS_REQUEST, Kind
from voxpod_operator.cluster.reading import AnyModel, AnyTenant, namespaces_of
from voxpod_operator.context import DIRECTORY, Context


def learn(ctx: Context, kind: Kind, raw: dict[str, Any]) -> bool:
    """Take in a version and enqueue what it may matter to; False when it is not newer than what is known."""
    key = ResourceKey("", raw["metadata"]["name"])
    before = ctx.view.tenant_or_model(kind, key.name)
    if not ctx.view.observe(kind, raw):
        return False
    after = ctx.view.tenant_or_model(kind, key.name)
    if _judged_by(before) != _judged_by(after):
        look_again(ctx, before, after)
        enqueue(ctx, kind, key)
    else:  # its status, such as what this process wrote a moment ago: it matters to no other Tenant
        ctx.enqueue(kind, key)
    return True


def learn_node(ctx: Context, raw: dict[str, Any]) -> None:
    """Take in a version of a node; most are signs of life, which nobody waits for."""
    name = raw["metadata"]["name"]
    before = ctx.view.node(name)
    if ctx.view.observe(NODE, raw) and ctx.view.node(name) != before:
        ctx.look_at_nodes_again()


def _judged_by(version: AnyTenant | AnyModel | None) -> object:
    """What requests are judged by. Of conditions their writer tells who waits, unless the answer to its write was lost."""
    if version is None:
        return None
    conditions = {condition.type: (condition.status, condition.reason) for condition in version.status.conditions}
    return version.metadata.generation, conditions


def enqueue(ctx: Context, kind: Kind, key: ResourceKey) -> None:
    """Have the object reconciled; with a Tenant all of them: an older or younger one may own a namespace now."""
    if kind is SPEECH_MODEL:
        ctx.enqueue(kind, key)
        return
    ctx.queue.add(DIRECTORY)
    for tenant in ctx.view.tenants():
        ctx.enqueue(TENANT, tenant.metadata.key)


def look_again(ctx: Context, *versions: AnyTenant | AnyModel | None) -> None:
    """A Tenant or SpeechModel came, went, or is another one now: what has no sandbox yet may be judged otherwise."""
    namespaces = {n for version in versions if isinstance(version, AnyTenant) for n in namespaces_of(version)}
    if namespaces:
        ctx.look_at_nodes_again()  # what the Tenant tolerates may open others
    of_models = any(isinstance(version, AnyModel) for version in versions)
    for request in ctx.view.requests() if of_models else ctx.view.requests_in(sorted(namespaces)):
        if request.status.sandbox is None:
            ctx.enqueue(TTS_REQUEST, request.metadata.key)
