"""Kubernetes Events: noted where a status changed, written one at a time in the slowest lane of the work queue.

Nothing waits for an Event. One worker at most is at them, for two seconds at most, also where the API server keeps Events
in an etcd of their own that is away.
"""

import asyncio
import logging
import time
from contextlib import suppress

from voxpod_crds.base import ObjectMeta, ResourceKey
from voxpod_operator import metrics
from voxpod_operator.cluster.event_drafts import About, Draft, Notice
from voxpod_operator.cluster.kinds import EVENT_V1, Kind
from voxpod_operator.context import ANNOUNCE, Context
from voxpod_operator.errors import AlreadyExists, ClusterError, Unavailable
from voxpod_operator.manifests import event
from voxpod_operator.workqueue import Lane

logger = logging.getLogger(__name__)

OF_THE_CLUSTER = ""
"""Whose budget an Event is that is no tenant's."""

WRITE_SECONDS = 2.0
REST_SECONDS = 10.0
"""After an Event that could not be written; what is noted meanwhile waits as well."""


def announce(ctx: Context, kind: Kind, meta: ObjectMeta, notice: Notice, whose: str) -> None:
    """Have an Event about an object written some time, if `whose` budget (a tenant's, or of whom else it is) has room."""
    if not ctx.settings.events:
        return
    about = About(kind, meta.namespace or "", meta.name, meta.uid)
    if not ctx.bulletin.note(about, notice, whose, ctx.now(), time.monotonic()):
        metrics.EVENTS.labels(outcome="dropped").inc()
    ctx.queue.add(ANNOUNCE, Lane.TELLING)


async def reconcile_announcements(ctx: Context, _: ResourceKey) -> None:
    """Write the next Event, and come back for the one after it."""
    draft = ctx.bulletin.take(time.monotonic())
    if draft is None:
        return
    try:
        async with asyncio.timeout(WRITE_SECONDS):
            await _write(ctx, draft)
    except (Unavailable, TimeoutError):
        rest_until = time.monotonic() + REST_SECONDS
        if not ctx.bulletin.put_back(draft, rest_until):
            metrics.EVENTS.labels(outcome="failed").inc()
        ctx.queue.add_after(ANNOUNCE, REST_SECONDS, Lane.TELLING)
        return
    except ClusterError as error:  # no right to, or the namespace goes
        metrics.EVENTS.labels(outcome="failed").inc()
        logger.debug("event not written", extra={"about": draft.about.name, "error": str(error)})
    else:
        metrics.EVENTS.labels(outcome="written").inc()
    if len(ctx.bulletin):
        ctx.queue.add(ANNOUNCE, Lane.TELLING)


async def _write(ctx: Context, draft: Draft) -> None:
    namespace = event.namespace_of(draft)
    if draft.stored and await _counted_up(ctx, draft, ResourceKey(namespace, event.name_of(draft))):
        return
    with suppress(AlreadyExists):  # written before, and the answer was lost
        await ctx.gateway.create(EVENT_V1, namespace, event.event(draft, ctx.settings.pod_name))
    draft.stored = True


async def _counted_up(ctx: Context, draft: Draft, key: ResourceKey) -> bool:
    """False when the Event is gone: the API server keeps Events for an hour, or as long as it is told to."""
    try:
        await ctx.gateway.merge(EVENT_V1, key, event.series(draft))
    except ClusterError as error:
        if error.status == 404:
            return False
        raise
    return True
