"""What a tenant's ledger admits and charges; and that each of its rules is needed, which a mutated copy shows."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import NOON, a_request, a_tenant
from voxpod_crds.conditions import Reason
from voxpod_crds.tenant import MAX_HOLDS, Hold, Quota, Usage
from voxpod_operator.policy import budget, ledger, quota_checks
from voxpod_operator.policy.quota_window import window_at
from voxpod_operator.policy.speech_estimate import seconds_of

UTC = ZoneInfo("UTC")
TOMORROW = NOON + timedelta(days=1)
NUMBERS = count()


@dataclass
class Books:
    """The modules under test, and a ledger that goes through them."""

    budget: Any
    ledger: Any
    checks: Any
    """`policy.quota_checks`."""
    quota: Quota
    kept: Any = None
    term: int = 1

    def __post_init__(self) -> None:
        self.kept = self.kept or self.ledger.Ledger()

    def totals(self, requests: int = 1, characters: int = 0, seconds: float = 0.0) -> Any:
        return self.budget.Totals(requests, characters, seconds)

    def ask(self, *amounts: Any, now: datetime = NOON, uids: list[str] | None = None, due: Any = None) -> list[Any]:
        """What each of them gets."""
        names = uids or [f"r{next(NUMBERS)}" for _ in amounts]
        asks = [self.ledger.Ask(uid, "acme", uid, amount) for uid, amount in zip(names, amounts, strict=True)]
        window = window_at(now, UTC, self.kept.window_start)
        posted = self.ledger.post(self.kept, asks, due or {}, self.quota, window, now, self.term)
        self.kept = posted.ledger
        return [posted.answers[uid] for uid in names]

    def held(self, answers: list[Any]) -> int:
        return sum(isinstance(answer, self.ledger.Held) for answer in answers)

    def settle(self, charge: Any, *uids: str, now: datetime = NOON) -> None:
        self.ask(now=now, due=dict.fromkeys(uids or [h.uid for h in self.kept.holds], charge))


Check = Callable[[Callable[..., Books]], None]
CHECKS: list[Check] = []


def check(function: Check) -> Check:
    CHECKS.append(function)
    return function


@check
def requests_at_once_get_as_many_holds_as_the_day_has(books: Callable[..., Books]) -> None:
    b = books(requests_per_day=10)
    assert b.held(b.ask(*[b.totals()] * 50)) == 10
    assert b.held(b.ask(b.totals())) == 0


@check
def every_dimension_counts_what_is_used_what_is_held_and_what_is_asked(books: Callable[..., Books]) -> None:
    for limit, one in (("characters_per_day", (1, 4, 0.0)), ("audio_seconds_per_day", (1, 0, 4.0))):
        b = books(**{limit: 12})
        assert b.held(b.ask(b.totals(*one))) == 1
        b.settle(b.totals(*one))
        assert b.held(b.ask(b.totals(*one))) == 1
        assert b.held(b.ask(b.totals(*one))) == 1, "exactly the limit is within it"
        assert b.held(b.ask(b.totals(1, 1, 1.0))) == 0


@check
def what_is_charged_is_not_what_was_held_but_the_truth(books: Callable[..., Books]) -> None:
    b = books(audio_seconds_per_day=100)
    b.ask(b.totals(1, 5, 40.0), b.totals(1, 5, 40.0))
    b.settle(b.totals(1, 5, 61.5))
    assert (b.kept.used.requests, b.kept.used.characters, b.kept.used.audio_seconds) == (2, 10, 123.0)
    assert b.kept.holds == ()


@check
def an_end_that_is_seen_again_is_charged_once(books: Callable[..., Books]) -> None:
    b = books()
    b.ask(b.totals(), uids=["r"])
    for _ in range(3):
        b.settle(b.totals(), "r", "never held")
    assert b.kept.used.requests == 1


@check
def what_can_still_come_free_is_waited_for_and_what_is_used_is_not(books: Callable[..., Books]) -> None:
    b = books(requests_per_day=1)
    b.ask(b.totals())
    (waits,) = b.ask(b.totals())
    assert isinstance(waits, b.ledger.NotNow)
    assert waits.reason == Reason.WAITING_FOR_QUOTA
    b.settle(b.totals())
    assert isinstance(b.ask(b.totals())[0], b.ledger.NotToday)


@check
def who_asks_for_little_does_not_pass_who_must_wait(books: Callable[..., Books]) -> None:
    b = books(characters_per_day=20)
    b.ask(b.totals(1, 9))
    b.ask(b.totals(1, 5))
    large, small = b.ask(b.totals(1, 8), b.totals(1, 2))
    assert isinstance(large, b.ledger.NotNow) and isinstance(small, b.ledger.NotNow)


@check
def who_gets_nothing_today_stops_nobody(books: Callable[..., Books]) -> None:
    b = books(characters_per_day=20)
    b.ask(b.totals(1, 9))
    b.settle(b.totals(1, 15))
    large, small = b.ask(b.totals(1, 8), b.totals(1, 2))
    assert isinstance(large, b.ledger.NotToday) and isinstance(small, b.ledger.Held)


@check
def a_hold_is_given_once(books: Callable[..., Books]) -> None:
    b = books(requests_per_day=1, requests_per_minute=5)
    for _ in range(2):
        assert b.held(b.ask(b.totals(), uids=["r"])) == 1
    assert len(b.kept.holds) == sum(one.requests for one in b.kept.last_minute) == 1


@check
def a_hold_of_yesterday_neither_counts_nor_is_charged_today(books: Callable[..., Books]) -> None:
    b = books(requests_per_day=1)
    b.ask(b.totals(), uids=["late"])
    assert b.held(b.ask(b.totals(), now=TOMORROW)) == 1
    b.settle(b.totals(), "late", now=TOMORROW)
    assert b.kept.used.requests == 0
    assert len(b.kept.holds) == 1


@check
def who_did_not_start_yesterday_gets_a_hold_of_today(books: Callable[..., Books]) -> None:
    b = books(requests_per_day=1)
    b.ask(b.totals(), uids=["r"])
    assert b.held(b.ask(b.totals(), uids=["r"], now=TOMORROW)) == 1
    assert [hold.window_start.date() for hold in b.kept.holds] == [TOMORROW.date()]
    assert b.held(b.ask(b.totals(), now=TOMORROW)) == 0


@check
def a_new_day_begins_with_nothing_used_and_a_clock_set_back_reopens_no_day(books: Callable[..., Books]) -> None:
    b = books(requests_per_day=1)
    for now, left in ((NOON, 1), (TOMORROW, 1), (NOON, 0), (TOMORROW, 0)):
        assert b.held(b.ask(b.totals(), now=now)) == left
        b.settle(b.totals(), now=now)
    # as by a caller that does not know the day
    b.kept = b.ledger.post(b.kept, [], {}, b.quota, window_at(NOON, UTC), NOON, 1).ledger
    assert b.kept.used.requests == 1


@check
def no_minute_has_more_than_its_limit(books: Callable[..., Books]) -> None:
    b = books(requests_per_minute=2)
    at = [0.0, 0.999, 30.0, 59.9, 60.5, 60.999, 61.0, 61.5, 90.0, 121.9, 122.0, 122.5, 123.0]
    admitted = [t for t in at if b.held(b.ask(b.totals(), now=NOON + timedelta(seconds=t)))]
    assert all(sum(t <= other < t + 60 for other in admitted) <= 2 for t in admitted)
    assert admitted == [0.0, 0.999, 61.0, 61.5, 122.0, 122.5]


@check
def a_request_is_told_when_its_minute_is_over(books: Callable[..., Books]) -> None:
    b = books(requests_per_minute=1)
    b.ask(b.totals())
    (waits,) = b.ask(b.totals(), now=NOON + timedelta(seconds=10))
    assert (waits.reason, waits.until) == (Reason.WAITING_FOR_RATE, NOON + timedelta(seconds=61))
    assert b.held(b.ask(b.totals(), now=waits.until)) == 1


@check
def a_clock_that_was_hours_ahead_costs_two_minutes(books: Callable[..., Books]) -> None:
    b = books(requests_per_minute=1)
    b.ask(b.totals(), now=NOON + timedelta(hours=3))
    assert b.held(b.ask(b.totals(), now=NOON)) == 0
    b.ask(now=NOON, due={"nobody": b.totals()})
    (waits,) = b.ask(b.totals(), now=NOON + timedelta(seconds=30))
    assert waits.until <= NOON + timedelta(seconds=153)


@check
def there_are_so_many_holds_at_most(books: Callable[..., Books]) -> None:
    b = books()
    answers = b.ask(*[b.totals()] * (MAX_HOLDS + 5))
    assert b.held(answers) == len(b.kept.holds) == MAX_HOLDS
    assert answers[-1].reason == Reason.WAITING_FOR_CONCURRENCY


@check
def a_leader_with_an_earlier_term_changes_nothing(books: Callable[..., Books]) -> None:
    b = books()
    b.term = 7
    b.ask(b.totals())
    b.term = 6
    with pytest.raises(b.ledger.Superseded):
        b.ask(b.totals())


@check
def what_is_no_news_is_not_written(books: Callable[..., Books]) -> None:
    b = books(requests_per_minute=5)
    b.ask(b.totals(), uids=["r"])
    before, b.term = b.kept, 2
    b.ask(b.totals(), uids=["r"], now=NOON + timedelta(minutes=5))
    assert b.kept is before


@check
def one_request_takes_half_of_a_day_at_most(books: Callable[..., Books]) -> None:
    b = books(characters_per_day=20)
    fits, not_ = (
        next(b.budget.lines(b.quota, b.totals(0), b.totals(0), b.totals(1, asked))).too_much_for_one
        for asked in (10, 11)
    )
    assert (fits, not_) == (False, True)
    b = books(requests_per_day=1)
    assert not next(b.budget.lines(b.quota, b.totals(0), b.totals(0), b.totals())).too_much_for_one


@check
def a_hold_counts_for_one_request_its_characters_and_its_audio(books: Callable[..., Books]) -> None:
    b = books()
    b.ask(b.totals(1, 3, 2.5), b.totals(1, 4, 3.5))
    held = b.ledger.outstanding(b.kept)
    assert (held.requests, held.characters, held.audio_seconds) == (2, 7, 6.0)


@check
def a_usage_of_an_earlier_day_is_none_of_this_one(books: Callable[..., Books]) -> None:
    b = books()
    usage = Usage(window_start=NOON.replace(hour=0), requests=1, characters=2, audio_seconds=3.0)
    assert b.budget.used_in(usage, window_at(NOON, UTC)) == b.totals(1, 2, 3.0)
    assert b.budget.used_in(usage, window_at(TOMORROW, UTC)) == b.totals(0)
    assert b.budget.used_in(None, window_at(NOON, UTC)) == b.totals(0)


@check
def a_request_is_rejected_by_what_is_charged_unless_it_has_its_hold(books: Callable[..., Books]) -> None:
    b = books()
    request, full = a_request("Hello."), a_tenant(used={"characters": 15}, quota={"charactersPerDay": 20})
    reason, message = b.checks.not_today(request, full, NOON)
    assert (reason, "15 of 20 characters" in message) == (Reason.DAILY_QUOTA_EXCEEDED, True)
    assert b.checks.not_today(request, a_tenant(used={"characters": 14}, quota={"charactersPerDay": 20}), NOON) is None
    assert b.checks.not_today(request, full, TOMORROW) is None
    since = {"since": NOON, "windowStart": NOON.replace(hour=0)}
    hold = Hold(uid="uid-hello", namespace="acme", name="hello", characters=6, audioSeconds=1.0, **since)
    held = full.model_copy(update={"status": full.status.model_copy(update={"holds": [hold]})})
    assert b.checks.not_today(request, held, NOON) is None
    assert not b.checks.holds(request, held, TOMORROW)
    assert not b.checks.holds(a_request(name="other"), held, NOON)


@check
def what_no_day_has_room_for_is_never_admitted(books: Callable[..., Books]) -> None:
    b = books()
    fits, not_ = (b.checks.never(a_request("x" * size), a_tenant(quota={"charactersPerDay": 20})) for size in (10, 11))
    assert fits is None
    assert not_[0] == Reason.EXCEEDS_HALF_OF_DAILY_QUOTA
    demand = b.checks.asked_by(a_request("Hello there."))
    assert (demand.requests, demand.characters) == (1, 12)
    assert demand.audio_seconds == pytest.approx(1.25 * seconds_of("Hello there.", 1.0), abs=0.001)


def real(**quota: Any) -> Books:
    return Books(budget, ledger, quota_checks, Quota(**quota))


@pytest.mark.parametrize("of", CHECKS, ids=lambda one: one.__name__)
def test_a_ledger(of: Check) -> None:
    of(real)


MUTATIONS: list[tuple[str, str, str]] = [
    ("ledger", "if before.term > term:", "if False:"),
    ("ledger", ", held + ask.amount", ", held"),
    ("ledger", "and known.window_start == ledger.window_start:", "and True:"),
    ("ledger", "stopped or _objection(", "_objection("),
    ("ledger", ">= MAX_HOLDS", "> MAX_HOLDS"),
    ("ledger", "ledger.window_start >= window.start:", "ledger.window_start == window.start:"),
    ("ledger", "used=NOTHING, last_minute", "used=ledger.used, last_minute"),
    ("ledger", "for hold in ledger.holds if hold.window_start == ledger.window_start)", "for hold in ledger.holds)"),
    ("ledger", "for hold in over if hold.window_start == ledger.window_start)", "for hold in over)"),
    ("ledger", "if hold.uid not in charges)", ")"),
    ("ledger", "used=sum(due, ledger.used)", "used=ledger.used"),
    ("ledger", "if any(line.too_much_today", "if False and any(line.too_much_today"),
    ("ledger", "if line.too_much_now)", "if False)"),
    ("ledger", "_of_last_minute(ledger) >= per_minute", "_of_last_minute(ledger) > per_minute"),
    ("ledger", "timedelta(seconds=61)", "timedelta(seconds=60)"),
    ("ledger", "ledger = _counted(ledger, quota, now)", "pass"),
    ("ledger", "(min(one.at, second + MINUTE), one.requests)", "(one.at, one.requests)"),
    ("ledger", "last_minute=before.last_minute) != before", ") != before"),
    ("ledger", "stopped = answer", "pass"),
    ("budget", "self.used + self.asked > self.limit", "self.used + self.asked >= self.limit"),
    ("budget", "self.used + self.held + self.asked", "self.used + self.asked"),
    ("budget", "self.used + self.held + self.asked", "self.held + self.asked"),
    ("budget", "self.used + self.held + self.asked", "self.used + self.held"),
    ("budget", '"requests": (quota.requests_per_day,', '"requests": (None,'),
    ("budget", '"characters": (quota.characters_per_day,', '"characters": (None,'),
    ("budget", "SECONDS: (quota.audio_seconds_per_day,", "SECONDS: (None,"),
    ("budget", "LARGEST_SHARE = 0.5", "LARGEST_SHARE = 1.0"),
    ("budget", "return self.shared and", "return"),
    ("budget", "self.used + self.held + self.asked > self.limit", "self.used + self.held + self.asked >= self.limit"),
    ("budget", "self.asked > LARGEST_SHARE", "self.asked >= LARGEST_SHARE"),
    ("budget", "Totals(1, hold.characters,", "Totals(0, hold.characters,"),
    ("budget", "hold.characters, hold.audio_seconds)", "0, hold.audio_seconds)"),
    ("budget", "hold.characters, hold.audio_seconds)", "hold.characters, 0)"),
    ("budget", "self.requests + other.requests", "self.requests"),
    ("budget", "self.characters + other.characters", "self.characters"),
    ("budget", "self.audio_seconds + other.audio_seconds", "self.audio_seconds"),
    ("budget", "or usage.window_start < window.start", ""),
    ("budget", "usage.requests, usage.characters, usage.audio_seconds)", "usage.requests, 0, 0)"),
    ("quota_checks", "Totals(1, demand", "Totals(0, demand"),
    ("quota_checks", "demand.characters, demand.held_seconds", "0, demand.held_seconds"),
    ("quota_checks", "demand.characters, demand.held_seconds", "demand.characters, demand.estimated_seconds"),
    ("quota_checks", "if line.too_much_for_one)", "if False)"),
    ("quota_checks", "if line.too_much_today)", "if False)"),
    ("quota_checks", " or holds(request, tenant, now):", ":"),
    ("quota_checks", "hold.uid == request.metadata.uid and ", ""),
    ("quota_checks", " and hold.window_start == window.start", ""),
]


@contextmanager
def mutated(monkeypatch: pytest.MonkeyPatch, name: str, old: str, new: str) -> Iterator[Callable[..., Books]]:
    """The three modules with one line of one of them changed."""
    made: dict[str, ModuleType] = {}
    for module in (budget, ledger, quota_checks):
        path = Path(module.__file__ or "")
        source = path.read_text(encoding="utf-8")
        if module.__name__.endswith(name):
            assert source.count(old) == 1, f"{old!r} is not there once: the list is out of date"
            source = source.replace(old, new)
        copy = ModuleType(module.__name__)
        monkeypatch.setitem(sys.modules, module.__name__, copy)
        exec(compile(source, path, "exec"), copy.__dict__)
        made[path.stem] = copy
    yield lambda **quota: Books(made["budget"], made["ledger"], made["quota_checks"], Quota(**quota))


@pytest.mark.parametrize(("name", "old", "new"), MUTATIONS, ids=[f"{old} -> {new}" for _, old, new in MUTATIONS])
def test_no_rule_can_be_left_out(monkeypatch: pytest.MonkeyPatch, name: str, old: str, new: str) -> None:
    with mutated(monkeypatch, name, old, new) as books:
        assert any(_fails(of, books) for of in CHECKS), "nothing notices"


def test_a_copy_without_a_change_fails_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with mutated(monkeypatch, "ledger", "raise Superseded", "raise Superseded") as books:
        for of in CHECKS:
            of(books)


def _fails(of: Check, books: Callable[..., Books]) -> bool:
    try:
        of(books)
    except BaseException as error:
        return isinstance(error, AssertionError | TypeError | pytest.fail.Exception)
    return False


amounts = st.tuples(st.just(1), st.integers(0, 30), st.floats(0, 30).map(lambda s: round(s, 3)))
moves = st.lists(st.tuples(st.sampled_from(["ask", "settle", "later"]), amounts, st.floats(0, 90)), max_size=40)


@settings(max_examples=60, deadline=None)
@given(moves=moves, limit=st.integers(1, 60), per_minute=st.integers(1, 5))
def test_whatever_comes_used_and_held_stay_within_the_limits(moves: Any, limit: int, per_minute: int) -> None:
    b = real(requests_per_day=limit, characters_per_day=limit, requests_per_minute=per_minute)
    now, admitted = NOON, list[datetime]()
    for what, amount, number in moves:
        if what == "later":
            now += timedelta(seconds=number)
        elif what == "settle" and b.kept.holds:
            hold = b.kept.holds[0]
            b.settle(b.totals(1, hold.characters, 0.0), hold.uid, now=now)
        elif what == "ask":
            admitted += [now] * b.held(b.ask(b.totals(*amount), now=now))
        both = ledger.outstanding(b.kept) + b.kept.used
        assert both.requests <= limit
        assert both.characters <= limit
    for first in admitted:
        assert sum(first <= other < first + timedelta(seconds=60) for other in admitted) <= per_minute
