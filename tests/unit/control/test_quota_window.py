"""The day of a quota: midnight to midnight in any time zone there is, clocks that change and all."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxpod_operator.policy.quota_window import window_at, zone_named

ZONES = sorted(available_timezones() - {"localtime", "posixrules", "Factory"})


def hours(zone: str, when: str) -> tuple[float, str]:
    window = window_at(datetime.fromisoformat(when), ZoneInfo(zone))
    return (window.end - window.start) / timedelta(hours=1), window.reset


@pytest.mark.parametrize(
    ("zone", "when", "length", "reset"),
    [
        ("UTC", "2026-11-28T15:00:00Z", 24, "2026-11-29T00:00:00+00:00 (UTC)"),
        ("Asia/Taipei", "2026-11-28T15:59:59Z", 24, "2026-11-29T00:00:00+08:00 (Asia/Taipei)"),
        ("Europe/Berlin", "2026-03-29T10:00:00Z", 23, "2026-03-30T00:00:00+02:00 (Europe/Berlin)"),
        ("Europe/Berlin", "2026-10-25T10:00:00Z", 25, "2026-10-26T00:00:00+01:00 (Europe/Berlin)"),
        ("Asia/Kathmandu", "2026-11-28T18:14:59Z", 24, "2026-11-29T00:00:00+05:45 (Asia/Kathmandu)"),
        # the hour after midnight is skipped: the day begins at one
        ("America/Santiago", "2026-09-06T12:00:00Z", 23, "2026-09-07T00:00:00-03:00 (America/Santiago)"),
        # a day that never was
        ("Pacific/Apia", "2011-12-30T09:00:00Z", 24, "2011-12-31T00:00:00+14:00 (Pacific/Apia)"),
    ],
)
def test_a_day_has_the_hours_that_it_has_there(zone: str, when: str, length: float, reset: str) -> None:
    assert hours(zone, when) == (length, reset)


@given(zone=st.sampled_from(ZONES), at=st.datetimes(datetime(1990, 1, 1), datetime(2037, 12, 1)))
def test_every_instant_is_in_one_day_and_days_follow_one_another(zone: str, at: datetime) -> None:
    now, where = at.replace(tzinfo=UTC), ZoneInfo(zone)
    window = window_at(now, where)
    assert window.start <= now < window.end
    assert window_at(window.end, where).start == window.end
    assert window_at(window.start - timedelta(seconds=1), where).end == window.start


def test_a_clock_that_is_set_back_stays_in_the_day_that_is_known() -> None:
    today = window_at(datetime(2026, 11, 28, 1, tzinfo=UTC), ZoneInfo("UTC"))
    assert window_at(datetime(2026, 11, 27, 23, tzinfo=UTC), ZoneInfo("UTC"), today.start) == today


@pytest.mark.parametrize("name", ["Mars/Olympus", "Europe", "../UTC", "/etc/passwd", "utc\x00", "Asia/Taipei/x"])
def test_what_is_no_time_zone_is_none(name: str) -> None:
    assert zone_named(name) is None
