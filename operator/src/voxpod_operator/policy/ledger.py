"""A tenant's ledger: what requests may use (holds), and what they were charged. Pure; Tenant.status is where it is kept.

`post` is the only way in which it changes, and its result is stored by compare-and-swap on the Tenant's resourceVersion. So:

- A request starts only after its hold is stored, and a hold is stored only if it fits: used + holds + amount <= limit.
- A hold goes, and the charge comes, in one write. Who finds no hold charges nothing: nothing is charged twice, however often
  an end is seen.
- A hold ends with its request only. So long as the request may run, by whomever's late write, it counts.
- A leader that was deposed may still write late. What it makes of the ledger as it knows it meets a conflict; when it reads
  again it finds a later term than its own, and stops (`Superseded`).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from voxpod_crds.conditions import Reason
from voxpod_crds.tenant import MAX_HOLDS, AdmittedInSecond, Hold, Quota, TenantStatus, Usage
from voxpod_operator.policy.budget import NOTHING, Line, Totals, lines, of_hold
from voxpod_operator.policy.quota_window import Window

MINUTE = timedelta(seconds=61)
"""Seconds are counted whole: what was admitted at the end of one is a minute old when it began 61 s ago."""


class Superseded(Exception):
    """A later leader wrote the ledger: this process must leave it alone."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """What is stored of a tenant's use."""

    window_start: datetime | None = None
    used: Totals = NOTHING
    holds: tuple[Hold, ...] = ()
    last_minute: tuple[AdmittedInSecond, ...] = ()
    term: int = 0


@dataclass(frozen=True, slots=True)
class Ask:
    """A request that has a slot and asks for its hold."""

    uid: str
    namespace: str
    name: str
    amount: Totals


@dataclass(frozen=True, slots=True)
class Held:
    """The hold is in the ledger: the request may start once that is stored."""


@dataclass(frozen=True, slots=True)
class NotNow:
    """No hold at present; resolves without the user."""

    reason: Reason
    message: str
    until: datetime | None = None
    """When to ask again at the latest; None: when something was charged."""


@dataclass(frozen=True, slots=True)
class NotToday:
    """No hold in this window: admission rejects the request."""


Answer = Held | NotNow | NotToday


@dataclass(frozen=True, slots=True)
class Posted:
    """The ledger as it is to be stored, and what each ask gets once it is."""

    ledger: Ledger
    answers: dict[str, Answer]


def ledger_of(status: TenantStatus) -> Ledger:
    """The ledger in a Tenant's status."""
    usage = status.usage or Usage()
    used = Totals(usage.requests, usage.characters, usage.audio_seconds)
    return Ledger(usage.window_start, used, tuple(status.holds), tuple(status.last_minute), status.term or 0)


def stored(ledger: Ledger, status: TenantStatus) -> TenantStatus:
    """A Tenant's status with the ledger in it."""
    used = ledger.used
    usage = Usage(
        window_start=ledger.window_start,
        requests=used.requests,
        characters=used.characters,
        audio_seconds=used.audio_seconds,
    )
    return status.model_copy(
        update={
            "usage": usage,
            "holds": list(ledger.holds),
            "last_minute": list(ledger.last_minute),
            "term": ledger.term or None,
        }
    )


def post(
    before: Ledger,
    asks: Sequence[Ask],
    charges: Mapping[str, Totals],
    quota: Quota,
    window: Window,
    now: datetime,
    term: int,
) -> Posted:
    """Settle the holds of requests that have ended, then give holds to those that ask, in their order.

    `charges`: by UID, what each ended request is charged. After the first one that must wait all others wait: who asks for
    little does not pass who asks for much. Raises Superseded.
    """
    if before.term > term:
        raise Superseded
    ledger = _settled(_rolled(before, window, now), charges)
    holds, held = {hold.uid: hold for hold in ledger.holds}, outstanding(ledger)
    answers: dict[str, Answer] = {}
    stopped: NotNow | None = None
    for ask in asks:
        if (known := holds.get(ask.uid)) is not None and known.window_start == ledger.window_start:
            answers[ask.uid] = Held()
            continue
        full = len(holds.keys() - {ask.uid}) >= MAX_HOLDS
        answer = stopped or _objection(ledger, held, ask, quota, full) or Held()
        if isinstance(answer, Held):
            # one of an earlier window goes: it never counted in this one
            holds[ask.uid], held = _hold(ledger, ask, now), held + ask.amount
            ledger = _counted(ledger, quota, now)
        elif isinstance(answer, NotNow):
            stopped = answer
        answers[ask.uid] = answer
    ledger = replace(ledger, holds=tuple(holds.values()))
    # that a second is over is no news
    changed = replace(ledger, term=before.term, last_minute=before.last_minute) != before
    return Posted(replace(ledger, term=term) if changed else before, answers)


def held_now(ledger: Ledger, uid: str) -> bool:
    """Whether a request has a hold that counts in the present window."""
    return any(hold.uid == uid and hold.window_start == ledger.window_start for hold in ledger.holds)


def outstanding(ledger: Ledger) -> Totals:
    """What the holds of the present window may still use."""
    return sum((of_hold(hold) for hold in ledger.holds if hold.window_start == ledger.window_start), NOTHING)


def _rolled(ledger: Ledger, window: Window, now: datetime) -> Ledger:
    """In the window of now: what was charged in an earlier one is over. So are seconds that are more than a minute old."""
    second = now.replace(microsecond=0)
    # after a clock was set back: what was admitted in a future counts on, for two minutes at most
    seconds = [(min(one.at, second + MINUTE), one.requests) for one in ledger.last_minute if one.at > second - MINUTE]
    last_minute = _by_second(seconds)
    if ledger.window_start is not None and ledger.window_start >= window.start:
        return replace(ledger, last_minute=last_minute)
    return replace(ledger, window_start=window.start, used=NOTHING, last_minute=last_minute)


def _settled(ledger: Ledger, charges: Mapping[str, Totals]) -> Ledger:
    """Without the holds of what has ended; charged is what they count in the present window."""
    over = [hold for hold in ledger.holds if hold.uid in charges]
    due = (charges[hold.uid] for hold in over if hold.window_start == ledger.window_start)
    kept = tuple(hold for hold in ledger.holds if hold.uid not in charges)
    return replace(ledger, holds=kept, used=sum(due, ledger.used))


def _objection(ledger: Ledger, held: Totals, ask: Ask, quota: Quota, full: bool) -> NotNow | NotToday | None:
    """Why the request gets no hold."""
    limits = list(lines(quota, ledger.used, held, ask.amount))
    if any(line.too_much_today for line in limits):
        return NotToday()
    if (line := next((line for line in limits if line.too_much_now), None)) is not None:
        return NotNow(Reason.WAITING_FOR_QUOTA, _beside(line))
    if (per_minute := quota.requests_per_minute) is not None and _of_last_minute(ledger) >= per_minute:
        until = _minute_has_room(ledger, per_minute)
        said = f"{per_minute} of {per_minute} requests a minute were admitted; the next at {until.isoformat()}"
        return NotNow(Reason.WAITING_FOR_RATE, said, until)
    if full:
        said = f"{MAX_HOLDS:,} requests of the tenant are admitted and not charged yet"
        return NotNow(Reason.WAITING_FOR_CONCURRENCY, said)
    return None


def _beside(line: Line) -> str:
    return (
        f"{line.used:,} of {line.limit:,} {line.what} of this day are used, running requests may use {line.held:,} more,"
        f" and the request asks for {line.amount}"
    )


def _of_last_minute(ledger: Ledger) -> int:
    return sum(one.requests for one in ledger.last_minute)


def _minute_has_room(ledger: Ledger, per_minute: int) -> datetime:
    """When so many of the last minute's requests are older than a minute that one more may be admitted."""
    left = _of_last_minute(ledger)
    for one in ledger.last_minute:
        left -= one.requests
        if left < per_minute:
            break
    return one.at + MINUTE


def _hold(ledger: Ledger, ask: Ask, now: datetime) -> Hold:
    assert ledger.window_start is not None, "a ledger that was rolled has a window"
    return Hold(
        uid=ask.uid,
        namespace=ask.namespace,
        name=ask.name,
        characters=ask.amount.characters,
        audio_seconds=ask.amount.audio_seconds,
        window_start=ledger.window_start,
        since=now.replace(microsecond=0),
    )


def _counted(ledger: Ledger, quota: Quota, now: datetime) -> Ledger:
    """One more request of the last minute, where that is limited."""
    if quota.requests_per_minute is None:
        return ledger
    seconds = [(one.at, one.requests) for one in ledger.last_minute]
    return replace(ledger, last_minute=_by_second([*seconds, (now.replace(microsecond=0), 1)]))


def _by_second(admitted: Iterable[tuple[datetime, int]]) -> tuple[AdmittedInSecond, ...]:
    """Each second once, in order."""
    counts = Counter[datetime]()
    for at, requests in admitted:
        counts[at] += requests
    return tuple(AdmittedInSecond(at=at, requests=requests) for at, requests in sorted(counts.items()))
