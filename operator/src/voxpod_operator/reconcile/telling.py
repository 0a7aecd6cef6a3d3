"""Tell a request that has no slot what becomes of it: why it waits and at which place, or that it never starts.

Apart from deciding, in the slowest lane of the work queue: each is a write, and a tenant can make thousands of them due.
"""

import logging

from voxpod_crds.base import ResourceKey
from voxpod_crds.conditions import ConditionType, find_condition
from voxpod_crds.model_choice import model_for
from voxpod_crds.tenant import Tenant
from voxpod_crds.tts_request import TTSRequest
from voxpod_operator.cluster.kinds import TTS_REQUEST, Kind
from voxpod_operator.cluster.reading import AnyModel, AnyTenant, UnreadableRequest, offer_of
from voxpod_operator.cluster.view import WorkKey
from voxpod_operator.context import PLACE, Context
from voxpod_operator.errors import Conflict
from voxpod_operator.logs import about
from voxpod_operator.policy import admission, tenancy, transitions, unreadable
from voxpod_operator.policy.grounds import Ground, grounds_of
from voxpod_operator.policy.patience import or_give_up
from voxpod_operator.reconcile.ending import end
from voxpod_operator.reconcile.news import learn
from voxpod_operator.workqueue import Lane

logger = logging.getLogger(__name__)

SHOWN_PLACES = 20
"""Places of a tenant's line that are kept fresh; who stands farther back was told the place when it came."""


async def reconcile_line(ctx: Context, key: ResourceKey) -> None:
    """A tenant's line moved: have its first requests told where they stand now."""
    for candidate in ctx.book.first(key.name, SHOWN_PLACES):
        ctx.queue.add(WorkKey(PLACE, candidate.key), Lane.TELLING)


async def reconcile_place(ctx: Context, key: ResourceKey) -> None:
    """Write what the request is told, if it still has no slot."""
    request = ctx.view.request(key)
    if isinstance(request, UnreadableRequest):
        waits = unreadable.next_step(request, ctx.now())
        if isinstance(waits, admission.Wait):
            await _wait(ctx, unreadable.stand_in(request), waits)
    elif isinstance(request, TTSRequest) and request.status.sandbox is None and not request.spec.cancel:
        await _tell(ctx, request)


async def _tell(ctx: Context, request: TTSRequest) -> None:
    decision = _verdict(ctx, request, snapshot(ctx, request))
    if isinstance(decision, admission.Reject):
        if (final := await _on_what_is_stored(ctx, request)) is None:
            ctx.enqueue(TTS_REQUEST, request.metadata.key)
        else:
            await end(ctx, request, transitions.reject(request, final, ctx.now()))
    elif isinstance(decision, admission.Wait):
        await _wait(ctx, request, decision)


def _verdict(ctx: Context, request: TTSRequest, seen: admission.Snapshot) -> admission.Wait | admission.Reject | None:
    """What the request is told; None when it has its turn, or will be looked at for it."""
    decision = admission.decide(seen)
    if isinstance(decision, admission.Admit):
        if ctx.book.waits(request.metadata.uid) is None:
            return None
        decision = _turn(ctx, request, decision)
    return or_give_up(request, decision, ctx.now()) if isinstance(decision, admission.Wait) else decision


def _turn(ctx: Context, request: TTSRequest, decision: admission.Admit) -> admission.Wait:
    """Why it is not the turn of a request that stands in line, and its place."""
    tenant, place = decision.tenant.metadata.name, ctx.book.place(request.metadata.uid)
    if (pause := ctx.pauses.get(tenant)) is not None:
        return admission.Wait(pause.reason, f"Tenant {tenant}: {pause.message}", tenant, place)
    return admission.no_room(decision.tenant, decision.model, ctx.book.active_of_tenant(tenant), place)


async def _wait(ctx: Context, request: TTSRequest, decision: admission.Wait) -> None:
    before = find_condition(request.status.conditions, ConditionType.ADMITTED)
    if before is None or before.reason != decision.reason:
        logger.info("request waits", extra={**about(request), "reason": decision.reason})
    await ctx.write_status(request, transitions.wait(request, decision, ctx.now()))
    ctx.refresh_counts(decision.tenant, None)


async def _on_what_is_stored(ctx: Context, request: TTSRequest) -> admission.Reject | None:
    """The rejection, if it stands once what it rests on was read from the API server, each once: it is for good.

    A watch of Tenants and one of requests have no order: `kubectl apply` of a larger limit and of a request that needs it
    may be told the other way round.
    """
    read: set[Ground] = set()
    while isinstance(decision := _verdict(ctx, request, seen := snapshot(ctx, request)), admission.Reject):
        unread = grounds_of(decision, seen) - read
        if not unread:
            return decision
        for kind, name in unread:
            await _read(ctx, kind, name)
        read |= unread
    return None


async def _read(ctx: Context, kind: Kind, name: str) -> None:
    """Have the view hold what the API server holds. Raises Conflict when the object is gone and its watch has yet to tell."""
    if not name:
        for raw in await ctx.gateway.list(kind):
            learn(ctx, kind, raw)
        return
    key = ResourceKey("", name)
    found = await ctx.gateway.get(kind, key)
    if found is None:
        raise Conflict("GET", kind.name, key, 404, "deleted a moment ago")
    learn(ctx, kind, found)


def snapshot(ctx: Context, request: TTSRequest) -> admission.Snapshot:
    """What admission looks at."""
    tenant = ctx.view.owner_of(request.metadata.namespace)
    return admission.Snapshot(
        request=request,
        tenant=tenant,
        tenant_problem=tenancy.problem_of(tenant, ctx.view.owner_of) if tenant is not None else "",
        model=_model_of(ctx, request, tenant),
        now=ctx.now(),
        models=ctx.view.models(),
        store_problem=ctx.last_look.state.problem,
    )


def _model_of(ctx: Context, request: TTSRequest, tenant: AnyTenant | None) -> AnyModel | None:
    name = request.status.model or request.spec.model
    if not name and isinstance(tenant, Tenant):
        offers = map(offer_of, ctx.view.models())
        name = model_for(offers, tenant.spec, request.spec.language, request.spec.voice or "")
    return ctx.view.model(name) if name else None
