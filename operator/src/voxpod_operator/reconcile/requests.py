"""TTSRequest: observe, take one step, come back."""

import logging
import time

from voxpod_crds.base import ResourceKey
from voxpod_crds.conditions import ConditionType, Reason, find_condition
from voxpod_crds.names import job_name
from voxpod_crds.speech_model import SpeechModel
from voxpod_crds.tts_request import TTSRequest, TTSRequestSpec
from voxpod_operator.cluster.ended import EndedRequest
from voxpod_operator.cluster.kinds import SPEECH_MODEL, TENANT, TTS_REQUEST
from voxpod_operator.cluster.view import InvalidResource, WorkKey
from voxpod_operator.context import PLACE, Context
from voxpod_operator.policy import admission, lifecycle, tenancy, transitions
from voxpod_operator.policy.book import Candidate
from voxpod_operator.policy.speech_estimate import seconds_of
from voxpod_operator.reconcile.ending import conclude, end, end_sandbox, retry
from voxpod_operator.reconcile.sandboxes import create_sandbox, why_not
from voxpod_operator.workqueue import Lane

logger = logging.getLogger(__name__)


async def reconcile_request(ctx: Context, key: ResourceKey) -> None:
    """Bring one request a step further."""
    request = ctx.view.request(key)
    ctx.queue.unplan(WorkKey(TTS_REQUEST.plural, key))
    if isinstance(request, TTSRequest):
        # before anything can fail: whatever else happens or does not happen, its deadline is kept
        _look_again(ctx, request, max(0.05, (lifecycle.deadline_of(request) - ctx.now()).total_seconds()))
        await _take_one_step(ctx, request)
    elif isinstance(request, EndedRequest):
        await _clear_up(ctx, request)
    elif isinstance(request, InvalidResource):
        await _reject_unreadable(ctx, request)


async def _clear_up(ctx: Context, request: EndedRequest) -> None:
    """The request is over: its sandbox must not run on."""
    match lifecycle.after_the_end(request, ctx.view.job(ctx.job_key(request.job_name)), ctx.now()):
        case lifecycle.EndSandbox(running):
            await end_sandbox(ctx, running)
        case lifecycle.LookAgain(seconds):
            ctx.queue.add_after(WorkKey(TTS_REQUEST.plural, request.key), seconds)


async def _take_one_step(ctx: Context, request: TTSRequest) -> None:
    sandbox = request.status.sandbox
    job = ctx.view.job(ctx.job_key(sandbox.job_name)) if sandbox else None
    pod = ctx.view.pod_of_job(job)
    quiet = ctx.progress.quiet(request, time.monotonic())
    match lifecycle.next_step(request, job, pod, ctx.now(), quiet):
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
    decision = admission.decide(_snapshot(ctx, request))
    if isinstance(decision, admission.Reject) and await _view_was_behind(ctx, decision):
        await _admit(ctx, request)
        return
    match decision:
        case admission.Reject():
            await end(ctx, request, transitions.reject(request, decision, ctx.now()))
        case admission.Wait():
            _leave_the_book(ctx, request)
            await _wait(ctx, request, decision)
        case admission.Admit():
            await _start_or_queue(ctx, request, decision)


async def _start_or_queue(ctx: Context, request: TTSRequest, decision: admission.Admit) -> None:
    """Take the slot that was granted, else stand in line for one."""
    candidate = _candidate(request, decision)
    if ctx.book.granted(candidate):
        await _assign(ctx, request, decision)
        return
    _leave_the_book(ctx, request)
    ctx.book.wait(candidate)
    ctx.schedule()
    # told only once the pass could not give it a slot: a request that starts at once costs no write for having waited
    ctx.queue.add(WorkKey(PLACE, request.metadata.key), Lane.TELLING)


async def _assign(ctx: Context, request: TTSRequest, decision: admission.Admit) -> None:
    """Write the assignment, then create the sandbox. A slot stays granted until the stored status says who has it."""
    status = transitions.assign(request, decision, job_name(request.metadata.uid, 1), ctx.now())
    await ctx.write_status(request, status)
    logger.info(
        "request admitted",
        extra={
            "request": str(request.metadata.key),
            "uid": request.metadata.uid,
            "tenant": decision.tenant.metadata.name,
        },
    )
    ctx.refresh_counts(decision.tenant.metadata.name, decision.model.metadata.name)
    assigned = ctx.view.live_request(request.metadata.key)
    if assigned is not None:
        await create_sandbox(ctx, assigned)


def _leave_the_book(ctx: Context, request: TTSRequest) -> None:
    """The request is not what stood in the book: out of its line, and back with what it was granted."""
    ctx.book.leave(request.metadata.uid)
    if ctx.book.give_back(request.metadata.uid):
        ctx.schedule()


async def _wait(ctx: Context, request: TTSRequest, decision: admission.Wait) -> None:
    before = find_condition(request.status.conditions, ConditionType.ADMITTED)
    if before is None or before.reason != decision.reason:
        logger.info("request waits", extra={"request": str(request.metadata.key), "reason": decision.reason})
    await ctx.write_status(request, transitions.wait(request, decision, ctx.now()))
    ctx.refresh_counts(decision.tenant, None)


def _candidate(request: TTSRequest, decision: admission.Admit) -> Candidate:
    meta = request.metadata
    assert meta.creation_timestamp is not None, "the API server sets creationTimestamp"
    return Candidate(
        uid=meta.uid,
        key=meta.key,
        tenant=decision.tenant.metadata.name,
        model=decision.model.metadata.name,
        rank=(-request.spec.priority, meta.creation_timestamp, meta.name, meta.uid),
        cost=seconds_of(request.spec.text, request.spec.speed),
    )


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
    tenant = ctx.view.owner_of(request.metadata.namespace)
    return admission.Snapshot(
        request=request,
        tenant=tenant,
        tenant_problem=tenancy.problem_of(tenant, ctx.view.owner_of) if tenant is not None else "",
        model=_model_of(ctx, request),
    )


def _default_model(ctx: Context) -> str | None:
    return next((m.metadata.name for m in ctx.view.models() if m.spec.default), None)


def _model_of(ctx: Context, request: TTSRequest) -> SpeechModel | None:
    name = request.status.model or request.spec.model or _default_model(ctx)
    found = ctx.view.cluster_resource(SPEECH_MODEL, name) if name else None
    return found if isinstance(found, SpeechModel) else None


def _look_again(ctx: Context, request: TTSRequest, seconds: float) -> None:
    ctx.queue.add_after(WorkKey(TTS_REQUEST.plural, request.metadata.key), seconds)
