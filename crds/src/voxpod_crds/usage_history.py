"""What a tenant used day by day, as the operator stores it for the facade: one small object, read by a presigned URL.

Tenant.status names it (`usageHistoryUrl`), since the facade has no credentials of the store.
"""

from datetime import date

from pydantic import Field

from voxpod_crds.base import ApiModel

HISTORY_DAYS = 400
"""UTC days before the present one that are kept: a year, and the month that it is compared with."""


class UsedOnDay(ApiModel):
    """What was charged on a UTC day in one namespace, for one model."""

    day: date
    namespace: str = ""
    model: str = ""
    """Empty where a request ended before it had one."""
    requests: int = 0
    characters: int = 0
    audio_seconds: float = 0.0


class UsageHistory(ApiModel):
    """The whole object."""

    through: date | None = None
    """The last day that is in it, whether anything was used on it or not."""
    objects: dict[date, int] = Field(default_factory=dict)
    """Objects of the archive that each day was added up from. They are never changed: one more means that records came late."""
    used: list[UsedOnDay] = Field(default_factory=list)
    """By day, then namespace, then model."""
