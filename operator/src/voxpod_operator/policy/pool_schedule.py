"""How many sandboxes wait at least at a certain time of day. Pure."""

from datetime import datetime, timedelta

from voxpod_crds.speech_model import ScheduledFloor, WarmPool
from voxpod_operator.policy.quota_window import zone_named


def floor_at(pool: WarmPool, now: datetime) -> int:
    """minIdle, or the greatest of the schedule's that holds at `now`."""
    return max([pool.min_idle, *(one.min_idle for one in pool.schedule if _holds(one, now))])


def zone_unknown(pool: WarmPool) -> str | None:
    """Where a time zone is named that does not exist, and which; None where all do."""
    named = enumerate(one.time_zone for one in pool.schedule)
    unknown = ((number, zone) for number, zone in named if zone_named(zone) is None)
    return next(
        (f"spec.warmPool.schedule[{number}].timeZone: there is no time zone {zone}" for number, zone in unknown), None
    )


def _holds(one: ScheduledFloor, now: datetime) -> bool:
    """By the clock on the wall there: when clocks go forward, what begins in the hour that is skipped begins after it."""
    there = now.astimezone(zone_named(one.time_zone))
    time = f"{there:%H:%M}"
    if one.start < one.end:
        return one.start <= time < one.end and _begins_on(one, there)
    yesterday = there - timedelta(days=1)
    return (time >= one.start and _begins_on(one, there)) or (time < one.end and _begins_on(one, yesterday))


def _begins_on(one: ScheduledFloor, day: datetime) -> bool:
    return not one.days or DAYS[day.weekday()] in one.days


DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
