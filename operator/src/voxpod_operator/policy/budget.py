"""Whether an amount fits into a day's limits: one arithmetic for requests, characters and seconds of audio. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from voxpod_crds.tenant import Hold, Quota, Usage
from voxpod_operator.policy.quota_window import Window

SECONDS = "seconds of audio"

LARGEST_SHARE = 0.5
"""Of a day's characters or audio that one request may take, so that no single one can use up a day."""


@dataclass(frozen=True, slots=True)
class Totals:
    """How much of each thing that has a daily limit."""

    requests: int = 0
    characters: int = 0
    audio_seconds: float = 0.0

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(
            self.requests + other.requests,
            self.characters + other.characters,
            round(self.audio_seconds + other.audio_seconds, 3),
        )


NOTHING = Totals()


@dataclass(frozen=True, slots=True)
class Line:
    """One daily limit, and what counts against it."""

    what: str
    limit: int
    used: float
    held: float
    asked: float
    shared: bool
    """Whether one request may take a part of it only."""

    @property
    def amount(self) -> str:
        """What is asked for, as a person reads it: seconds are an estimate."""
        return f"about {self.asked:,.1f}" if self.what == SECONDS else f"{self.asked:,}"

    @property
    def too_much_today(self) -> bool:
        """Whether what is charged already leaves too little, whatever becomes of the holds."""
        return self.used + self.asked > self.limit

    @property
    def too_much_now(self) -> bool:
        """Whether it does not fit beside what others may still use."""
        return self.used + self.held + self.asked > self.limit

    @property
    def too_much_for_one(self) -> bool:
        """Whether it is more than one request may take, of any day."""
        return self.shared and self.asked > LARGEST_SHARE * self.limit


def lines(quota: Quota, used: Totals, held: Totals, asked: Totals) -> Iterator[Line]:
    """The daily limits that are set."""
    per_day = {
        "requests": (quota.requests_per_day, used.requests, held.requests, asked.requests),
        "characters": (quota.characters_per_day, used.characters, held.characters, asked.characters),
        SECONDS: (quota.audio_seconds_per_day, used.audio_seconds, held.audio_seconds, asked.audio_seconds),
    }
    for what, (limit, of_used, of_held, of_asked) in per_day.items():
        if limit is not None:
            yield Line(what, limit, of_used, of_held, of_asked, shared=what != "requests")


def of_hold(hold: Hold) -> Totals:
    """What a hold counts for."""
    return Totals(1, hold.characters, hold.audio_seconds)


def used_in(usage: Usage | None, window: Window) -> Totals:
    """What was charged in a window, by a stored usage that may be of an earlier one."""
    if usage is None or usage.window_start is None or usage.window_start < window.start:
        return NOTHING
    return Totals(usage.requests, usage.characters, usage.audio_seconds)


def told(line: Line, window: Window) -> str:
    """A limit that does not have enough, for the request's user."""
    return (
        f"{line.used:,} of {line.limit:,} {line.what} of this day are used, and the request asks for {line.amount};"
        f" the next day begins at {window.reset}"
    )
