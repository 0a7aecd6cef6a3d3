"""How many sandboxes are kept waiting for work, and which of them are ended. Pure.

A sandbox of the pool is a Job that was made for no request: it loads the model, asks for work, and waits. Two fingerprints say
what it is. Its *profile* is what a request may rely on (bundle, CPU, memory, where it runs): with another one it is of no use.
Its *template* is all of its Job's spec: with an older one (image, pinned certificate) it serves on until it is replaced, one at
a time, so that an upgrade empties no pool.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from voxpod_crds.speech_model import SpeechModel
from voxpod_crds.tenant import TenantSandbox

LIFE = timedelta(minutes=50)
"""A sandbox that waited so long is replaced. With the longest deadline of a request (24 h) it stays within the 25 hours that the
admission policy lets a sandbox live."""

MOST_AT_ONCE = 10
"""Sandboxes that one pass creates where the model says nothing: so many at once start on a node without all being slow."""

FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=5)

HALF_LIFE_SECONDS = 60.0
"""Half of what is known of the rate of requests is older than this."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What sandboxes are made by; those of equal kind are alike."""

    generation: int
    """metadata.generation of the SpeechModel."""
    settings: TenantSandbox
    """The shape of a tenant's settings."""


def kind_of(model: SpeechModel, settings: TenantSandbox) -> Kind:
    """The kind of a model's sandboxes with a tenant's settings, as both are now."""
    return Kind(model.metadata.generation, settings.shape)


@dataclass(frozen=True, slots=True)
class Pooled:
    """A sandbox that no request names."""

    name: str
    created_at: datetime
    silent_since: datetime
    """When it last asked for work, or could first have asked this leader; its creation when that is later."""
    idle: bool
    """It waits for work; otherwise it still starts."""
    useful: bool
    """Its profile is the present one."""
    current: bool
    """Its template is, too."""


@dataclass(frozen=True, slots=True)
class Pool:
    """All that the plan for one SpeechModel looks at."""

    wanted: int
    """Sandboxes that should wait for work or start."""
    most: int
    """spec.warmPool.maxSandboxes"""
    busy: int
    """Requests that hold a sandbox of the model, warm or cold; and sandboxes of the model's other shapes that wait or start."""
    sandboxes: Sequence[Pooled]
    start_timeout: timedelta
    may_create: int
    """What spec.warmPool.maxRefillPerSecond leaves at this moment."""
    failures: int = 0
    """How many sandboxes of the pool failed to start since the last that did."""
    failed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do now."""

    create: int
    end: Sequence[str]
    """Names of Jobs."""
    stuck: int
    """How many of those did not start in time."""


def plan(pool: Pool, now: datetime) -> Plan:
    """Bring the pool nearer to what is wanted; never beyond it, and never beyond the model's sandboxes."""
    stuck = [s for s in pool.sandboxes if not s.idle and now - s.silent_since > pool.start_timeout]
    useless = [s for s in pool.sandboxes if not s.useful and s not in stuck]
    good = [s for s in pool.sandboxes if s.useful and s not in stuck]
    new = [s for s in good if s.current and now - s.created_at < LIFE]
    room = pool.most - pool.busy - len(good)
    create = max(0, min(pool.wanted - len(new), room, pool.may_create)) if now >= _end_of_pause(pool) else 0
    surplus = _surplus(pool, good, new, room)
    return Plan(create, [s.name for s in (*stuck, *useless, *surplus)], len(stuck))


def _surplus(pool: Pool, good: Sequence[Pooled], new: Sequence[Pooled], room: int) -> list[Pooled]:
    """Idle ones to end: what is over the model's limit, else one that is old or more than is wanted.

    An old one goes when a new one waits in its place; or, where the limit leaves no room for a new one, to make that room.
    """
    idle = sorted((s for s in good if s.idle), key=lambda s: (s in new, s.created_at))
    if room < 0:
        return idle[:-room]
    if not idle:
        return []
    old, waiting = idle[0] not in new, sum(s.idle for s in new)
    if old and (waiting >= min(pool.wanted, 1) or (room == 0 and len(new) == 0)):
        return idle[:1]
    return idle[:1] if len(new) > pool.wanted and waiting > pool.wanted else []


def _end_of_pause(pool: Pool) -> datetime:
    """Sandboxes that do not start are not made as fast as they fail."""
    if pool.failed_at is None:
        return datetime.min.replace(tzinfo=UTC)
    pause: timedelta = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(pool.failures, 10))
    return pool.failed_at + pause


@dataclass(slots=True)
class Demand:
    """How often requests come for a model, and how long a sandbox takes to start: together, how many should wait."""

    rate: float = 0.0
    """Requests a second, as an exponentially weighted average."""
    at: float = 0.0
    """Monotonic time of the last arrival."""
    start_seconds: float = 2.0

    def arrived(self, now: float) -> None:
        """A request was given a sandbox."""
        self.rate = self.rate_at(now) + math.log(2) / HALF_LIFE_SECONDS
        self.at = now

    def started(self, seconds: float) -> None:
        """A sandbox took so long from its creation until it asked for work."""
        self.start_seconds += 0.2 * (seconds - self.start_seconds)

    def rate_at(self, now: float) -> float:
        """Requests a second."""
        halvings = max(0.0, now - self.at) / HALF_LIFE_SECONDS
        return self.rate * math.pow(0.5, halvings)

    def wanted(self, now: float, least: int, most: int) -> int:
        """What the requests of one start time need, and twice the spread of that number; between the bounds."""
        mean = self.rate_at(now) * self.start_seconds
        return min(max(least, math.ceil(mean + 2 * math.sqrt(mean)) if mean > 0.05 else 0), max(least, most))


@dataclass(slots=True)
class PoolMemory:
    """What a leader has seen of one model's pool. Lost with it: the next one begins anew."""

    demand: Demand = field(default_factory=Demand)
    profile: str = ""
    template: str = ""
    kind: Kind | None = None
    """Of its sandboxes at the last look; None before the first."""
    failures: int = 0
    failed_at: datetime | None = None
    starting: dict[str, float] = field(default_factory=dict)
    """Jobs that this leader made and that have not asked for work yet, and when it made them (monotonic)."""
    credit: float = math.inf
    """Sandboxes that the rate allowed at `credit_at`."""
    credit_at: float = 0.0

    def may_create(self, a_second: int | None, now: float) -> int:
        """How many sandboxes the rate allows at this moment: what a second's worth leaves."""
        rate = a_second or MOST_AT_ONCE
        self.credit, self.credit_at = min(rate, self.credit + rate * (now - self.credit_at)), now
        return math.floor(self.credit)

    def create(self, job_name: str, now: float) -> None:
        """One is made."""
        self.credit -= 1
        self.starting[job_name] = now

    def fail(self, job_name: str, now: datetime) -> None:
        """A sandbox ended; that counts when it never asked for work, once, and when this leader made it.

        Of others no leader knows whether they ever asked.
        """
        if self.starting.pop(job_name, None) is not None:
            self.failures, self.failed_at = self.failures + 1, now

    def started(self, job_name: str, now: float) -> None:
        """A sandbox asked this leader for work for the first time; how long it took tells only who made it."""
        made = self.starting.pop(job_name, None)
        if made is not None:
            self.demand.started(now - made)
            self.failures, self.failed_at = 0, None


class PoolBook:
    """By the name of a SpeechModel and the shape of its sandboxes: a tenant's name, or empty for the model's own."""

    def __init__(self) -> None:
        self._of: dict[str, dict[str, PoolMemory]] = {}

    def of(self, model: str, shape: str = "") -> PoolMemory:
        """Begins empty."""
        return self._of.setdefault(model, {}).setdefault(shape, PoolMemory())

    def all_of(self, model: str) -> Sequence[PoolMemory]:
        """Of all its shapes, the model's own first."""
        self.of(model)
        return list(self._of[model].values())

    def keep(self, model: str, shapes: Iterable[str]) -> None:
        """Forget the shapes that are not there any more."""
        for gone in self._of.get(model, {}).keys() - {"", *shapes}:
            del self._of[model][gone]

    def forget(self, model: str) -> None:
        """The model is gone."""
        self._of.pop(model, None)
