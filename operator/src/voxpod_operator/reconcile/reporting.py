"""What the outside is told of a new status: Events; of a request also counters and a line in the log.

Told by the difference between two stored statuses, whoever brought the new one: the answer to our own write, or a watch or
list when that answer was lost. The view takes each version in once, so that nothing is told twice; what had ended before
this replica led is told by nobody.
"""

import logging

from voxpod_crds.names import is_pool_job
from voxpod_crds.tts_request import Phase, TTSRequestStatus
from voxpod_operator import metrics
from voxpod_operator.cluster.kinds import SPEECH_MODEL, TENANT, TTS_REQUEST
from voxpod_operator.cluster.reading import AnyModel, AnyTenant, LiveRequest, Resource, status_of
from voxpod_operator.cluster.view import Json
from voxpod_operator.context import Context
from voxpod_operator.logs import about
from voxpod_operator.policy import notices
from voxpod_operator.reconcile.announcing import OF_THE_CLUSTER, announce

logger = logging.getLogger(__name__)


def report(ctx: Context, old: Resource, new: Resource, raw: Json) -> None:
    """An object that was known has a new version. Raises nothing: the version is taken in whether this works or not."""
    try:
        _report(ctx, old, new, raw)
    except Exception:
        logger.exception("new version not reported", extra={"kind": type(old).__name__})


def _report(ctx: Context, old: Resource, new: Resource, raw: Json) -> None:
    if isinstance(old, LiveRequest):
        _request(ctx, old, new.status if isinstance(new, LiveRequest) else status_of(raw))
    elif isinstance(old, AnyTenant) and isinstance(new, AnyTenant):
        for notice in notices.of_conditions(old.status.conditions, new.status.conditions):
            announce(ctx, TENANT, new.metadata, notice, new.metadata.name)
    elif isinstance(old, AnyModel) and isinstance(new, AnyModel):
        for notice in notices.of_conditions(old.status.conditions, new.status.conditions):
            announce(ctx, SPEECH_MODEL, new.metadata, notice, OF_THE_CLUSTER)


def _request(ctx: Context, old: LiveRequest, status: TTSRequestStatus) -> None:
    if status == old.status:
        return
    if status.phase is not None and status.phase.terminal and status.phase != old.status.phase:
        _ended(ctx, old, status, ctx.tenant_label(status.tenant))
    elif _pod(status) is not None and _pod(status) != _pod(old.status):
        metrics.SANDBOX_STARTS.labels(model=status.model, start=_start(ctx, old.metadata.uid, status)).inc()
    if (notice := notices.of_request(old.status, status)) is not None:
        # those of no tenant share a budget by their namespace, which cannot be the name of a Tenant with its slash
        whose = status.tenant or f"{old.metadata.namespace}/"
        announce(ctx, TTS_REQUEST, old.metadata, notice, whose)


def _start(ctx: Context, uid: str, status: TTSRequestStatus) -> str:
    job = status.sandbox.job_name if status.sandbox is not None else ""
    if ctx.reuse.has_served(job, but=uid):
        return "again"
    return "warm" if is_pool_job(job) else "cold"


def _ended(ctx: Context, request: LiveRequest, status: TTSRequestStatus, tenant: str) -> None:
    phase, reason = str(status.phase), notices.reason_of_end(status)
    metrics.REQUESTS_ENDED.labels(phase=phase, reason=reason).inc()
    metrics.TTS_REQUESTS.labels(tenant=tenant, status=phase).inc()
    created = request.metadata.creation_timestamp
    seconds = max(0.0, (ctx.now() - created).total_seconds()) if created is not None else 0.0
    if status.phase is Phase.SUCCEEDED:
        metrics.TTS_DURATION.labels(tenant=tenant).observe(seconds)
    if status.timings is not None and status.timings.queued is not None:
        metrics.TTS_WAIT.labels(tenant=tenant).observe(status.timings.queued / 1000)
    logger.info(
        "request ended",
        extra={**about(request, status), "phase": phase, "reason": reason, "duration": round(seconds, 3)},
    )


def _pod(status: TTSRequestStatus) -> str | None:
    return status.sandbox.pod_uid if status.sandbox is not None else None
