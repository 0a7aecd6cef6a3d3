"""What an event means for the queue: which keys to look at. Feeds the view; decides nothing."""

import logging
from typing import Any

from voxpod_crds.base import ResourceKey
from voxpod_crds.tts_request import TTSRequest
from voxpod_operator import tenant_series
from voxpod_operator.cluster.ended import EndedRequest
from voxpod_operator.cluster.kinds import NODE, POD, SPEECH_MODEL, TENANT, TTS_REQUEST, Kind
from voxpod_operator.cluster.reading import UnreadableRequest, parse
from voxpod_operator.cluster.sandboxes import parse_pod
from voxpod_operator.cluster.view import job_of, uid_of
from voxpod_operator.context import Context
from voxpod_operator.handlers.watches import key_of
from voxpod_operator.policy import charges
from voxpod_operator.reconcile import archive, news

logger = logging.getLogger(__name__)


def take_in(ctx: Context, kind: Kind, raw: dict[str, Any], deleted: bool) -> None:
    """Update the view and enqueue what the change may matter to."""
    key, uid = key_of(kind, raw), raw["metadata"].get("uid", "")
    known = ctx.view.uid(kind, key)
    if deleted:
        if kind is TTS_REQUEST and "spec" in raw:
            archive.on_deleted(ctx, raw)
        if known and uid in ("", known):
            if kind is TTS_REQUEST:
                _remember(ctx, key, raw)
            _take_out(ctx, kind, key)
        if kind is TTS_REQUEST:
            _discard_what_is_known_to_be_unwanted(ctx, raw)
        return
    if known and uid != known:
        _take_out(ctx, kind, key)  # made anew under the same name while the watch was away
    if kind in (TENANT, SPEECH_MODEL):
        news.learn(ctx, kind, raw)
    elif kind is NODE:
        news.learn_node(ctx, raw)
    elif ctx.view.observe(kind, raw):
        if kind is TTS_REQUEST and "status" not in raw:
            logger.info("request seen", extra={"request": str(key), "request_id": uid})
        _enqueue(ctx, kind, key, parse_pod(raw).job_name if kind is POD else "")


def _enqueue(ctx: Context, kind: Kind, key: ResourceKey, job_name: str) -> None:
    if kind is POD:
        ctx.enqueue_job(job_name)
    elif kind is NODE:
        ctx.look_at_nodes_again()
    elif kind in (TENANT, SPEECH_MODEL):
        news.enqueue(ctx, kind, key)
    else:
        ctx.enqueue(kind, key)


def _take_out(ctx: Context, kind: Kind, key: ResourceKey) -> None:
    gone = ctx.view.request(key) if kind is TTS_REQUEST else None
    pod = ctx.view.pod(key) if kind is POD else None
    owner = ctx.view.tenant_or_model(kind, key.name)
    ctx.view.forget(kind, key)
    if kind is TENANT:
        tenant_series.forget(key.name)
    _enqueue(ctx, kind, key, pod.job_name if pod else "")
    news.look_again(ctx, owner)
    if gone is not None and (job := job_of(gone)):
        ctx.enqueue_job(job)


def _remember(ctx: Context, key: ResourceKey, raw: dict[str, Any]) -> None:
    """For its tenant's ledger, what a request is charged that was deleted, by the version that the event carries.

    What was seen last may be older. Only an end is final, so that a request that a list found gone while it ran may have
    ended since: of that nothing is remembered, and all that was held is charged.
    """
    seen = ctx.view.request(key)
    last = parse(TTS_REQUEST, raw) if "spec" in raw else seen if isinstance(seen, EndedRequest) else None
    if isinstance(last, TTSRequest | EndedRequest | UnreadableRequest):
        ctx.deleted.remember(uid_of(last), charges.due(last))
    owner = ctx.view.owner_of(key.namespace)
    ctx.refresh_counts(owner.metadata.name if owner is not None else None, None)


def _discard_what_is_known_to_be_unwanted(ctx: Context, last: dict[str, Any]) -> None:
    """Plan the removal of a deleted request's audio if the request had not ended: judged by the last version stored.

    That is what a DELETED event carries. A version that was seen before may be older: its audio may have become the
    user's since, who deletes the request to tidy up. Without an event (a list found the request gone) nothing is known.
    """
    request = parse(TTS_REQUEST, last) if "spec" in last else None
    if isinstance(request, TTSRequest):
        ctx.discard_audio_of(request)
