"""How a request ends or starts over, whoever found out: the dispatch endpoint or a reconcile."""

import logging
from datetime import datetime

from voxpod_crds.base import ResourceKey
from voxpod_crds.conditions import Reason
from voxpod_crds.names import job_name
from voxpod_crds.sandbox_protocol import Failure, Report
from voxpod_crds.speech_model import SpeechModel
from voxpod_crds.tenant import Tenant
from voxpod_crds.tts_request import TTSRequest, TTSRequestStatus
from voxpod_operator import metrics
from voxpod_operator.cluster.kinds import JOB, POD, TTS_REQUEST
from voxpod_operator.cluster.sandboxes import JobView
from voxpod_operator.cluster.view import WorkKey
from voxpod_operator.context import AUDIO, Context
from voxpod_operator.errors import StoreError, StoreUnavailable
from voxpod_operator.logs import about
from voxpod_operator.policy import found_audio, lifecycle, retries, stored_objects, transitions
from voxpod_operator.policy.demand import demand_of
from voxpod_operator.store_check import look_closely

logger = logging.getLogger(__name__)


REMOVAL_TRIES = 10
"""Tries to remove an object from a store that is away, a minute in all."""


async def conclude(ctx: Context, request: TTSRequest, report: Report) -> None:
    """Act on a sandbox's report: verify what it stored and succeed, try again, or fail. Raises StoreUnavailable, Conflict."""
    failure = report.failure
    if report.audio is not None:
        problem = stored_objects.mismatch(request, report) or await _verified(ctx, request, report)
        if not problem:
            await end(ctx, request, transitions.succeed(request, report, _places(ctx, request), ctx.now()))
            _count_audio(request, report)
            return
        failure = Failure("infrastructure", Reason.VERIFICATION_FAILED, problem)
    assert failure is not None, "a report without audio has a failure"
    if (failure.fault, failure.reason) == ("infrastructure", Reason.UPLOAD_FAILED) and (
        problem := await look_closely(ctx)
    ):
        failure = Failure("infrastructure", Reason.WAITING_FOR_STORE, problem)
    await retry(ctx, request, failure)


async def left_in_store(ctx: Context, request: TTSRequest) -> Report | None:
    """The report of a sandbox that is lost, from what it stored; None when that is not all that was asked for.

    Raises StoreUnavailable: the work is not done again while nobody knows whether it has to be.
    """
    try:
        audio = await ctx.store.describe(stored_objects.audio_key(request))
        times = stored_objects.timestamps_key(request)
        beside = await ctx.store.describe(times) if audio is not None and times is not None else None
    except StoreUnavailable:
        raise
    except StoreError as error:  # to a user who may not list, S3 says 403 of what is not there
        logger.warning("store does not tell what a sandbox left", extra={**about(request), "error": str(error)})
        return None
    report = found_audio.report_of(request, audio, beside, engine_rate(ctx, request))
    if report is not None:
        logger.info("audio of a lost sandbox found", extra=about(request))
    return report


def _places(ctx: Context, request: TTSRequest) -> transitions.Places:
    key, times = stored_objects.audio_key(request), stored_objects.timestamps_key(request)
    seconds = request.spec.audio_url_seconds
    return transitions.Places(
        audio=ctx.store.uri(key),
        timestamps=ctx.store.uri(times) if times else None,
        url=ctx.store.presign_get(key, seconds) if seconds else None,
        timestamps_url=ctx.store.presign_get(times, seconds) if seconds and times else None,
    )


async def retry(ctx: Context, request: TTSRequest, failure: Failure) -> None:
    """Give the work to a fresh sandbox, or end the request when another attempt is pointless."""
    memory = memory_of(ctx, request)
    step = lifecycle.after_failure(request, failure, memory is not None and memory.more is not None)
    if isinstance(step, lifecycle.Finish):
        await end(ctx, request, transitions.fail(request, step.reason, step.message, ctx.now(), step.phase))
        return
    old, now, failed = request.status.sandbox, ctx.now(), len(request.status.failed_attempts)
    pod = ctx.view.pod_of_job(ctx.view.job(ctx.job_key(old.job_name))) if old is not None else None
    attempt = transitions.next_attempt(request)
    status = transitions.retry(
        request,
        failure,
        job_name(request.metadata.uid, attempt),
        node=pod.node if pod is not None else "",
        not_before=_end_of_pause(request, failed + 1, now) if retries.pause_after(failure) else None,
        now=now,
    )
    await ctx.write_status(request, status)
    metrics.RETRIES.labels(reason=failure.reason).inc()
    logger.info(
        "request retried",
        extra={
            **about(request),
            "attempt": attempt,
            "reason": failure.reason,  # not the message: a sandbox writes it, and may write a tenant's text
        },
    )
    ctx.enqueue(TTS_REQUEST, request.metadata.key)
    if old is not None:
        ctx.enqueue_job(old.job_name)


async def give_back(ctx: Context, request: TTSRequest, reason: Reason, message: str) -> None:
    """Let others have the slot of a sandbox that the cluster does not take; the request takes its turn again later."""
    old, now = request.status.sandbox, ctx.now()
    returned = (request.status.attempt or 1) - len(request.status.failed_attempts)
    not_before = _end_of_pause(request, returned, now)
    await ctx.write_status(request, transitions.give_back(request, reason, message, not_before, now))
    metrics.SLOTS_GIVEN_BACK.labels(reason=reason).inc()
    logger.info(
        "slot given back",
        extra={
            **about(request),
            "attempt": request.status.attempt,
            "reason": reason,
            "why": message,
        },
    )
    ctx.enqueue(TTS_REQUEST, request.metadata.key)
    if old is not None:
        ctx.enqueue_job(old.job_name)
    ctx.refresh_counts(request.status.tenant, request.status.model)


def memory_of(ctx: Context, request: TTSRequest) -> retries.Memory | None:
    """What the request's next sandbox gets; None when its tenant or model is gone."""
    model, tenant = ctx.view.model(request.status.model or ""), ctx.view.tenant(request.status.tenant or "")
    if not isinstance(model, SpeechModel) or not isinstance(tenant, Tenant):
        return None
    ceiling = ctx.settings.sandbox_max_memory
    return retries.memory_for(model, tenant.spec.sandbox, ceiling, request.status.failed_attempts)


def engine_rate(ctx: Context, request: TTSRequest) -> int | None:
    """Samples per second of the model that speaks the request; None while nobody knows."""
    model = ctx.view.model(request.status.model or "")
    return model.status.sample_rate if model is not None else None


def _end_of_pause(request: TTSRequest, number: int, now: datetime) -> datetime:
    return retries.end_of_pause(request.metadata.uid, number, lifecycle.deadline_of(request), now)


async def end(ctx: Context, request: TTSRequest, status: TTSRequestStatus) -> None:
    """Write a terminal status, which frees the slot, and end the sandbox if one runs."""
    await ctx.write_status(request, status)
    ctx.enqueue(TTS_REQUEST, request.metadata.key)
    if status.audio is None:
        ctx.discard_audio_of(request)
    else:
        ctx.discard(stored_objects.leftovers(request))
    ctx.refresh_counts(request.status.tenant, request.status.model)


async def end_sandbox(ctx: Context, job: JobView) -> None:
    """End a Job that nobody wants: its pod first, since the garbage collector takes a second longer."""
    pod = ctx.view.pod_of_job(job)
    if pod is not None and pod.phase in ("Pending", "Running"):
        await ctx.gateway.delete(POD, ctx.job_key(pod.name), uid=pod.uid)
    await ctx.gateway.delete(JOB, ctx.job_key(job.name), uid=job.uid)
    logger.info("sandbox ended", extra={"job": job.name, "request": job.request})


async def discard_audio(ctx: Context, key: ResourceKey) -> None:
    """Remove an object (tenant and `uid.extension`) whose request ended without it, or is gone."""
    where = ctx.view.request_key_of_uid(key.name.partition(".")[0])
    request = ctx.view.request(where) if where is not None else None
    if not stored_objects.unwanted(f"{key.namespace}/{key.name}", request):
        return
    try:
        await ctx.store.remove(f"{key.namespace}/{key.name}")
    except StoreError as error:
        away = isinstance(error, StoreUnavailable)
        if away and ctx.queue.failures(WorkKey(AUDIO, key)) < REMOVAL_TRIES:
            raise
        # the sweep finds it again if its request is still there; else it is counted as an orphan
        metrics.STORE_REMOVALS.labels(outcome="away" if away else "refused").inc()
        logger.warning("unwanted object not removed", extra={"key": f"{key.namespace}/{key.name}", "error": str(error)})
    else:
        metrics.STORE_REMOVALS.labels(outcome="removed").inc()


async def _verified(ctx: Context, request: TTSRequest, report: Report) -> str:
    """As `_problem_in_store`; when the store does not tell, that is told on the request, and StoreError goes on."""
    try:
        return await _problem_in_store(ctx, request, report)
    except StoreError as error:
        await look_closely(ctx)  # so that others wait rather than end up here too
        await ctx.write_status(request, transitions.unverified(request, str(error), ctx.now()))
        raise


async def _problem_in_store(ctx: Context, request: TTSRequest, report: Report) -> str:
    """How the stored audio or times differ from what was reported; empty when neither does."""
    assert report.audio is not None
    problem = await ctx.store.problem_with(stored_objects.audio_key(request), report.audio)
    times = stored_objects.timestamps_key(request)
    if problem or times is None or report.timestamps is None:
        return problem
    return await ctx.store.problem_with(times, report.timestamps)


def _count_audio(request: TTSRequest, report: Report) -> None:
    audio, timings = report.audio, request.status.timings
    assert audio is not None
    metrics.AUDIO_SECONDS.inc(audio.duration_seconds)
    demand = demand_of(request.spec)
    metrics.CHARACTERS.inc(demand.characters)
    metrics.ESTIMATE_RATIO.observe(audio.duration_seconds / demand.estimated_seconds)
    if report.weights:
        metrics.WEIGHTS.labels(report.weights).inc()
    if report.timings.synthesis_ms:
        metrics.SYNTHESIS_SECONDS.observe(report.timings.synthesis_ms / 1000)
    if report.timings.synthesis_ms and audio.duration_seconds > 0:
        metrics.REAL_TIME_FACTOR.observe(report.timings.synthesis_ms / 1000 / audio.duration_seconds)
    if timings is not None:
        metrics.QUEUE_SECONDS.observe((timings.queued or 0) / 1000)
        metrics.STARTUP_SECONDS.observe((timings.startup or 0) / 1000)
