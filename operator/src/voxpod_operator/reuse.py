"""Sandboxes that may serve several requests of one tenant: what each is bound to, how often it has served, who asks for more.

In memory only: after a takeover nobody is given a further request, since nobody knows how many there were.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from voxpod_operator.idle import IdleSandbox
from voxpod_operator.policy.pool import Kind

EXPECTED_SECONDS = 1.0
"""So long a request of the tenant waits for a sandbox that has just handed in a result: it asks again in some 20 ms, on a busy machine
in half a second. Another one's start takes as long."""

TOGETHER_SECONDS = 0.05
"""So long a sandbox that has served waits for a request of its tenant to come."""

PROMISED_SECONDS = 2.0
"""So long it waits when its tenant was granted a slot: until the ledger and the assignment are written."""

TAKEN_SECONDS = 10.0
"""So long when a request is being written for it: the answer of the API server decides."""


@dataclass(frozen=True, slots=True)
class Bond:
    """What a sandbox belongs to from its first request on; no request of anything else reaches it."""

    tenant: str
    model: str
    kind: Kind
    """As the tenant's requests get them at present."""


@dataclass(slots=True)
class _Bound:
    bond: Bond
    ends_at: datetime
    """When its Job's time is up: no request with a later deadline is given to it."""
    served: set[str] = field(default_factory=set)
    """UIDs of requests."""
    left: int = 0
    """How many more it may have."""
    expected_until: float = 0.0
    """Monotonic time until which it surely asks for more, unless something happens to it."""
    asking: IdleSandbox | None = None
    taken: bool = False


class Reuse:
    """By the name of their Job."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._bound: dict[str, _Bound] = {}

    def hand(self, job_name: str, uid: str, bond: Bond, most: int, ends_at: datetime, *, first: bool) -> int:
        """A request is handed to a sandbox: how many more it may have of `most` in all; 0 where it is bound elsewhere.

        `first`: it is known that nobody gave it a request before. Else, of one that is not known, nobody can tell.
        """
        bound = self._bound.get(job_name)
        if bound is None and first:
            bound = self._bound[job_name] = _Bound(bond, ends_at)
        if bound is None or bound.bond != bond:
            return 0
        bound.served.add(uid)
        bound.taken = False
        bound.left = max(0, most - len(bound.served))
        return bound.left

    def handed_in(self, job_name: str) -> None:
        """Its result is stored: it asks for more in a moment, where it may."""
        bound = self._bound.get(job_name)
        if bound is not None and bound.left:
            bound.expected_until = self._now() + EXPECTED_SECONDS

    def expects(self, bond: Bond, deadline: datetime) -> bool:
        """Whether one is about to ask that `take` would then give."""
        now = self._now()
        return any(b.expected_until > now and b.bond == bond and deadline <= b.ends_at for b in self._bound.values())

    def bond_of(self, job_name: str) -> Bond | None:
        """What a sandbox is bound to; None where it is not known to be for several requests."""
        bound = self._bound.get(job_name)
        return bound.bond if bound is not None else None

    def has_served(self, job_name: str, but: str) -> bool:
        """Whether it has had a request before another one, as far as this leader knows."""
        return job_name in self._bound and bool(self._bound[job_name].served - {but})

    def take(self, bond: Bond, deadline: datetime) -> IdleSandbox | None:
        """One that asks for more, for a request's use until its deadline."""
        for bound in self._bound.values():
            asking = bound.asking
            if asking is None or bound.taken or bound.bond != bond or deadline > bound.ends_at:
                continue
            if asking.still_there():
                bound.taken = True
                return asking
        return None

    def wake(self, job_name: str) -> None:
        """A request names its Job."""
        bound = self._bound.get(job_name)
        if bound is not None and bound.asking is not None:
            bound.asking.news.set()

    def forget(self, job_name: str) -> None:
        """The Job is gone."""
        self._bound.pop(job_name, None)

    def patience(self, job_name: str, promised: bool) -> float:
        """How many seconds in all a sandbox waits for more as things stand; `promised`: its tenant was granted a slot."""
        if self._bound[job_name].taken:
            return TAKEN_SECONDS
        return PROMISED_SECONDS if promised else TOGETHER_SECONDS

    @contextmanager
    def asking(self, sandbox: IdleSandbox) -> Iterator[None]:
        """It may be given a request meanwhile."""
        bound = self._bound[sandbox.job_name]
        bound.asking, bound.expected_until = sandbox, 0.0
        try:
            yield
        finally:
            if bound.asking is sandbox:
                bound.asking = None
