"""What an event means for the queue: which keys to look at. Feeds the view; decides nothing."""

import logging
from typing import Any

from voxpod_operator.cluster.kinds import JOB, POD, TENANT, TTS_REQUEST, Kind
from voxpod_operator.cluster.sandboxes import parse_pod
from voxpod_operator.cluster.view import InvalidResource
from voxpod_operator.context import Context
from voxpod_operator.handlers.watches import key_of
from voxpod_operator.reconcile.ending import wake_waiting

logger = logging.getLogger(__name__)


def take_in(ctx: Context, kind: Kind, raw: dict[str, Any], deleted: bool) -> None:
    """Update the view and enqueue what the change may matter to."""
    if deleted:
        _take_out(ctx, kind, raw)
    elif ctx.view.observe(kind, raw):
        if kind is TTS_REQUEST and "status" not in raw:
            logger.info("request seen", extra={"request": str(key_of(kind, raw)), "uid": raw["metadata"]["uid"]})
        _enqueue(ctx, kind, raw)


def _enqueue(ctx: Context, kind: Kind, raw: dict[str, Any]) -> None:
    if kind is POD:
        ctx.enqueue_job(parse_pod(raw).job_name)
    elif kind is TENANT:
        # an older or younger Tenant may own a namespace now
        for tenant in ctx.view.tenants():
            ctx.enqueue(TENANT, tenant.metadata.key)
    else:
        ctx.enqueue(kind, key_of(kind, raw))


def _take_out(ctx: Context, kind: Kind, raw: dict[str, Any]) -> None:
    key = key_of(kind, raw)
    gone = ctx.view.request(key) if kind is TTS_REQUEST else None
    ctx.view.forget(kind, key)
    _enqueue(ctx, kind, raw)
    if gone is None or isinstance(gone, InvalidResource):
        return
    if gone.status.sandbox is not None:
        ctx.enqueue(JOB, ctx.job_key(gone.status.sandbox.job_name))
    wake_waiting(ctx, gone)
