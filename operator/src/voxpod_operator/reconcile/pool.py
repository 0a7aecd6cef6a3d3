"""The pool of a SpeechModel: sandboxes that wait for work are made, replaced and ended as `policy.pool` plans it."""

import logging
import secrets
import time
from dataclasses import dataclass
from datetime import timedelta

from voxpod_crds.base import ResourceKey
from voxpod_crds.names import PROFILE_LABEL, TEMPLATE_LABEL, label_value, pool_job_name
from voxpod_crds.speech_model import SpeechModel
from voxpod_crds.tenant import Tenant, TenantSandbox
from voxpod_operator import metrics
from voxpod_operator.cluster.kinds import JOB
from voxpod_operator.cluster.sandboxes import JobView
from voxpod_operator.cluster.view import WorkKey
from voxpod_operator.context import POOL, Context
from voxpod_operator.errors import Denied
from voxpod_operator.idle import IdleSandbox
from voxpod_operator.manifests.sandbox_job import Json, pool_job
from voxpod_operator.policy import bundle_facts
from voxpod_operator.policy.pool import Pool, Pooled, PoolMemory, plan
from voxpod_operator.policy.pool_schedule import floor_at
from voxpod_operator.reconcile.ending import end_sandbox
from voxpod_operator.reconcile.sandboxes import dispatch_of, sandbox_pod

logger = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
"""How often a pool is looked at even if nothing happens."""

IDLE_CPU = "50m"
"""What a sandbox of the pool books on its node: it waits in a system call (docs/warm-pool.md has what it uses)."""


async def reconcile_pool(ctx: Context, key: ResourceKey) -> None:
    """Look at a model's waiting sandboxes once, and do what is due."""
    model = ctx.view.model(key.name)
    if model is None:
        for left in _pooled_jobs(ctx, key.name):
            await end_sandbox(ctx, left)
        ctx.pools.forget(key.name)
        return
    if not isinstance(model, SpeechModel) or not bundle_facts.in_use(model):
        return
    memory, now = ctx.pools.of(key.name), time.monotonic()
    _count_failures(ctx, memory)
    spec = model.spec.warm_pool
    pod, dispatch = sandbox_pod(ctx, model, TenantSandbox()), await dispatch_of(ctx)
    job = pool_job(pod, dispatch, name=_new_name(key.name), idle_cpu=spec.idle_cpu or IDLE_CPU)
    labels = _labels(job)
    memory.profile, memory.template = labels.profile, labels.template
    pool = Pool(
        wanted=memory.demand.wanted(now, floor_at(spec, ctx.now()), spec.max_idle or 0),
        most=spec.max_sandboxes,
        busy=ctx.book.active_of_model(key.name),
        sandboxes=_pooled(ctx, key.name, labels),
        start_timeout=timedelta(seconds=ctx.settings.sandbox_start_timeout_seconds),
        may_create=memory.may_create(spec.max_refill_per_second, now),
        failures=memory.failures,
        failed_at=memory.failed_at,
    )
    _tell(ctx, model, pool)
    due = plan(pool, ctx.now())
    for name in due.end:
        await _end(ctx, key.name, name)
    for _ in range(due.create):
        await _create(ctx, key.name, job)
    if pool.wanted or pool.sandboxes or spec.schedule:
        ctx.queue.add_after(WorkKey(POOL, key), 1.0 if due.create or due.end else LOOK_SECONDS)


def take_idle(ctx: Context, tenant: Tenant, model: SpeechModel) -> IdleSandbox | None:
    """A waiting sandbox for a request's sole use; None when none waits, or the tenant's have settings of their own."""
    memory = ctx.pools.of(model.metadata.name)
    memory.demand.arrived(time.monotonic())
    taken = None
    if tenant.spec.sandbox.shape == TenantSandbox() and memory.profile:
        taken = ctx.idle.take(memory.profile, memory.template)
    ctx.look_at_pool(model.metadata.name)
    return taken


def first_seen(ctx: Context, job_name: str) -> None:
    """A sandbox asked for work for the first time."""
    job = ctx.view.job(ctx.job_key(job_name))
    if job is None or not job.profile:
        return
    for model in ctx.view.models():
        if label_value(model.metadata.name) == job.model:
            ctx.pools.of(model.metadata.name).started(job_name, time.monotonic())
            ctx.look_at_pool(model.metadata.name)


def number_waiting(ctx: Context, model: str) -> tuple[int, int]:
    """Sandboxes of the pool that are idle, and that start."""
    jobs = [job for job in _pooled_jobs(ctx, model) if not ctx.idle.spoken_for(job.name)]
    idle = sum(ctx.idle.idle(job.name) for job in jobs)
    return idle, len(jobs) - idle


@dataclass(frozen=True, slots=True)
class _Labels:
    profile: str
    template: str


def _labels(job: Json) -> _Labels:
    labels = job["metadata"]["labels"]
    return _Labels(labels[PROFILE_LABEL], labels[TEMPLATE_LABEL])


def _pooled_jobs(ctx: Context, model: str) -> list[JobView]:
    """Its sandboxes of the pool that no request names and that still run."""
    return [
        job
        for job in ctx.view.jobs()
        if job.profile
        and job.model == label_value(model)
        and not (job.finished or job.deleting)
        and ctx.view.request_of_job(job.name) is None
    ]


def _count_failures(ctx: Context, memory: PoolMemory) -> None:
    for name in list(memory.starting):
        job = ctx.view.job(ctx.job_key(name))
        if job is None or (job.finished and not job.succeeded):
            memory.fail(name, ctx.now())


def _pooled(ctx: Context, model: str, labels: _Labels) -> list[Pooled]:
    found = []
    for job in _pooled_jobs(ctx, model):
        seen = ctx.idle.seen_at(job.name)
        if ctx.idle.spoken_for(job.name):
            continue
        useful = job.profile == labels.profile and not ctx.idle.given(job.name)
        # who asked before and does not just now is on his way to ask again, or to another leader
        silent_since = max(filter(None, (job.created_at, ctx.serving.since, seen)))
        found.append(
            Pooled(
                name=job.name,
                created_at=job.created_at,
                silent_since=silent_since,
                idle=ctx.idle.idle(job.name),
                useful=useful,
                current=useful and job.template == labels.template,
            )
        )
    return found


def _new_name(model: str) -> str:
    return pool_job_name(model, secrets.token_hex(4))


async def _create(ctx: Context, model: str, template: Json) -> None:
    memory, name = ctx.pools.of(model), _new_name(model)
    job = {**template, "metadata": {**template["metadata"], "name": name}}
    memory.create(name, time.monotonic())
    try:
        stored = await ctx.gateway.create(JOB, ctx.settings.sandbox_namespace, job)
    except Denied as error:
        memory.fail(name, ctx.now())
        logger.warning("waiting sandbox refused", extra={"model": model, "error": str(error)})
        return
    ctx.view.observe(JOB, stored)
    logger.info("waiting sandbox created", extra={"model": model, "job": name})


async def _end(ctx: Context, model: str, name: str) -> None:
    job = ctx.view.job(ctx.job_key(name))
    if job is None or not ctx.idle.retire(name):
        return  # taken a moment ago
    ctx.pools.of(model).fail(name, ctx.now())
    await end_sandbox(ctx, job)


def _tell(ctx: Context, model: SpeechModel, pool: Pool) -> None:
    idle = sum(s.idle for s in pool.sandboxes)
    numbers = {"idle": idle, "starting": len(pool.sandboxes) - idle, "busy": pool.busy}
    for state, number in numbers.items():
        metrics.SANDBOXES.labels(model=model.metadata.name, state=state).set(number)
    if idle != (model.status.idle or 0):
        ctx.refresh_counts(None, model.metadata.name)
