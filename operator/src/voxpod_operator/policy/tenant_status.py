"""What a Tenant's status tells of its quota, for people: what is left, until when, and whether it runs out. Pure."""

from datetime import datetime

from voxpod_crds.conditions import Condition, ConditionType, Reason
from voxpod_crds.tenant import Quota, Remaining, UsedOfLimit
from voxpod_operator.policy.budget import NOTHING, SECONDS, Line, lines
from voxpod_operator.policy.ledger import Ledger, outstanding
from voxpod_operator.policy.quota_window import Window

NEARLY = 0.8
"""Of a daily limit: from then on its administrator should know."""


def remaining(ledger: Ledger, quota: Quota) -> Remaining | None:
    """What may still be admitted in this window; None without a daily limit."""
    left = {
        line.what: max(0, line.limit - line.used - line.held)
        for line in lines(quota, ledger.used, outstanding(ledger), NOTHING)
    }
    if not left:
        return None
    seconds = left.get(SECONDS)
    return Remaining(
        requests=left.get("requests"),
        characters=left.get("characters"),
        audio_seconds=round(seconds, 3) if seconds is not None else None,
    )


def used_of_limit(ledger: Ledger, quota: Quota) -> UsedOfLimit:
    """What was charged, each as `used/limit`, or alone where there is no limit."""
    used = ledger.used
    return UsedOfLimit(
        requests=_of(used.requests, quota.requests_per_day),
        characters=_of(used.characters, quota.characters_per_day),
        audio_seconds=_of(int(used.audio_seconds), quota.audio_seconds_per_day),
    )


def pressure(ledger: Ledger, quota: Quota, window: Window, generation: int, now: datetime) -> Condition:
    """The QuotaPressure condition. By what was charged, which only grows within a window: it does not come and go."""
    limits = list(lines(quota, ledger.used, NOTHING, NOTHING))
    fullest = max(limits, key=_share, default=None)
    if fullest is None or _share(fullest) < NEARLY:
        reason, said = Reason.QUOTA_LEFT, f"less than {NEARLY:.0%} of each daily limit is used"
    else:
        reason = Reason.QUOTA_USED_UP if _share(fullest) >= 1 else Reason.QUOTA_NEARLY_USED
        full = [line for line in limits if _share(line) >= (1 if reason is Reason.QUOTA_USED_UP else NEARLY)]
        said = f"of this day's {_listed(full)}; the next day begins at {window.reset}"
    return Condition(
        type=ConditionType.QUOTA_PRESSURE,
        status="False" if reason is Reason.QUOTA_LEFT else "True",
        reason=reason,
        message=said,
        last_transition_time=now.replace(microsecond=0),
        observed_generation=generation,
    )


def _of(used: int, limit: int | None) -> str:
    return f"{used}" if limit is None else f"{used}/{limit}"


def _share(line: Line) -> float:
    return line.used / line.limit


def _listed(full: list[Line]) -> str:
    """Without the use as it is now, which would make each charge a change of the condition."""
    return " and ".join(f"{line.limit:,} {line.what}" for line in full)
