"""A summary of each day and tenant, as CSV beside the records: `_usage/<tenant>/<day>.csv`. The leader's work.

Written when the day is over, and again when records of it come late. It is made of nothing but the records, so that it may be
written twice, or be deleted.
"""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from voxpod_operator.context import Context
from voxpod_operator.errors import OperatorError
from voxpod_operator.policy import usage_files
from voxpod_operator.policy.archive_book import SLACK
from voxpod_operator.policy.usage_report import UnreadableArchive, as_csv
from voxpod_operator.storage.object_store import StoredObject
from voxpod_operator.usage_reader import by_day, usage_by_day

logger = logging.getLogger(__name__)

LOOK_SECONDS = 3600.0

WAIT_SECONDS = 10.0
"""Until a store that cannot be used is looked at again."""

DAYS_BACK = 7
"""Days that are looked at again for records that came late."""


async def keep_summarized(ctx: Context) -> None:
    """Look each hour until cancelled."""
    while True:
        if ctx.last_look.state.problem:
            await asyncio.sleep(WAIT_SECONDS)
            continue
        try:
            await summarize(ctx, ctx.now())
        except (OperatorError, UnreadableArchive) as error:
            logger.warning("daily summary of usage failed", extra={"error": str(error)})
        await asyncio.sleep(LOOK_SECONDS)


async def summarize(ctx: Context, now: datetime) -> None:
    """Write what is missing or older than a record of its day. Raises StoreError, UnreadableArchive."""
    today = (now - SLACK).astimezone(UTC).date()
    first = (today - timedelta(days=DAYS_BACK)).isoformat()
    for tenant in await ctx.store.folders(usage_files.PREFIX):
        folder = usage_files.folder(tenant)
        found = await ctx.store.under(folder, f"{folder}{first}")
        written = {one.key: one.modified for one in found}
        due = {
            day: objects
            for day, objects in by_day(found).items()
            if day < today.isoformat() and not _is_true(written.get(usage_files.summary(tenant, day)), objects)
        }
        async for row in usage_by_day(ctx.store, tenant, due):
            await ctx.store.replace(usage_files.summary(tenant, row.period), as_csv([row]).encode(), "text/csv")


def _is_true(written: datetime | None, objects: list[StoredObject]) -> bool:
    return written is not None and written > max(one.modified for one in objects)
