"""Who waits in which line, who holds a slot, and who goes next. Pure, no clock.

Kept as events come, never recounted: when each of 3,000 waiting requests looked through all others to find its own turn, the
event loop stood still for 148 s and the leader lost its Lease.

Between tenants it is start-time fair queueing (Goyal, Vin and Cheng, SIGCOMM 1996): a request's start tag is the larger of
the virtual time and its tenant's last finish tag; the least start tag goes first, and the virtual time is the start tag of
what was granted last. So a tenant that floods delays itself, one that was idle saves up nothing, and one that bursts after
being idle is not punished. A request is charged to its tenant's share once: nothing while it only was granted a slot that it did not
take, and nothing more when it comes back after it gave one back. Within a tenant a priority is a head start in seconds of waiting, so that nothing starves.
"""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush

from voxpod_crds.base import ResourceKey

Rank = tuple[datetime, str, str]
"""Order within a tenant: since when it waits less its head start, name, UID; creation times are whole seconds, and the UID ends
all ties."""

HEAD_START = timedelta(seconds=60)
"""What a step of priority is worth: a request of priority 9 goes before what came up to nine minutes earlier with priority 0, and
after what came sooner than that. A constant, so that aging changes nothing in the order of a line."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A request that could start if there were room."""

    uid: str
    key: ResourceKey
    tenant: str
    model: str
    since: datetime
    """Since when it waits: its creation, or the end of its last pause."""
    priority: int
    cost: float
    """Estimated seconds of audio: what its tenant's share is measured in."""

    @property
    def rank(self) -> Rank:
        """Its place among the tenant's others."""
        return (self.since - self.priority * HEAD_START, self.key.name, self.uid)


@dataclass(frozen=True, slots=True)
class Share:
    """What a tenant may have at present."""

    slots: int | None
    """Requests that may hold a sandbox at one time; None without a limit, 0 while the tenant is not Ready."""
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Slot:
    """Whose slot a request holds."""

    tenant: str
    model: str


class Book:
    """Lines of waiting requests, slots that are held, and the tenants' virtual times."""

    def __init__(self) -> None:
        self._waiting: dict[str, Candidate] = {}
        self._lines: dict[str, dict[str, list[tuple[Rank, Candidate]]]] = {}
        """By tenant, then by model; each line in the order of its ranks."""
        self._held: dict[str, Slot] = {}
        self._granted: dict[str, float] = {}
        """UIDs whose slot was promised and whose status does not say so yet, in the order of the promises; and how far their
        tenant's finish tag moved by it."""
        self._paid: set[str] = set()
        """UIDs that are charged to their tenant's share: they hold a slot, or held one."""
        self._of_tenant: Counter[str] = Counter()
        self._of_model: Counter[str] = Counter()
        self._moved: set[str] = set()
        self._virtual = 0.0
        self._finish: dict[str, float] = {}

    def wait(self, candidate: Candidate) -> None:
        """Put a request into its tenant's line; one that stands there already keeps its place."""
        if self._waiting.get(candidate.uid) == candidate:
            return
        self.leave(candidate.uid)
        self._waiting[candidate.uid] = candidate
        line = self._lines.setdefault(candidate.tenant, {}).setdefault(candidate.model, [])
        insort(line, (candidate.rank, candidate))

    def leave(self, uid: str) -> None:
        """Take a request out of its line."""
        candidate = self._waiting.pop(uid, None)
        if candidate is None:
            return
        lines = self._lines[candidate.tenant]
        line = lines[candidate.model]
        del line[bisect_left(line, (candidate.rank,))]
        self._moved.add(candidate.tenant)
        if not line:
            del lines[candidate.model]
        if not lines:
            del self._lines[candidate.tenant]

    def held_by(self, uid: str, slot: Slot) -> None:
        """The request's stored status says that it holds a slot."""
        self._granted.pop(uid, None)
        self._paid.add(uid)
        self._hold(uid, slot)

    def without_slot(self, uid: str) -> bool:
        """The request's stored status names no sandbox; True when a slot came free by that. A grant under way stands."""
        return uid not in self._granted and self._release(uid)

    def gone(self, uid: str) -> bool:
        """The request ended or was deleted; True when a slot came free by that."""
        self.leave(uid)
        self._granted.pop(uid, None)
        self._paid.discard(uid)
        return self._release(uid)

    def give_back(self, uid: str) -> bool:
        """The request does not use what it was granted; True when a slot came free by that."""
        moved = self._granted.pop(uid, 0.0)
        if moved and (tenant := self._held[uid].tenant) in self._finish:
            self._finish[tenant] -= moved
        return self._release(uid)

    def granted(self, candidate: Candidate) -> bool:
        """Whether the request may take a slot of this tenant and model now."""
        return candidate.uid in self._granted and self._held[candidate.uid] == Slot(candidate.tenant, candidate.model)

    def promised_to(self, tenant: str) -> list[str]:
        """UIDs of a tenant's requests that were granted a slot and do not say so yet, the first one first."""
        return [uid for uid in self._granted if self._held[uid].tenant == tenant]

    def waits(self, uid: str) -> Candidate | None:
        """The request as it stands in its line; None when it does not."""
        return self._waiting.get(uid)

    def place(self, uid: str) -> int:
        """Which of its tenant's waiting requests this one is, counted from 1. KeyError unless it waits."""
        candidate = self._waiting[uid]
        return 1 + sum(bisect_left(line, (candidate.rank,)) for line in self._lines[candidate.tenant].values())

    def first(self, tenant: str, count: int) -> list[Candidate]:
        """The first requests of a tenant's line."""
        heads = [pair for line in self._lines.get(tenant, {}).values() for pair in line[:count]]
        return [candidate for _, candidate in sorted(heads, key=lambda pair: pair[0])[:count]]

    def active_of_tenant(self, tenant: str) -> int:
        """Requests of a tenant that hold a slot."""
        return self._of_tenant[tenant]

    def active_of_model(self, model: str) -> int:
        """Requests that hold a sandbox of a model."""
        return self._of_model[model]

    @property
    def held(self) -> int:
        """Slots that are granted or held."""
        return len(self._held)

    @property
    def lines(self) -> int:
        """Tenants of which a request waits."""
        return len(self._lines)

    def lines_that_moved(self) -> set[str]:
        """Tenants whose line lost somebody since the last call."""
        moved, self._moved = self._moved, set()
        return moved

    def grant(self, slots_of: Callable[[str], int], share_of: Callable[[str], Share]) -> list[Candidate]:
        """Give every free slot to whom it is due, in that order; each of them holds it from now on.

        O(tenants) once for each model, then O(log tenants) for each slot that is given.
        """
        granted: list[Candidate] = []
        for model in {model for lines in self._lines.values() for model in lines}:
            granted += self._grant(model, slots_of(model) - self._of_model[model], share_of)
        return granted

    def _grant(self, model: str, free: int, share_of: Callable[[str], Share]) -> list[Candidate]:
        """A grant moves no other tenant's start tag: it was the least, and the virtual time moves up to it."""
        granted: list[Candidate] = []
        heads = (
            [self._turn(tenant, model) for tenant, lines in self._lines.items() if model in lines] if free > 0 else []
        )
        heapify(heads)
        while len(granted) < free and heads:
            tenant = heappop(heads)[-1]
            share = share_of(tenant)
            if not self._has_room(tenant, share):
                continue
            granted.append(self._take(self._lines[tenant][model][0][1], share.weight))
            if model in self._lines.get(tenant, ()):
                heappush(heads, self._turn(tenant, model))
        return granted

    def _turn(self, tenant: str, model: str) -> tuple[float, datetime, str]:
        """Whose turn it is among tenants: the least start tag, then who waits longest. Priorities are a tenant's own affair."""
        return self._start(tenant), self._lines[tenant][model][0][1].since, tenant

    def _has_room(self, tenant: str, share: Share) -> bool:
        return share.slots is None or self._of_tenant[tenant] < share.slots

    def _start(self, tenant: str) -> float:
        return max(self._virtual, self._finish.get(tenant, 0.0))

    def _take(self, candidate: Candidate, weight: int) -> Candidate:
        start = self._start(candidate.tenant)
        self._virtual = max(self._virtual, start)
        due = 0.0 if candidate.uid in self._paid else candidate.cost / weight
        self._finish[candidate.tenant] = start + due
        self.leave(candidate.uid)
        self._granted[candidate.uid] = due
        self._hold(candidate.uid, Slot(candidate.tenant, candidate.model))
        if len(self._finish) > 2 * len(self._lines) + 64:  # a tag in the past is as good as none
            self._finish = {tenant: tag for tenant, tag in self._finish.items() if tag > self._virtual}
        return candidate

    def _hold(self, uid: str, slot: Slot) -> None:
        self.leave(uid)
        self._release(uid)
        self._held[uid] = slot
        self._of_tenant[slot.tenant] += 1
        self._of_model[slot.model] += 1

    def _release(self, uid: str) -> bool:
        slot = self._held.pop(uid, None)
        if slot is None:
            return False
        for counter, name in ((self._of_tenant, slot.tenant), (self._of_model, slot.model)):
            counter[name] -= 1
            if not counter[name]:
                del counter[name]
        return True
