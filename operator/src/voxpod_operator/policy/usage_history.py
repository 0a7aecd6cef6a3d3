"""What a tenant used day by day, kept up from the archive: a day is added up anew when it has more objects than it was made of. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from voxpod_crds.usage_history import HISTORY_DAYS, UsageHistory, UsedOnDay
from voxpod_operator.policy.usage_report import Json

AMOUNTS = ("requests", "characters", "audioSeconds")


class DaySums:
    """One UTC day, by namespace and model."""

    def __init__(self, day: date) -> None:
        self._day = day
        self._seen: set[str] = set()
        self._sums: dict[tuple[str, str], list[float]] = {}

    def take(self, events: Iterable[Json]) -> None:
        """Add some events; one that was taken before counts no more."""
        for event in events:
            if event["id"] in self._seen:
                continue
            self._seen.add(event["id"])
            data = event["data"]
            place = self._sums.setdefault((data.get("namespace") or "", data.get("model") or ""), [0, 0, 0])
            for at, amount in enumerate(AMOUNTS):
                place[at] += data.get(amount, 0)

    def rows(self) -> list[UsedOnDay]:
        """What they add up to; what cost nothing is left out."""
        return [
            UsedOnDay(
                day=self._day,
                namespace=namespace,
                model=model,
                requests=int(requests),
                characters=int(characters),
                audio_seconds=round(seconds, 3),
            )
            for (namespace, model), (requests, characters, seconds) in sorted(self._sums.items())
            if requests or characters or seconds
        ]


def first_day(history: UsageHistory | None, today: date, days_back: int) -> date:
    """The day from which the archive is looked at: all that is kept, without a history; else no later than the last day in it."""
    if history is None or history.through is None:
        return oldest(today)
    return min(today - timedelta(days=days_back), history.through)


def due(history: UsageHistory, objects: Mapping[date, int]) -> set[date]:
    """Days that have other objects than they were added up from."""
    return {day for day, number in objects.items() if history.objects.get(day) != number}


def renewed(
    history: UsageHistory, objects: Mapping[date, int], used: Mapping[date, list[UsedOnDay]], today: date
) -> UsageHistory:
    """The history with these days in place of what it had of them, and without what is too old."""
    rows = [*(one for one in history.used if one.day not in used), *(one for day in used.values() for one in day)]
    counts = {**history.objects, **{day: objects[day] for day in used}}
    return UsageHistory(
        through=today - timedelta(days=1),
        objects={day: number for day, number in sorted(counts.items()) if day >= oldest(today)},
        used=sorted(
            (one for one in rows if one.day >= oldest(today)), key=lambda one: (one.day, one.namespace, one.model)
        ),
    )


def oldest(today: date) -> date:
    """The first day that is kept."""
    return today - timedelta(days=HISTORY_DAYS)
