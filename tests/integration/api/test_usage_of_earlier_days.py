"""Use of earlier days: archived by the operator, signed in the Tenant's status, told by the facade."""

from datetime import UTC, datetime, timedelta

import openai
import pytest

from facade_harness import KEY, OTHER_KEY, Served
from voxpod_crds.usage_history import UsageHistory, UsedOnDay
from voxpod_operator.cluster.kinds import TENANT

pytestmark = pytest.mark.asyncio(loop_scope="module")

TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
START = int((TODAY - timedelta(days=2)).timestamp())


@pytest.fixture
def history(served: Served) -> UsageHistory:
    """What the operator's hourly look stores."""
    day = (TODAY - timedelta(days=2)).date()
    used = [UsedOnDay(day=day, namespace="acme", model="kokoro", requests=2, characters=20, audio_seconds=1.5)]
    made = UsageHistory(through=(TODAY - timedelta(days=1)).date(), used=used)
    served.world.store.archive["_usage/acme/history.json"] = made.model_dump_json(by_alias=True).encode()
    return made


async def test_days_before_this_one_are_told(served: Served, history: UsageHistory) -> None:
    await served.world.until(
        lambda: all((one.get("status") or {}).get("usageHistoryUrl") for one in served.world.all_of(TENANT)), "signed"
    )
    async with served.get(f"/v1/usage?start_time={START}") as answer:
        page = await answer.json()
        assert (answer.status, page["has_more"], page["next_page"]) == (200, False, None)
    assert [[one["characters"] for one in bucket["results"]] for bucket in page["data"]][:2] == [[20], []]
    assert page["data"][2]["start_time"] == int(TODAY.timestamp())
    async with served.get(f"/v1/usage?start_time={START}&limit=1") as answer:
        first = await answer.json()
        assert first["has_more"] is True
    async with served.get(f"/v1/usage?start_time={START}&limit=1&page={first['next_page']}") as answer:
        assert (await answer.json())["data"][0]["start_time"] == START + 86_400


async def test_another_tenant_is_told_of_its_own_days_only(served: Served, history: UsageHistory) -> None:
    async with served.get(f"/v1/usage?start_time={START}", key=OTHER_KEY) as answer:
        page = await answer.json()
    assert [one["start_time"] for one in page["data"]] == [int(TODAY.timestamp())], "no day is behind it"


async def test_openai_s_own_call_is_answered(served: Served, history: UsageHistory) -> None:
    async with openai.AsyncOpenAI(base_url=f"{served.url}/v1", api_key=KEY, admin_api_key=KEY) as client:
        asked = client.admin.organization.usage.audio_speeches
        page = await asked(start_time=START, group_by=["model"], models=["kokoro"], limit=31)
        results = page.data[0].results
        assert results is not None
        assert [(one.model, one.characters) for one in results if one.object.endswith("audio_speeches.result")] == [  # type: ignore[union-attr]
            ("kokoro", 20)
        ]
        with pytest.raises(openai.BadRequestError, match="user_ids"):
            await asked(start_time=START, user_ids=["somebody"])


@pytest.mark.parametrize("query", ["bucket_width=1h", "limit=32", "limit=0", "start_time=-1", "group_by=user_id"])
async def test_what_is_not_served_is_said_by_name(served: Served, query: str) -> None:
    async with served.get(
        f"/v1/usage?start_time={START}&{query}" if "start" not in query else f"/v1/usage?{query}"
    ) as a:
        assert (a.status, (await a.json())["error"]["param"]) == (400, query.partition("=")[0])


async def test_store_that_is_away_is_a_clean_503(served: Served, history: UsageHistory) -> None:
    served.front.refuse_once = True
    async with served.get(f"/v1/usage?start_time={START}") as answer:
        assert (answer.status, (await answer.json())["error"]["code"]) == (503, "store_unavailable")
        assert "Retry-After" in answer.headers
