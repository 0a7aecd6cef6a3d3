"""TTSRequest: observe, take one step, come back."""

import logging

from voxpod_crds.base import ResourceKey
from voxpod_crds.conditions import ConditionType, Reason, find_condition
from voxpod_crds.names import job_name
from voxpod_crds.tts_request import TTSRequest
from voxpod_operator.cluster.kinds import TTS_REQUEST, Kind
from voxpod_operator.cluster.reading import UnreadableModel, UnreadableRequest
from voxpod_operator.cluster.view import AnyModel, WorkKey
from voxpod_operator.context import Context
from voxpod_operator.errors import Conflict
from voxpod_operator.policy import admission, lifecycle, queue_order, tenancy, transitions, unreadable
from voxpod_operator.policy.grounds import Ground, grounds_of
from voxpod_operator.reconcile.ending import conclude, end, end_sandbox, retry, wake_waiting
from voxpod_operator.reconcile.sandboxes import create_sandbox, why_not

logger = logging.getLogger(__name__)

POSITION_SECONDS = 30.0
"""How often a waiting request looks up its place again; each look may be a write."""

SHOWN_POSITIONS = 20
"""Places that are kept up to date like that. A look compares a request with all others (10 ms among 1,000), so that those
far behind look ten times less often; when their turn comes they are woken anyway."""


async def reconcile_request(ctx: Context, key: ResourceKey) -> None:
    """Bring one request a step further."""
    request = ctx.view.request(key)
    if request is None:
        return
    if isinstance(request, UnreadableRequest):
        await _leave_to_another_version(ctx, request)
        return
    sandbox = request.status.sandbox
    job = ctx.view.job(ctx.job_key(sandbox.job_name)) if sandbox else None
    pod = ctx.view.pod_of_job(sandbox.job_name) if sandbox else None
    match lifecycle.next_step(request, job, pod, ctx.now()):
        case lifecycle.AdmitOrWait():
            await _admit(ctx, request)
        case lifecycle.CreateSandbox():
            await create_sandbox(ctx, request)
        case lifecycle.Conclude(report):
            await conclude(ctx, request, report)
        case lifecycle.Retry(failure):
            await retry(ctx, request, failure)
        case lifecycle.Finish(phase, reason, message):
            await end(ctx, request, transitions.fail(request, reason, message, ctx.now(), phase))
        case lifecycle.EndSandbox(running):
            await end_sandbox(ctx, running)
        case lifecycle.TellStarting(reason, message):
            await ctx.write_status(request, transitions.starting(request, reason, message, ctx.now()))
            _look_again(ctx, request, 5.0)
        case lifecycle.AskWhy(subject, without_events):
            reason, message = await why_not(ctx, subject) or (Reason.SANDBOX_STARTING, without_events)
            await ctx.write_status(request, transitions.starting(request, reason, message, ctx.now()))
            _look_again(ctx, request, 10.0)
        case lifecycle.LookAgain(seconds):
            _look_again(ctx, request, seconds)
        case lifecycle.Nothing():
            pass


async def _admit(ctx: Context, request: TTSRequest) -> None:
    decision = await _decide(ctx, request)
    if isinstance(decision, admission.Reject):
        await end(ctx, request, transitions.reject(request, decision, ctx.now()))
        return
    if isinstance(decision, admission.Wait):
        await _wait(ctx, request, decision)
        return
    # nothing is waited for between the snapshot and this line: the slot is taken before another worker can look
    ctx.reserved.add(request.metadata.uid)
    try:
        await ctx.write_status(
            request, transitions.assign(request, decision, job_name(request.metadata.uid, 1), ctx.now())
        )
    finally:
        ctx.reserved.discard(request.metadata.uid)
    logger.info(
        "request admitted",
        extra={
            "request": str(request.metadata.key),
            "uid": request.metadata.uid,
            "tenant": decision.tenant.metadata.name,
        },
    )
    ctx.refresh_counts(decision.tenant.metadata.name, decision.model.metadata.name)
    assigned = ctx.view.request(request.metadata.key)
    if isinstance(assigned, TTSRequest):
        await create_sandbox(ctx, assigned)


async def _wait(ctx: Context, request: TTSRequest, decision: admission.Wait) -> None:
    before = find_condition(request.status.conditions, ConditionType.ADMITTED)
    if before is None or before.reason != decision.reason:
        logger.info("request waits", extra={"request": str(request.metadata.key), "reason": decision.reason})
    await ctx.write_status(request, transitions.wait(request, decision, ctx.now()))
    if before is None or before.reason != decision.reason:
        wake_waiting(ctx, request)  # who counted this one ahead for the slot it cannot use need not wait any longer
    ctx.refresh_counts(decision.tenant, None)
    left = (lifecycle.deadline_of(request) - ctx.now()).total_seconds()
    often = decision.position is None or decision.position <= SHOWN_POSITIONS
    _look_again(ctx, request, min(POSITION_SECONDS if often else 10 * POSITION_SECONDS, max(left, 0.05)))


async def _leave_to_another_version(ctx: Context, request: UnreadableRequest) -> None:
    known, sandbox = unreadable.stand_in(request), request.status.sandbox
    job = ctx.view.job(ctx.job_key(sandbox.job_name)) if sandbox else None
    match unreadable.next_step(request, job, ctx.now()):
        case admission.Wait() as decision:
            await _wait(ctx, known, decision)
        case lifecycle.Finish(phase, reason, message):
            await end(ctx, known, transitions.fail(known, reason, message, ctx.now(), phase))
        case lifecycle.EndSandbox(running):
            await end_sandbox(ctx, running)
        case lifecycle.LookAgain(seconds):
            _look_again(ctx, known, seconds)
        case lifecycle.Nothing() if not request.may_be_written:
            logger.info("request left alone", extra={"request": str(request.metadata.key), "why": request.problem})


async def _decide(ctx: Context, request: TTSRequest) -> admission.Decision:
    """Admission's decision, but a rejection is for good: what it rests on is read from the API server first, once each.

    A watch of Tenants and one of requests have no order: `kubectl apply` of a larger limit and of a request that needs it
    may be told the other way round.
    """
    read: set[Ground] = set()
    while True:
        seen = _snapshot(ctx, request)
        decision = admission.decide(seen)
        unread = grounds_of(decision, seen) - read if isinstance(decision, admission.Reject) else set()
        if not unread:
            return decision
        for kind, name in unread:
            await _read(ctx, kind, name)
        read |= unread


async def _read(ctx: Context, kind: Kind, name: str) -> None:
    """Have the view hold what the API server holds. Raises Conflict when the object is gone and its watch has yet to tell."""
    if not name:
        for raw in await ctx.gateway.list(kind):
            ctx.view.observe(kind, raw)
        return
    key = ResourceKey("", name)
    found = await ctx.gateway.get(kind, key)
    if found is None:
        raise Conflict("GET", kind.name, key, 404, "deleted a moment ago")
    ctx.view.observe(kind, found)


def _snapshot(ctx: Context, request: TTSRequest) -> admission.Snapshot:
    tenants = ctx.view.tenants()
    tenant = tenancy.owner_of(request.metadata.namespace, tenants)
    model = _model_of(ctx, request)
    tenant_of = tenancy.tenants_by_namespace(tenants)
    verdict = tenancy.judge_tenant(tenant, tenants) if tenant else None
    in_tenant = queue_order.standing(
        request,
        ctx.view.requests_in(tenancy.namespaces_of(tenant)) if tenant else [],
        ctx.reserved,
        Reason.WAITING_FOR_CONCURRENCY,
        tenant_of,
    )
    default = _default_model(ctx)
    of_model = [
        r
        for r in ctx.view.requests()
        if model is not None and (r.status.model or r.spec.model or default) == model.metadata.name
    ]
    in_model = queue_order.standing(request, of_model, ctx.reserved, Reason.WAITING_FOR_SANDBOX, tenant_of)
    return admission.Snapshot(
        request=request,
        tenant=tenant,
        tenant_problem=(
            ""
            if verdict is None or verdict.ready or verdict.reason == Reason.NAMESPACE_CONFLICT
            else f"{verdict.reason}: {verdict.message}"
        ),
        model=model,
        active_of_tenant=in_tenant.active,
        ahead_in_tenant=in_tenant.ahead,
        active_of_model=in_model.active,
        ahead_in_model=in_model.ahead,
    )


def _default_model(ctx: Context) -> str | None:
    return next(
        (
            m.metadata.name
            for m in ctx.view.models()
            if (m.default if isinstance(m, UnreadableModel) else m.spec.default)
        ),
        None,
    )


def _model_of(ctx: Context, request: TTSRequest) -> AnyModel | None:
    name = request.status.model or request.spec.model or _default_model(ctx)
    return ctx.view.model(name) if name else None


def _look_again(ctx: Context, request: TTSRequest, seconds: float) -> None:
    ctx.queue.add_after(WorkKey(TTS_REQUEST.plural, request.metadata.key), seconds)
