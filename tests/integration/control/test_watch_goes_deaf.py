"""A watch that stops telling: the list finds what it missed, and the probe says that it is dead."""

import aiohttp
import pytest

from loopback_ports import free_port
from operator_harness import running_operator
from operator_world import World, put_silently
from resource_bodies import a_model_body, a_request_body, a_tenant_body
from voxpod_operator import resync
from voxpod_operator.cluster.kinds import SPEECH_MODEL, TENANT, TTS_REQUEST


async def healthz(port: int) -> tuple[int, str]:
    async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{port}/healthz") as response:
        return response.status, await response.text()


async def test_what_a_deaf_watch_missed_is_done_and_the_probe_turns_red(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resync, "GRACE_SECONDS", 0.3)
    health_port = free_port()
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world, health_port=health_port, resync_seconds=1.0):
        await world.create(TTS_REQUEST, a_request_body("told"), "acme")
        await world.until(lambda: world.phase("told") == "Succeeded", "the told one")
        put_silently(world, TTS_REQUEST, a_request_body("silent"), "acme")
        await world.until(lambda: world.phase("silent") == "Succeeded", "the silent one, found by a list")
        assert await healthz(health_port) == (200, "ok")
        for number in range(20):
            put_silently(world, TTS_REQUEST, a_request_body(f"more-{number}"), "acme")
            await world.until(lambda number=number: world.phase(f"more-{number}") == "Succeeded", "one more")  # type: ignore[misc]
            if (await healthz(health_port))[0] == 503:
                break
        assert await healthz(health_port) == (503, "dead watch: TTSRequest")
