"""SpeechModel: can its bundle be used, what does it speak, and how many sandboxes run."""

import logging

from voxpod_crds.base import ResourceKey
from voxpod_crds.conditions import ConditionType, Reason, find_condition, set_condition
from voxpod_crds.names import PROBE_ROLE, is_probe_of
from voxpod_crds.speech_model import SpeechModel, SpeechModelStatus
from voxpod_crds.tenant import TenantSandbox
from voxpod_operator.cluster.kinds import JOB, SPEECH_MODEL, TTS_REQUEST
from voxpod_operator.cluster.reading import AnyModel, UnreadableModel
from voxpod_operator.cluster.view import WorkKey
from voxpod_operator.context import COLLECTION, Context
from voxpod_operator.errors import AlreadyExists
from voxpod_operator.manifests.sandbox_job import probe_job
from voxpod_operator.policy import bundle_facts, model_probe
from voxpod_operator.policy.store_state import store_condition
from voxpod_operator.policy.tenancy import Verdict, judge_model, ready_condition, unreadable
from voxpod_operator.policy.transitions import difference
from voxpod_operator.reconcile.ending import end_sandbox
from voxpod_operator.reconcile.nodes import prepare_nodes
from voxpod_operator.reconcile.pool import number_waiting
from voxpod_operator.reconcile.sandboxes import sandbox_pod, why_not

logger = logging.getLogger(__name__)

LOOK_AGAIN_SECONDS = 10.0


async def reconcile_model(ctx: Context, key: ResourceKey) -> None:
    """Write the model's Ready condition, voices and counts; probe its bundle when what is known of it is not true any more."""
    model = ctx.view.model(key.name)
    name = ""
    ctx.schedule()  # its limit may have changed, as may the pool's
    ctx.look_at_pool(key.name)
    if isinstance(model, UnreadableModel):
        await _write(ctx, model, _ready(ctx, model, unreadable(model.problem)))
    elif model is not None and (objection := judge_model(model, ctx.settings.sandbox_model_roots)) is not None:
        await _write(ctx, model, _ready(ctx, model, objection))
    elif model is not None and (lacking := await prepare_nodes(ctx, model)) is not None:
        await _write(ctx, model, _ready(ctx, model, lacking))
    elif model is not None:
        name = model_probe.probe_name(model, ctx.settings.sandbox_image)
        await _probe(ctx, model, name)
    await _end_other_probes(ctx, model, name)
    ctx.queue.add(COLLECTION)


async def _probe(ctx: Context, model: SpeechModel, name: str) -> None:
    image, job = ctx.settings.sandbox_image, ctx.view.job(ctx.job_key(name))
    pod = ctx.view.pod_of_job(job)
    match model_probe.next_probe_step(model, image, job, pod, ctx.now()):
        case model_probe.Known():
            await _write(ctx, model, _ready(ctx, model, _speaks(model.status)))
        case model_probe.StartProbe(news):
            await _start_probe(ctx, model, name)
            verdict = Verdict(False, Reason.PROBING, f"Job {name} reads the bundle")
            await _write(ctx, model, _ready(ctx, model, verdict) if news else _seen(model))
        case model_probe.Believe(facts):
            found = model.status.model_copy(
                update={
                    "voices": list(facts.voices),
                    "languages": list(facts.languages),
                    "sample_rate": facts.sample_rate,
                    "engine": facts.engine or None,
                    "mixes_voices": facts.mixes_voices,
                    "tells_words": facts.tells_words,
                    "takes_instructions": facts.takes_instructions,
                    "flow_steps": facts.flow_steps or None,
                    "probed": bundle_facts.probed(model.spec, image),
                }
            )
            read = model.model_copy(update={"status": found})
            await _write(ctx, model, _ready(ctx, read, _speaks(found)))
        case model_probe.Distrust(verdict, clear_away):
            await _write(ctx, model, _ready(ctx, model, verdict) if verdict is not None else _seen(model))
            if clear_away and job is not None:
                await ctx.gateway.delete(JOB, ctx.job_key(name), uid=job.uid)
            _look_again(ctx, model)
        case model_probe.Probing(stuck):
            told = await why_not(ctx, stuck) if stuck else None
            await _write(ctx, model, _ready(ctx, model, Verdict(False, *told)) if told is not None else _seen(model))
            _look_again(ctx, model)


def _speaks(status: SpeechModelStatus) -> Verdict:
    return Verdict(True, Reason.READY, f"{len(status.voices)} voices, {len(status.languages)} languages")


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


async def _end_other_probes(ctx: Context, model: AnyModel | None, current: str) -> None:
    """End the probes of what the model was before, and those of models that are gone: they hold room on a node."""
    uids = [m.metadata.uid for m in ctx.view.models()]
    for job in ctx.view.jobs():
        if job.role != PROBE_ROLE or job.finished or job.deleting or job.name == current:
            continue
        ours = model is not None and is_probe_of(job.name, model.metadata.uid)
        if ours or not any(is_probe_of(job.name, uid) for uid in uids):
            await end_sandbox(ctx, job)


def _seen(model: SpeechModel) -> SpeechModelStatus:
    """What was told stays, and holds for the spec as it is now."""
    ready = find_condition(model.status.conditions, ConditionType.READY)
    generation = model.metadata.generation
    update: dict[str, object] = {"observed_generation": generation}
    if ready is not None:
        now = ready.model_copy(update={"observed_generation": generation})
        update["conditions"] = list(set_condition(model.status.conditions, now))
    return model.status.model_copy(update=update)


def _ready(ctx: Context, model: AnyModel, verdict: Verdict) -> SpeechModelStatus:
    condition = ready_condition(verdict, model.metadata.generation, ctx.now())
    conditions = list(set_condition(model.status.conditions, condition))
    return model.status.model_copy(update={"observed_generation": model.metadata.generation, "conditions": conditions})


async def _write(ctx: Context, model: AnyModel, status: SpeechModelStatus) -> None:
    mine = [r for r in ctx.view.requests() if r.status.model == model.metadata.name and r.status.sandbox is not None]
    busy = sum(r.status.sandbox is not None and r.status.sandbox.pod_uid is not None for r in mine)
    conditions = list(status.conditions)
    if (store := store_condition(ctx.last_look.state, ctx.now())) is not None:
        conditions = list(set_condition(conditions, store))
    idle, starting = number_waiting(ctx, model.metadata.name)
    counts = {"idle": idle, "busy": busy, "starting": len(mine) - busy + starting}
    status = status.model_copy(update={**counts, "conditions": conditions, "nodes": ctx.nodes.get(model.metadata.name)})
    patch = difference(model.status.to_wire(), status.to_wire())
    if not patch:
        return
    stored = await ctx.gateway.patch_status(SPEECH_MODEL, model.metadata.key, patch, model.metadata.resource_version)
    ctx.view.observe(SPEECH_MODEL, stored)
    before, after = (find_condition(s.conditions, ConditionType.READY) for s in (model.status, status))
    if after is not None and (before is None or (before.status, before.reason) != (after.status, after.reason)):
        logger.info("model changed", extra={"model": model.metadata.name, "reason": after.reason, "why": after.message})
        _wake_waiting_for(ctx, model)
        ctx.look_at_pool(model.metadata.name)


def _wake_waiting_for(ctx: Context, model: AnyModel) -> None:
    for request in ctx.view.requests():
        claimed = request.status.sandbox is not None and request.status.sandbox.pod_uid is not None
        if not claimed and request.spec.model in (None, model.metadata.name):
            ctx.enqueue(TTS_REQUEST, request.metadata.key)


def _look_again(ctx: Context, model: SpeechModel) -> None:
    ctx.queue.add_after(WorkKey(SPEECH_MODEL.plural, model.metadata.key), LOOK_AGAIN_SECONDS)
