"""TTSRequest: observe, take one step, come back."""

import logging
from dataclasses import replace

from voxpod_crds.base import ResourceKey
from voxpod_crds.conditions import ConditionType, Reason, find_condition
from voxpod_crds.names import job_name
from voxpod_crds.speech_model import SpeechModel
from voxpod_crds.tts_request import TTSRequest, TTSRequestSpec
from voxpod_operator.cluster.kinds import SPEECH_MODEL, TENANT, TTS_REQUEST
from voxpod_operator.cluster.view import InvalidResource, WorkKey
from voxpod_operator.context import Context
from voxpod_operator.policy import admission, lifecycle, queue_order, tenancy, transitions
from voxpod_operator.reconcile.ending import conclude, end, end_sandbox, give_back, memory_of, retry, wake_waiting
from voxpod_operator.reconcile.sandboxes import create_sandbox, pod_as_stored, start_timeouts, why_not

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
    if isinstance(request, InvalidResource):
        await _reject_unreadable(ctx, request)
        return
    match await _next_step(ctx, request):
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
        case lifecycle.TellStarting(reason, message, seconds):
            await ctx.write_status(request, transitions.starting(request, reason, message, ctx.now()))
            _look_again(ctx, request, seconds)
        case lifecycle.AskWhy(subject, without_events, seconds):
            reason, message = await why_not(ctx, subject) or (Reason.SANDBOX_STARTING, without_events)
            await ctx.write_status(request, transitions.starting(request, reason, message, ctx.now()))
            _look_again(ctx, request, seconds)
        case lifecycle.StartOverdue(failure, subject):
            told = await why_not(ctx, subject) if subject else None
            why = f"{failure.message}: {told[1]}"[:1024] if told else failure.message
            await retry(ctx, request, replace(failure, message=why))
        case lifecycle.GiveBack(reason, message, subject):
            reason, message = (await why_not(ctx, subject) if subject else None) or (reason, message)
            await give_back(ctx, request, reason, message)
        case lifecycle.LookAgain(seconds):
            _look_again(ctx, request, seconds)
        case lifecycle.Nothing():
            pass


async def _next_step(ctx: Context, request: TTSRequest) -> lifecycle.Step:
    sandbox = request.status.sandbox
    job = ctx.view.job(ctx.job_key(sandbox.job_name)) if sandbox else None
    pod = ctx.view.pod_of_job(sandbox.job_name) if sandbox else None
    step = lifecycle.next_step(request, job, pod, ctx.now(), _circumstances(ctx, request))
    if isinstance(step, lifecycle.AskPod):
        pod = await pod_as_stored(ctx, step.job)
        asked = replace(_circumstances(ctx, request), pod_was_asked_for=True)
        step = lifecycle.next_step(request, step.job, pod, ctx.now(), asked)
    return step


def _circumstances(ctx: Context, request: TTSRequest) -> lifecycle.Circumstances:
    memory = memory_of(ctx, request)
    return lifecycle.Circumstances(
        timeouts=start_timeouts(ctx.settings),
        answered_since=ctx.serving.since or ctx.now(),
        memory_can_grow=memory is not None and memory.more is not None,
        verifying=request.metadata.uid in ctx.concluding,
    )


async def _admit(ctx: Context, request: TTSRequest) -> None:
    decision = admission.decide(_snapshot(ctx, request))
    if isinstance(decision, admission.Reject) and await _view_was_behind(ctx, decision):
        await _admit(ctx, request)
        return
    if isinstance(decision, admission.Reject):
        await end(ctx, request, transitions.reject(request, decision, ctx.now()))
        return
    if isinstance(decision, admission.Wait):
        await _wait(ctx, request, decision)
        return
    # no await between the snapshot and this line: the slot is taken before another worker can look
    ctx.reserved.add(request.metadata.uid)
    try:
        await ctx.write_status(
            request,
            transitions.assign(
                request, decision, job_name(request.metadata.uid, transitions.next_attempt(request)), ctx.now()
            ),
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


async def _reject_unreadable(ctx: Context, request: InvalidResource) -> None:
    if request.status.phase is not None and request.status.phase.terminal:
        return
    placeholder = TTSRequest(metadata=request.metadata, spec=TTSRequestSpec(text="?"), status=request.status)
    status = transitions.reject(placeholder, admission.Reject(Reason.INVALID, request.problem), ctx.now())
    await ctx.write_status(request, status)
    logger.info("request rejected", extra={"request": str(request.metadata.key), "reason": Reason.INVALID})


async def _view_was_behind(ctx: Context, decision: admission.Reject) -> bool:
    """Whether the API server has a Tenant or SpeechModel that the watch has not told yet: a rejection is for good."""
    kinds = {Reason.NAMESPACE_WITHOUT_TENANT: TENANT, Reason.MODEL_NOT_FOUND: SPEECH_MODEL}
    kind = kinds.get(decision.reason)
    if kind is None:
        return False
    newer = [ctx.view.observe(kind, raw) for raw in await ctx.gateway.list(kind)]
    return any(newer)


def _snapshot(ctx: Context, request: TTSRequest) -> admission.Snapshot:
    tenants = ctx.view.tenants()
    tenant = tenancy.owner_of(request.metadata.namespace, tenants)
    model = _model_of(ctx, request)
    tenant_of = tenancy.tenants_by_namespace(tenants)
    verdict = tenancy.judge_tenant(tenant, tenants) if tenant else None
    in_tenant = queue_order.standing(
        request,
        ctx.view.requests_in(tenant.spec.namespaces) if tenant else [],
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
        own_ahead_in_model=in_model.ahead_of_own,
    )


def _default_model(ctx: Context) -> str | None:
    return next((m.metadata.name for m in ctx.view.models() if m.spec.default), None)


def _model_of(ctx: Context, request: TTSRequest) -> SpeechModel | None:
    name = request.status.model or request.spec.model or _default_model(ctx)
    found = ctx.view.cluster_resource(SPEECH_MODEL, name) if name else None
    return found if isinstance(found, SpeechModel) else None


def _look_again(ctx: Context, request: TTSRequest, seconds: float) -> None:
    ctx.queue.add_after(WorkKey(TTS_REQUEST.plural, request.metadata.key), seconds)
