"""Where the usage archive lies in the bucket, and which records go into one object. Pure.

`_usage/<tenant>/<UTC day>/<time of its last end>-<hash of the content>.jsonl`: whoever archives the same records makes the same
object. No audio can lie there: a tenant's name begins with a letter or digit.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby

from voxpod_operator.policy.usage_record import UsageRecord

PREFIX = "_usage/"

MOST_RECORDS = 500
"""Of one object; some 350 kB, texts not counted."""

MEDIA_TYPE = "application/jsonl"

_OBJECT = re.compile(PREFIX + r"(?P<tenant>[^/]+)/(?P<day>\d{4}-\d\d-\d\d)/(?P<time>\d{6})-[0-9a-f]{16}\.jsonl")


@dataclass(frozen=True, slots=True)
class UsageFile:
    """One object of the archive."""

    key: str
    records: tuple[UsageRecord, ...]

    @property
    def content(self) -> bytes:
        """JSON Lines."""
        return "".join(f"{record.line}\n" for record in self.records).encode()


def files_of(tenant: str, records: Iterable[UsageRecord]) -> list[UsageFile]:
    """Records of one tenant as the objects to write, in this order: when one is written, so is all that ended before it."""
    in_order = sorted(records, key=lambda record: (record.ended_at, record.uid))
    days = groupby(in_order, key=lambda record: record.ended_at.astimezone(UTC).date())
    return [
        _file(tenant, day, part)
        for day, of_day in days
        for left in [tuple(of_day)]
        for part in (left[start : start + MOST_RECORDS] for start in range(0, len(left), MOST_RECORDS))
    ]


def folder(tenant: str, day: date | None = None) -> str:
    """Prefix of a tenant's objects, or of those of one day."""
    return f"{PREFIX}{tenant}/{day.isoformat()}/" if day else f"{PREFIX}{tenant}/"


def summary(tenant: str, day: str) -> str:
    """Key of the CSV that a day of a tenant adds up to."""
    return f"{PREFIX}{tenant}/{day}.csv"


def history(tenant: str) -> str:
    """Key of what all days of a tenant add up to. It sorts behind every day."""
    return f"{PREFIX}{tenant}/history.json"


def last_end_in(key: str) -> datetime | None:
    """When the last request in an object ended, to the second, by the object's name; None of an object of another kind."""
    found = _OBJECT.fullmatch(key)
    return datetime.strptime(f"{found['day']} {found['time']} +0000", "%Y-%m-%d %H%M%S %z") if found else None


def _file(tenant: str, day: date, records: tuple[UsageRecord, ...]) -> UsageFile:
    last = records[-1].ended_at.astimezone(UTC)
    digest = hashlib.sha256("\n".join(record.line for record in records).encode()).hexdigest()[:16]
    return UsageFile(f"{folder(tenant, day)}{last:%H%M%S}-{digest}.jsonl", records)
