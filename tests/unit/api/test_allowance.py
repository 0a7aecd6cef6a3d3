"""What a tenant has left, in headers, and when that makes a call pointless."""

from datetime import timedelta

import pytest

from facade_samples import NOON, a_tenant_json
from voxpod_api.errors import not_now
from voxpod_api.speech.allowance import allowance_headers, certain_refusal, go_duration, with_room
from voxpod_crds.tenant import Tenant

DAY = {"requestsPerDay": 100, "charactersPerDay": 5000, "audioSecondsPerDay": 600}
LEFT = {"requests": 40, "characters": 1200, "audioSeconds": 71.6}
RESET = (NOON + timedelta(hours=1, seconds=5)).isoformat()


def tenant(remaining: dict[str, float] | None = None, reset: str = RESET, active: int = 0, **spec: object) -> Tenant:
    status = {"active": active} | ({"remaining": remaining, "resetTime": reset} if remaining is not None else {})
    return Tenant.model_validate(a_tenant_json(status=status, **spec))  # type: ignore[arg-type]


def test_every_limit_is_in_both_families_of_headers() -> None:
    quota = {**DAY, "concurrentRequests": 4, "requestsPerMinute": 60}
    assert allowance_headers(tenant(LEFT, active=1, quota=quota), NOON) == {
        "x-ratelimit-limit-requests": "100",
        "x-ratelimit-remaining-requests": "40",
        "x-ratelimit-reset-requests": "1h0m5s",
        "x-ratelimit-limit-characters": "5000",
        "x-ratelimit-remaining-characters": "1200",
        "x-ratelimit-reset-characters": "1h0m5s",
        "x-ratelimit-limit-audio-seconds": "600",
        "x-ratelimit-remaining-audio-seconds": "71",
        "x-ratelimit-reset-audio-seconds": "1h0m5s",
        "x-ratelimit-limit-concurrency": "4",
        "x-ratelimit-remaining-concurrency": "3",
        "x-ratelimit-limit-requests-per-minute": "60",
        "RateLimit-Policy": (
            '"requests";q=100;w=86400, "characters";q=5000;w=86400, "audio-seconds";q=600;w=86400, "concurrency";q=4,'
            ' "requests-per-minute";q=60;w=60'
        ),
        "RateLimit": (
            '"requests";r=40;t=3605, "characters";r=1200;t=3605, "audio-seconds";r=71;t=3605, "concurrency";r=3'
        ),
    }


def test_a_tenant_without_limits_has_no_such_headers() -> None:
    assert allowance_headers(tenant(), NOON) == {}


def test_what_was_left_in_a_day_that_is_over_says_nothing() -> None:
    yesterday = tenant({**LEFT, "requests": 0}, reset=(NOON - timedelta(seconds=1)).isoformat(), quota=DAY)
    assert "x-ratelimit-remaining-requests" not in allowance_headers(yesterday, NOON)
    assert certain_refusal(yesterday, 10, NOON) is None


@pytest.mark.parametrize(
    ("remaining", "spec", "characters", "told"),
    [
        pytest.param(LEFT, {"quota": DAY}, 1200, None, id="just enough"),
        pytest.param(LEFT, {"quota": DAY}, 1201, (429, "daily_quota_exceeded"), id="a character too many"),
        pytest.param({**LEFT, "requests": 0}, {"quota": DAY}, 1, (429, "daily_quota_exceeded"), id="no request left"),
        pytest.param(
            {**LEFT, "audioSeconds": 0.4}, {"quota": DAY}, 1, (429, "daily_quota_exceeded"), id="no audio left"
        ),
        pytest.param({**LEFT, "requests": 0}, {}, 1, None, id="a limit that was taken away"),
        pytest.param(None, {"quota": DAY}, 10_000, None, id="nothing told: the operator decides"),
        pytest.param(None, {"quota": {"maxTextLength": 5}}, 6, (400, "string_above_max_length"), id="text too long"),
        pytest.param(None, {"suspended": True}, 1, (403, "tenant_suspended"), id="suspended"),
    ],
)
def test_the_facade_says_no_only_where_it_is_certain(
    remaining: dict[str, float] | None, spec: dict[str, object], characters: int, told: tuple[int, str] | None
) -> None:
    refusal = certain_refusal(tenant(remaining, **spec), characters, NOON)
    assert (refusal and (refusal.status, refusal.code)) == told


def busy_minute(*ages: float) -> Tenant:
    """A tenant that may be admitted three requests a minute, and was, so many seconds ago."""
    seconds = [{"at": (NOON - timedelta(seconds=age)).isoformat(), "requests": 1} for age in ages]
    status = {"observedGeneration": 1, "lastMinute": seconds}
    return Tenant.model_validate(a_tenant_json(status=status, quota={"requestsPerMinute": 3}))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ages", "left", "reset"),
    [
        pytest.param((), "3", "0s", id="a quiet minute"),
        pytest.param((50.5, 3), "1", "10s", id="the oldest goes first"),
        pytest.param((61, 60, 59), "2", "1s", id="what is over does not count"),
        pytest.param((9, 8, 7, 6), "0", "51s", id="a limit that was lowered"),
    ],
)
def test_minute_is_told_as_the_operator_counts_it(ages: tuple[float, ...], left: str, reset: str) -> None:
    headers = allowance_headers(busy_minute(*ages), NOON)
    assert headers["x-ratelimit-remaining-requests-per-minute"] == left
    assert headers["x-ratelimit-reset-requests-per-minute"] == reset


def test_who_met_the_rate_limit_is_told_when_the_minute_has_room() -> None:
    error = with_room(not_now(429, "rate_limit_exceeded", "why", 2), busy_minute(20, 9, 8), NOON)
    other = with_room(not_now(429, "concurrent_requests_exceeded", "why", 2), busy_minute(20, 9, 8), NOON)
    assert (error.headers["Retry-After"], other.headers["Retry-After"]) == ("40", "2")


@pytest.mark.parametrize(("seconds", "written"), [(0, "0s"), (59, "59s"), (360, "6m0s"), (3600, "1h0m0s")])
def test_durations_are_written_as_openai_does(seconds: int, written: str) -> None:
    assert go_duration(seconds) == written
