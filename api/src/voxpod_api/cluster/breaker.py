"""A circuit breaker: an API server that does not answer is asked by one call at a time, and nobody else waits for it.

Without it each call waits for its own timeout, twice, while all of them fill the facade's line. The packages for it on PyPI
are made for threads (pybreaker) or keep their state in a store of their own (purgatory); this is what of them we would use.
"""

import time
from collections.abc import Callable

LIMIT = 5
"""Calls one after another without a good answer, after which it opens."""
PAUSE_SECONDS = 2.0
"""So long nobody asks then; the next one is the probe."""


class Breaker:
    """One for all calls to one server."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._quiet_until = 0.0
        """While it is open: when the next probe may go."""

    def lets_through(self) -> bool:
        """Whether a call may be made now. Who is let through tells how it went."""
        if self._failures < LIMIT:
            return True
        now = self._clock()
        if now < self._quiet_until:
            return False
        self._quiet_until = now + PAUSE_SECONDS
        return True

    def answered(self) -> None:
        """The server is there, whatever it said."""
        self._failures = 0

    def failed(self) -> None:
        """No answer, or one that says that it cannot."""
        self._failures += 1
        self._quiet_until = self._clock() + PAUSE_SECONDS
