"""Kubernetes Events before they are written: what each says, about which object, and how often it was seen."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from voxpod_operator.cluster.kinds import Kind

Identity = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Notice:
    """What an Event says. Two of one reason and occasion about the same object are one Event that repeats."""

    type: Literal["Normal", "Warning"]
    reason: str
    action: str
    """What was done or tried, as one word."""
    note: str
    occasion: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """The object that an Event is about."""

    kind: Kind
    namespace: str
    """Empty for one of the cluster."""
    name: str
    uid: str


@dataclass(slots=True)
class Draft:
    """An Event: how often it was seen, and whether the API server has it."""

    about: About
    notice: Notice
    first: datetime
    last: datetime
    seen_at: float
    """Monotonic time of `last`."""
    count: int = 1
    stored: bool = False
    tries: int = 0

    @property
    def identity(self) -> Identity:
        """What two notices have in common that are one Event."""
        return self.about.uid, self.notice.reason, self.notice.occasion
