"""The pool of a SpeechModel: sandboxes that wait for work are made, replaced and ended as `policy.pool` plans it."""

import logging
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from voxpod_crds.base import ResourceKey
from voxpod_crds.names import TEMPLATE_LABEL, label_value, pool_job_name
from voxpod_crds.speech_model import SpeechModel
from voxpod_crds.tenant import Tenant, TenantSandbox
from voxpod_operator import metrics
from voxpod_operator.cluster.kinds import JOB
from voxpod_operator.cluster.sandboxes import JobView
from voxpod_operator.cluster.view import WorkKey
from voxpod_operator.context import POOL, Context
from voxpod_operator.errors import Denied
from voxpod_operator.idle import IdleSandbox
from voxpod_operator.manifests.sandbox_job import Dispatch, Json, pool_job, profile_of
from voxpod_operator.policy import bundle_facts
from voxpod_operator.policy.pool import Pool, Pooled, PoolMemory, kind_of, plan
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
    shapes = _shapes(ctx, model, await dispatch_of(ctx))
    spec, changed = model.spec.warm_pool, False
    _tell(ctx, model, [sandbox for shape in shapes for sandbox in shape.sandboxes])
    there = sum(len(shape.sandboxes) for shape in shapes)
    for shape in shapes:
        due = plan(_pool(ctx, model, shape, there - len(shape.sandboxes)), ctx.now())
        for name in due.end:
            await _end(ctx, shape.memory, name)
        for _ in range(due.create):
            await _create(ctx, key.name, shape)
        there += due.create - len(due.end)
        changed = changed or bool(due.create or due.end)
    if there or spec.min_idle or spec.max_idle or spec.schedule or spec.shapes or changed:
        ctx.queue.add_after(WorkKey(POOL, key), 1.0 if changed else LOOK_SECONDS)


@dataclass(slots=True)
class _Shape:
    """What one kind of a model's waiting sandboxes is made with, and those that are there."""

    memory: PoolMemory
    job: Json
    least: int
    sandboxes: list[Pooled]


def _shapes(ctx: Context, model: SpeechModel, dispatch: Dispatch) -> list[_Shape]:
    """The model's own first, then those of tenants with other settings; one for all whose settings are the same."""
    name, spec = model.metadata.name, model.spec.warm_pool
    asked = [("", TenantSandbox(), floor_at(spec, ctx.now()))]
    of_tenants = ((ctx.view.tenant(shape.tenant), shape.min_idle) for shape in spec.shapes)
    asked += [(t.metadata.name, t.spec.sandbox.shape, least) for t, least in of_tenants if isinstance(t, Tenant)]
    found: dict[str, _Shape] = {}
    for tenant_name, settings, least in asked:
        pod = sandbox_pod(ctx, model, settings)
        profile = profile_of(pod)
        if profile in found:
            found[profile].least += least
            continue
        memory = ctx.pools.of(name, tenant_name)
        job = pool_job(pod, dispatch, name=_new_name(name), idle_cpu=spec.idle_cpu or IDLE_CPU)
        memory.profile, memory.template = profile, job["metadata"]["labels"][TEMPLATE_LABEL]
        memory.kind = kind_of(model, settings)
        found[profile] = _Shape(memory, job, least, [])
    ctx.pools.keep(name, [tenant_name for tenant_name, _, _ in asked])
    own = next(iter(found.values()))
    for waits in _pooled_jobs(ctx, name):
        if not ctx.idle.spoken_for(waits.name):
            kind = found.get(waits.profile, own)
            kind.sandboxes.append(_pooled(ctx, waits, kind.memory))
    return list(found.values())


def _pool(ctx: Context, model: SpeechModel, shape: _Shape, others: int) -> Pool:
    memory, now, spec = shape.memory, time.monotonic(), model.spec.warm_pool
    _count_failures(ctx, memory)
    return Pool(
        wanted=memory.demand.wanted(now, shape.least, spec.max_idle or 0),
        most=spec.max_sandboxes,
        busy=ctx.book.active_of_model(model.metadata.name) + others,
        sandboxes=shape.sandboxes,
        start_timeout=timedelta(seconds=ctx.settings.sandbox_start_timeout_seconds),
        may_create=memory.may_create(spec.max_refill_per_second, now),
        failures=memory.failures,
        failed_at=memory.failed_at,
    )


def take_idle(ctx: Context, tenant: Tenant, model: SpeechModel) -> IdleSandbox | None:
    """A waiting sandbox for a request's sole use; None when none waits that is made as the tenant's are."""
    name = model.metadata.name
    kind = kind_of(model, tenant.spec.sandbox)
    memory = next((known for known in ctx.pools.all_of(name) if known.kind == kind), None)
    taken = None
    if memory is not None:
        memory.demand.arrived(time.monotonic())
        taken = ctx.idle.take(memory.profile, memory.template)
    ctx.look_at_pool(name)
    return taken


def first_seen(ctx: Context, job_name: str) -> None:
    """A sandbox asked for work for the first time."""
    job = ctx.view.job(ctx.job_key(job_name))
    if job is None or not job.profile:
        return
    for model in ctx.view.models():
        if label_value(model.metadata.name) == job.model:
            for memory in ctx.pools.all_of(model.metadata.name):
                memory.started(job_name, time.monotonic())
            ctx.look_at_pool(model.metadata.name)


def number_waiting(ctx: Context, model: str) -> tuple[int, int]:
    """Sandboxes of the pool that are idle, and that start."""
    jobs = [job for job in _pooled_jobs(ctx, model) if not ctx.idle.spoken_for(job.name)]
    idle = sum(ctx.idle.idle(job.name) for job in jobs)
    return idle, len(jobs) - idle


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


def _pooled(ctx: Context, job: JobView, memory: PoolMemory) -> Pooled:
    useful = job.profile == memory.profile and not ctx.idle.given(job.name)
    # who asked before and does not just now is on his way to ask again, or to another leader
    silent_since = max(filter(None, (job.created_at, ctx.serving.since, ctx.idle.seen_at(job.name))))
    return Pooled(
        name=job.name,
        created_at=job.created_at,
        silent_since=silent_since,
        idle=ctx.idle.idle(job.name),
        useful=useful,
        current=useful and job.template == memory.template,
    )


def _new_name(model: str) -> str:
    return pool_job_name(model, secrets.token_hex(4))


async def _create(ctx: Context, model: str, shape: _Shape) -> None:
    name = _new_name(model)
    job = {**shape.job, "metadata": {**shape.job["metadata"], "name": name}}
    shape.memory.create(name, time.monotonic())
    try:
        stored = await ctx.gateway.create(JOB, ctx.settings.sandbox_namespace, job)
    except Denied as error:
        shape.memory.fail(name, ctx.now())
        logger.warning("waiting sandbox refused", extra={"model": model, "error": str(error)})
        return
    ctx.view.observe(JOB, stored)
    logger.info("waiting sandbox created", extra={"model": model, "job": name})


async def _end(ctx: Context, memory: PoolMemory, name: str) -> None:
    job = ctx.view.job(ctx.job_key(name))
    if job is None or not ctx.idle.retire(name):
        return  # taken a moment ago
    memory.fail(name, ctx.now())
    await end_sandbox(ctx, job)


def _tell(ctx: Context, model: SpeechModel, sandboxes: Sequence[Pooled]) -> None:
    name, idle = model.metadata.name, sum(s.idle for s in sandboxes)
    numbers = {"idle": idle, "starting": len(sandboxes) - idle, "busy": ctx.book.active_of_model(name)}
    for state, number in numbers.items():
        metrics.SANDBOXES.labels(model=name, state=state).set(number)
    if idle != (model.status.idle or 0):
        ctx.refresh_counts(None, name)
