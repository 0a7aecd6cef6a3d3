"""A client that hangs up cancels its request, unless the same call comes again: an SDK's own timeout looks the same."""

import asyncio
from pathlib import Path
from typing import Any

import openai
import pytest

from facade_harness import KEY, Served, a_facade, served_world
from operator_world import World
from voxpod_operator.cluster.kinds import TTS_REQUEST

CALL = {"model": "tts-1", "input": "Slow.", "voice": "alloy"}


async def hang_up(served: Served, **headers: str) -> None:
    """A call whose client leaves as soon as the sandbox holds its work."""
    begun = len(served.world.claims)
    call = asyncio.create_task(_read(served, **headers))
    await served.world.until(lambda: len(served.world.claims) > begun, "the work is claimed")
    call.cancel()
    await asyncio.wait([call])


async def _read(served: Served, **headers: str) -> tuple[int, bytes]:
    async with served.post("/v1/audio/speech", CALL, **headers) as answer:
        return answer.status, await answer.read()


def spec_of(served: Served) -> dict[str, Any]:
    (made,) = served.requests()
    return dict(made["spec"])


async def test_request_of_a_client_that_left_is_cancelled(world: World, tmp_path: Path) -> None:
    world.pause_at = "claimed"
    async with served_world(world, tmp_path) as served:
        await hang_up(served)
        await world.until(lambda: spec_of(served).get("cancel"), "cancelled")
        name = served.requests()[0]["metadata"]["name"]
        await world.until(lambda: world.phase(name) == "Cancelled", "Cancelled")
        world.resume.set()


async def test_request_goes_on_when_the_sdk_calls_again(world: World, tmp_path: Path) -> None:
    world.pause_at = "claimed"
    async with (
        served_world(world, tmp_path, leave_seconds=3) as served,
        openai.AsyncOpenAI(base_url=f"{served.url}/v1", api_key=KEY, timeout=1.0, max_retries=5) as sdk,
    ):
        waiting = asyncio.create_task(sdk.audio.speech.create(model="tts-1", voice="alloy", input="Slow."))
        await world.until(lambda: world.claims, "the work is claimed")
        await asyncio.sleep(1.2)  # the SDK's first patience is over
        world.resume.set()
        assert (await waiting).content == b"RIFFSlow."
        assert len(served.requests()) == 1


async def test_request_goes_on_when_the_call_is_repeated_at_another_replica(world: World, tmp_path: Path) -> None:
    world.pause_at = "claimed"
    async with (
        served_world(world, tmp_path, pod_name="facade-0", leave_seconds=1) as first,
        a_facade(world, first.front, tmp_path, pod_name="facade-1") as second,
    ):
        await hang_up(first)
        again = asyncio.create_task(_read(second, **{"x-stainless-retry-count": "1"}))
        (made,) = first.requests()
        listener = lambda: world.stored(TTS_REQUEST, "acme", made["metadata"]["name"])["metadata"]["annotations"]  # type: ignore[index] # noqa: E731
        await world.until(lambda: listener()["voxpod.dev/listener"] == "facade-1", "the second has the listener")
        await asyncio.sleep(1.2)  # the first one's patience is over
        world.resume.set()
        assert await again == (200, b"RIFFSlow.")
        assert len(first.requests()) == 1


async def test_one_key_is_one_request_also_when_its_calls_come_at_once_to_two_replicas(
    world: World, tmp_path: Path
) -> None:
    key = {"Idempotency-Key": "order-1"}
    async with (
        served_world(world, tmp_path, pod_name="facade-0") as first,
        a_facade(world, first.front, tmp_path, pod_name="facade-1") as second,
    ):
        answers = await asyncio.gather(*(_read(replica, **key) for replica in (first, second) * 3))
        assert answers == [(200, b"RIFFSlow.")] * 6
        assert len(first.requests()) == 1


async def test_a_request_that_gets_no_turn_is_rejected_by_the_operator_with_a_time_to_come_again(
    world: World, tmp_path: Path
) -> None:
    world.sandboxes_silent = True
    async with served_world(world, tmp_path, quota=1, queue_seconds=0) as served:
        first = asyncio.create_task(_read(served))
        await world.until(lambda: served.requests() and world.stored, "the first is there")
        await world.until(
            lambda: world.reason(served.requests()[0]["metadata"]["name"], "Admitted") == "Admitted", "one"
        )
        async with served.post("/v1/audio/speech", {**CALL, "input": "Second."}) as answer:
            said = await answer.json()
            assert answer.status == 429
            assert said["error"]["code"] == "concurrent_requests_exceeded"
            assert 1 <= int(answer.headers["Retry-After"]) <= 60
        second = next(r["metadata"]["name"] for r in served.requests() if r["spec"]["text"] == "Second.")
        assert (world.phase(second), world.reason(second, "Failed")) == ("Rejected", "WaitingForConcurrency")
        first.cancel()
        await asyncio.wait([first])


@pytest.mark.parametrize("cut", [0, 5])
async def test_audio_that_breaks_off_is_never_taken_for_the_whole(world: World, tmp_path: Path, cut: int) -> None:
    async with served_world(world, tmp_path) as served:
        served.front.cut_after = cut
        async with openai.AsyncOpenAI(base_url=f"{served.url}/v1", api_key=KEY, max_retries=0) as sdk:
            with pytest.raises(openai.APIError):
                await sdk.audio.speech.create(model="tts-1", voice="alloy", input="Slow.")
