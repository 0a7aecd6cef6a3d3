"""spec.warmPool.schedule: more sandboxes wait at certain times, by the clock on the wall of their zone."""

from datetime import UTC, datetime

import pytest

from voxpod_crds.speech_model import ScheduledFloor, WarmPool
from voxpod_operator.policy.pool_schedule import floor_at, zone_unknown

OFFICE = {"days": ["Mon", "Fri"], "start": "08:00", "end": "18:00", "timeZone": "Europe/Berlin", "minIdle": 10}
NIGHT = {"days": ["Fri"], "start": "22:00", "end": "04:00", "minIdle": 5}
ALWAYS = {"start": "00:00", "end": "00:00", "minIdle": 3}


def pool(*schedule: object) -> WarmPool:
    return WarmPool(min_idle=1, schedule=[ScheduledFloor.model_validate(one) for one in schedule])


@pytest.mark.parametrize(
    ("moment", "floor"),
    [
        ("2026-11-27T06:59", 1),  # Friday, 7:59 in Berlin
        ("2026-11-27T07:00", 10),
        ("2026-11-27T16:59", 10),
        ("2026-11-27T17:00", 1),
        ("2026-11-26T12:00", 1),  # Thursday
        ("2026-07-03T06:00", 10),  # in summer 8:00 there is 6:00 UTC
        ("2026-11-27T22:00", 5),
        ("2026-11-28T03:59", 5),  # Saturday: the night that began on Friday
        ("2026-11-28T04:00", 1),
        ("2026-11-28T23:00", 1),
        ("2026-11-27T03:00", 1),  # the night before did not begin on a Friday
    ],
)
def test_a_window_holds_from_its_start_to_its_end(moment: str, floor: int) -> None:
    assert floor_at(pool(OFFICE, NIGHT), datetime.fromisoformat(moment).replace(tzinfo=UTC)) == floor


def test_one_that_ends_when_it_starts_holds_all_day() -> None:
    assert {floor_at(pool(ALWAYS), datetime(2026, 11, 28, hour, tzinfo=UTC)) for hour in range(24)} == {3}


def test_an_hour_that_is_skipped_delays_what_begins_in_it() -> None:
    skipped = {"start": "02:30", "end": "05:00", "timeZone": "Europe/Berlin", "minIdle": 7}
    # on 2026-03-29 the clocks there go from 2:00 to 3:00 at 1:00 UTC
    assert floor_at(pool(skipped), datetime(2026, 3, 29, 0, 59, tzinfo=UTC)) == 1
    assert floor_at(pool(skipped), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)) == 7


def test_a_zone_that_does_not_exist_is_named() -> None:
    assert zone_unknown(pool(OFFICE, NIGHT)) is None
    told = zone_unknown(pool(OFFICE, NIGHT | {"timeZone": "Europe/Atlantis"}))
    assert told == "spec.warmPool.schedule[1].timeZone: there is no time zone Europe/Atlantis"
