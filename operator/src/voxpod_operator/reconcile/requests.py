"""TTSRequest: observe, take one step, come back."""

import logging
import time
from dataclasses import replace

from voxpod_crds.base import ResourceKey
from voxpod_crds.conditions import Reason
from voxpod_crds.names import job_name
from voxpod_crds.tts_request import TTSRequest
from voxpod_operator.cluster.ended import EndedRequest
from voxpod_operator.cluster.kinds import TENANT, TTS_REQUEST
from voxpod_operator.cluster.reading import UnreadableRequest
from voxpod_operator.cluster.view import WorkKey, uid_of
from voxpod_operator.context import PLACE, Context
from voxpod_operator.logs import about
from voxpod_operator.policy import admission, lifecycle, quota_checks, transitions, unreadable
from voxpod_operator.policy.book import Candidate
from voxpod_operator.policy.demand import demand_of
from voxpod_operator.policy.patience import or_give_up, start_by
from voxpod_operator.reconcile.again import expects_again, take_again
from voxpod_operator.reconcile.ending import conclude, end, end_sandbox, give_back, left_in_store, memory_of, retry
from voxpod_operator.reconcile.pool import take_idle
from voxpod_operator.reconcile.sandboxes import create_sandbox, pod_as_stored, start_timeouts, why_not
from voxpod_operator.reconcile.telling import snapshot
from voxpod_operator.workqueue import Lane

logger = logging.getLogger(__name__)

EXPECTED_AGAIN_SECONDS = 0.02
"""How often a request looks whether the sandbox asks that its tenant has in use."""


async def reconcile_request(ctx: Context, key: ResourceKey) -> None:
    """Bring one request a step further."""
    request = ctx.view.request(key)
    ctx.queue.unplan(WorkKey(TTS_REQUEST.plural, key))
    if isinstance(request, TTSRequest):
        # before anything can fail: whatever else happens or does not happen, its deadline is kept
        _look_again(ctx, request, max(0.05, (lifecycle.deadline_of(request) - ctx.now()).total_seconds()))
        if request.status.sandbox is None and (latest := start_by(request)) is not None and latest > ctx.now():
            _look_again(ctx, request, (latest - ctx.now()).total_seconds() + 0.05)
        await _take_one_step(ctx, request)
    elif isinstance(request, EndedRequest):
        await _clear_up(ctx, request)
    elif isinstance(request, UnreadableRequest):
        await _leave_to_another_version(ctx, request)


async def _clear_up(ctx: Context, request: EndedRequest) -> None:
    """The request is over: its sandbox must not run on; and where no tenant answers for it, it must not stay."""
    if (left := lifecycle.stray_for(request, ctx.settings.stray_request_seconds, ctx.now())) is not None:
        if left > 0:
            ctx.queue.add_after(WorkKey(TTS_REQUEST.plural, request.key), left, Lane.TELLING)
        else:
            await ctx.gateway.delete(TTS_REQUEST, request.key, uid=request.uid)
        return
    if (holder := ctx.view.request_of_job(request.job_name)) is not None and uid_of(holder) != request.uid:
        return  # its sandbox has gone on to another request of the tenant
    match lifecycle.after_the_end(request, ctx.view.job(ctx.job_key(request.job_name)), ctx.now()):
        case lifecycle.EndSandbox(running):
            await end_sandbox(ctx, running)
        case lifecycle.LookAgain(seconds):
            ctx.queue.add_after(WorkKey(TTS_REQUEST.plural, request.key), seconds)


async def _take_one_step(ctx: Context, request: TTSRequest) -> None:
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
            await _give_back(ctx, request, reason, message)
        case lifecycle.LookAgain(seconds):
            _look_again(ctx, request, seconds)
        case lifecycle.Nothing():
            pass


async def _give_back(ctx: Context, request: TTSRequest, reason: Reason, message: str) -> None:
    """Have the request take its turn again later, if its user waits so long."""
    waits = admission.Wait(Reason.WAITING_FOR_CAPACITY, f"{reason}: {message}", request.status.tenant or "")
    if isinstance(over := or_give_up(request, waits, ctx.now()), admission.Reject):
        await end(ctx, request, transitions.reject(request, over, ctx.now()))
    else:
        await give_back(ctx, request, reason, message)


async def _next_step(ctx: Context, request: TTSRequest) -> lifecycle.Step:
    sandbox = request.status.sandbox
    job = ctx.view.job(ctx.job_key(sandbox.job_name)) if sandbox else None
    pod = ctx.view.pod_of_job(job)
    step = lifecycle.next_step(request, job, pod, ctx.now(), _circumstances(ctx, request))
    if isinstance(step, lifecycle.AskPod):
        job, pod = step.job, await pod_as_stored(ctx, step.job)
        asked = replace(_circumstances(ctx, request), pod_was_asked_for=True)
        step = lifecycle.next_step(request, job, pod, ctx.now(), asked)
    if isinstance(step, lifecycle.AskStore):
        if (found := await left_in_store(ctx, request)) is not None:
            return lifecycle.Conclude(found)
        # meanwhile its report may have come after all, and be verified
        asked = replace(_circumstances(ctx, request), pod_was_asked_for=True, store_was_asked=True)
        step = lifecycle.next_step(request, job, pod, ctx.now(), asked)
    return step


def _circumstances(ctx: Context, request: TTSRequest) -> lifecycle.Circumstances:
    memory = memory_of(ctx, request)
    return lifecycle.Circumstances(
        timeouts=start_timeouts(ctx.settings),
        answered_since=ctx.serving.since or ctx.now(),
        memory_can_grow=memory is not None and memory.more is not None,
        verifying=request.metadata.uid in ctx.concluding,
        quiet=ctx.progress.quiet(request, time.monotonic()),
    )


async def _admit(ctx: Context, request: TTSRequest) -> None:
    """Take the slot that was granted, or stand in line for one. What is only told (why it waits, that it never starts) is
    written in a lane of its own: the writes of thousands must not hold up another tenant's first look."""
    decision = admission.decide(snapshot(ctx, request))
    candidate = _candidate(request, decision) if isinstance(decision, admission.Admit) else None
    if isinstance(decision, admission.Admit) and candidate is not None and ctx.book.granted(candidate):
        if quota_checks.holds(request, decision.tenant, ctx.now()):
            await _assign(ctx, request, decision)
        else:
            ctx.enqueue(TENANT, decision.tenant.metadata.key, Lane.URGENT)
        return
    _leave_the_book(ctx, request)
    if candidate is not None:
        ctx.book.wait(candidate)
        ctx.schedule()
    ctx.queue.add(WorkKey(PLACE, request.metadata.key), Lane.TELLING)


async def _assign(ctx: Context, request: TTSRequest, decision: admission.Admit) -> None:
    """Hand the request to a sandbox that waits, in one write that is assignment and claim; or write which one is made for it,
    and make it. A slot stays granted until the stored status says who has it."""
    idle = take_again(ctx, request, decision.tenant, decision.model)
    if idle is None and expects_again(ctx, request, decision.tenant, decision.model):
        _look_again(ctx, request, EXPECTED_AGAIN_SECONDS)
        return
    idle = idle or take_idle(ctx, decision.tenant, decision.model)
    name = idle.job_name if idle else job_name(request.metadata.uid, transitions.next_attempt(request))
    now = ctx.now()
    status = transitions.assign(request, decision, name, now)
    if idle is not None:
        assigned = request.model_copy(update={"status": status})
        status = transitions.claim(assigned, idle.pod_name, idle.pod_uid, idle.protocol, now)
    await ctx.write_status(request, status)  # should it fail, it may have happened: the sandbox is nobody else's
    logger.info("request admitted", extra=about(request, status))
    ctx.refresh_counts(None, decision.model.metadata.name)
    stored = ctx.view.live_request(request.metadata.key)
    if stored is not None and idle is None:
        await create_sandbox(ctx, stored)


def _leave_the_book(ctx: Context, request: TTSRequest) -> None:
    """The request is not what stood in the book: out of its line, and back with what it was granted."""
    ctx.book.leave(request.metadata.uid)
    if ctx.book.give_back(request.metadata.uid):
        ctx.schedule()


def _candidate(request: TTSRequest, decision: admission.Admit) -> Candidate:
    meta = request.metadata
    assert meta.creation_timestamp is not None, "the API server sets creationTimestamp"
    # who gave a slot back had a turn: by its age it would have the next one too, for ever ahead of all who came later
    waits_since = max(meta.creation_timestamp, request.status.not_before or meta.creation_timestamp)
    return Candidate(
        uid=meta.uid,
        key=meta.key,
        tenant=decision.tenant.metadata.name,
        model=decision.model.metadata.name,
        since=waits_since,
        priority=request.spec.priority,
        cost=demand_of(request.spec).estimated_seconds,
    )


async def _leave_to_another_version(ctx: Context, request: UnreadableRequest) -> None:
    known = unreadable.stand_in(request)
    match unreadable.next_step(request, ctx.now()):
        case admission.Wait():
            ctx.queue.add(WorkKey(PLACE, request.metadata.key), Lane.TELLING)
            _look_again(ctx, known, (lifecycle.deadline_of(known) - ctx.now()).total_seconds())
        case lifecycle.Finish(phase, reason, message):
            await end(ctx, known, transitions.fail(known, reason, message, ctx.now(), phase))
        case lifecycle.LookAgain(seconds):
            _look_again(ctx, known, seconds)
        case lifecycle.Nothing():
            logger.info("request left alone", extra={**about(request), "why": request.problem})


def _look_again(ctx: Context, request: TTSRequest, seconds: float) -> None:
    ctx.queue.add_after(WorkKey(TTS_REQUEST.plural, request.metadata.key), seconds)
