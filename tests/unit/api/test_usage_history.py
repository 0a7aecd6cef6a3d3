"""Earlier days, as OpenAI's usage API pages through them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from facade_samples import NOON, a_tenant_json
from voxpod_api.errors import ApiError
from voxpod_api.usage.history import Asked, asked, history_document
from voxpod_crds.tenant import Tenant
from voxpod_crds.usage_history import HISTORY_DAYS, UsageHistory, UsedOnDay

TODAY = NOON.date()
MIDNIGHT, NEXT = NOON - timedelta(hours=12), NOON + timedelta(hours=12)


def day(back: int) -> date:
    return TODAY - timedelta(days=back)


def epoch(back: int) -> int:
    at = day(back)
    return int(datetime(at.year, at.month, at.day, tzinfo=UTC).timestamp())


HISTORY = UsageHistory(
    through=day(1),
    used=[
        UsedOnDay(day=day(3), namespace="acme", model="kokoro", requests=2, characters=20, audio_seconds=1.5),
        UsedOnDay(day=day(1), namespace="acme", model="kokoro", requests=3, characters=30, audio_seconds=2.25),
        UsedOnDay(day=day(1), namespace="acme", model="hibari", requests=1, characters=5, audio_seconds=0.5),
        UsedOnDay(day=day(1), namespace="acme-2", model="kokoro", requests=1, characters=1, audio_seconds=0.25),
    ],
)


def tenant(window_start: datetime = MIDNIGHT) -> Tenant:
    usage = {"windowStart": window_start.isoformat(), "requests": 9, "characters": 90, "audioSeconds": 7.5}
    return Tenant.model_validate(a_tenant_json(status={"usage": usage, "resetTime": NEXT.isoformat()}))


def told(wanted: Asked, history: UsageHistory = HISTORY, of: Tenant | None = None) -> list[tuple[int, list[int]]]:
    """Days back, and characters of each result."""
    page = history_document(wanted, of or tenant(), history, NOON)
    return [
        ((epoch(0) - one["start_time"]) // 86_400, [found["characters"] for found in one["results"]])
        for one in page["data"]
    ]


def test_each_day_is_a_bucket_and_the_present_one_is_the_last() -> None:
    wanted = asked(epoch(3), None, "", NOON, days=7)
    assert told(wanted) == [(3, [20]), (2, []), (1, [36]), (0, [90])]
    (third, *_) = history_document(wanted, tenant(), HISTORY, NOON)["data"]
    assert (third["start_time"], third["end_time"]) == (epoch(3), epoch(2))
    assert third["results"] == [
        {
            "object": "organization.usage.audio_speeches.result",
            "characters": 20,
            "num_model_requests": 2,
            "project_id": None,
            "user_id": None,
            "api_key_id": None,
            "model": None,
            "voxpod_audio_seconds": 1.5,
        }
    ]


def test_pages_follow_each_other_without_a_day_lost_or_told_twice() -> None:
    found, page = [], ""
    for _ in range(10):
        wanted = asked(epoch(5), None, page, NOON, days=2)
        found += [back for back, _ in told(wanted)]
        page = history_document(wanted, tenant(), HISTORY, NOON)["next_page"]
        if not page:
            break
    assert found == [5, 4, 3, 2, 1, 0]


def test_the_end_is_not_included() -> None:
    assert [back for back, _ in told(asked(epoch(3), epoch(1), "", NOON, days=7))] == [3, 2]


def test_models_and_namespaces_are_told_apart_and_narrow_it() -> None:
    by_model = asked(epoch(1), None, "", NOON, days=7, group_by=frozenset(["model"]))
    (bucket,) = history_document(by_model, tenant(), HISTORY, NOON)["data"]
    assert {one["model"]: one["characters"] for one in bucket["results"]} == {"kokoro": 31, "hibari": 5}
    of_one = asked(epoch(1), None, "", NOON, days=7, namespaces=frozenset(["acme-2"]))
    assert told(of_one) == [(1, [1])], "of the present day only the whole is known"


def test_a_day_of_which_nothing_can_be_said_yet_has_no_bucket() -> None:
    wanted = asked(epoch(2), None, "", NOON, days=7)
    assert told(wanted, HISTORY.model_copy(update={"through": day(2)})) == [(2, []), (0, [90])]
    assert told(wanted, UsageHistory()) == [(0, [90])]


def test_a_day_that_begins_elsewhere_is_not_counted_beside_utc_days() -> None:
    wanted = asked(epoch(1), None, "", NOON, days=7)
    assert told(wanted, of=tenant(MIDNIGHT - timedelta(hours=9))) == [(1, [36])]


def test_no_more_days_than_are_kept_and_none_to_come() -> None:
    assert asked(0, None, "", NOON, days=7).first == day(HISTORY_DAYS)
    assert told(asked(epoch(0) + 50 * 86_400, None, "", NOON, days=7)) == []
    assert told(asked(epoch(1), epoch(-400), "", NOON, days=31)) == [(1, [36]), (0, [90])]
    assert told(asked(253_402_300_799, None, "", NOON, days=31)) == []


@pytest.mark.parametrize(
    ("start", "end", "page", "param"),
    [
        pytest.param(10**30, None, "", "start_time", id="beyond all calendars"),
        pytest.param(1000, 10**18, "", "end_time", id="an end in microseconds"),
        pytest.param(1000, 1000, "", "end_time", id="no time at all"),
        pytest.param(1000, 0, "", "end_time", id="an end before the beginning"),
        pytest.param(1000, None, "from-2026-13-01", "page", id="no day"),
        pytest.param(1000, None, "2026-11-01", "page", id="no page of ours"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(start: int, end: int | None, page: str, param: str) -> None:
    with pytest.raises(ApiError) as refused:
        asked(start, end, page, NOON, days=7)
    assert (refused.value.status, refused.value.param) == (400, param)
