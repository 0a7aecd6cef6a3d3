"""Speech that is heard while it is spoken: what a client gets, and what becomes of the request, whoever fails."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from facade_harness import Served
from live_sandbox import LiveSandbox, Script, in_two_pieces, says
from voxpod_api.live import listening
from voxpod_crds.tts_request import Phase
from voxpod_operator.cluster.kinds import TTS_REQUEST

pytestmark = pytest.mark.asyncio(loop_scope="module")

CALL = {"model": "tts-1", "voice": "alloy", "input": "Hello there.", "response_format": "pcm"}


@pytest_asyncio.fixture(loop_scope="module")
async def hearing(served: Served) -> AsyncIterator[Served]:
    """Its sandboxes are the test's."""
    yield served
    served.world.kubelet = None


def sandbox_of(served: Served, script: Script, **facts: str) -> LiveSandbox:
    """Every request from now on has one that does this."""
    served.world.kubelet = made = LiveSandbox(script, **facts)
    return made


def phases(served: Served) -> list[str]:
    return [(request.get("status") or {}).get("phase", "") for request in served.requests()]


async def test_each_piece_arrives_when_it_was_spoken(hearing: Served) -> None:
    sandbox = sandbox_of(hearing, in_two_pieces)
    async with hearing.post("/v1/audio/speech", CALL) as answer:
        assert (answer.status, answer.headers["x-voxpod-live"]) == (200, "true")
        assert "Content-Length" not in answer.headers
        assert await answer.content.readany() == b"one "
        assert phases(hearing) == [Phase.RUNNING]
        sandbox.go.set()
        assert await answer.content.read() == b"two"
    assert phases(hearing) == [Phase.SUCCEEDED], "the end is that of a request that succeeded"
    assert sandbox.said == [204]


async def test_events_carry_it_and_end_with_what_was_used(hearing: Served) -> None:
    sandbox_of(hearing, lambda sandbox: says(sandbox, b"one ", b"two"))
    async with hearing.post("/v1/audio/speech", CALL | {"stream_format": "sse"}) as answer:
        lines = [line for line in (await answer.text()).split("\n") if line]
    events = [json.loads(line.removeprefix("data: ")) for line in lines]

    assert b"".join(base64.b64decode(event["audio"]) for event in events[:-1]) == b"one two"
    assert events[-1] == {
        "type": "speech.audio.done",
        "usage": {"input_tokens": 12, "output_tokens": 2, "total_tokens": 14},
    }


async def test_what_is_spoken_by_a_sandbox_that_sends_nothing_is_sent_when_it_is_stored(hearing: Served) -> None:
    async def is_of_an_older_release(sandbox: LiveSandbox) -> None:
        pass

    sandbox_of(hearing, is_of_an_older_release)
    async with hearing.post("/v1/audio/speech", CALL) as answer:
        assert "x-voxpod-live" not in answer.headers
        assert await answer.read() == b"RIFFHello there."


async def test_sandbox_that_ends_without_a_sound_is_as_one_that_sends_nothing(hearing: Served) -> None:
    sandbox_of(hearing, says)
    async with hearing.post("/v1/audio/speech", CALL) as answer:
        assert await answer.read() == b"RIFFHello there."


async def test_failure_before_the_first_sound_has_a_status_of_its_own(hearing: Served) -> None:
    async def fails(sandbox: LiveSandbox) -> None:
        (await sandbox.connected()).cut()

    sandbox_of(hearing, fails, fails="input")
    async with hearing.post("/v1/audio/speech", CALL) as answer:
        assert (answer.status, (await answer.json())["error"]["code"]) == (400, "input_refused")


async def breaks_off(sandbox: LiveSandbox) -> None:
    line = await sandbox.connected()
    await line.send(b"one ")
    await sandbox.go.wait()
    line.cut()


async def test_sandbox_that_breaks_off_is_never_an_orderly_end(hearing: Served) -> None:
    sandbox = sandbox_of(hearing, breaks_off)
    async with hearing.post("/v1/audio/speech", CALL) as answer:
        assert await answer.content.readany() == b"one "
        sandbox.go.set()
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.content.read()


async def test_events_that_break_off_say_why_and_are_cut(hearing: Served) -> None:
    sandbox = sandbox_of(hearing, breaks_off)
    async with hearing.post("/v1/audio/speech", CALL | {"stream_format": "sse"}) as answer:
        said = await answer.content.readuntil(b"\n\n")
        sandbox.go.set()
        said += await answer.content.readuntil(b"\n\n")
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.content.read()
    assert b"speech.audio.error" in said
    assert b"audio_broke_off" in said
    assert b"speech.audio.done" not in said


async def test_sound_of_a_request_that_fails_in_the_end_is_cut(hearing: Served) -> None:
    sandbox_of(hearing, lambda sandbox: says(sandbox, b"all of it"), fails="input")
    async with hearing.post("/v1/audio/speech", CALL) as answer:
        assert answer.status == 200
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.read()


async def test_request_that_is_cancelled_meanwhile_is_cut_at_once(hearing: Served) -> None:
    sandbox = sandbox_of(hearing, breaks_off)
    async with hearing.post("/v1/audio/speech", CALL) as answer:
        assert await answer.content.readany() == b"one "
        (request,) = hearing.requests()
        await hearing.world.patch(TTS_REQUEST, "acme", request["metadata"]["name"], {"spec": {"cancel": True}})
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.content.read()
    sandbox.go.set()


async def goes_on(sandbox: LiveSandbox) -> None:
    """Speaks until nobody takes it, or it may end."""
    line = await sandbox.connected()
    try:
        while not sandbox.go.is_set():
            await line.send(b"more ")
            await asyncio.sleep(0.01)
        sandbox.said.append(await line.end())
    except OSError:
        sandbox.said.append(0)
        await sandbox.go.wait()  # the rest is spoken all the same
    line.cut()


async def test_listener_who_leaves_cancels(hearing: Served) -> None:
    sandbox = sandbox_of(hearing, goes_on)
    async with hearing.post("/v1/audio/speech", CALL) as answer:
        await answer.content.readany()
    await hearing.world.until(lambda: phases(hearing) == [Phase.CANCELLED], "nobody wants it any more")
    sandbox.go.set()


async def test_listener_who_leaves_cancels_nothing_that_is_to_be_stored(hearing: Served) -> None:
    sandbox = sandbox_of(hearing, goes_on)
    async with hearing.post("/v1/audio/speech", CALL | {"store": True}) as answer:
        await answer.content.readany()
    sandbox.go.set()
    await hearing.world.until(lambda: phases(hearing) == [Phase.SUCCEEDED], "it is stored")


async def test_slow_listener_costs_a_bounded_buffer(hearing: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """64 MB are more than anything between them holds; what it takes in the end is whole."""
    monkeypatch.setattr(listening, "MOST_KEPT", 1 << 20)
    held: list[int] = []

    async def floods(sandbox: LiveSandbox) -> None:
        line = await sandbox.connected()
        for number in range(64):
            await line.send(bytes([number]) * (1 << 18))
            held.append(number)
        sandbox.said.append(await line.end())
        line.cut()

    sandbox = sandbox_of(hearing, floods)
    async with hearing.post("/v1/audio/speech", CALL) as answer:
        shelf = hearing.facade.live.listeners._shelf  # type: ignore[union-attr]
        await hearing.world.until(lambda: shelf.held >= 1 << 20, "it is full")
        assert shelf.held < (1 << 20) + (1 << 17)
        heard = b""
        while piece := await answer.content.readany():
            heard += piece
    assert heard == b"".join(bytes([number]) * (1 << 18) for number in range(64))
    assert (sandbox.said, shelf.held) == ([204], 0)


async def test_many_slow_listeners_share_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "MOST_KEPT_IN_ALL", 1 << 20)
    listeners = listening.LiveListeners("secret" * 8)
    with listeners.listening() as first, listeners.listening() as second:
        for one in (first, second):
            assert one.connect()
        for _ in range(4):
            await first.put(bytes(1 << 18))
        await second.put(bytes(1 << 18))
        waits = asyncio.create_task(second.put(b"one more"))
        await asyncio.sleep(0)
        assert not waits.done(), "all are crowded, and it has its least"
        await second.next()
        await waits
    assert listeners._shelf.held == 0


async def test_repeat_of_a_call_that_is_heard_gets_the_stored_audio(hearing: Served) -> None:
    async def speaks(sandbox: LiveSandbox) -> None:
        line = await sandbox.connected()
        await line.send(b"one ")
        await sandbox.go.wait()
        sandbox.said.append(await line.end())
        line.cut()

    sandbox = sandbox_of(hearing, speaks)
    async with hearing.post("/v1/audio/speech", CALL) as answer:
        assert await answer.content.readany() == b"one "
        repeat = asyncio.create_task(repeated(hearing))
        await hearing.world.until(lambda: len(hearing.facade.board._seats) == 1, "it has a seat")
        sandbox.go.set()
        assert await repeat == b"RIFFHello there."
    assert len(hearing.requests()) == 1


async def repeated(served: Served) -> bytes:
    async with served.post("/v1/audio/speech", CALL, **{"x-stainless-retry-count": "1"}) as answer:
        return bytes(await answer.read())
