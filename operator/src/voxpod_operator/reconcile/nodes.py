"""Nodes that are made ready for a SpeechModel: a Job each, and what of it the model's status tells."""

import logging
from dataclasses import replace

from voxpod_crds.conditions import Reason
from voxpod_crds.names import DELIVERY_ROLE
from voxpod_crds.speech_model import SpeechModel
from voxpod_crds.tenant import Tenant, TenantSandbox
from voxpod_operator.cluster.kinds import JOB, SPEECH_MODEL
from voxpod_operator.cluster.view import WorkKey
from voxpod_operator.context import Context
from voxpod_operator.errors import AlreadyExists, Denied
from voxpod_operator.manifests.node_job import Target, node_job
from voxpod_operator.policy import node_plan
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
    refused = await _start(ctx, model, plan.start)
    ctx.nodes[model.metadata.name] = node_plan.status_of(plan)
    if not plan.settled:
        ctx.queue.add_after(WorkKey(SPEECH_MODEL.plural, model.metadata.key), LOOK_AGAIN_SECONDS)
    told = node_plan.objection(plan)
    return Verdict(False, Reason.SANDBOX_REFUSED, refused) if told is not None and refused else told


async def clear_unwanted(ctx: Context) -> None:
    """Delete the Jobs for bundles that no SpeechModel names any more."""
    models = [m for m in ctx.view.models() if isinstance(m, SpeechModel)]
    if len(models) < len(ctx.view.models()):
        return  # what another version's model names cannot be told
    for job in node_plan.unwanted(_deliveries(ctx), models):
        await ctx.gateway.delete(JOB, ctx.job_key(job.name), uid=job.uid)


async def _start(ctx: Context, model: SpeechModel, starts: tuple[Start, ...]) -> str:
    """Create Jobs; what a policy or quota says that refuses them, empty otherwise."""
    pod = replace(sandbox_pod(ctx, model, TenantSandbox()), nodes=())
    for start in starts:
        job = node_job(pod, Target(start.node, start.name, start.tolerations))
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


async def _with_warnings(ctx: Context, plan: NodePlan) -> NodePlan:
    warned = {s.stuck: told for s in plan.states if s.stuck and (told := await why_not(ctx, s.stuck)) is not None}
    return node_plan.with_warnings(plan, warned)


def _deliveries(ctx: Context) -> list[Delivery]:
    jobs = [job for job in ctx.view.jobs() if job.role == DELIVERY_ROLE]
    return node_plan.deliveries(jobs, {job.name: ctx.view.pod_of_job(job) for job in jobs})
