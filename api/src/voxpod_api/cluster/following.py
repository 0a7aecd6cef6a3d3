"""One watch for a whole kind, kept up for as long as the process lives; who waits for an object waits on what it feeds."""

import asyncio
import logging
from dataclasses import dataclass
from typing import Protocol

from voxpod_api import metrics
from voxpod_api.cluster.gateway import ClusterGateway, Json
from voxpod_api.errors import ClusterError, Expired

logger = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 10.0


class Follower(Protocol):
    """What is fed."""

    def list_begins(self) -> None:
        """All objects will be put, then `list_ends`."""

    def put(self, raw: Json) -> None:
        """An object as it is now."""

    def list_ends(self) -> None:
        """What was not put since `list_begins` is gone."""

    def gone(self, raw: Json) -> None:
        """An object as it was last."""


class Both:
    """Two that are fed by one watch."""

    def __init__(self, *followers: Follower) -> None:
        self._followers = followers

    def list_begins(self) -> None:
        """See Follower."""
        for one in self._followers:
            one.list_begins()

    def put(self, raw: Json) -> None:
        """See Follower."""
        for one in self._followers:
            one.put(raw)

    def list_ends(self) -> None:
        """See Follower."""
        for one in self._followers:
            one.list_ends()

    def gone(self, raw: Json) -> None:
        """See Follower."""
        for one in self._followers:
            one.gone(raw)


@dataclass
class WatchState:
    """How a watch does, for readiness."""

    kind: str
    synced: bool = False
    """Whether all objects were listed once."""
    live: bool = False
    """Whether changes are heard of at present."""


async def follow(gateway: ClusterGateway, state: WatchState, selector: str, follower: Follower) -> None:
    """Feed the follower until cancelled, whatever the API server does meanwhile."""
    pause, version = FIRST_PAUSE_SECONDS, ""
    while True:
        try:
            if not version:
                version = await _list(gateway, state.kind, selector, follower)
                state.synced = True
            state.live = True
            async for event in gateway.watch(state.kind, selector, version):
                pause = FIRST_PAUSE_SECONDS
                version = _take_in(event, follower) or version
            await asyncio.sleep(FIRST_PAUSE_SECONDS)  # a proxy that ends each watch at once makes no storm
        except ClusterError as error:
            # whatever it was, what happened meanwhile may be missed: list
            state.live, version = False, ""
            metrics.WATCH_FAILURES.labels(kind=state.kind).inc()
            level = logging.INFO if isinstance(error, Expired) else logging.WARNING
            logger.log(level, "watch ended", extra={"kind": state.kind, "error": str(error), "retry_seconds": pause})
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


async def _list(gateway: ClusterGateway, kind: str, selector: str, follower: Follower) -> str:
    follower.list_begins()
    version = ""
    async for page in gateway.pages(kind, selector=selector):
        items, version = page
        for item in items:
            follower.put(item)
        await asyncio.sleep(0)
    follower.list_ends()
    return version


def _take_in(event: Json, follower: Follower) -> str:
    """The version that the event brings the watch to."""
    raw: Json = event.get("object") or {}
    kind = event.get("type")
    if kind in ("ADDED", "MODIFIED"):
        follower.put(raw)
    elif kind == "DELETED":
        follower.gone(raw)
    return str((raw.get("metadata") or {}).get("resourceVersion") or "")
