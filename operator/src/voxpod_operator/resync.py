"""List everything now and then: the first time to start from, later to find what a watch missed.

A watch can go silent while its connection looks healthy (kopf#1145, dask-kubernetes#620: an operator deaf for hours
behind a green probe). What a list finds and the watch has not told after a grace period is repaired at once; twice in a
row means that the watch is dead, and /healthz says so.
"""

import asyncio
import logging
from dataclasses import dataclass, field

from voxpod_crds.base import ResourceKey
from voxpod_operator import metrics
from voxpod_operator.cluster.gateway import METADATA_ONLY
from voxpod_operator.cluster.kinds import JOB, POD, Kind
from voxpod_operator.cluster.view import WATCHED
from voxpod_operator.context import Context
from voxpod_operator.errors import ClusterError
from voxpod_operator.handlers.events import take_in
from voxpod_operator.handlers.feed import BATCH
from voxpod_operator.handlers.watches import key_of

logger = logging.getLogger(__name__)

GRACE_SECONDS = 5.0
"""A watch may be so far behind a list without being suspected."""

DEAD_AFTER = 2
"""Consecutive resyncs in which a kind's watch missed something."""


@dataclass
class WatchHealth:
    """How often in a row each kind's watch missed something."""

    misses: dict[str, int] = field(default_factory=dict)

    def note(self, kind: Kind, missed: int) -> None:
        """Take in the outcome of one resync."""
        self.misses[kind.name] = self.misses.get(kind.name, 0) + 1 if missed else 0

    def dead(self) -> list[str]:
        """Kinds whose watch is deaf."""
        return [name for name, count in self.misses.items() if count >= DEAD_AFTER]


async def load(ctx: Context) -> None:
    """Fill the view before anything is decided. Raises ClusterError."""
    for kind in WATCHED:
        async for page in ctx.gateway.pages(kind, _namespace(ctx, kind)):
            for number, raw in enumerate(page):
                ctx.view.observe(kind, raw)
                if number % BATCH == 0:
                    await asyncio.sleep(0)


async def keep_in_sync(ctx: Context, health: WatchHealth) -> None:
    """Resync until cancelled."""
    while True:
        await asyncio.sleep(ctx.settings.resync_seconds)
        await asyncio.gather(*(_resync_and_note(ctx, kind, health) for kind in WATCHED))


async def _resync_and_note(ctx: Context, kind: Kind, health: WatchHealth) -> None:
    try:
        health.note(kind, await resync(ctx, kind, GRACE_SECONDS))
    except ClusterError as error:
        logger.warning("resync failed", extra={"kind": kind.name, "error": str(error)})


async def resync(ctx: Context, kind: Kind, grace_seconds: float) -> int:
    """Repair the view of one kind; how many changes the watch had not told after the grace period."""
    missed = await catch_up(ctx, kind, grace_seconds)
    if missed:
        metrics.WATCH_MISSED.labels(kind=kind.name).inc(len(missed))
        logger.warning("watch missed changes", extra={"kind": kind.name, "count": len(missed), "first": str(missed[0])})
    return len(missed)


async def catch_up(ctx: Context, kind: Kind, grace_seconds: float) -> list[ResourceKey]:
    """Take in what of one kind is stored newer than the view has it; the keys of what was behind. Raises ClusterError.

    Metadata is listed, and only what is newer is read: of 25,000 stored requests few have changed since the first list.
    """
    before = ctx.view.versions(kind)
    pages = ctx.gateway.pages(kind, _namespace(ctx, kind), accept=METADATA_ONLY)
    listed = {key_of(kind, raw): int(raw["metadata"]["resourceVersion"]) async for page in pages for raw in page}
    if grace_seconds:
        await asyncio.sleep(grace_seconds)
    behind = missed_changes(before, listed, ctx.view.versions(kind))
    for key in behind:
        raw = await ctx.gateway.get(kind, key) if key in listed else None
        take_in(ctx, kind, raw or {"metadata": {"namespace": key.namespace, "name": key.name}}, raw is None)
    return behind


async def catch_up_with_all(ctx: Context) -> None:
    """Before a new leader decides: what the one before wrote last may still be on its way to this replica's watch."""
    for kind in WATCHED:
        await catch_up(ctx, kind, 0.0)


def missed_changes(
    before: dict[ResourceKey, int], listed: dict[ResourceKey, int], now: dict[ResourceKey, int]
) -> list[ResourceKey]:
    """Keys that are newer in the list than in the view, or gone from the list but still in the view, unchanged since.

    `before` is the view when the list began: what came later cannot be in the list and is not missing from it.
    """
    newer = [key for key, version in listed.items() if version > now.get(key, -1) and (key in now or key not in before)]
    gone = [key for key, version in before.items() if key not in listed and now.get(key) == version]
    return newer + gone


def _namespace(ctx: Context, kind: Kind) -> str:
    return ctx.settings.sandbox_namespace if kind in (JOB, POD) else ""
