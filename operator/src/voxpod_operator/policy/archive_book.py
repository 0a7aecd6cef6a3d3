"""Which ended requests are not archived yet, and which are stored and stay until their time is over; by tenant.

Kept as events come, in the leader's memory only. After a takeover everything that is stored counts as not archived, until the
archive itself has told how far the leader before came.
"""

from collections import OrderedDict, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import nsmallest

from voxpod_operator.cluster.ended import EndedRequest
from voxpod_operator.policy.usage_record import UsageRecord

SLACK = timedelta(minutes=10)
"""What ended so long before the last end in the archive is in it. A deposed leader's write may show late, and each leader has
the time from the API server that answers it."""

MOST_BYTES = 16 << 20
"""Of records in memory, such as while the store is away. Beyond that the stored object of a request is read again."""

Waiting = UsageRecord | EndedRequest
"""An EndedRequest where the record has to be read."""


@dataclass
class _Shelf:
    """Of one tenant, by UID."""

    known: bool = False
    waiting: dict[str, Waiting] = field(default_factory=dict)
    stored: OrderedDict[str, EndedRequest] = field(default_factory=OrderedDict)
    """In the order in which they ended; seconds apart after a late write."""


class ArchiveBook:
    """Closed until the process leads: a follower archives and deletes nothing."""

    def __init__(self) -> None:
        self._shelves: defaultdict[str, _Shelf] = defaultdict(_Shelf)
        self._tenant_of: dict[str, str] = {}
        self._bytes = 0
        self.open = False

    def __len__(self) -> int:
        """Requests that are not archived yet."""
        return sum(len(shelf.waiting) for shelf in self._shelves.values())

    def tenants(self) -> list[str]:
        """Whose requests have ended."""
        return list(self._shelves)

    def ended(self, tenant: str, request: EndedRequest) -> None:
        """A stored request has ended, and is not known to be archived."""
        shelf = self._shelves[tenant]
        shelf.stored[request.uid] = request
        shelf.waiting.setdefault(request.uid, request)
        self._tenant_of[request.uid] = tenant

    def has_room(self, record: UsageRecord) -> bool:
        """Whether a record may be kept in memory."""
        return self._bytes + len(record.line) <= MOST_BYTES

    def enter(self, record: UsageRecord) -> None:
        """Keep a record until it is archived."""
        waiting = self._shelves[record.tenant].waiting
        self._bytes += len(record.line) - _weight(waiting.get(record.uid))
        waiting[record.uid] = record

    def dismiss(self, tenant: str, uid: str) -> None:
        """A request was deleted, or cannot be: the one that ended next is the oldest now."""
        self._shelves[tenant].stored.pop(uid, None)

    def gone(self, uid: str) -> None:
        """A request is not stored any more."""
        if (tenant := self._tenant_of.pop(uid, None)) is not None:
            self.dismiss(tenant, uid)

    def needs_record(self, uid: str) -> bool:
        """Whether nothing of a request is archived or at hand: its object is the only source."""
        shelf = self._shelves[self._tenant_of[uid]] if uid in self._tenant_of else None
        return shelf is None or isinstance(shelf.waiting.get(uid), EndedRequest)

    def waits(self, tenant: str, uid: str) -> bool:
        """Whether a request's record is yet to be stored."""
        return uid in self._shelves[tenant].waiting

    def known(self, tenant: str) -> bool:
        """Whether the archive has told how far it goes."""
        return self._shelves[tenant].known

    def learn(self, tenant: str, last_end: datetime | None) -> None:
        """The last request in a tenant's archive ended then; None: the archive is empty."""
        shelf = self._shelves[tenant]
        shelf.known = True
        if last_end is not None:
            until = last_end - SLACK
            in_it = [u for u, one in shelf.waiting.items() if isinstance(one, EndedRequest) and _ended(one) <= until]
            for uid in in_it:
                del shelf.waiting[uid]

    def waiting(self, tenant: str, most: int) -> list[Waiting]:
        """The first `most` that are not archived, by the time of their end."""
        return nsmallest(most, self._shelves[tenant].waiting.values(), key=lambda one: (_ended(one), one.uid))

    def archived(self, tenant: str, done: Iterable[Waiting]) -> None:
        """What waited is stored, or can be had no more; what has come in its place meanwhile waits on."""
        waiting = self._shelves[tenant].waiting
        for one in done:
            if waiting.get(one.uid) is one:
                del waiting[one.uid]
                self._bytes -= _weight(one)

    def oldest(self, tenant: str) -> EndedRequest | None:
        """Of the ended requests that are stored, the one that ended first."""
        return next(iter(self._shelves[tenant].stored.values()), None)

    def may_go(self, tenant: str, uid: str) -> bool:
        """Whether a request's record is surely stored."""
        shelf = self._shelves[tenant]
        return shelf.known and uid not in shelf.waiting


def _weight(one: Waiting | None) -> int:
    return len(one.line) if isinstance(one, UsageRecord) else 0


def _ended(one: Waiting) -> datetime:
    assert one.ended_at is not None, "only what has ended, and when, is entered"
    return one.ended_at
