"""Events on their way from Kopf's thread to ours: a bounded queue that is emptied a little at a time.

After a relist thousands of events come at once. Handed over one callback each, the event loop runs them all before anything
else: it stood still for seconds while 25,000 objects were taken in.
"""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from voxpod_operator.cluster.kinds import Kind

logger = logging.getLogger(__name__)

Observer = Callable[[Kind, dict[str, Any], bool], None]
"""Kind, object as JSON, whether it was deleted."""

MOST_WAITING = 500
"""Events that may wait; beyond that Kopf reads on only when some were taken."""

BATCH = 20
"""Events that are taken in before other tasks get their turn: some 5 ms of reading objects."""


class Feed:
    """One queue; `put` is for Kopf's loop, `run` for ours."""

    def __init__(self, observe: Observer) -> None:
        self._observe = observe
        self._waiting: deque[tuple[Kind, dict[str, Any], bool]] = deque()
        self._loop = asyncio.get_running_loop()
        self._some = asyncio.Event()
        self._closed = threading.Event()

    async def put(self, kind: Kind, raw: dict[str, Any], deleted: bool) -> None:
        """Hand an event over, in order; waits while too many wait already."""
        first = not self._waiting
        self._waiting.append((kind, raw, deleted))
        if (
            first and not self._loop.is_closed()
        ):  # a wake-up for each of thousands costs both loops more than the events
            self._loop.call_soon_threadsafe(self._some.set)
        while len(self._waiting) > MOST_WAITING and not self._closed.is_set():  # noqa: ASYNC110 - two loops
            await asyncio.sleep(0.01)

    async def run(self) -> None:
        """Take events in until cancelled."""
        try:
            while True:
                await self._some.wait()
                self._some.clear()
                while self._waiting:
                    for _ in range(min(BATCH, len(self._waiting))):
                        self._take_in(*self._waiting.popleft())
                    await asyncio.sleep(0)
        finally:
            self._closed.set()

    def _take_in(self, kind: Kind, raw: dict[str, Any], deleted: bool) -> None:
        """One object that cannot be read must not end the watches of all others."""
        try:
            self._observe(kind, raw, deleted)
        except Exception:
            name = raw.get("metadata", {}).get("name", "")
            logger.exception("event not taken in", extra={"kind": kind.name, "object": name})
