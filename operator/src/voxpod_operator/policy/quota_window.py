"""The day that a daily limit counts in: from midnight to midnight where the tenant lives. Pure.

A day has 23 or 25 hours when clocks change, and begins at 1:00 where the hour after midnight is skipped.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

DEFAULT_ZONE = "UTC"


@dataclass(frozen=True, slots=True)
class Window:
    """A day, `start` included and `end` not; both in UTC."""

    start: datetime
    end: datetime
    zone: ZoneInfo

    @property
    def reset(self) -> str:
        """When the next one begins, as a person there writes it."""
        return f"{self.end.astimezone(self.zone).isoformat(timespec='seconds')} ({self.zone.key})"


def zone_named(name: str | None) -> ZoneInfo | None:
    """The time zone of that name, UTC without one; None when there is none."""
    try:
        return ZoneInfo(name or DEFAULT_ZONE)
    except (KeyError, ValueError, OSError):  # not there; not a name; a folder, such as Europe
        return None


def window_at(now: datetime, zone: ZoneInfo, known_start: datetime | None = None) -> Window:
    """The day of `now`; with a start that is known already, never an earlier one: a clock that is set back reopens no day."""
    moment = max(now, known_start) if known_start is not None else now
    today = moment.astimezone(zone).date()
    start = _midnight(today, zone)
    return Window(max(start, known_start or start), _midnight(today + timedelta(days=1), zone), zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a day. Of a midnight that is skipped, that is what the offset before it makes of it (PEP 495)."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
