"""Who is admitted when all come at once: a hundred rounds over book and ledger, with every write of two operators late or in conflict.

Five more rounds go through a whole operator on an API server (tests/integration/control/test_quotas_cannot_be_raced.py).
"""

import random
from dataclasses import dataclass, field

import pytest

from builders import NOON
from voxpod_crds.base import ResourceKey
from voxpod_crds.tenant import Quota
from voxpod_operator.policy.book import Book, Candidate, Share
from voxpod_operator.policy.budget import Totals
from voxpod_operator.policy.ledger import Ask, Held, Ledger, Superseded, post
from voxpod_operator.policy.quota_window import window_at, zone_named

ONE = Totals(1, 6, 0.5)


@dataclass
class Stored:
    """Tenant.status at the API server, with compare-and-swap."""

    ledger: Ledger = field(default_factory=Ledger)
    version: int = 0

    def put(self, ledger: Ledger, version: int) -> bool:
        if version != self.version:
            return False
        self.ledger, self.version = ledger, version + 1
        return True


class Operator:
    """A leader, or one that takes itself for it: its own book, and the version of the ledger that it read last."""

    def __init__(self, term: int, stored: Stored, quota: Quota, uids: list[str], order: random.Random) -> None:
        self._term, self._stored, self._quota, self._order = term, stored, quota, order
        self._book, self._window = Book(), window_at(NOON, zone_named("UTC") or pytest.fail("no UTC"))
        for uid in order.sample(uids, len(uids)):
            self._book.wait(Candidate(uid, ResourceKey("acme", uid), "acme", "kokoro", NOON, order.randint(0, 9), 1.0))
        self._sent: tuple[Ledger, int, list[str]] | None = None
        self.admitted: set[str] = set()
        self.deposed = False

    def step(self) -> None:
        """Grant some slots; or read and send a ledger; or have what was sent arrive, or get lost on the way."""
        if self.deposed:
            return
        if self._sent is not None:
            self._arrive(*self._sent)
            return
        self._book.grant(lambda model: self._order.randint(0, 50), lambda tenant: Share(None))
        asks = [Ask(uid, "acme", uid, ONE) for uid in self._book.promised_to("acme")]
        try:
            posted = post(self._stored.ledger, asks, {}, self._quota, self._window, NOON, self._term)
        except Superseded:
            self.deposed = True
            return
        held = [uid for uid, answer in posted.answers.items() if isinstance(answer, Held)]
        self._sent = (posted.ledger, self._stored.version, held)

    def _arrive(self, ledger: Ledger, version: int, held: list[str]) -> None:
        self._sent = None
        if self._order.random() < 0.2:
            return
        if self._stored.put(ledger, version):
            self.admitted |= set(held)
            for uid in self._book.promised_to("acme"):
                self._book.give_back(uid) if uid not in held else self._book.gone(uid)


def race(seed: int, limit: int, used: int, requests: int) -> tuple[Stored, list[Operator]]:
    order = random.Random(seed)
    stored, quota = Stored(), Quota(requests_per_day=limit)
    window = window_at(NOON, zone_named("UTC") or pytest.fail("no UTC"))
    stored.ledger = Ledger(window_start=window.start, used=Totals(used, 0, 0.0))
    uids = [f"r{number:02}" for number in range(requests)]
    operators = [Operator(term, stored, quota, uids, order) for term in (1, 2)]
    for _ in range(300):
        order.choice(operators).step()
    return stored, operators


@pytest.mark.parametrize("seed", range(100))
def test_fifty_at_once_against_ten_a_day_admit_exactly_ten(seed: int) -> None:
    stored, operators = race(seed, limit=10, used=0, requests=50)
    admitted = set[str]().union(*(one.admitted for one in operators))
    assert len(stored.ledger.holds) == 10
    assert admitted == {hold.uid for hold in stored.ledger.holds}


@pytest.mark.parametrize("seed", range(100))
def test_at_one_below_the_limit_two_operators_admit_exactly_one(seed: int) -> None:
    stored, operators = race(seed, limit=10, used=9, requests=2)
    assert len(stored.ledger.holds) == 1
    assert set[str]().union(*(one.admitted for one in operators)) == {stored.ledger.holds[0].uid}
