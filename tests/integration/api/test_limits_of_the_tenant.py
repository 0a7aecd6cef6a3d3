"""Three limits, three codes: what a client is told when its tenant has had enough, by the operator's own count."""

from pathlib import Path
from typing import Any

import pytest

from facade_harness import Served, served_world
from operator_world import World
from resource_bodies import Json
from voxpod_operator.cluster.kinds import TENANT


async def told(served: Served, text: str) -> tuple[int, dict[str, Any], Any]:
    async with served.post("/v1/tts/synthesize", {"text": text}) as answer:
        return answer.status, await answer.json(), answer.headers


@pytest.mark.parametrize(
    ("quota", "code", "again"),
    [
        pytest.param({"requestsPerMinute": 1}, "rate_limit_exceeded", True, id="a minute"),
        pytest.param({"requestsPerDay": 1}, "daily_quota_exceeded", False, id="a day"),
    ],
)
async def test_second_request_is_told_which_limit_it_met(
    world: World, tmp_path: Path, quota: Json, code: str, again: bool
) -> None:
    async with served_world(world, tmp_path, queue_seconds=0) as served:
        await world.patch(TENANT, "", "acme", {"spec": {"quota": quota}})
        shelf = served.facade.parts.catalog.tenants
        (name,) = quota
        field = "requests_per_minute" if name == "requestsPerMinute" else "requests_per_day"
        await world.until(lambda: getattr(shelf.get("acme").spec.quota, field), "the facade hears of it")  # type: ignore[union-attr]

        first, _, _ = await told(served, "First.")
        second, said, headers = await told(served, "Second.")

    assert (first, second, said["error"]["code"]) == (200, 429, code)
    assert ("x-should-retry" in headers, "Retry-After" in headers) == (not again, again)
    if again:
        assert 1 <= int(headers["Retry-After"]) <= 60
        assert headers["x-ratelimit-remaining-requests-per-minute"] == "0"
    else:
        assert headers["x-ratelimit-remaining-requests"] == "0"


async def test_every_answer_to_a_caller_says_what_its_tenant_has_left(world: World, tmp_path: Path) -> None:
    async with served_world(world, tmp_path, operator=False) as served:
        await served.spent("acme", {"requestsPerDay": 100}, {"requests": 40})
        for path in ("/v1/limits", "/v1/usage", "/v1/speech-tasks", "/v1/speech-tasks/task-" + "0" * 32):
            async with served.get(path) as answer:
                assert answer.headers["x-ratelimit-remaining-requests"] == "40", path
                assert '"requests";r=40' in answer.headers["RateLimit"]
        async with served.get("/v1/test", key="") as answer:
            assert "RateLimit" not in answer.headers
