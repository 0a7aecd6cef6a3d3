"""A sandbox that has served a request of a tenant gets the tenant's next one, where the Tenant asks for that."""

from datetime import timedelta

from voxpod_crds.speech_model import SpeechModel
from voxpod_crds.tenant import Tenant
from voxpod_crds.tts_request import TTSRequest
from voxpod_operator.cluster.sandboxes import JobView
from voxpod_operator.context import Context
from voxpod_operator.idle import IdleSandbox
from voxpod_operator.manifests.sandbox_job import POOL_DEADLINE_SECONDS
from voxpod_operator.policy.lifecycle import deadline_of
from voxpod_operator.policy.pool import kind_of
from voxpod_operator.reuse import Bond


def take_again(ctx: Context, request: TTSRequest, tenant: Tenant, model: SpeechModel) -> IdleSandbox | None:
    """A sandbox of the tenant that has just served it and asks for more; None without one, and for another attempt."""
    return ctx.reuse.take(_bond(tenant, model), deadline_of(request)) if _may(request, tenant) else None


def expects_again(ctx: Context, request: TTSRequest, tenant: Tenant, model: SpeechModel) -> bool:
    """Whether one of the tenant's is about to ask for more: then the request waits for it some milliseconds."""
    return _may(request, tenant) and ctx.reuse.expects(_bond(tenant, model), deadline_of(request))


def further_requests(ctx: Context, request: TTSRequest, job: JobView | None) -> int:
    """How many more requests the sandbox may have that is being handed this one."""
    tenant, model = ctx.view.tenant(request.status.tenant or ""), ctx.view.model(request.status.model or "")
    if job is None or not isinstance(tenant, Tenant) or not isinstance(model, SpeechModel) or _most(tenant) == 1:
        return 0
    uid, ends_at = request.metadata.uid, job.created_at + timedelta(seconds=POOL_DEADLINE_SECONDS)
    first = job.request_uid == uid or ctx.idle.taken(job.name)
    return ctx.reuse.hand(job.name, uid, _bond(tenant, model), _most(tenant), ends_at, first=first)


def _most(tenant: Tenant) -> int:
    return tenant.spec.sandbox.max_requests or 1


def _may(request: TTSRequest, tenant: Tenant) -> bool:
    return _most(tenant) > 1 and not request.status.failed_attempts


def _bond(tenant: Tenant, model: SpeechModel) -> Bond:
    return Bond(tenant.metadata.name, model.metadata.name, kind_of(model, tenant.spec.sandbox))
