"""A task with `stream`: told as it goes, heard while it is spoken, and still a task like any other."""

import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from facade_harness import Served
from live_sandbox import LiveSandbox, in_two_pieces, says
from voxpod_api.tasks import streaming

pytestmark = pytest.mark.asyncio(loop_scope="module")

CALL = {"text": "Hello there.", "format": "mp3", "stream": True}
Event = dict[str, Any]


@pytest_asyncio.fixture(loop_scope="module")
async def hearing(served: Served) -> AsyncIterator[Served]:
    """Its sandboxes are the test's."""
    yield served
    served.world.kubelet = None


async def events_of(answer: Any) -> AsyncIterator[Event]:
    async for line in answer.content:
        if line.startswith(b"data: "):
            yield json.loads(line.removeprefix(b"data: "))


def states(events: list[Event]) -> list[str]:
    return [one["task"]["status"] for one in events if one["type"] == "speech_task"]


def sound(events: list[Event]) -> bytes:
    return b"".join(base64.b64decode(one["audio"]) for one in events if one["type"] == "speech.audio.delta")


async def test_it_is_told_as_it_goes_and_heard_while_it_is_spoken(hearing: Served) -> None:
    hearing.world.kubelet = sandbox = LiveSandbox(in_two_pieces)
    seen: list[Event] = []
    async with hearing.post("/v1/speech-tasks", CALL) as answer:
        assert (answer.status, answer.content_type) == (200, "text/event-stream")
        async for event in events_of(answer):
            seen.append(event)
            if sound(seen) == b"one " and not sandbox.go.is_set():
                assert states(seen)[0] == "queued"
                assert "succeeded" not in states(seen)
                sandbox.go.set()
    assert sound(seen) == b"one two"
    assert (seen[-1]["type"], states(seen)[-1]) == ("speech_task", "succeeded"), "the end is the task as it ended"
    assert seen[-1]["task"]["audio_url"]
    async with hearing.get(f"/v1/speech-tasks/{seen[0]['task']['id']}/audio") as answer:
        assert await answer.read() == b"RIFFHello there."


async def test_one_that_is_not_heard_live_is_told_to_its_end(hearing: Served) -> None:
    async def is_of_an_older_release(sandbox: LiveSandbox) -> None:
        pass

    hearing.world.kubelet = LiveSandbox(is_of_an_older_release)
    async with hearing.post("/v1/speech-tasks", CALL) as answer:
        seen = [event async for event in events_of(answer)]
    assert (sound(seen), states(seen)[-1]) == (b"", "succeeded")


async def test_sound_that_breaks_off_is_followed_by_what_became_of_the_task(hearing: Served) -> None:
    async def dies(sandbox: LiveSandbox) -> None:
        line = await sandbox.connected()
        await line.send(b"one ")
        line.cut()

    hearing.world.kubelet = LiveSandbox(dies)
    async with hearing.post("/v1/speech-tasks", CALL) as answer:
        seen = [event async for event in events_of(answer)]
    assert (sound(seen), states(seen)[-1]) == (b"one ", "succeeded")


async def test_a_client_that_leaves_takes_nothing_away(hearing: Served) -> None:
    hearing.world.kubelet = sandbox = LiveSandbox(lambda made: says_later(made))
    async with hearing.post("/v1/speech-tasks", CALL) as answer:
        first = await anext(events_of(answer))
    sandbox.go.set()
    async with hearing.get(f"/v1/speech-tasks/{first['task']['id']}?wait=10") as answer:
        assert (await answer.json())["status"] == "succeeded"


async def says_later(sandbox: LiveSandbox) -> None:
    await sandbox.go.wait()
    if sandbox.work is not None and sandbox.work.live is not None:
        line = await sandbox.connected()
        await line.status()
        line.cut()


async def test_one_that_is_cancelled_is_told_so(hearing: Served) -> None:
    hearing.world.sandboxes_silent = True
    seen: list[Event] = []
    async with hearing.post("/v1/speech-tasks", CALL) as answer:
        async for event in events_of(answer):
            seen.append(event)
            if len(seen) == 1:
                url = f"{hearing.url}/v1/speech-tasks/{event['task']['id']}"
                key = {"Authorization": answer.request_info.headers["Authorization"]}
                await (await hearing.http.delete(url, headers=key)).read()
    assert states(seen)[-1] == "cancelled"
    assert seen[-1]["task"]["error"]["code"] == "request_cancelled"


async def test_one_that_waits_is_not_silent_for_long(hearing: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "QUIET_SECONDS", 0.05)
    hearing.world.sandboxes_silent = True
    async with hearing.post("/v1/speech-tasks", CALL) as answer:
        async for line in answer.content:
            if line == streaming.COMMENT[:-1]:
                break


async def test_what_is_wrong_with_it_has_a_status_of_its_own(hearing: Served) -> None:
    async with hearing.post("/v1/speech-tasks", CALL | {"model": "none"}) as answer:
        assert (answer.status, (await answer.json())["error"]["code"]) == (400, "model_not_found")


async def test_a_key_used_again_follows_the_same_task(hearing: Served) -> None:
    hearing.world.kubelet = LiveSandbox(lambda sandbox: says(sandbox, b"one"))
    ids = []
    for _ in range(2):
        async with hearing.post("/v1/speech-tasks", CALL, **{"Idempotency-Key": "again"}) as answer:
            seen = [event async for event in events_of(answer)]
        ids.append((seen[-1]["task"]["id"], states(seen)[-1]))
    assert ids[0] == ids[1]
