"""Watches without Kopf: what is stored in an emulated cluster is told to its operators a turn of the loop later.

Kopf's two threads, with a loop and a client each, are most of what an operator's start costs, and tests that start a hundred
operators do not test Kopf.
"""

import asyncio

from operator_world import World
from resource_bodies import Json
from voxpod_operator.cluster.view import WATCHED
from voxpod_operator.handlers.feed import Observer

KINDS = {kind.plural: kind for kind in WATCHED}


class PlayedWatches:
    """Of one cluster; `watch` stands in the place of `handlers.watches.watch`."""

    def __init__(self, world: World) -> None:
        self._world, self._observers = world, list[Observer]()
        self._played, world.kube.on_change = world.kube.on_change, self._on_change

    async def watch(self, observe: Observer, *_: object) -> None:
        """First all that is there, as after a list; then each change, until cancelled."""
        self._observers.append(observe)
        try:
            for kind in WATCHED:
                for raw in self._world.all_of(kind):
                    observe(kind, raw, False)
            await asyncio.Event().wait()
        finally:
            self._observers.remove(observe)

    def _on_change(self, method: str, plural: str, raw: Json) -> None:
        if self._played is not None:
            self._played(method, plural, raw)
        if plural in KINDS:
            for observe in self._observers:
                asyncio.get_running_loop().call_soon(observe, KINDS[plural], raw, method == "DELETE")
