"""Whether a request can be had from a tenant's daily limits at all: today, or on any day. Pure.

Whether there is room for it now is for the ledger to say, which alone knows what else is under way.
"""

from datetime import datetime

from voxpod_crds.conditions import Reason
from voxpod_crds.tenant import Tenant
from voxpod_crds.tts_request import TTSRequest
from voxpod_operator.policy.budget import NOTHING, Line, Totals, lines, told, used_in
from voxpod_operator.policy.demand import demand_of
from voxpod_operator.policy.quota_window import Window, window_at, zone_named


def asked_by(request: TTSRequest) -> Totals:
    """What is held for a request."""
    demand = demand_of(request.spec)
    return Totals(1, demand.characters, demand.held_seconds)


def never(request: TTSRequest, tenant: Tenant) -> tuple[Reason, str] | None:
    """Why no day has room for the request; None when one has."""
    line = next(
        (line for line in lines(tenant.spec.quota, NOTHING, NOTHING, asked_by(request)) if line.too_much_for_one), None
    )
    if line is None:
        return None
    return (
        Reason.EXCEEDS_HALF_OF_DAILY_QUOTA,
        f"the request asks for {line.amount} {line.what}, Tenant {tenant.metadata.name} allows {line.limit:,} a day, of"
        " which one request may take half",
    )


def not_today(request: TTSRequest, tenant: Tenant, now: datetime) -> tuple[Reason, str] | None:
    """Why this day has no room for the request any more; None when it has, or the request holds its part already."""
    window = window_of(tenant, now)
    if window is None or (line := _exceeded(request, tenant, window)) is None or holds(request, tenant, now):
        return None
    return Reason.DAILY_QUOTA_EXCEEDED, f"Tenant {tenant.metadata.name}: {told(line, window)}"


def window_of(tenant: Tenant, now: datetime) -> Window | None:
    """The tenant's day; None when its time zone does not exist."""
    zone, usage = zone_named(tenant.spec.quota.time_zone), tenant.status.usage
    return window_at(now, zone, usage.window_start if usage is not None else None) if zone is not None else None


def _exceeded(request: TTSRequest, tenant: Tenant, window: Window) -> Line | None:
    used = used_in(tenant.status.usage, window)
    limits = lines(tenant.spec.quota, used, NOTHING, asked_by(request))
    return next((line for line in limits if line.too_much_today), None)


def holds(request: TTSRequest, tenant: Tenant, now: datetime) -> bool:
    """Whether the tenant's stored ledger has a hold of this day for the request."""
    window = window_of(tenant, now)
    return window is not None and any(
        hold.uid == request.metadata.uid and hold.window_start == window.start for hold in tenant.status.holds
    )
