"""What the usage archive adds up to: by tenant, day and phase. Pure; each request counts once, however often it is archived."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from typing import Any

from voxpod_crds.tts_request import Phase
from voxpod_operator.policy.usage_record import TYPE

Json = dict[str, Any]

PHASES = tuple(phase.value for phase in Phase if phase.terminal)


@dataclass
class Usage:
    """One row: what a tenant used on a day, or in a longer time."""

    tenant: str
    period: str
    """2026-11-28, or 2026-11."""
    ended: int = 0
    succeeded: int = 0
    failed: int = 0
    cancelled: int = 0
    rejected: int = 0
    requests: int = 0
    """Charged, as the two below are."""
    characters: int = 0
    audio_seconds: float = 0.0
    bytes: int = 0
    """Of the audio that was stored."""


AMOUNTS = {"requests": "requests", "characters": "characters", "audio_seconds": "audioSeconds", "bytes": "bytes"}
"""Of a row, and what they are called in an event."""

COLUMNS = tuple(field.name for field in fields(Usage))


class UnreadableArchive(ValueError):
    """An object of the archive holds what is no record."""


def events_in(key: str, content: bytes) -> Iterator[Json]:
    """The events of one object. Raises UnreadableArchive, which names object and line."""
    for number, line in enumerate(content.splitlines(), 1):
        try:
            event = json.loads(line)
            wanted = event["type"] == TYPE and isinstance(event["id"], str)
            sum(event["data"].get(amount, 0) for amount in AMOUNTS.values())
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UnreadableArchive(f"{key}, line {number}: no event ({type(error).__name__})") from error
        if wanted:
            yield event


def add_up(tenant: str, period: str, events: Iterable[Json], seen: set[str]) -> Usage:
    """The row of some events; `seen`: ids that count no more, which grows."""
    row = Usage(tenant, period)
    for event in events:
        if event["id"] in seen:
            continue
        seen.add(event["id"])
        data = event["data"]
        row.ended += 1
        if (phase := data.get("phase")) in PHASES:
            setattr(row, phase.lower(), getattr(row, phase.lower()) + 1)
        for name, amount in AMOUNTS.items():
            setattr(row, name, round(getattr(row, name) + data.get(amount, 0), 3))
    return row


def total(tenant: str, period: str, rows: Iterable[Usage]) -> Usage:
    """The sum of some rows."""
    whole = Usage(tenant, period)
    for row in rows:
        for name in COLUMNS[2:]:
            setattr(whole, name, round(getattr(whole, name) + getattr(row, name), 3))
    return whole


def as_csv(rows: Iterable[Usage]) -> str:
    """RFC 4180 with a header."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(asdict(row) for row in rows)
    return text.getvalue()


def as_json(rows: Iterable[Usage]) -> str:
    """A list of objects."""
    return json.dumps([asdict(row) for row in rows], indent=2) + "\n"


def as_table(rows: Iterable[Usage]) -> str:
    """For a terminal: columns of equal width, numbers to the right."""
    cells = [[name.upper().replace("_", " ") for name in COLUMNS]]
    cells += [[str(value) for value in asdict(row).values()] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = (
        "   ".join(
            text.ljust(w) if at < 2 else text.rjust(w) for at, (text, w) in enumerate(zip(line, widths, strict=True))
        )
        for line in cells
    )
    return "".join(f"{line.rstrip()}\n" for line in lines)
