"""A queue of keys for level-triggered reconciliation, with the contract of client-go's workqueue.

A key is queued once however often it is added; a key that is being worked on is not handed out a second time but comes
back when the worker is done; a key added for later never delays one added for now.
"""

import asyncio
import heapq
import itertools
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)

FIRST_RETRY_SECONDS = 0.05
LONGEST_RETRY_SECONDS = 60.0


class WorkQueue(Generic[K]):
    """Keys to reconcile; one asyncio loop, no threads."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._ready: dict[K, None] = {}
        self._working: set[K] = set()
        self._again: set[K] = set()
        self._later: list[tuple[float, int, K]] = []
        self._due: dict[K, float] = {}
        self._failures: dict[K, int] = {}
        self._order = itertools.count()
        self._wake = asyncio.Event()

    def __len__(self) -> int:
        """Keys that are ready to be taken."""
        return len(self._ready)

    def add(self, key: K) -> None:
        """Have the key reconciled as soon as a worker is free."""
        if key in self._working:
            self._again.add(key)
        elif key not in self._ready:
            self._ready[key] = None
            self._wake.set()

    def add_after(self, key: K, seconds: float) -> None:
        """Have the key reconciled in `seconds`; of several such calls the earliest counts."""
        due = self._now() + seconds
        if due < self._due.get(key, float("inf")):
            self._due[key] = due
            heapq.heappush(self._later, (due, next(self._order), key))
            self._wake.set()

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
            if self._ready:
                key = next(iter(self._ready))
                del self._ready[key]
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
        if key in self._again:
            self._again.discard(key)
            self.add(key)

    def _promote(self) -> float | None:
        """Make due keys ready; seconds until the next one is due, None without any."""
        now = self._now()
        while self._later and self._later[0][0] <= now:
            due, _, key = heapq.heappop(self._later)
            if self._due.get(key) == due:
                del self._due[key]
                self.add(key)
        return self._later[0][0] - now if self._later else None
