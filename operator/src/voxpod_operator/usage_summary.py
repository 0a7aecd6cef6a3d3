"""Summaries beside the records, which are the leader's work: `_usage/<tenant>/<day>.csv` for accountants, `history.json` for the facade.

Both have a day when it is over, and again when records of it come late. They are made of nothing but the records, so that they may be written twice, or be deleted.
"""

import asyncio
import logging
from datetime import UTC, date, datetime

from pydantic import ValidationError

from voxpod_crds.usage_history import UsageHistory, UsedOnDay
from voxpod_operator.context import Context
from voxpod_operator.errors import OperatorError
from voxpod_operator.policy import usage_files, usage_history
from voxpod_operator.policy.archive_book import SLACK
from voxpod_operator.policy.usage_report import UnreadableArchive, add_up, as_csv, total
from voxpod_operator.storage.object_store import StoredObject
from voxpod_operator.usage_reader import by_day, events_of

logger = logging.getLogger(__name__)

LOOK_SECONDS = 3600.0

WAIT_SECONDS = 10.0
"""Until a store that cannot be used is looked at again."""

DAYS_BACK = 7
"""Days that are looked at again for records that came late; more when nobody looked for longer."""

JSON = "application/json"


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
    """Write what is missing or does not hold all records. Raises StoreError, UnreadableArchive."""
    today = (now - SLACK).astimezone(UTC).date()
    for tenant in await ctx.store.folders(usage_files.PREFIX):
        await _sum_up(ctx, tenant, today)


async def _sum_up(ctx: Context, tenant: str, today: date) -> None:
    """Of one tenant the days before this one."""
    history, folder = await _history(ctx, tenant), usage_files.folder(tenant)
    found = await ctx.store.under(folder, f"{folder}{usage_history.first_day(history, today, DAYS_BACK)}")
    days = {date.fromisoformat(day): objects for day, objects in by_day(found).items() if day < today.isoformat()}
    counts = {day: len(objects) for day, objects in days.items()}
    written = {one.key: one.modified for one in found}
    due = usage_history.due(history or UsageHistory(), counts) | {
        day for day, objects in days.items() if not _is_true(written.get(_csv_of(tenant, day)), objects)
    }
    used = {day: await _add_up(ctx, tenant, day, days[day]) for day in sorted(due)}
    whole = usage_history.renewed(history or UsageHistory(), counts, used, today)
    if whole != history:
        await ctx.store.replace(usage_files.history(tenant), whole.model_dump_json(by_alias=True).encode(), JSON)


async def _add_up(ctx: Context, tenant: str, day: date, objects: list[StoredObject]) -> list[UsedOnDay]:
    """Write a day's CSV; its rows of the history."""
    rows, seen, sums = [], set[str](), usage_history.DaySums(day)
    async for events in events_of(ctx.store, objects):
        rows.append(add_up(tenant, day.isoformat(), events, seen))
        sums.take(events)
    whole = total(tenant, day.isoformat(), rows)
    await ctx.store.replace(_csv_of(tenant, day), as_csv([whole]).encode(), "text/csv")
    return sums.rows()


async def _history(ctx: Context, tenant: str) -> UsageHistory | None:
    """As it is stored; None where it is not there, or nothing that this version reads."""
    key = usage_files.history(tenant)
    if not await ctx.store.under(key):
        return None
    try:
        return UsageHistory.model_validate_json(await ctx.store.read(key))
    except ValidationError:
        return None


def _csv_of(tenant: str, day: date) -> str:
    return usage_files.summary(tenant, day.isoformat())


def _is_true(written: datetime | None, objects: list[StoredObject]) -> bool:
    return written is not None and written > max(one.modified for one in objects)
