"""What a Tenant's quota leaves: the headers that say so, and the calls that it makes pointless. Pure; `now` is an argument."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from voxpod_api.errors import ApiError, never, within_a_minute
from voxpod_crds.tenant import Tenant

DAY_SECONDS = 86_400
MINUTE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Policy:
    """One limit, and what is left of it."""

    name: str
    """As OpenAI's headers end."""
    limit: int
    left: int | None
    """None: the Tenant's status does not tell."""
    window_seconds: int | None
    """None: it is not about time."""
    reset_seconds: int | None


def policies(tenant: Tenant, now: datetime) -> list[Policy]:
    """The limits that a Tenant has, with what its status says of each."""
    quota, status = tenant.spec.quota, tenant.status
    fresh = status.reset_time is not None and status.reset_time > now
    left = status.remaining if fresh else None
    reset = max(0, round((status.reset_time - now).total_seconds())) if status.reset_time and fresh else None
    daily = [
        ("requests", quota.requests_per_day, left.requests if left else None),
        ("characters", quota.characters_per_day, left.characters if left else None),
        (
            "audio-seconds",
            quota.audio_seconds_per_day,
            int(left.audio_seconds) if left and left.audio_seconds is not None else None,
        ),
    ]
    found = [Policy(name, limit, rest, DAY_SECONDS, reset) for name, limit, rest in daily if limit is not None]
    if (limit := quota.concurrent_requests) is not None:
        found.append(Policy("concurrency", limit, max(0, limit - (status.active or 0)), None, None))
    if (limit := quota.requests_per_minute) is not None:
        found.append(_per_minute(limit, tenant, now))
    return found


def _per_minute(limit: int, tenant: Tenant, now: datetime) -> Policy:
    """What is left of the last 60 seconds, and when the oldest request of those is over; None where the status is none yet."""
    name = "requests-per-minute"
    if tenant.status.observed_generation is None:
        return Policy(name, limit, None, MINUTE_SECONDS, None)
    counted = [one for one in tenant.status.last_minute if (now - one.at).total_seconds() < MINUTE_SECONDS]
    left = max(0, limit - sum(one.requests for one in counted))
    ages = [(now - one.at).total_seconds() for one in counted]
    return Policy(name, limit, left, MINUTE_SECONDS, max(0, math.ceil(MINUTE_SECONDS - max(ages))) if ages else 0)


def allowance_headers(tenant: Tenant, now: datetime) -> dict[str, str]:
    """x-ratelimit-* as OpenAI has them, and RateLimit with RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers-11)."""
    found = policies(tenant, now)
    if not found:
        return {}
    headers = dict(pair for policy in found for pair in _openai(policy))
    headers["RateLimit-Policy"] = ", ".join(
        f'"{p.name}";q={p.limit}' + (f";w={p.window_seconds}" if p.window_seconds else "") for p in found
    )
    told = [p for p in found if p.left is not None]
    if told:
        headers["RateLimit"] = ", ".join(
            f'"{p.name}";r={p.left}' + (f";t={p.reset_seconds}" if p.reset_seconds is not None else "") for p in told
        )
    return headers


def with_room(error: ApiError, tenant: Tenant, now: datetime) -> ApiError:
    """The error, with the time of the rate limit's next room where that is what it met."""
    room = next((p.reset_seconds for p in policies(tenant, now) if p.name == "requests-per-minute"), None)
    if error.code == "rate_limit_exceeded" and room:
        error.headers["Retry-After"] = within_a_minute(room)
    return error


def certain_refusal(tenant: Tenant, characters: int, now: datetime) -> ApiError | None:
    """Why a text of so many characters cannot be spoken now, where the Tenant leaves no doubt; None where the operator decides."""
    longest = tenant.spec.quota.max_text_length
    if longest is not None and characters > longest:
        return ApiError(
            400,
            "string_above_max_length",
            f"the text has {characters} characters, your tenant's longest is {longest}",
            param="text",
        )
    if tenant.spec.suspended:
        return never(403, "tenant_suspended", "your tenant is suspended", "permission_error")
    needed = {"requests": 1, "characters": characters, "audio-seconds": 1}
    for policy in policies(tenant, now):
        if policy.window_seconds == DAY_SECONDS and policy.left is not None and policy.left < needed[policy.name]:
            assert tenant.status.reset_time is not None, "what is left is known only until then"
            until = tenant.status.reset_time.isoformat()
            return never(
                429,
                "daily_quota_exceeded",
                f"{needed[policy.name]} {policy.name} needed, {policy.left} of {policy.limit} a day left until {until}",
                "rate_limit_error",
            )
    return None


def _openai(policy: Policy) -> Iterator[tuple[str, str]]:
    yield f"x-ratelimit-limit-{policy.name}", str(policy.limit)
    if policy.left is not None:
        yield f"x-ratelimit-remaining-{policy.name}", str(policy.left)
    if policy.reset_seconds is not None:
        yield f"x-ratelimit-reset-{policy.name}", go_duration(policy.reset_seconds)


def go_duration(seconds: int) -> str:
    """As OpenAI writes durations: 6m0s."""
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    return (f"{hours}h" if hours else "") + (f"{minutes}m" if hours or minutes else "") + f"{rest}s"
