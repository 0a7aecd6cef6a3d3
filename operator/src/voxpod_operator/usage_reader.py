"""Read the usage archive back: for the daily summaries and for `voxpod-usage`."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import islice

from voxpod_operator.policy import usage_files
from voxpod_operator.policy.usage_report import Json, Usage, add_up, events_in, total
from voxpod_operator.storage.object_store import ObjectStore, StoredObject

Days = dict[str, list[StoredObject]]
"""Objects that hold records, by UTC day such as `2026-11-28`."""

READ_AT_A_TIME = 8
"""As many as the store has threads."""


def by_day(objects: Iterable[StoredObject]) -> Days:
    """Those of some objects that hold records."""
    days: defaultdict[str, list[StoredObject]] = defaultdict(list)
    for one in objects:
        if (last_end := usage_files.last_end_in(one.key)) is not None:
            days[last_end.date().isoformat()].append(one)
    return dict(days)


async def usage_by_day(store: ObjectStore, tenant: str, days: Days) -> AsyncIterator[Usage]:
    """A row for each of these days. Raises StoreError, UnreadableArchive."""
    seen: set[str] = set()
    for day, objects in sorted(days.items()):
        rows = [add_up(tenant, day, events, seen) async for events in events_of(store, objects)]
        yield total(tenant, day, rows)


async def events_of(store: ObjectStore, objects: Iterable[StoredObject]) -> AsyncIterator[list[Json]]:
    """The events of each object: never a day at once, of which a busy tenant has 100,000. Raises StoreError, UnreadableArchive."""
    for some in _in_parts(objects):
        contents = await asyncio.gather(*(store.read(one.key) for one in some))
        for one, content in zip(some, contents, strict=True):
            yield list(events_in(one.key, content))


def _in_parts(objects: Iterable[StoredObject]) -> Iterator[list[StoredObject]]:
    left = iter(objects)
    while part := list(islice(left, READ_AT_A_TIME)):
        yield part
