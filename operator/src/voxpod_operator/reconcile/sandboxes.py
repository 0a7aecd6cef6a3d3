"""Sandbox Jobs: created for a request, and ended when nobody wants them."""

import logging
from dataclasses import replace
from datetime import timedelta

from voxpod_crds.base import ResourceKey
from voxpod_crds.conditions import Reason
from voxpod_crds.names import DELIVERY_ROLE, PROBE_ROLE, delivery_name
from voxpod_crds.speech_model import SpeechModel
from voxpod_crds.tenant import Tenant, TenantSandbox
from voxpod_crds.tts_request import TTSRequest
from voxpod_operator.cluster.ended import EndedRequest
from voxpod_operator.cluster.kinds import JOB, POD, SPEECH_MODEL, TTS_REQUEST
from voxpod_operator.cluster.sandboxes import JOB_NAME_LABEL, JobView, PodView
from voxpod_operator.cluster.view import WorkKey, job_of
from voxpod_operator.context import Context
from voxpod_operator.errors import AlreadyExists, Denied
from voxpod_operator.logs import about
from voxpod_operator.manifests.model_files import model_files
from voxpod_operator.manifests.sandbox_job import POOL_DEADLINE_SECONDS, Dispatch, Json, SandboxPod, sandbox_job
from voxpod_operator.policy import node_choice, placement, retries, transitions
from voxpod_operator.policy.lifecycle import EXIT_GRACE, deadline_of
from voxpod_operator.policy.sandbox_grounds import Obstacle, obstacle
from voxpod_operator.policy.starting import Timeouts
from voxpod_operator.policy.transitions import milliseconds_between
from voxpod_operator.reconcile.ending import end_sandbox
from voxpod_operator.settings import OperatorSettings
from voxpod_operator.workqueue import Lane

logger = logging.getLogger(__name__)

FIRST_CREATE_AGAIN_SECONDS = 1.0

BACKSTOP_SECONDS = 30
"""The kubelet ends a sandbox so long after the request's deadline, should the operator be away."""

OBSTACLE_SECONDS = 10.0
"""How often an assigned request looks whether its Tenant and SpeechModel allow a sandbox again."""


async def create_sandbox(ctx: Context, request: TTSRequest) -> None:
    """Create the Job that the request's status names; that it exists already is fine."""
    sandbox = request.status.sandbox
    if sandbox is None:
        return
    tenant, model = ctx.view.tenant(request.status.tenant or ""), ctx.view.model(request.status.model or "")
    if (told := obstacle(request, tenant, model, ctx.settings.sandbox_model_roots)) is not None:
        await _wait_for_it(ctx, request, told)
        return
    if isinstance(model, SpeechModel) and _nodes(ctx, model, TenantSandbox()) == ():
        said = f"no node is ready for SpeechModel {model.metadata.name} any more"
        await _wait_for_it(ctx, request, (Reason.WAITING_FOR_MODEL, said))
        return
    if problem := ctx.last_look.state.problem:
        said = f"{sandbox.job_name} is created when audio can be stored again: {problem}"
        await _wait_for_it(ctx, request, (Reason.WAITING_FOR_STORE, said))
        return
    assert isinstance(tenant, Tenant), "or there is an obstacle"
    assert isinstance(model, SpeechModel), "or there is an obstacle"
    job = _job_of(ctx, request, model, tenant, sandbox.job_name, await dispatch_of(ctx))
    try:
        stored = await ctx.gateway.create(JOB, ctx.settings.sandbox_namespace, job)
    except AlreadyExists:
        stored = await ctx.gateway.get(JOB, ctx.job_key(sandbox.job_name)) or {}
    except Denied as error:
        await _tell_refusal(ctx, request, error)
        return
    if stored:
        ctx.view.observe(JOB, stored)
        logger.info("sandbox created", extra={**about(request), "job": sandbox.job_name})


async def _wait_for_it(ctx: Context, request: TTSRequest, told: Obstacle) -> None:
    """Tell what is in the way of the sandbox, and look again; past the start timeout the slot is given back."""
    await ctx.write_status(request, transitions.starting(request, *told, ctx.now()))
    ctx.queue.add_after(WorkKey(TTS_REQUEST.plural, request.metadata.key), OBSTACLE_SECONDS)


def _job_of(
    ctx: Context, request: TTSRequest, model: SpeechModel, tenant: Tenant, name: str, dispatch: Dispatch
) -> Json:
    failed, settings = request.status.failed_attempts, tenant.spec.sandbox
    memory = retries.memory_for(model, settings, ctx.settings.sandbox_max_memory, failed)
    left = (deadline_of(request) - ctx.now()).total_seconds()
    again = (settings.max_requests or 1) > 1
    return sandbox_job(
        replace(sandbox_pod(ctx, model, settings), memory=memory.limit),
        dispatch,
        name=name,
        request=str(request.metadata.key),
        request_uid=request.metadata.uid,
        attempt=request.status.attempt or 1,
        tenant=tenant.metadata.name,
        # whose deadlines come after this request's, nobody can tell
        deadline_seconds=POOL_DEADLINE_SECONDS if again else max(1, round(left)) + BACKSTOP_SECONDS,
        avoid_nodes=sorted({one.node for one in failed if one.node}),
    )


async def _tell_refusal(ctx: Context, request: TTSRequest, error: Denied) -> None:
    """A ResourceQuota or a policy of the cluster; it may be lifted, so the Job is tried again after 1 s, 2 s, 4 s ..."""
    logger.warning("sandbox refused", extra={**about(request), "error": str(error)})
    now = ctx.now()
    await ctx.write_status(request, transitions.starting(request, Reason.SANDBOX_REFUSED, error.message, now))
    since = max(transitions.sandbox_due(request.status) or now, ctx.serving.since or now)
    tried = max(0.0, (now - since).total_seconds())
    left = ctx.settings.sandbox_start_timeout_seconds - tried
    again = min(max(tried, FIRST_CREATE_AGAIN_SECONDS), max(left, 0.0) + 0.05)
    ctx.queue.add_after(WorkKey(TTS_REQUEST.plural, request.metadata.key), again)


async def why_not(ctx: Context, subject: str) -> tuple[Reason, str] | None:
    """Why a pod does not start, or a Job has none: the latest warning about it as reason and message."""
    warned = await ctx.warnings.about(subject)
    if warned is None or warned.reason == "FailedScheduling":
        return None  # what the scheduler says now is in the pod; this may be from before it found a node
    # the only volumes are scratch, the pod's own token, and the bundle
    reasons = {"FailedMount": Reason.BUNDLE_INVALID, "FailedCreate": Reason.SANDBOX_REFUSED}
    return reasons.get(warned.reason, Reason.SANDBOX_STARTING), f"{warned.reason}: {warned.message}"


async def pod_as_stored(ctx: Context, job: JobView) -> PodView | None:
    """The pod of a Job, asked of the API server: the watch of pods may be behind the one of Jobs."""
    of_job = {"labelSelector": f"{JOB_NAME_LABEL}={job.name}"}
    for raw in await ctx.gateway.list(POD, ctx.settings.sandbox_namespace, **of_job):
        ctx.view.observe(POD, raw)
    return ctx.view.pod_of_job(job)


async def reconcile_job(ctx: Context, key: ResourceKey) -> None:
    """A Job or its pod changed: pass it on to the request that it works for, or end it when there is none."""
    job = ctx.view.job(key)
    if delivery_name(key.name) is not None or (job is not None and job.role == DELIVERY_ROLE):
        ctx.look_at_nodes_again()
        return
    if job is None:
        ctx.idle.forget(key.name)
        ctx.reuse.forget(key.name)
        _wake_the_request_of(ctx, key.name)
        return
    if job.role == PROBE_ROLE:
        for model in ctx.view.models():
            ctx.enqueue(SPEECH_MODEL, model.metadata.key)
        return
    if job.profile:
        _wake_the_request_of(ctx, key.name)
        for model in ctx.view.models():
            ctx.look_at_pool(model.metadata.name)
        return
    owner = ctx.view.request_key_of_uid(job.request_uid)
    if owner is not None:
        ctx.enqueue(TTS_REQUEST, owner, Lane.URGENT)
    working_for = ctx.view.request_of_job(job.name)
    if isinstance(working_for, TTSRequest) and working_for.metadata.uid != job.request_uid:
        _wake_the_request_of(ctx, key.name)  # the one that it was made for has ended, and may be gone
        return
    if job.finished or job.deleting:
        return
    if (grace := _superseded(ctx, job, owner)) is not None and grace > 0:
        ctx.queue.add_after(WorkKey(JOB.plural, key), grace)
    elif grace is not None or await _unwanted(ctx, job, owner):
        await end_sandbox(ctx, job)


def start_timeouts(settings: OperatorSettings) -> Timeouts:
    """How long a sandbox's or a probe's start may take."""
    return Timeouts(
        timedelta(seconds=settings.sandbox_start_timeout_seconds),
        timedelta(seconds=settings.sandbox_image_pull_timeout_seconds),
    )


def sandbox_pod(ctx: Context, model: SpeechModel, tenant_settings: TenantSandbox) -> SandboxPod:
    """The pod settings for a model."""
    return SandboxPod(
        namespace=ctx.settings.sandbox_namespace,
        image=ctx.settings.sandbox_image,
        image_pull_policy=ctx.settings.sandbox_image_pull_policy,
        service_account=ctx.settings.sandbox_service_account,
        files=model_files(model.spec, ctx.settings.sandbox_model_roots),
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
        nodes=_nodes(ctx, model, tenant_settings),
        flow_steps=model.spec.flow_steps,
    )


def _nodes(ctx: Context, model: SpeechModel, tenant_settings: TenantSandbox) -> tuple[str, ...] | None:
    """The nodes that are ready for the model's sandboxes; None, for any, where it does not say how they become so."""
    if model.spec.delivery is None:
        return None
    ready = node_choice.usable(model.spec, ctx.view.nodes(), ctx.view.jobs())
    tolerations = placement.tolerations(model.spec.tolerations, tenant_settings.tolerations)
    return node_choice.where(ready, tenant_settings.node_selector, tolerations, ctx.now().isoformat())


async def dispatch_of(ctx: Context) -> Dispatch:
    """Where sandboxes find their work at present."""
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


async def _unwanted(ctx: Context, job: JobView, owner: ResourceKey | None) -> bool:
    """Whether the Job's request is gone, or gave the Job's slot back: asked of the API server, since a watch may lag behind."""
    known = ctx.view.request(owner) if owner is not None else None
    if "/" not in job.request or (known is not None and job_of(known)):
        return False
    found = await ctx.gateway.get(TTS_REQUEST, ResourceKey(*job.request.split("/", 1)))
    if found is None or found["metadata"]["uid"] != job.request_uid:
        return True
    ctx.view.observe(TTS_REQUEST, found)
    return "phase" in (found.get("status") or {}) and "sandbox" not in found["status"]
