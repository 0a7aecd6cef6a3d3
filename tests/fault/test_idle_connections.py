"""A sandbox that opens connections to the dispatch endpoint and says nothing costs the operator little, and nobody else anything."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from memory_watch import MEGABYTE, memory_watched
from operator_harness import running_operator
from operator_world import World
from resource_bodies import a_model_body, a_request_body, a_tenant_body
from voxpod_operator.cluster.kinds import ENDPOINT_SLICE, SPEECH_MODEL, TENANT, TTS_REQUEST
from voxpod_operator.dispatch import connections

CLIENT = Path(__file__).resolve().parents[1] / "support" / "idle_client.py"
MANY = 1200


class Holder:
    """A process with connections from one address."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def order(self, words: str) -> str:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(f"{words}\n".encode())
        return (await self._process.stdout.readline()).decode().strip()


@asynccontextmanager
async def holder(port: int, address: str = "127.0.0.2") -> AsyncIterator[Holder]:
    """Such a process, ended afterwards; the other parts of a test come from 127.0.0.1."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, CLIENT, str(port), address, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    try:
        yield Holder(process)
    finally:
        process.kill()
        await process.wait()


async def leading(world: World) -> None:
    await world.until(lambda: world.stored(ENDPOINT_SLICE, "voxpod-system", "voxpod-dispatch-leader"), "it leads")


def test_nothing_idle_is_open_after_a_minute() -> None:
    assert connections.HANDSHAKE_SECONDS + connections.IDLE_SECONDS < 60


@pytest.mark.parametrize("kind", ["silent", "tls", "half"])
async def test_idle_connections_cost_little_and_end_while_others_are_served(
    world: World, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(connections, "HANDSHAKE_SECONDS", 2.0)
    monkeypatch.setattr(connections, "IDLE_SECONDS", 2.0)
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world), holder(world.dispatch_port) as hostile:
        await leading(world)
        with memory_watched() as memory:
            await hostile.order(f"{kind} {MANY}")
            await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
            await world.until(lambda: world.phase("hello") == "Succeeded", "another address is served")
            assert await hostile.order(f"wait {kind}") == "closed"
    assert memory.growth < 30 * MEGABYTE
    assert len(world.claims) == 1


async def test_a_crowd_that_fills_all_places_gives_some_up_to_who_has_fewer(world: World) -> None:
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    few = {"dispatch_max_connections": 16, "dispatch_max_connections_per_address": 16}
    async with running_operator(world, **few), holder(world.dispatch_port) as hostile:
        await leading(world)
        assert await hostile.order("tls 16") == "16"
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.phase("hello") == "Succeeded", "who comes later is served")


async def test_a_body_that_never_comes_is_not_waited_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voxpod_operator.dispatch.server.BODY_SECONDS", 0.2)

    async def trickle() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(60)

    world.sandboxes_silent = True
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        token = await world.token_of_request("hello")
        async with world.http.post(
            f"https://voxpod-dispatch:{world.dispatch_port}/v1/result",
            data=trickle(),
            headers={"Authorization": f"Bearer {token}"},
        ) as response:
            assert response.status == 408
