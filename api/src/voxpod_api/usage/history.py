"""Earlier days of a tenant, as OpenAI's usage API pages through them: one bucket for each UTC day. Pure; `now` is an argument."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from voxpod_api.errors import ApiError
from voxpod_api.usage.documents import bucket, result, today_bucket
from voxpod_crds.tenant import Tenant
from voxpod_crds.usage_history import HISTORY_DAYS, UsageHistory, UsedOnDay

GroupBy = Literal["model", "project_id"]

PAGE_PREFIX = "from-"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which days, of what, and how they are told apart."""

    first: date
    last: date
    """Included."""
    days: int
    """Buckets of one page."""
    group_by: frozenset[GroupBy] = frozenset()
    models: frozenset[str] = frozenset()
    """Empty: all."""
    namespaces: frozenset[str] = frozenset()
    """Empty: all."""

    @property
    def whole(self) -> bool:
        """Whether all that a tenant used is asked for, as one sum: all that is known of the present day."""
        return not (self.group_by or self.models or self.namespaces)


def asked(start: int, end: int | None, page: str, now: datetime, **of_what: Any) -> Asked:
    """What a query means; days that are kept no more, or have not come, are left out. Raises ApiError."""
    today = now.astimezone(UTC).date()
    first, last = _day(start, "start_time"), today if end is None else _day(max(0, end - 1), "end_time")
    if end is not None and end <= start:
        raise ApiError(400, "invalid_value", "end_time: has to be later than start_time", param="end_time")
    if page:
        first = max(first, _from_page(page))
    oldest, tomorrow = today - timedelta(days=HISTORY_DAYS), today + timedelta(days=1)
    return Asked(min(max(first, oldest), tomorrow), min(last, today), **of_what)


def history_document(wanted: Asked, tenant: Tenant, history: UsageHistory, now: datetime) -> dict[str, Any]:
    """A page of buckets. A day of which nothing can be said yet has none; one on which nothing was used has an empty one."""
    today = now.astimezone(UTC).date()
    beyond = wanted.first + timedelta(days=wanted.days)
    buckets = [
        _bucket(day, wanted, history.used)
        for day in _days(wanted.first, min(beyond, wanted.last + timedelta(days=1), today))
        if history.through is not None and day <= history.through
    ]
    if wanted.first <= today < beyond and today <= wanted.last and wanted.whole:
        buckets += [one for one in today_bucket(tenant, now) if one["start_time"] == _epoch(today)]
    more = beyond <= wanted.last
    return {
        "object": "page",
        "data": buckets,
        "has_more": more,
        "next_page": f"{PAGE_PREFIX}{beyond.isoformat()}" if more else None,
    }


def _bucket(day: date, wanted: Asked, used: Iterable[UsedOnDay]) -> dict[str, Any]:
    sums: dict[tuple[str | None, str | None], list[float]] = {}
    for one in used:
        if one.day != day or (wanted.models and one.model not in wanted.models):
            continue
        if wanted.namespaces and one.namespace not in wanted.namespaces:
            continue
        place = sums.setdefault(
            (
                one.namespace if "project_id" in wanted.group_by else None,
                one.model if "model" in wanted.group_by else None,
            ),
            [0, 0, 0],
        )
        for at, amount in enumerate((one.requests, one.characters, one.audio_seconds)):
            place[at] += amount
    results = [
        result(int(requests), int(characters), seconds, project=namespace, model=model)
        for (namespace, model), (requests, characters, seconds) in sums.items()
    ]
    return bucket(_epoch(day), _epoch(day + timedelta(days=1)), results)


def _days(first: date, end: date) -> Iterable[date]:
    return (first + timedelta(days=n) for n in range((end - first).days))


def _day(seconds: int, param: str) -> date:
    try:
        return datetime.fromtimestamp(seconds, UTC).date()
    except (ValueError, OverflowError, OSError):
        raise ApiError(400, "invalid_value", f"{param}: not a time in seconds since 1970", param=param) from None


def _from_page(page: str) -> date:
    try:
        if not page.startswith(PAGE_PREFIX):
            raise ValueError
        return date.fromisoformat(page.removeprefix(PAGE_PREFIX))
    except ValueError:
        raise ApiError(400, "invalid_value", "page: not a next_page of ours", param="page") from None


def _epoch(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
