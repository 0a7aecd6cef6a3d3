"""Read the usage archive back: for the daily summaries and for `voxpod-usage`."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable

from voxpod_operator.policy import usage_files
from voxpod_operator.policy.usage_report import Usage, add_up, events_in
from voxpod_operator.storage.object_store import ObjectStore, StoredObject

Days = dict[str, list[StoredObject]]
"""Objects that hold records, by UTC day such as `2026-11-28`."""


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
        contents = await asyncio.gather(*(store.read(one.key) for one in objects))
        read = zip(objects, contents, strict=True)
        yield add_up(tenant, day, (event for one, content in read for event in events_in(one.key, content)), seen)
