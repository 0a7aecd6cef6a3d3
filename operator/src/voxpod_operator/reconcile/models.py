"""SpeechModel: can its bundle be used, what does it speak, and how many sandboxes run."""

import logging

from voxpod_crds.base import ResourceKey
from voxpod_crds.conditions import ConditionType, Reason, find_condition, set_condition
from voxpod_crds.names import probe_job_name
from voxpod_crds.speech_model import SpeechModel, SpeechModelStatus
from voxpod_crds.tenant import TenantSandbox
from voxpod_operator.cluster.kinds import JOB, SPEECH_MODEL, TTS_REQUEST
from voxpod_operator.cluster.view import WorkKey
from voxpod_operator.context import Context
from voxpod_operator.errors import AlreadyExists
from voxpod_operator.manifests.sandbox_job import probe_job
from voxpod_operator.policy import model_probe
from voxpod_operator.policy.store_state import store_condition
from voxpod_operator.policy.tenancy import Verdict, judge_model, ready_condition
from voxpod_operator.policy.transitions import difference
from voxpod_operator.reconcile.sandboxes import sandbox_pod, why_not

logger = logging.getLogger(__name__)

LOOK_AGAIN_SECONDS = 10.0


async def reconcile_model(ctx: Context, key: ResourceKey) -> None:
    """Write the model's Ready condition, voices and counts; probe its bundle when the spec is new."""
    model = ctx.view.cluster_resource(SPEECH_MODEL, key.name)
    if not isinstance(model, SpeechModel):
        return
    ctx.schedule()  # its limit may have changed
    if (objection := judge_model(model, ctx.settings.sandbox_model_roots)) is not None:
        await _write(ctx, model, _ready(ctx, model, objection))
        return
    name = probe_job_name(model.metadata.uid, model.metadata.generation)
    job, pod = ctx.view.job(ctx.job_key(name)), ctx.view.pod_of_job(name)
    match model_probe.next_probe_step(model, job, pod, ctx.now()):
        case model_probe.Known():
            await _write(ctx, model, model.status)
        case model_probe.StartProbe():
            await _start_probe(ctx, model, name)
            await _write(ctx, model, _ready(ctx, model, Verdict(False, Reason.PROBING, f"Job {name} reads the bundle")))
        case model_probe.Believe(facts):
            found = _ready(
                ctx, model, Verdict(True, Reason.READY, f"{len(facts.voices)} voices, {len(facts.languages)} languages")
            )
            update = {
                "voices": list(facts.voices),
                "languages": list(facts.languages),
                "sample_rate": facts.sample_rate,
            }
            await _write(ctx, model, found.model_copy(update=update))
        case model_probe.Distrust(verdict, clear_away):
            await _write(ctx, model, _ready(ctx, model, verdict))
            if clear_away and job is not None:
                await ctx.gateway.delete(JOB, ctx.job_key(name), uid=job.uid)
            _look_again(ctx, model)
        case model_probe.Probing(stuck):
            if stuck and (told := await why_not(ctx, stuck)) is not None:
                await _write(ctx, model, _ready(ctx, model, Verdict(False, *told)))
            _look_again(ctx, model)


async def _start_probe(ctx: Context, model: SpeechModel, name: str) -> None:
    job = probe_job(
        sandbox_pod(ctx, model, TenantSandbox()), name=name, deadline_seconds=model_probe.PROBE_DEADLINE_SECONDS
    )
    try:
        stored = await ctx.gateway.create(JOB, ctx.settings.sandbox_namespace, job)
    except AlreadyExists:
        stored = await ctx.gateway.get(JOB, ctx.job_key(name)) or {}
    if stored:
        ctx.view.observe(JOB, stored)
        logger.info("model probe started", extra={"model": model.metadata.name, "job": name})


def _ready(ctx: Context, model: SpeechModel, verdict: Verdict) -> SpeechModelStatus:
    condition = ready_condition(verdict, model.metadata.generation, ctx.now())
    conditions = list(set_condition(model.status.conditions, condition))
    return model.status.model_copy(update={"observed_generation": model.metadata.generation, "conditions": conditions})


async def _write(ctx: Context, model: SpeechModel, status: SpeechModelStatus) -> None:
    mine = [r for r in ctx.view.requests() if r.status.model == model.metadata.name and r.status.sandbox is not None]
    busy = sum(r.status.sandbox is not None and r.status.sandbox.pod_uid is not None for r in mine)
    conditions = list(status.conditions)
    if (store := store_condition(ctx.last_look.state, ctx.now())) is not None:
        conditions = list(set_condition(conditions, store))
    status = status.model_copy(update={"busy": busy, "starting": len(mine) - busy, "conditions": conditions})
    patch = difference(model.status.to_wire(), status.to_wire())
    if not patch:
        return
    stored = await ctx.gateway.patch_status(SPEECH_MODEL, model.metadata.key, patch, model.metadata.resource_version)
    ctx.view.observe(SPEECH_MODEL, stored)
    ready = find_condition(status.conditions, ConditionType.READY)
    if ready is not None and ready != find_condition(model.status.conditions, ConditionType.READY):
        logger.info("model changed", extra={"model": model.metadata.name, "reason": ready.reason, "why": ready.message})
        for request in ctx.view.requests():
            if request.status.sandbox is None:
                ctx.enqueue(TTS_REQUEST, request.metadata.key)


def _look_again(ctx: Context, model: SpeechModel) -> None:
    ctx.queue.add_after(WorkKey(SPEECH_MODEL.plural, model.metadata.key), LOOK_AGAIN_SECONDS)
