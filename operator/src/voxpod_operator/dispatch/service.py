"""Hand out work and take results: what a claim and a report mean, apart from HTTP."""

import logging
import time

from voxpod_crds.sandbox_protocol import Report, Work
from voxpod_crds.speech_model import SpeechModel
from voxpod_crds.tts_request import LexiconEntry, TTSRequest
from voxpod_operator.cluster.ended import EndedRequest
from voxpod_operator.cluster.kinds import JOB, POD, SPEECH_MODEL
from voxpod_operator.cluster.sandboxes import PodView, parse_pod
from voxpod_operator.context import Context
from voxpod_operator.dispatch.identity import PodIdentity
from voxpod_operator.errors import StoreError, StoreUnavailable
from voxpod_operator.policy import lifecycle, stored_objects, transitions
from voxpod_operator.reconcile.ending import conclude

logger = logging.getLogger(__name__)


REPORT_SECONDS = 2.0
"""So much earlier than the operator does a sandbox give up at the deadline: its report says what it was at, ours could not."""

UPLOAD_SECONDS = 30
"""So much longer than the request's time does its presigned PUT live: never shorter, or a slow synthesis could not be stored."""


class NotWanted(Exception):
    """The sandbox's work went elsewhere or is over: it should exit (410)."""


class AlreadyClaimed(Exception):
    """The work was handed out once; once is all there is (409)."""


async def claim(ctx: Context, who: PodIdentity, wait_seconds: float) -> Work | None:
    """The work for this pod, None when there is none yet after `wait_seconds`. Raises NotWanted, AlreadyClaimed, Conflict."""
    pod = await _pod(ctx, who)
    until = time.monotonic() + wait_seconds
    while (request := ctx.view.request_of_job(pod.job_name)) is None:
        left = until - time.monotonic()
        if left <= 0:
            return None
        if (
            ctx.view.job(ctx.job_key(pod.job_name)) is None
            and await ctx.gateway.get(JOB, ctx.job_key(pod.job_name)) is None
        ):
            raise NotWanted("the sandbox's Job is gone")
        await ctx.view.changed(min(left, 1.0))
    if isinstance(request, EndedRequest) or request.spec.cancel:
        raise NotWanted("the request is over")
    if request.status.sandbox is None or request.status.sandbox.pod_uid is not None:
        raise AlreadyClaimed("this work was claimed before")
    work = _work(ctx, request)
    await ctx.write_status(request, transitions.claim(request, who.name, who.uid, ctx.now()))
    logger.info(
        "work claimed", extra={"request": str(request.metadata.key), "uid": request.metadata.uid, "pod": who.name}
    )
    if (request.status.attempt or 1) > 1:
        await _clear_the_key(ctx, request)
    return work


async def take_report(ctx: Context, who: PodIdentity, report: Report) -> None:
    """Act on a pod's report; returns when the outcome is stored. Raises NotWanted, Conflict, StoreUnavailable, ClusterError."""
    pod = await _pod(ctx, who)
    request = ctx.view.request_of_job(pod.job_name)
    if isinstance(request, EndedRequest):
        if _same_audio(request, report):
            return
        raise NotWanted("the request is over")
    if request is None or request.status.sandbox is None:
        raise NotWanted("no request is assigned to this sandbox")
    holder = request.status.sandbox.pod_uid
    if holder != who.uid and not (holder is None and report.failure is not None):
        raise NotWanted("another sandbox holds the request")
    if report.request_uid not in ("", request.metadata.uid):
        raise NotWanted("the report is about another request")
    extra = {
        "request": str(request.metadata.key),
        "uid": request.metadata.uid,
        "timings": {k: getattr(report.timings, k) for k in report.timings.__slots__},
    }
    logger.info("result received", extra=extra)
    if request.metadata.uid in ctx.concluding:
        raise StoreUnavailable("a report of this request is being verified already")
    ctx.concluding.add(request.metadata.uid)
    try:
        await conclude(ctx, request, report)
    finally:
        ctx.concluding.discard(request.metadata.uid)


async def _pod(ctx: Context, who: PodIdentity) -> PodView:
    pod = ctx.view.pod(ctx.job_key(who.name))
    if pod is None or pod.uid != who.uid:
        raw = await ctx.gateway.get(POD, ctx.job_key(who.name))
        if raw is None or raw["metadata"]["uid"] != who.uid:
            raise NotWanted("the sandbox's pod is gone")
        ctx.view.observe(POD, raw)
        pod = parse_pod(raw)
    if not pod.job_name:
        raise NotWanted("the pod belongs to no Job")
    return pod


async def _clear_the_key(ctx: Context, request: TTSRequest) -> None:
    """Remove what the sandbox before may have stored, had it died before it could say so.

    Only the winner of the claim does this, and before it has the work: a removal can never meet an upload that counts.
    """
    for key in stored_objects.keys(request):
        try:
            await ctx.store.remove(key)
        except StoreError as error:
            logger.warning(
                "leftover not removed", extra={"request": str(request.metadata.key), "key": key, "error": str(error)}
            )


def _work(ctx: Context, request: TTSRequest) -> Work:
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
            stored_objects.audio_type(spec.format, spec.sample_rate or _engine_rate(ctx, request)),
            life,
        ),
        loudness=spec.loudness,
        ssml=spec.ssml,
        lexicon={entry.word: _reading(entry) for entry in spec.lexicon},
        timestamps=spec.timestamps,
        timestamps_upload=ctx.store.presign_put(times, stored_objects.TIMESTAMPS_TYPE, life) if times else None,
    )


def _reading(entry: LexiconEntry) -> str:
    """How the sandbox's front end writes it: IPA between slashes, pinyin by its name, else text."""
    if entry.ipa:
        return f"/{entry.ipa}/"
    return f"pinyin:{entry.pinyin}" if entry.pinyin else entry.say_as or ""


def _engine_rate(ctx: Context, request: TTSRequest) -> int | None:
    model = ctx.view.cluster_resource(SPEECH_MODEL, request.status.model or "")
    return model.status.sample_rate if isinstance(model, SpeechModel) else None


def _same_audio(request: EndedRequest, report: Report) -> bool:
    """Whether a repeated report tells what is stored already: the answer to the first one was lost on the way."""
    return report.audio is not None and request.audio_sha256 == report.audio.sha256
