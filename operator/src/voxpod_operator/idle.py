"""Sandboxes that wait for work at this leader's dispatch endpoint: who they are, and how their work reaches them.

In memory only. Who waits says so again within seconds after a takeover; whom a sandbox works for stands in the request's status.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

UNCERTAIN = timedelta(seconds=30)
"""When an assignment's outcome is not known, its sandbox is nobody else's for so long: by then the view tells, or there is none."""

ASKS_AGAIN = timedelta(seconds=2)
"""From one question of a waiting sandbox to its next: a connection, a handshake and a review of its token, some 20 ms."""


@dataclass(eq=False, slots=True)
class IdleSandbox:
    """A pod that asks for work."""

    job_name: str
    pod_name: str
    pod_uid: str
    protocol: int
    profile: str
    """Of the pool's; empty for one that was made for a request."""
    template: str
    still_there: Callable[[], bool]
    news: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a request names its Job."""
    left_at: datetime | None = None
    """When it was told that there is no work yet: it asks again in a moment, and may be given work in between."""

    def here(self, now: datetime) -> bool:
        """Whether it waits, or is on its way to ask again."""
        return self.still_there() if self.left_at is None else now - self.left_at < ASKS_AGAIN

    async def wait(self, seconds: float) -> None:
        """Until there is news, or for so long."""
        try:
            async with asyncio.timeout(seconds):
                await self.news.wait()
        except TimeoutError:
            return


class IdleSandboxes:
    """By the name of their Job; each is given away once."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._waiting: dict[str, IdleSandbox] = {}
        self._given: dict[str, datetime] = {}
        """When a request was or may have been written for them."""
        self._taken: set[str] = set()
        self._retired: set[str] = set()
        """Those that are ended."""
        self._seen: dict[str, datetime] = {}
        self.on_first_seen: Callable[[str], None] = lambda job_name: None
        """Called when a sandbox asks for the first time."""

    @contextmanager
    def waiting(self, sandbox: IdleSandbox) -> Iterator[None]:
        """It may be given work meanwhile. The newest connection of a sandbox counts."""
        first = sandbox.job_name not in self._seen
        self._waiting[sandbox.job_name] = sandbox
        self._seen[sandbox.job_name] = self._now()
        if first:
            self.on_first_seen(sandbox.job_name)
        try:
            yield
        finally:
            sandbox.left_at = self._seen[sandbox.job_name] = self._now()
            if self._waiting.get(sandbox.job_name) is sandbox and (sandbox.news.is_set() or not sandbox.still_there()):
                del self._waiting[sandbox.job_name]

    def take(self, profile: str, template: str) -> IdleSandbox | None:
        """One of that profile for a request's sole use, rather one of that template, rather the one that asked first."""
        can = [s for s in self._waiting.values() if s.profile == profile and self.idle(s.job_name)]
        taken = next((s for s in can if s.template == template), can[0] if can else None)
        if taken is not None:
            self._given[taken.job_name] = self._now()
            self._taken.add(taken.job_name)
        return taken

    def retire(self, job_name: str) -> bool:
        """It gets no work from now on; False when a request was or may have been written for it within the last seconds."""
        if self.spoken_for(job_name):
            return False
        self._retired.add(job_name)
        return True

    def idle(self, job_name: str) -> bool:
        """Whether it waits and is nobody's."""
        used = job_name in self._given or job_name in self._retired
        return not used and self._is_here(job_name)

    def taken(self, job_name: str) -> bool:
        """Whether this leader gave it away while it waited, so that nobody used it before."""
        return job_name in self._taken

    def given(self, job_name: str) -> bool:
        """Whether it is used up: a request was or may have been written for it."""
        return job_name in self._given

    def spoken_for(self, job_name: str) -> bool:
        """Whether a request may have been written for it just now, which the view does not show yet."""
        return job_name in self._given and self._now() - self._given[job_name] < UNCERTAIN

    def seen_at(self, job_name: str) -> datetime | None:
        """When it last asked, or ceased to; None for one that never has."""
        return self._now() if self._is_here(job_name) else self._seen.get(job_name)

    def wake(self, job_name: str) -> None:
        """A request names its Job."""
        self._given[job_name] = self._now()
        if job_name in self._waiting:
            self._waiting[job_name].news.set()

    def forget(self, job_name: str) -> None:
        """The Job is gone."""
        self._waiting.pop(job_name, None)
        self._seen.pop(job_name, None)
        self._given.pop(job_name, None)
        self._retired.discard(job_name)
        self._taken.discard(job_name)

    def _is_here(self, job_name: str) -> bool:
        found = self._waiting.get(job_name)
        return found is not None and found.here(self._now())
