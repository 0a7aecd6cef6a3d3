"""All that can happen to a tenant's ledger, step by step, around the operator's own pure function.

One or two requests, a daily limit, and leaders: the one that leads, and one that was deposed, does not know it yet, and has a
write under way. A write may arrive late, meet a conflict, or have its answer lost; requests run, fail, end, are cancelled and
deleted; the day rolls over, and the clock steps back. `explore` visits every state within a number of steps.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import ClassVar
from zoneinfo import ZoneInfo

from voxpod_crds.tenant import Quota
from voxpod_operator.policy.budget import NOTHING, Totals, of_hold
from voxpod_operator.policy.ledger import Ask, Held, Ledger, Posted, Superseded, post
from voxpod_operator.policy.quota_window import window_at

ONE = Totals(1, 0, 0.0)
UIDS = ("a", "b")
MIDNIGHT = datetime(2026, 11, 24, tzinfo=UTC)

Post = Callable[..., Posted]

WAITING, ASSIGNED, CLAIMED, SUCCEEDED, FAILED, CANCELLED, GONE = [
    "waiting",
    "assigned",
    "claimed",
    "succeeded",
    "failed",
    "cancelled",
    "gone",
]
LIVE = (WAITING, ASSIGNED, CLAIMED)
RUNS = (ASSIGNED, CLAIMED)


@dataclass(frozen=True)
class Request:
    """A request as it is stored, or was when it was deleted."""

    phase: str = WAITING
    worked: bool = False
    """Whether it ended in a way that is charged."""
    version: int = 0

    def to(self, phase: str) -> "Request":
        worked = phase != FAILED if self.phase == CLAIMED and phase not in LIVE else self.worked
        return Request(phase, worked, self.version + 1)


class Kept:
    """A ledger, one object for each that is equal: states are compared by the hundred thousand."""

    _all: ClassVar[dict[Ledger, "Kept"]] = {}

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    @classmethod
    def of(cls, ledger: Ledger) -> "Kept":
        return cls._all.setdefault(ledger, cls(ledger))


EMPTY = Kept.of(Ledger())


@dataclass(frozen=True)
class Write:
    """A write of a leader that is under way: of the ledger (`uid` empty), or of a request's assignment."""

    by: int
    """The leader's term."""
    uid: str = ""
    fresh: bool = True
    """Whether what it was computed from is still what is stored."""
    kept: Kept = EMPTY
    charged: tuple[str, ...] = ()
    held: tuple[str, ...] = ()


@dataclass(frozen=True)
class State:
    """The cluster, and what was charged so far by UID, which nobody in it can see."""

    kept: Kept = EMPTY
    requests: tuple[Request, ...] = tuple(Request() for _ in UIDS)
    day: int = 0
    term: int = 1
    writes: tuple[Write, ...] = ()
    deposed_sees: tuple[Request, ...] | None = None
    """The requests as the deposed leader saw them last; None without one."""
    charged: tuple[tuple[str, datetime], ...] = ()
    """With the day that it was charged in."""
    expired: tuple[str, ...] = ()
    """UIDs whose day was over before they could be charged."""
    went_back: bool = False
    """Whether an earlier day was opened again."""

    @property
    def ledger(self) -> Ledger:
        return self.kept.ledger


@dataclass(frozen=True)
class Rules:
    """How the operator goes about it; the variants leave one rule out."""

    limit: int = 1
    """Requests a day."""
    post: Post = post
    compare_and_swap: bool = True
    hold_first: bool = True
    """Whether a request is assigned only after its hold is stored."""
    fenced: bool = True
    """Whether leaders have terms."""
    days_only_grow: bool = True
    keeps_holds: bool = True
    """Whether a hold stays while its request is live, whatever the leader means to do with it."""


def now_of(day: int) -> datetime:
    return MIDNIGHT + timedelta(days=day, hours=12)


@cache
def posted(
    rules: Rules, kept: Kept, asked: tuple[str, ...], due: tuple[tuple[str, bool], ...], day: int, term: int
) -> Posted | None:
    """The pure function on the model's values; None when it refuses a leader that was deposed."""
    asks = [Ask(uid, "acme", uid, ONE) for uid in asked]
    charges = {uid: ONE if worked else NOTHING for uid, worked in due}
    window = window_at(now_of(day), ZoneInfo("UTC"), kept.ledger.window_start if rules.days_only_grow else None)
    quota = Quota(requests_per_day=rules.limit)
    try:
        return rules.post(kept.ledger, asks, charges, quota, window, now_of(day), term if rules.fenced else 0)
    except Superseded:
        return None


def write_of(rules: Rules, state: State, sees: tuple[Request, ...], term: int) -> Write | None:
    """What a leader makes of the stored ledger and of the requests as it sees them; None for no change."""
    seen = dict(zip(UIDS, sees, strict=False))
    due = tuple((hold.uid, seen[hold.uid].worked) for hold in state.ledger.holds if seen[hold.uid].phase not in LIVE)
    asked = tuple(uid for uid in seen if seen[uid].phase == WAITING)
    if not rules.keeps_holds:
        unused = [hold.uid for hold in state.ledger.holds if seen[hold.uid].phase == WAITING]
        due, asked = (*due, *((uid, False) for uid in unused)), tuple(uid for uid in asked if uid not in unused)
    result = posted(rules, state.kept, asked, due, state.day, term)
    if result is None or result.ledger == state.ledger:
        return None
    charged = tuple(uid for uid, worked in due if worked)
    held = tuple(uid for uid, answer in result.answers.items() if isinstance(answer, Held))
    return Write(term, "", True, Kept.of(result.ledger), charged, held)


def steps(rules: Rules, state: State) -> Iterator[tuple[str, State]]:
    """Everything that may happen next."""
    yield from _of_requests(rules, state)
    yield from _of_leader(rules, state)
    for write in state.writes:
        yield from _of_write(rules, state, write)
    if state.day == 0:
        yield "the day is over", replace(state, day=1)
    elif state.ledger.window_start == MIDNIGHT + timedelta(days=1):
        yield "the clock steps back", replace(state, day=0)
    if state.deposed_sees is None:
        yield "another leads", replace(state, term=state.term + 1, deposed_sees=state.requests)


def _of_requests(rules: Rules, state: State) -> Iterator[tuple[str, State]]:
    for at, (uid, request) in enumerate(zip(UIDS, state.requests, strict=False)):
        for before, after in ((ASSIGNED, CLAIMED), (CLAIMED, SUCCEEDED), (CLAIMED, FAILED)):
            if request.phase == before:
                yield f"{uid} {after}", _changed(state, at, after)
        if request.phase in LIVE:
            yield f"{uid} {CANCELLED}", _changed(state, at, CANCELLED)
        if request.phase != GONE:
            yield f"{uid} deleted", _changed(state, at, GONE)


def _changed(state: State, at: int, phase: str) -> State:
    requests = list(state.requests)
    requests[at] = requests[at].to(phase)
    writes = tuple(replace(w, fresh=False) if w.uid == UIDS[at] else w for w in state.writes)
    return replace(state, requests=tuple(requests), writes=writes)


def _of_leader(rules: Rules, state: State) -> Iterator[tuple[str, State]]:
    mine = [write for write in state.writes if write.by == state.term]
    if not mine and (write := write_of(rules, state, state.requests, state.term)) is not None:
        yield "a ledger is sent", replace(state, writes=(*state.writes, write))
    for uid, request in zip(UIDS, state.requests, strict=False):
        if request.phase == WAITING and not mine and (not rules.hold_first or _is_held(state, uid)):
            yield f"{uid}'s assignment is sent", replace(state, writes=(*state.writes, Write(state.term, uid)))


def _is_held(state: State, uid: str) -> bool:
    return any(hold.uid == uid and hold.window_start == state.ledger.window_start for hold in state.ledger.holds)


def _of_write(rules: Rules, state: State, write: Write) -> Iterator[tuple[str, State]]:
    rest = replace(state, writes=tuple(w for w in state.writes if w != write))
    yield "a write is lost", rest
    if write.uid:
        if write.fresh:
            yield f"{write.uid}'s assignment arrives", _changed(rest, UIDS.index(write.uid), ASSIGNED)
        return
    if write.fresh or not rules.compare_and_swap:
        yield "a ledger arrives", _deposed_goes_on(_stored(rest, write), write)
    elif write.by != state.term and state.deposed_sees is not None:
        again = write_of(rules, state, state.deposed_sees, write.by)
        if again is not None:
            yield "the deposed leader reads again", replace(rest, writes=(*rest.writes, again))


def _stored(state: State, write: Write) -> State:
    fresh = tuple(w if w.uid else replace(w, fresh=False) for w in state.writes)
    day = write.kept.ledger.window_start
    assert day is not None
    counted = {hold.uid: hold.window_start == day for hold in state.ledger.holds}
    charged = tuple((uid, day) for uid in write.charged if counted.get(uid, True))
    expired = tuple(uid for uid in write.charged if not counted.get(uid, True))
    return replace(
        state,
        kept=write.kept,
        writes=fresh,
        charged=(*state.charged, *charged),
        expired=(*state.expired, *expired),
        went_back=state.ledger.window_start is not None and day < state.ledger.window_start,
    )


def _deposed_goes_on(state: State, write: Write) -> State:
    """Its answer reaches the deposed leader, which assigns what it got a hold for, as it saw it last."""
    if write.by == state.term or state.deposed_sees is None or not write.held:
        return state
    at = UIDS.index(uid := write.held[0])
    if state.deposed_sees[at].phase != WAITING:
        return state
    return replace(state, writes=(*state.writes, Write(write.by, uid, state.deposed_sees[at] == state.requests[at])))


def broken(rules: Rules, state: State) -> str:
    """What is wrong with a state; empty when nothing is."""
    if len({uid for uid, _ in state.charged}) < len(state.charged):
        return "charged twice"
    if state.ledger.used.requests != sum(day == state.ledger.window_start for _, day in state.charged):
        return "the sum is not what was charged"
    if state.went_back:
        return "a day was opened again"
    if max(Counter(day for _, day in state.charged).values(), default=0) > rules.limit:
        return "more charged than the limit"
    held = {hold.uid for hold in state.ledger.holds}
    for uid, request in zip(UIDS, state.requests, strict=False):
        if request.phase in RUNS and uid not in held:
            return "runs without a hold"
    now = [hold for hold in state.ledger.holds if hold.window_start == state.ledger.window_start]
    if sum(map(of_hold, now), state.ledger.used).requests > rules.limit:
        return "more than the limit"
    return _in_the_end(rules, state)


def _in_the_end(rules: Rules, state: State) -> str:
    """What is wrong when a next leader has gone through everything, and all writes under way were lost."""
    end = replace(state, term=state.term + 1, writes=())
    for _ in range(3):
        write = write_of(
            rules, end, tuple(r if r.phase != WAITING else r.to(CANCELLED) for r in end.requests), end.term
        )
        end = _stored(end, write) if write is not None else end
    held = {hold.uid for hold in end.ledger.holds}
    for uid, request in zip(UIDS, end.requests, strict=False):
        if request.phase not in RUNS and uid in held:
            return "held for ever"
        charged = any(uid == one for one, _ in end.charged)
        if request.worked and not charged and uid not in end.expired:
            return "not charged"
        if not request.worked and charged:
            return "charged for nothing"
    return ""


def explore(rules: Rules, depth: int, requests: int = 2) -> tuple[int, list[str]]:
    """How many states there are within so many steps, and the shortest way to one that is wrong (none: empty)."""
    start = State(requests=tuple(Request() for _ in range(requests)))
    came: dict[State, tuple[State, str] | None] = {start: None}
    edge = [start]
    for _ in range(depth):
        following = []
        for state in edge:
            for what, after in steps(rules, state):
                if after in came:
                    continue
                came[after] = (state, what)
                if problem := broken(rules, after):
                    return len(came), [*_way(came, after), problem]
                following.append(after)
        edge = following
    return len(came), []


def _way(came: dict[State, tuple[State, str] | None], state: State) -> list[str]:
    way = []
    while (step := came[state]) is not None:
        state, what = step
        way.append(what)
    return way[::-1]
