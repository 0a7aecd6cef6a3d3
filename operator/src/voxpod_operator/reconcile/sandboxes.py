"""Sandbox Jobs: created for a request, and ended when nobody wants them."""

import logging

from voxpod_crds.base import ResourceKey
from voxpod_crds.conditions import Reason
from voxpod_crds.names import PROBE_ROLE
from voxpod_crds.speech_model import SpeechModel
from voxpod_crds.tenant import Tenant, TenantSandbox
from voxpod_crds.tts_request import TTSRequest
from voxpod_operator.cluster.ended import EndedRequest
from voxpod_operator.cluster.kinds import EVENT, JOB, SPEECH_MODEL, TTS_REQUEST
from voxpod_operator.cluster.sandboxes import JobView
from voxpod_operator.cluster.view import WorkKey, job_of
from voxpod_operator.context import Context
from voxpod_operator.errors import AlreadyExists, Denied
from voxpod_operator.manifests.sandbox_job import Dispatch, SandboxPod, sandbox_job
from voxpod_operator.policy import placement, transitions
from voxpod_operator.policy.lifecycle import EXIT_GRACE, deadline_of
from voxpod_operator.policy.sandbox_grounds import obstacle
from voxpod_operator.policy.transitions import milliseconds_between
from voxpod_operator.reconcile.ending import end_sandbox
from voxpod_operator.workqueue import Lane

logger = logging.getLogger(__name__)

BACKSTOP_SECONDS = 30
"""The kubelet ends a sandbox so long after the request's deadline, should the operator be away."""

OBSTACLE_SECONDS = 10.0
"""How often an assigned request looks whether its Tenant and SpeechModel allow a sandbox again."""


async def create_sandbox(ctx: Context, request: TTSRequest) -> None:
    """Create the Job that the request's status names; that it exists already is fine."""
    sandbox = request.status.sandbox
    if sandbox is None:
        return
    left = (deadline_of(request) - ctx.now()).total_seconds()
    tenant, model = ctx.view.tenant(request.status.tenant or ""), ctx.view.model(request.status.model or "")
    if (told := obstacle(request, tenant, model, ctx.settings.sandbox_model_roots)) is not None:
        await ctx.write_status(request, transitions.starting(request, *told, ctx.now()))
        again = WorkKey(TTS_REQUEST.plural, request.metadata.key)
        ctx.queue.add_after(again, min(OBSTACLE_SECONDS, max(left, 0.05)))
        return
    if problem := ctx.last_look.state.problem:
        said = f"{sandbox.job_name} is created when audio can be stored again: {problem}"
        await ctx.write_status(request, transitions.starting(request, Reason.WAITING_FOR_STORE, said, ctx.now()))
        return
    assert isinstance(tenant, Tenant), "or there is an obstacle"
    assert isinstance(model, SpeechModel), "or there is an obstacle"
    job = sandbox_job(
        sandbox_pod(ctx, model, tenant.spec.sandbox),
        await _dispatch(ctx),
        name=sandbox.job_name,
        request=str(request.metadata.key),
        request_uid=request.metadata.uid,
        attempt=request.status.attempt or 1,
        tenant=request.status.tenant or "",
        deadline_seconds=max(1, round(left)) + BACKSTOP_SECONDS,
    )
    try:
        stored = await ctx.gateway.create(JOB, ctx.settings.sandbox_namespace, job)
    except AlreadyExists:
        stored = await ctx.gateway.get(JOB, ctx.job_key(sandbox.job_name)) or {}
    except Denied as error:
        # a ResourceQuota or a policy of the cluster; it may be lifted, so this is told and tried until the deadline
        await ctx.write_status(request, transitions.starting(request, Reason.SANDBOX_REFUSED, error.message, ctx.now()))
        raise
    if stored:
        ctx.view.observe(JOB, stored)
        logger.info(
            "sandbox created",
            extra={"request": str(request.metadata.key), "uid": request.metadata.uid, "job": sandbox.job_name},
        )


async def why_not(ctx: Context, subject: str) -> tuple[Reason, str] | None:
    """Why a pod does not start, or a Job has none: the latest warning about it as reason and message."""
    events = await ctx.gateway.list(
        EVENT, ctx.settings.sandbox_namespace, fieldSelector=f"involvedObject.name={subject},type=Warning"
    )
    if not events:
        return None
    last = max(events, key=lambda e: str(e.get("lastTimestamp") or e.get("eventTime") or ""))
    # the only volumes are scratch, the pod's own token, and the bundle
    reasons = {"FailedMount": Reason.BUNDLE_INVALID, "FailedCreate": Reason.SANDBOX_REFUSED}
    return reasons.get(str(last.get("reason")), Reason.SANDBOX_STARTING), f"{last.get('reason')}: {last.get('message')}"


async def reconcile_job(ctx: Context, key: ResourceKey) -> None:
    """A Job or its pod changed: pass it on to the request that it works for, or end it when there is none."""
    job = ctx.view.job(key)
    if job is None:
        _wake_the_request_of(ctx, key.name)
        return
    if job.role == PROBE_ROLE:
        for model in ctx.view.models():
            ctx.enqueue(SPEECH_MODEL, model.metadata.key)
        return
    owner = ctx.view.request_key_of_uid(job.request_uid)
    if owner is not None:
        ctx.enqueue(TTS_REQUEST, owner, Lane.URGENT)
    if job.finished or job.deleting:
        return
    if (grace := _superseded(ctx, job, owner)) is not None:
        if grace <= 0:
            await end_sandbox(ctx, job)
        else:
            ctx.queue.add_after(WorkKey(JOB.plural, key), grace)
    elif owner is None and await _orphaned(ctx, job):
        await end_sandbox(ctx, job)


def sandbox_pod(ctx: Context, model: SpeechModel, tenant_settings: TenantSandbox) -> SandboxPod:
    """The pod settings for a model."""
    source = model.spec.source.host_path
    assert source is not None, "judge_model lets only hostPath sources become Ready"
    return SandboxPod(
        namespace=ctx.settings.sandbox_namespace,
        image=ctx.settings.sandbox_image,
        image_pull_policy=ctx.settings.sandbox_image_pull_policy,
        service_account=ctx.settings.sandbox_service_account,
        bundle_path=source.path,
        bundle_digest=model.spec.digest,
        cpu=model.spec.resources.cpu,
        memory=model.spec.resources.memory,
        user_namespaces=ctx.settings.sandbox_user_namespaces,
        ttl_seconds=ctx.settings.sandbox_ttl_seconds,
        model=model.metadata.name,
        tenant_settings=tenant_settings,
        priority_class=ctx.settings.sandbox_priority_class,
        storage_request=ctx.settings.sandbox_ephemeral_storage_request,
        storage_limit=ctx.settings.sandbox_ephemeral_storage_limit,
        node_selector=placement.node_selector(model.spec.node_selector, tenant_settings.node_selector),
        tolerations=placement.tolerations(model.spec.tolerations, tenant_settings.tolerations),
    )


async def _dispatch(ctx: Context) -> Dispatch:
    return Dispatch(
        url=f"https://{ctx.settings.dispatch_host}:{ctx.settings.dispatch_service_port}",
        ca_pem=ctx.certificate.pinned(),
        host_aliases=await ctx.addresses.host_aliases(),
        token_seconds=ctx.settings.sandbox_token_seconds,
        max_idle_seconds=ctx.settings.sandbox_max_idle_seconds,
        store_ca_pem=ctx.settings.object_store_ca_pem,
    )


def _wake_the_request_of(ctx: Context, job_name: str) -> None:
    request = ctx.view.request_of_job(job_name)
    if isinstance(request, TTSRequest):
        ctx.enqueue(TTS_REQUEST, request.metadata.key, Lane.URGENT)


def _superseded(ctx: Context, job: JobView, owner: ResourceKey | None) -> float | None:
    """Seconds until a Job must end whose request went on with another sandbox; None while it is the request's own."""
    request = ctx.view.request(owner) if owner is not None else None
    if not isinstance(request, TTSRequest | EndedRequest) or job_of(request) in ("", job.name):
        return None
    since = request.ended_at if isinstance(request, EndedRequest) else request.status.assigned_at
    return EXIT_GRACE.total_seconds() - milliseconds_between(since, ctx.now()) / 1000


async def _orphaned(ctx: Context, job: JobView) -> bool:
    """Whether the Job's request is really gone: asked of the API server, since a watch may lag behind."""
    if "/" not in job.request:
        return False
    namespace, name = job.request.split("/", 1)
    found = await ctx.gateway.get(TTS_REQUEST, ResourceKey(namespace, name))
    if found is not None and found["metadata"]["uid"] == job.request_uid:
        ctx.view.observe(TTS_REQUEST, found)
        return False
    return True
