"""CORS: nothing is said to pages of other origins unless their origin is named."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from facade_harness import KEY, Served, served_world
from operator_world import World
from voxpod_api.settings import ApiSettings

PAGE, OTHER = "https://app.example.com", "https://evil.example.com"
ASKS = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization, idempotency-key"}


async def preflight(served: Served, origin: str) -> tuple[int, dict[str, str]]:
    url = f"{served.url}/v1/audio/speech"
    async with served.http.options(url, headers={"Origin": origin, **ASKS}) as answer:
        return answer.status, {k.lower(): v for k, v in answer.headers.items()}


async def test_no_page_may_call_by_default(world: World, tmp_path: Path) -> None:
    async with served_world(world, tmp_path, operator=False) as served:
        status, headers = await preflight(served, PAGE)
    assert (status, [name for name in headers if name.startswith("access-control")]) == (405, [])


async def test_a_page_of_a_named_origin_may_call_and_reads_answers_and_errors(world: World, tmp_path: Path) -> None:
    async with served_world(world, tmp_path, operator=False, cors_origins=[PAGE]) as served:
        status, allowed = await preflight(served, PAGE)
        _, refused = await preflight(served, OTHER)
        headers = {"Origin": PAGE, "Authorization": f"Bearer {KEY}"}
        async with served.http.get(f"{served.url}/v1/limits", headers=headers) as good:
            pass
        async with served.http.get(f"{served.url}/v1/limits", headers={"Origin": PAGE}) as bad:
            pass

    assert (status, allowed["access-control-allow-origin"]) == (200, PAGE)
    assert {"authorization", "idempotency-key"} <= set(allowed["access-control-allow-headers"].lower().split(", "))
    assert "access-control-allow-origin" not in refused
    assert "access-control-allow-credentials" not in allowed, "no cookies"
    assert (good.status, bad.status) == (200, 401)
    for answer in (good, bad):
        assert answer.headers["Access-Control-Allow-Origin"] == PAGE
        assert answer.headers["Access-Control-Expose-Headers"] == "*"


@pytest.mark.parametrize("origin", ["app.example.com", "https://app.example.com/", "https://a b", "null", ""])
def test_what_is_no_origin_is_refused_at_start(origin: str) -> None:
    with pytest.raises(ValidationError):
        ApiSettings(cors_origins=[origin])
