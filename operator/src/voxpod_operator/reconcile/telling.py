"""Tell a request that has no slot what becomes of it: why it waits and at which place, or that it never starts.

Apart from deciding, in the slowest lane of the work queue: each is a write, and a tenant can make thousands of them due.
"""

import logging

from voxpod_crds.base import ResourceKey
from voxpod_crds.conditions import ConditionType, Reason, find_condition
from voxpod_crds.speech_model import SpeechModel
from voxpod_crds.tts_request import TTSRequest
from voxpod_operator.cluster.kinds import SPEECH_MODEL, TENANT, TTS_REQUEST
from voxpod_operator.cluster.view import WorkKey
from voxpod_operator.context import PLACE, Context
from voxpod_operator.policy import admission, tenancy, transitions
from voxpod_operator.reconcile.ending import end
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
    request = ctx.view.live_request(key)
    if request is None or request.status.sandbox is not None or request.spec.cancel:
        return
    decision = admission.decide(snapshot(ctx, request))
    if isinstance(decision, admission.Reject):
        if await _view_was_behind(ctx, decision):
            ctx.enqueue(TTS_REQUEST, key)
        else:
            await end(ctx, request, transitions.reject(request, decision, ctx.now()))
    elif isinstance(decision, admission.Wait):
        await _wait(ctx, request, decision)
    elif ctx.book.waits(request.metadata.uid) is not None:
        active, place = ctx.book.active_of_tenant(decision.tenant.metadata.name), ctx.book.place(request.metadata.uid)
        await _wait(ctx, request, admission.no_room(decision.tenant, decision.model, active, place))


async def _wait(ctx: Context, request: TTSRequest, decision: admission.Wait) -> None:
    before = find_condition(request.status.conditions, ConditionType.ADMITTED)
    if before is None or before.reason != decision.reason:
        logger.info("request waits", extra={"request": str(request.metadata.key), "reason": decision.reason})
    await ctx.write_status(request, transitions.wait(request, decision, ctx.now()))
    ctx.refresh_counts(decision.tenant, None)


async def _view_was_behind(ctx: Context, decision: admission.Reject) -> bool:
    """Whether the API server has a Tenant or SpeechModel that the watch has not told yet: a rejection is for good."""
    kinds = {Reason.NAMESPACE_WITHOUT_TENANT: TENANT, Reason.MODEL_NOT_FOUND: SPEECH_MODEL}
    kind = kinds.get(decision.reason)
    if kind is None:
        return False
    newer = [ctx.view.observe(kind, raw) for raw in await ctx.gateway.list(kind)]
    return any(newer)


def snapshot(ctx: Context, request: TTSRequest) -> admission.Snapshot:
    """What admission looks at."""
    tenant = ctx.view.owner_of(request.metadata.namespace)
    return admission.Snapshot(
        request=request,
        tenant=tenant,
        tenant_problem=tenancy.problem_of(tenant, ctx.view.owner_of) if tenant is not None else "",
        model=_model_of(ctx, request),
        store_problem=ctx.last_look.state.problem,
    )


def _default_model(ctx: Context) -> str | None:
    return next((m.metadata.name for m in ctx.view.models() if m.spec.default), None)


def _model_of(ctx: Context, request: TTSRequest) -> SpeechModel | None:
    name = request.status.model or request.spec.model or _default_model(ctx)
    found = ctx.view.cluster_resource(SPEECH_MODEL, name) if name else None
    return found if isinstance(found, SpeechModel) else None
