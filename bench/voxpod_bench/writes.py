"""API writes per request, by who wrote. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from voxpod_bench.audit import OPERATOR_AGENT, Sort, Write

FIRST = ("client", OPERATOR_AGENT)
"""Ours first; the others by how much they write."""


@dataclass(slots=True)
class Tally:
    """What one writer wrote."""

    sorts: Counter[Sort] = field(default_factory=Counter)
    stored: Counter[str] = field(default_factory=Counter)
    """Of the stored ones, by `verb resource`."""
    refused: int = 0


def concerning(writes: Iterable[Write], since: float, until: float, strangers: Sequence[str]) -> list[Write]:
    """The writes in a span of time, but those about objects with one of these words in their name.

    A writer is counted with all it did meanwhile: what it does at intervals, such as Leases, is in it.
    """
    return [
        write
        for write in writes
        if since <= write.received <= until and not any(word in write.name for word in strangers)
    ]


def tallies(writes: Iterable[Write]) -> list[tuple[str, Tally]]:
    """A tally for each writer."""
    found: defaultdict[str, Tally] = defaultdict(Tally)
    for write in writes:
        tally = found[write.writer]
        if write.refused:
            tally.refused += 1
            continue
        tally.sorts[write.sort] += 1
        if write.sort == "stored":
            tally.stored[f"{write.verb} {write.resource}"] += 1
    return sorted(
        found.items(),
        key=lambda item: (
            item[0] not in FIRST,
            FIRST.index(item[0]) if item[0] in FIRST else 0,
            -item[1].sorts.total(),
        ),
    )
