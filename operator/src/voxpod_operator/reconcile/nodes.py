"""Nodes that are made ready for a SpeechModel: a Job each, and what of it the model's status tells."""

import logging
from dataclasses import replace

from voxpod_crds.base import ResourceKey
from voxpod_crds.names import DELIVERY_ROLE
from voxpod_crds.speech_model import SpeechModel
from voxpod_crds.tenant import Tenant, TenantSandbox
from voxpod_operator.cluster.kinds import JOB, SPEECH_MODEL
from voxpod_operator.cluster.sandboxes import JobView
from voxpod_operator.cluster.view import WorkKey
from voxpod_operator.context import COLLECTION, Context
from voxpod_operator.errors import AlreadyExists, Denied
from voxpod_operator.manifests.model_files import model_files
from voxpod_operator.manifests.node_job import DEADLINE_SECONDS, Fetch, Target, collecting_job, node_job
from voxpod_operator.policy import node_collection, node_plan
from voxpod_operator.policy.node_plan import Delivery, NodePlan, Start
from voxpod_operator.policy.tenancy import Verdict
from voxpod_operator.reconcile.sandboxes import sandbox_pod, why_not

logger = logging.getLogger(__name__)

LOOK_AGAIN_SECONDS = 10.0


async def prepare_nodes(ctx: Context, model: SpeechModel) -> Verdict | None:
    """Have the model's nodes made ready; why it cannot be used meanwhile, None when some node is ready or none has to be."""
    if model.spec.delivery is None:
        ctx.nodes.pop(model.metadata.name, None)
        return None
    tenants = [t for t in ctx.view.tenants() if isinstance(t, Tenant)]
    plan = node_plan.plan_nodes(
        model,
        ctx.view.nodes(),
        node_plan.tolerances(model, tenants),
        _deliveries(ctx),
        ctx.settings.sandbox_image,
        ctx.now(),
    )
    plan = await _with_warnings(ctx, plan)
    for job in plan.clear:
        await ctx.gateway.delete(JOB, ctx.job_key(job.name), uid=job.uid)
    if refused := await _start(ctx, model, plan.start):
        plan = node_plan.with_refusal(plan, refused)
    ctx.nodes[model.metadata.name] = node_plan.status_of(plan)
    if not plan.settled:
        ctx.queue.add_after(WorkKey(SPEECH_MODEL.plural, model.metadata.key), LOOK_AGAIN_SECONDS)
    return node_plan.objection(plan)


async def reconcile_collection(ctx: Context, _: ResourceKey) -> None:
    """Take off the nodes what no SpeechModel names and no sandbox maps any more."""
    models = [m for m in ctx.view.models() if isinstance(m, SpeechModel)]
    if len(models) < len(ctx.view.models()):
        return  # what another version's model names cannot be told
    wanted = {model_files(m.spec, ctx.settings.sandbox_model_roots).place for m in models}
    needed = wanted | node_collection.in_use(ctx.view.jobs())
    plan = node_collection.plan_collection(_deliveries(ctx), models, ctx.view.nodes(), needed, ctx.now())
    for job in plan.clear:
        await ctx.gateway.delete(JOB, ctx.job_key(job.name), uid=job.uid)
    for record, name in plan.start:
        await _collect(ctx, record, name)
    if plan.waits:
        ctx.queue.add_after(COLLECTION, LOOK_AGAIN_SECONDS)


async def _collect(ctx: Context, record: JobView, name: str) -> None:
    """Create the Job that takes a bundle off its node; where there is nothing of ours the record just goes."""
    stored = await ctx.gateway.get(JOB, ctx.job_key(record.name))
    job = collecting_job(stored, ctx.settings.sandbox_image, name) if stored is not None else None
    if job is None:
        await ctx.gateway.delete(JOB, ctx.job_key(record.name), uid=record.uid)
        return
    try:
        ctx.view.observe(JOB, await ctx.gateway.create(JOB, ctx.settings.sandbox_namespace, job))
    except AlreadyExists:
        return  # the watch tells of it
    logger.info("bundle is taken off its node", extra={"job": name, "record": record.name})


async def _start(ctx: Context, model: SpeechModel, starts: tuple[Start, ...]) -> str:
    """Create Jobs; what a policy or quota says that refuses them, empty otherwise."""
    if not starts:
        return ""
    pod, fetch = replace(sandbox_pod(ctx, model, TenantSandbox()), nodes=None), await _fetch(ctx, model)
    for start in starts:
        job = node_job(pod, Target(start.node, start.name, start.tolerations), fetch)
        try:
            stored = await ctx.gateway.create(JOB, ctx.settings.sandbox_namespace, job)
        except AlreadyExists:
            continue  # the watch tells of it
        except Denied as error:
            logger.warning("preparing a node refused", extra={"model": model.metadata.name, "error": str(error)})
            return error.message
        ctx.view.observe(JOB, stored)
        logger.info("node is prepared", extra={"model": model.metadata.name, "node": start.node, "job": start.name})
    return ""


async def _fetch(ctx: Context, model: SpeechModel) -> Fetch | None:
    """Leave to read the model's archive for as long as a Job may run; None where it comes otherwise."""
    stored = model.spec.delivery.object_store if model.spec.delivery is not None else None
    if stored is None:
        return None
    url = ctx.store.presign_get(stored.key, DEADLINE_SECONDS)
    return Fetch(url, ctx.settings.object_store_ca_pem, await ctx.addresses.host_aliases())


async def _with_warnings(ctx: Context, plan: NodePlan) -> NodePlan:
    warned = {s.stuck: told for s in plan.states if s.stuck and (told := await why_not(ctx, s.stuck)) is not None}
    return node_plan.with_warnings(plan, warned)


def _deliveries(ctx: Context) -> list[Delivery]:
    jobs = [job for job in ctx.view.jobs() if job.role == DELIVERY_ROLE]
    return node_plan.deliveries(jobs, {job.name: ctx.view.pod_of_job(job) for job in jobs})
