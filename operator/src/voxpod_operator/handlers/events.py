"""What an event means for the queue: which keys to look at. Feeds the view; decides nothing."""

import logging
from typing import Any

from voxpod_crds.base import ResourceKey
from voxpod_operator.cluster.kinds import POD, TENANT, TTS_REQUEST, Kind
from voxpod_operator.cluster.reading import UnreadableRequest
from voxpod_operator.cluster.sandboxes import parse_pod
from voxpod_operator.context import Context
from voxpod_operator.handlers.watches import key_of
from voxpod_operator.policy import queue_order
from voxpod_operator.reconcile.ending import wake_waiting

logger = logging.getLogger(__name__)


def take_in(ctx: Context, kind: Kind, raw: dict[str, Any], deleted: bool) -> None:
    """Update the view and enqueue what the change may matter to."""
    key, uid = key_of(kind, raw), raw["metadata"].get("uid", "")
    known = ctx.view.uid(kind, key)
    if deleted:
        if known and uid in ("", known):
            _take_out(ctx, kind, key)
        return
    if known and uid != known:
        _take_out(ctx, kind, key)  # made anew under the same name while the watch was away
    if ctx.view.observe(kind, raw):
        if kind is TTS_REQUEST and "status" not in raw:
            logger.info("request seen", extra={"request": str(key), "uid": uid})
        _enqueue(ctx, kind, key, parse_pod(raw).job_name if kind is POD else "")


def _enqueue(ctx: Context, kind: Kind, key: ResourceKey, job_name: str) -> None:
    if kind is POD:
        ctx.enqueue_job(job_name)
    elif kind is TENANT:
        # an older or younger Tenant may own a namespace now
        for tenant in ctx.view.tenants():
            ctx.enqueue(TENANT, tenant.metadata.key)
    else:
        ctx.enqueue(kind, key)


def _take_out(ctx: Context, kind: Kind, key: ResourceKey) -> None:
    gone = ctx.view.request(key) if kind is TTS_REQUEST else None
    pod = ctx.view.pod(key) if kind is POD else None
    ctx.view.forget(kind, key)
    _enqueue(ctx, kind, key, pod.job_name if pod else "")
    if gone is not None and gone.status.sandbox is not None:
        ctx.enqueue_job(gone.status.sandbox.job_name)
    if gone is None or isinstance(gone, UnreadableRequest):
        return
    if not queue_order.ended(gone):
        ctx.discard_audio_of(gone)
    wake_waiting(ctx, gone)
