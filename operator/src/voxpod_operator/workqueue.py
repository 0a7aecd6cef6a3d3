"""A queue of keys for level-triggered reconciliation, with the contract of client-go's workqueue.

A key is queued once however often it is added; a key that is being worked on is not handed out a second time but comes
back when the worker is done; a key added for later never delays one added for now. Keys have lanes: what gives
free slots away goes first, then what frees or fills one, first looks, and what is only told to people.
"""

import asyncio
import heapq
import itertools
from collections.abc import Callable, Hashable
from enum import IntEnum
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)

FIRST_RETRY_SECONDS = 0.05
LONGEST_RETRY_SECONDS = 60.0


class Lane(IntEnum):
    """Which keys go first."""

    DECIDING = 0
    """What waits for no API call: behind those that do, a free slot stood empty for ten seconds on a busy machine."""
    URGENT = 1
    NORMAL = 2
    TELLING = 3


class WorkQueue(Generic[K]):
    """Keys to reconcile; one asyncio loop, no threads. Closed until the process leads: a follower plans nothing."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._open = False
        self._ready: tuple[dict[K, None], ...] = tuple({} for _ in Lane)
        self._working: set[K] = set()
        self._again: dict[K, Lane] = {}
        self._later: list[tuple[float, int, K]] = []
        self._due: dict[K, tuple[float, Lane]] = {}
        self._failures: dict[K, int] = {}
        self._order = itertools.count()
        self._wake = asyncio.Event()

    def __len__(self) -> int:
        """Keys that are ready to be taken."""
        return sum(map(len, self._ready))

    @property
    def is_open(self) -> bool:
        """Whether keys are taken in."""
        return self._open

    def open(self) -> None:
        """Take keys in from now on; those added before were dropped, since the new leader looks at everything anyway."""
        self._open = True

    def add(self, key: K, lane: Lane = Lane.NORMAL) -> None:
        """Have the key reconciled as soon as a worker is free; the most urgent of several calls counts."""
        if not self._open:
            return
        if key in self._working:
            self._again[key] = min(lane, self._again.get(key, lane))
            return
        for known in Lane:
            if key in self._ready[known]:
                if known <= lane:
                    return
                del self._ready[known][key]
        self._ready[lane][key] = None
        self._wake.set()

    def add_after(self, key: K, seconds: float, lane: Lane = Lane.NORMAL) -> None:
        """Have the key reconciled in `seconds`; of several such calls the earliest counts."""
        due = self._now() + seconds
        if self._open and (key not in self._due or due < self._due[key][0]):
            self._due[key] = (due, lane)
            if len(self._later) > 2 * len(self._due) + 64:  # what was unplanned, such as deadlines a day ahead
                self._later = [entry for entry in self._later if self._due.get(entry[2], (None,))[0] == entry[0]]
                heapq.heapify(self._later)
            heapq.heappush(self._later, (due, next(self._order), key))
            self._wake.set()

    def unplan(self, key: K) -> None:
        """Take back what `add_after` planned for the key: whoever looks at it now plans anew."""
        self._due.pop(key, None)

    def retry(self, key: K, least_seconds: float = 0.0) -> float:
        """Have the key reconciled again after a failure: 50 ms, doubling up to a minute; returns the delay in seconds."""
        failures = self._failures.get(key, 0)
        self._failures[key] = failures + 1
        delay: float = max(least_seconds, min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** min(failures, 20)))
        self.add_after(key, delay)
        return delay

    def failures(self, key: K) -> int:
        """How often in a row the key's reconcile has failed."""
        return self._failures.get(key, 0)

    def forget(self, key: K) -> None:
        """The key was reconciled without a failure: its next retry starts short again."""
        self._failures.pop(key, None)

    async def take(self) -> K:
        """The next key; it is the caller's until `done`."""
        while True:
            wait = self._promote()
            for lane in self._ready:
                if lane:
                    key = next(iter(lane))
                    del lane[key]
                    self._working.add(key)
                    return key
            self._wake.clear()
            try:
                # not wait_for: before Python 3.12 it swallows a cancellation that meets the event
                async with asyncio.timeout(wait):
                    await self._wake.wait()
            except TimeoutError:
                continue

    def done(self, key: K) -> None:
        """The caller is through with the key; if it was added meanwhile it is ready again."""
        self._working.discard(key)
        lane = self._again.pop(key, None)
        if lane is not None:
            self.add(key, lane)

    def _promote(self) -> float | None:
        """Make due keys ready; seconds until the next one is due, None without any."""
        now = self._now()
        while self._later and self._later[0][0] <= now:
            due, _, key = heapq.heappop(self._later)
            if key in self._due and self._due[key][0] == due:
                self.add(key, self._due.pop(key)[1])
        return self._later[0][0] - now if self._later else None
