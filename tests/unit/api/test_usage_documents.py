"""What a tenant has used and what is left, as documents."""

from datetime import timedelta

from facade_samples import NOON, a_tenant_json
from voxpod_api.usage.documents import limits_document, usage_document
from voxpod_crds.tenant import Tenant

MIDNIGHT, NEXT = NOON - timedelta(hours=12), NOON + timedelta(hours=12)
USED = {"windowStart": MIDNIGHT.isoformat(), "requests": 3, "characters": 120, "audioSeconds": 9.87654}


def tenant(status: dict[str, object], **quota: int) -> Tenant:
    return Tenant.model_validate(a_tenant_json(status=status, quota=quota))


def test_today_is_one_bucket_of_openai_s_kind() -> None:
    page = usage_document(tenant({"usage": USED, "resetTime": NEXT.isoformat()}), NOON)

    assert {key: page[key] for key in ("object", "has_more", "next_page")} == {
        "object": "page",
        "has_more": False,
        "next_page": None,
    }
    (bucket,) = page["data"]
    assert (bucket["start_time"], bucket["end_time"]) == (int(MIDNIGHT.timestamp()), int(NEXT.timestamp()))
    (result,) = bucket["results"]
    assert result["object"] == "organization.usage.audio_speeches.result"
    assert (result["characters"], result["num_model_requests"], result["voxpod_audio_seconds"]) == (120, 3, 9.877)


def test_a_day_that_is_over_or_has_not_begun_says_nothing() -> None:
    over = tenant({"usage": USED, "resetTime": (NOON - timedelta(seconds=1)).isoformat()})

    assert usage_document(over, NOON)["data"] == usage_document(tenant({}), NOON)["data"] == []


def test_limits_say_what_is_left_and_until_when() -> None:
    status = {"active": 1, "waiting": 2, "remaining": {"requests": 40}, "resetTime": NEXT.isoformat()}
    said = limits_document(tenant(status, requestsPerDay=100, concurrentRequests=4, maxTextLength=2000), NOON)

    assert (said["tenant"], said["active"], said["waiting"], said["longest_text"]) == ("acme", 1, 2, 2000)
    assert said["reset_at"] == int(NEXT.timestamp())
    assert [(one["name"], one["limit"], one["remaining"]) for one in said["limits"]] == [
        ("requests", 100, 40),
        ("concurrency", 4, 3),
    ]
