"""What nobody should send gets a clear answer in the envelope, and costs little."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from facade_harness import KEY, OTHER_KEY, Served, keys_document, served_world
from operator_world import World

CALL = {"model": "tts-1", "input": "Hello.", "voice": "af_heart"}
SPEAKING = [("/v1/audio/speech", CALL), ("/v1/tts/synthesize", {"text": "Hello."}), ("/tts", {"text": "Hello."})]


@pytest.fixture
async def alone(world: World, tmp_path: Path) -> AsyncIterator[Served]:
    """A facade without an operator, with short patience."""
    async with served_world(
        world,
        tmp_path,
        operator=False,
        header_seconds=0.5,
        body_seconds=0.5,
        max_in_flight=3,
        queue_seconds=1,
        operator_seconds=0.1,
    ) as made:
        yield made


async def envelope(answer: Any, status: int, code: str) -> dict[str, Any]:
    said = json.loads(await answer.read())
    assert (answer.status, said["error"]["code"]) == (status, code), said
    assert set(said["error"]) == {"message", "type", "param", "code"}
    assert answer.headers["x-request-id"].startswith("req_")
    return dict(said["error"])


async def raw(served: Served, *pieces: bytes, pause: float = 0.0, to_the_end: bool = False) -> bytes:
    """The first line that the server says to these bytes, or all until it closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(served.url.rpartition(":")[2]))
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)
        return await asyncio.wait_for(reader.read() if to_the_end else reader.readline(), 10)
    finally:
        writer.close()


@pytest.mark.parametrize(("path", "body"), SPEAKING)
async def test_anonymous(alone: Served, path: str, body: dict[str, str]) -> None:
    for header in ({}, {"Authorization": "Bearer "}, {"Authorization": "Basic YTpi"}, {"Authorization": "Bearer nope"}):
        async with alone.http.post(alone.url + path, json=body, headers=header) as answer:
            await envelope(answer, 401, "invalid_api_key")
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert alone.requests() == []


@pytest.mark.parametrize("path", ["/v1/models", "/v1/audio/models", "/v1/audio/voices"])
async def test_anonymous_reader_where_the_catalogue_is_not_open(world: World, tmp_path: Path, path: str) -> None:
    async with served_world(world, tmp_path, operator=False, public_catalogue=False) as closed:
        async with closed.get(path, key="") as answer:
            await envelope(answer, 401, "invalid_api_key")
        async with closed.get(path) as answer:
            assert answer.status == 200


async def test_page_can_be_taken_away(world: World, tmp_path: Path) -> None:
    async with served_world(world, tmp_path, operator=False, console=False) as without:
        for path in ("/", "/console/app.js"):
            async with without.get(path, key="") as answer:
                assert answer.status == 404


async def test_a_strangers_body_is_not_waited_for(alone: Served) -> None:
    head = b"POST /v1/audio/speech HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"
    assert b" 401 " in await raw(alone, head)


async def test_each_tenant_speaks_in_its_own_namespace_and_meets_no_request_of_another(alone: Served) -> None:
    calls = [
        asyncio.create_task(_status(alone, key, **{"Idempotency-Key": "same", "x-stainless-retry-count": "1"}))
        for key in (KEY, OTHER_KEY)
    ]
    await asyncio.gather(*calls)
    assert sorted(r["metadata"]["namespace"] for r in alone.requests()) == ["acme", "globex"]


async def _status(served: Served, key: str = KEY, **headers: str) -> int:
    async with served.post("/v1/audio/speech", CALL, key, **headers) as answer:
        return int(answer.status)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        pytest.param(b"{", 400, "invalid_json", id="half a document"),
        pytest.param(b"\xff\xfe{}", 400, "invalid_json", id="bad UTF-8"),
        pytest.param(b"[]", 400, "invalid_json", id="a list"),
        pytest.param(b"[" * 100_000, 400, "invalid_json", id="deeply nested"),
        pytest.param(b"", 400, "invalid_json", id="nothing"),
        pytest.param(b'{"input": "' + b"a" * 200_000 + b'"}', 413, "body_too_long", id="too long"),
        pytest.param(b'{"voice": "alloy"}', 400, "missing_required_parameter", id="no input"),
        pytest.param(b'{"input": 5}', 400, "invalid_value", id="a number"),
        pytest.param(b'{"input": "\\ud800"}', 400, "invalid_unicode", id="half a character"),
        pytest.param(b'{"input": "a", "speed": NaN}', 400, "invalid_value", id="no number"),
        pytest.param(b'{"input": "a", "voice": {"id": {"id": 1}}}', 400, "invalid_value", id="voice in a voice"),
        pytest.param(b'{"input": "a", "voice": "../../x"}', 400, "voice_not_found", id="voice is a path"),
        pytest.param(b'{"input": "a", "model": "a b\\r\\nc"}', 400, "model_not_found", id="model with a line break"),
    ],
)
async def test_bad_bodies(alone: Served, body: bytes, status: int, code: str) -> None:
    await alone.know_voices()
    async with alone.post("/v1/audio/speech", body) as answer:
        await envelope(answer, status, code)
    assert alone.requests() == []


async def test_too_long_a_body_is_refused_without_its_length_too(alone: Served) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"a" * 4096

    headers = {"Authorization": f"Bearer {KEY}"}
    async with alone.http.post(f"{alone.url}/v1/audio/speech", data=endless(), headers=headers) as answer:
        await envelope(answer, 413, "body_too_long")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        pytest.param("/v1/nothing", 404, "unknown_url", id="unknown"),
        pytest.param("/v1/readyz", 404, "unknown_url", id="wyoming_openai takes a 200 here for LocalAI"),
        pytest.param("/metrics", 404, "unknown_url", id="metrics are not for clients"),
        pytest.param("/v1/audio/speech", 405, "method_not_allowed", id="GET of a POST"),
        pytest.param("/v1/../../etc/passwd", 404, "unknown_url", id="up"),
    ],
)
async def test_urls_that_are_not_served(alone: Served, path: str, status: int, code: str) -> None:
    async with alone.get(path) as answer:
        await envelope(answer, status, code)


async def test_a_bad_query_is_told_in_the_envelope_and_an_unknown_one_is_ignored(alone: Served) -> None:
    async with alone.get("/v1/audio/voices?limit=many") as answer:
        assert (await envelope(answer, 400, "invalid_value"))["param"] == "limit"
    async with alone.get("/v1/audio/voices?limit=100&whatever=1") as answer:
        assert answer.status == 200


async def test_a_body_that_comes_a_byte_at_a_time_is_given_up(alone: Served) -> None:
    head = f"POST /tts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\nContent-Length: 1000\r\n\r\n".encode()
    assert b" 408 " in await raw(alone, head, *[b"{"] * 8, pause=0.1)


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([], id="nothing"),
        pytest.param([b"POST /tts HTTP/1.1\r\n", b"Host: x\r\n"], id="half a head"),
        pytest.param([b"GET /v1/test HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /v1/"], id="half a second head"),
    ],
)
async def test_a_head_that_does_not_come_is_given_up(alone: Served, pieces: list[bytes]) -> None:
    said = await raw(alone, *pieces, pause=0.1, to_the_end=True)
    assert (b" 200 " in said) == (len(pieces) == 2 and b"test" in pieces[0])


async def test_too_long_a_head_is_refused(alone: Served) -> None:
    head = [b"GET /v1/test HTTP/1.1\r\nHost: x\r\n", *[b"X: " + b"a" * 4_000 + b"\r\n"] * 5]
    assert b" 400 " in await raw(alone, *head, pause=0.05)


async def test_calls_beyond_the_limit_are_told_to_come_again(alone: Served) -> None:
    waiting = [asyncio.create_task(_status(alone)) for _ in range(3)]
    await alone.world.until(lambda: len(alone.requests()) == 3, "three wait")
    async with alone.post("/tts", {"text": "One more."}) as answer:
        await envelope(answer, 503, "overloaded")
        assert answer.headers["Retry-After"] == "1"
    assert await asyncio.gather(*waiting) == [503, 503, 503]  # nobody takes them up: there is no operator


async def test_keys_can_be_added_and_taken_away_while_it_runs(alone: Served) -> None:
    alone.keys.write_text(keys_document(acme="vxp-new"))
    alone.facade.parts.credentials.look()
    assert await _status(alone, KEY) == 401
    alone.keys.write_text("[{]")
    alone.facade.parts.credentials.look()
    assert await _status(alone, "vxp-new") != 401, "what cannot be read leaves the keys before in force"


async def test_what_a_tenant_has_used_up_is_refused_before_anything_is_made(alone: Served) -> None:
    quota = {"requestsPerDay": 100, "charactersPerDay": 1000}
    await alone.spent("acme", quota, {"requests": 40, "characters": 3})
    async with alone.post("/v1/audio/speech", CALL) as answer:
        said = await envelope(answer, 429, "daily_quota_exceeded")
        assert answer.headers["x-should-retry"] == "false"
        assert answer.headers["x-ratelimit-remaining-characters"] == "3"
        assert answer.headers["x-ratelimit-reset-characters"].endswith("s")
        assert "characters" in said["message"]
    assert alone.requests() == []


async def test_probes_and_metrics_have_a_port_of_their_own(alone: Served) -> None:
    for path in ("/healthz", "/readyz"):
        async with alone.http.get(alone.health_url + path) as answer:
            assert (answer.status, await answer.text()) == (200, "ok")
    async with alone.http.get(f"{alone.health_url}/metrics") as answer:
        assert "voxpod_facade_calls_total" in await answer.text()
