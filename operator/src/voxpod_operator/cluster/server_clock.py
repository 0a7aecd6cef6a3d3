"""The time as the API server tells it, in the Date header of its answers.

A request's deadline counts from creationTimestamp, which is the API server's clock. An operator whose own clock was 5 s ahead
failed a request of 5 s at its birth.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

RESOLUTION_SECONDS = 1.0
"""A Date header has whole seconds: when it was written, the clock stood at most so much later."""


class ServerClock:
    """A clock within the bounds that the answers set; the local one until there is an answer, and wherever they agree."""

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._least, self._most = float("-inf"), float("inf")
        """Bounds of server time minus monotonic time, in seconds."""

    def now(self) -> datetime:
        """The server's time, exact to the bounds."""
        monotonic = self._monotonic()
        ahead = min(max(self._wall() - monotonic, self._least), self._most)
        return datetime.fromtimestamp(monotonic + ahead, UTC)

    def monotonic(self) -> float:
        """The reading that `observe` wants from before a call."""
        return self._monotonic()

    def observe(self, date: str | None, sent: float) -> None:
        """Take in the Date header of an answer to a call that was sent at `sent` (monotonic seconds)."""
        try:
            stamp = parsedate_to_datetime(date or "").timestamp()
        except ValueError:
            return
        least, most = stamp - self._monotonic(), stamp + RESOLUTION_SECONDS - sent
        if least > self._most or most < self._least:  # a clock was set, or the other API server's is another one
            self._least, self._most = least, most
        else:
            self._least, self._most = max(self._least, least), min(self._most, most)
