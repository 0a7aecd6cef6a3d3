"""Hand out work and take results: what a claim and a report mean, apart from HTTP."""

import logging
import time
from collections.abc import Callable

from voxpod_crds.live_audio import LIVE_ANNOTATION, listener_of, sandbox_token
from voxpod_crds.sandbox_protocol import Live, Progress, Report, Work
from voxpod_crds.tts_request import LexiconEntry, TTSRequest
from voxpod_operator.cluster.ended import EndedRequest
from voxpod_operator.cluster.kinds import JOB, POD, TTS_REQUEST
from voxpod_operator.cluster.sandboxes import PodView, parse_pod
from voxpod_operator.cluster.view import WorkKey, uid_of
from voxpod_operator.context import Context
from voxpod_operator.dispatch.identity import PodIdentity
from voxpod_operator.errors import StoreUnavailable
from voxpod_operator.idle import IdleSandbox
from voxpod_operator.logs import about
from voxpod_operator.policy import lifecycle, stored_objects, transitions
from voxpod_operator.policy.progress import TELL_SECONDS, seconds_left, upload_worth_telling
from voxpod_operator.reconcile.again import further_requests
from voxpod_operator.reconcile.ending import conclude, engine_rate
from voxpod_operator.reuse import TOGETHER_SECONDS, Bond

logger = logging.getLogger(__name__)


FURTHER_SINCE = 3
"""The version of the protocol with further requests."""

REPORT_SECONDS = 2.0
"""So much earlier than the operator does a sandbox give up at the deadline: its report says what it was at, ours could not."""

UPLOAD_SECONDS = 30
"""So much longer than the request's time does its presigned PUT live: never shorter, or a slow synthesis could not be stored."""


class NotWanted(Exception):
    """The sandbox's work went elsewhere or is over: it should exit (410)."""


class AlreadyClaimed(Exception):
    """The work was handed out; a leader does that once (409)."""


async def claim(
    ctx: Context, who: PodIdentity, wait_seconds: float, protocol: int, still_there: Callable[[], bool]
) -> Work | None:
    """The work for this pod; None when there is none after `wait_seconds`, or nobody is there to take it any more.

    `protocol` is the version that the sandbox speaks. Raises NotWanted, AlreadyClaimed, Conflict.
    """
    pod = await _pod(ctx, who)
    request = await _request_for(ctx, who, pod.job_name, wait_seconds, protocol, still_there)
    if isinstance(request, EndedRequest) and (bond := ctx.reuse.bond_of(pod.job_name)) is not None:
        request = await _another_for(
            ctx, IdleSandbox(pod.job_name, who.name, who.uid, protocol, "", "", still_there), bond
        )
    if request is None or not still_there():
        return None  # the claim would be written for nobody, and the attempt lost
    if isinstance(request, EndedRequest) or request.spec.cancel:
        raise NotWanted("the request is over")
    uid = request.metadata.uid
    if request.status.sandbox is None or _holder(request) not in (None, who.uid) or ctx.progress.has_work(uid, who.uid):
        raise AlreadyClaimed("this work was claimed before")
    # the pod holds it already: the claim was written, and its answer lost, with the leader of before or with a connection
    status = request.status if _holder(request) else transitions.claim(request, who.name, who.uid, protocol, ctx.now())
    job = ctx.view.job(ctx.job_key(pod.job_name))
    # who speaks an older version asks for nothing more, and must not be waited for
    further = further_requests(ctx, request, job) if protocol >= FURTHER_SINCE else 0
    work = _work(ctx, request.model_copy(update={"status": status}), further)
    await ctx.write_status(request, status)
    if ctx.progress.has_work(uid, who.uid):
        # the watch told of the write before its answer came, and another connection of this pod was quicker
        raise AlreadyClaimed("this work was handed to another connection meanwhile")
    ctx.progress.hand(uid, who.uid)
    logger.info("work claimed", extra={**about(request), "pod": who.name})
    ctx.enqueue(TTS_REQUEST, request.metadata.key)  # from now on its progress is watched
    return work


async def _request_for(
    ctx: Context, who: PodIdentity, job_name: str, seconds: float, protocol: int, still_there: Callable[[], bool]
) -> TTSRequest | EndedRequest | None:
    """Wait until a request names the Job; None when none does in time. Raises NotWanted."""
    job = ctx.view.job(ctx.job_key(job_name))
    profile, template = (job.profile, job.template) if job is not None else ("", "")
    waiting = IdleSandbox(job_name, who.name, who.uid, protocol, profile, template, still_there)
    until = time.monotonic() + seconds
    with ctx.idle.waiting(waiting):
        while (request := ctx.view.request_of_job(job_name)) is None:
            left = until - time.monotonic()
            if left <= 0 or not still_there():
                return None
            if (
                ctx.view.job(ctx.job_key(job_name)) is None
                and await ctx.gateway.get(JOB, ctx.job_key(job_name)) is None
            ):
                raise NotWanted("the sandbox's Job is gone")
            await waiting.wait(min(left, 1.0))
    return request


async def _another_for(ctx: Context, asking: IdleSandbox, bond: Bond) -> TTSRequest:
    """The next request of the tenant that a sandbox has served. Raises NotWanted when none comes at once."""
    began = time.monotonic()
    with ctx.reuse.asking(asking):
        while not isinstance(request := ctx.view.request_of_job(asking.job_name), TTSRequest):
            patience = ctx.reuse.patience(asking.job_name, promised=bool(ctx.book.promised_to(bond.tenant)))
            left = began + patience - time.monotonic()
            if left <= 0 or not asking.still_there():
                raise NotWanted("no further request of its tenant waits")
            await asking.wait(min(left, TOGETHER_SECONDS))
    return request


async def take_progress(ctx: Context, who: PodIdentity, told: Progress) -> None:
    """Remember what a sandbox is at; the request is told of an upload that takes long. Raises NotWanted, Conflict."""
    request = await _held(ctx, who, told.request_uid)
    if isinstance(request, EndedRequest) or request.spec.cancel or _holder(request) != who.uid:
        raise NotWanted("the request is over, or went on with another sandbox")
    now = time.monotonic()
    ctx.progress.hear(request.metadata.uid, who.uid, told, now)
    if (quiet := ctx.progress.quiet(request, now)) is not None:
        ctx.queue.add_after(WorkKey(TTS_REQUEST.plural, request.metadata.key), seconds_left(quiet))
    if (message := upload_worth_telling(request, told)) is not None:
        await ctx.write_status(request, transitions.uploading(request, message, ctx.now()))


async def take_report(ctx: Context, who: PodIdentity, report: Report) -> None:
    """Act on a pod's report; returns when the outcome is stored. Raises NotWanted, Conflict, StoreUnavailable, ClusterError."""
    request = await _held(ctx, who, report.request_uid)
    if isinstance(request, EndedRequest):
        if _same_audio(request, report):
            return
        raise NotWanted("the request is over")
    if _holder(request) != who.uid and not (_holder(request) is None and report.failure is not None):
        raise NotWanted("another sandbox holds the request")
    extra = {
        **about(request),
        "timings": {k: getattr(report.timings, k) for k in report.timings.__slots__},
    }
    logger.info("result received", extra=extra)
    if request.metadata.uid in ctx.concluding:
        raise StoreUnavailable("a report of this request is being verified already")
    ctx.concluding.add(request.metadata.uid)
    try:
        await conclude(ctx, request, report)
        if report.failure is None and request.status.sandbox is not None:
            ctx.reuse.handed_in(request.status.sandbox.job_name)
    finally:
        ctx.concluding.discard(request.metadata.uid)


async def _held(ctx: Context, who: PodIdentity, request_uid: str) -> TTSRequest | EndedRequest:
    """The request that the pod's Job is assigned to, if that is the one it speaks of ('': before it has any). Raises NotWanted."""
    pod = await _pod(ctx, who)
    request = ctx.view.request_of_job(pod.job_name)
    if request is None:
        raise NotWanted("no request is assigned to this sandbox")
    if request_uid not in ("", uid_of(request)):
        raise NotWanted("it is about another request")
    return request


def _holder(request: TTSRequest) -> str | None:
    return request.status.sandbox.pod_uid if request.status.sandbox is not None else None


async def _pod(ctx: Context, who: PodIdentity) -> PodView:
    pod = ctx.view.pod(ctx.job_key(who.name))
    if pod is None or pod.uid != who.uid:
        raw = await ctx.gateway.get(POD, ctx.job_key(who.name))
        if raw is None or raw["metadata"]["uid"] != who.uid:
            raise NotWanted("the sandbox's pod is gone")
        ctx.view.observe(POD, raw)
        pod = parse_pod(raw)
    if not pod.job_uid:
        raise NotWanted("the pod belongs to no Job")
    job = ctx.view.job(ctx.job_key(pod.job_name))
    if job is None or job.uid != pod.job_uid:
        raw = await ctx.gateway.get(JOB, ctx.job_key(pod.job_name))
        if raw is None or raw["metadata"]["uid"] != pod.job_uid:
            raise NotWanted("the pod's Job is gone")
        ctx.view.observe(JOB, raw)
    return pod


def _work(ctx: Context, request: TTSRequest, further: int) -> Work:
    seconds_left = (lifecycle.deadline_of(request) - ctx.now()).total_seconds()
    life = int(max(seconds_left, 0) + UPLOAD_SECONDS)
    spec, times = request.spec, stored_objects.timestamps_key(request)
    return Work(
        request_uid=request.metadata.uid,
        text=spec.text,
        voice=request.status.voice or "",
        language=spec.language,
        speed=spec.speed,
        format=spec.format,
        sample_rate=spec.sample_rate or 0,
        seconds_left=max(seconds_left - REPORT_SECONDS, 1.0),
        upload=ctx.store.presign_put(
            stored_objects.audio_key(request),
            stored_objects.audio_type(spec.format, spec.sample_rate or engine_rate(ctx, request)),
            life,
        ),
        loudness=spec.loudness,
        ssml=spec.ssml,
        lexicon={entry.word: _reading(entry) for entry in spec.lexicon},
        timestamps=spec.timestamps,
        timestamps_upload=ctx.store.presign_put(times, stored_objects.TIMESTAMPS_TYPE, life) if times else None,
        progress_seconds=TELL_SECONDS,
        tenant=request.status.tenant or "",
        seed=spec.seed or 0,
        further_requests=further,
        instructions=spec.instructions or "",
        live=_live(ctx, request),
    )


def _live(ctx: Context, request: TTSRequest) -> Live | None:
    """Where the sandbox sends its sound as it makes it; never a place that the facade did not sign."""
    meta, holder = request.metadata, _holder(request)
    said, secret = meta.annotations.get(LIVE_ANNOTATION, ""), ctx.settings.live_audio_secret.get_secret_value()
    if not said or holder is None:
        return None
    listener = listener_of(secret, meta.namespace, meta.name, said, ctx.now())
    if listener is None:
        logger.warning("listener not honoured: the facade did not sign it, or its time is over", extra=about(request))
        return None
    return Live(listener.url, listener.ca_pem, sandbox_token(secret, meta.uid, holder))


def _reading(entry: LexiconEntry) -> str:
    """How the sandbox's front end writes it: IPA between slashes, pinyin by its name, else text."""
    if entry.ipa:
        return f"/{entry.ipa}/"
    return f"pinyin:{entry.pinyin}" if entry.pinyin else entry.say_as or ""


def _same_audio(request: EndedRequest, report: Report) -> bool:
    """Whether a repeated report tells what is stored already: the answer to the first one was lost on the way."""
    return report.audio is not None and request.audio_sha256 == report.audio.sha256
