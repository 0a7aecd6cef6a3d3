"""The unmodified OpenAI SDK against the facade."""

import base64
import json
from pathlib import Path
from typing import Any

import aiohttp
import openai
import pytest

from facade_harness import KEY, Served

pytestmark = pytest.mark.asyncio(loop_scope="module")


def client(served: Served, key: str = KEY, **changes: object) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=f"{served.url}/v1", api_key=key, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("model", ["tts-1", "tts-1-hd", "gpt-4o-mini-tts", "kokoro"])
async def test_create_gives_the_audio(served: Served, model: str) -> None:
    async with client(served) as sdk:
        answer = await sdk.audio.speech.create(model=model, voice="alloy", input="Hello.")
    assert answer.content == b"RIFFHello."
    assert answer.response.headers["content-type"] == "audio/mpeg"


async def test_streaming_to_a_file_works(served: Served, tmp_path: Path) -> None:
    async with (
        client(served) as sdk,
        sdk.audio.speech.with_streaming_response.create(
            model="tts-1", voice="nova", input="Hello.", response_format="pcm", speed=1.5
        ) as answer,
    ):
        await answer.stream_to_file(tmp_path / "x.pcm")
    assert (tmp_path / "x.pcm").read_bytes() == b"RIFFHello."
    assert served.requests()[0]["spec"]["speed"] == 1.5


def events_in(content: bytes) -> list[dict[str, Any]]:
    """The documents of server-sent events, each on a line of its own."""
    lines = content.decode().split("\n\n")
    assert lines.pop() == ""
    assert all(line.startswith("data: ") and "\n" not in line for line in lines)
    return [json.loads(line.removeprefix("data: ")) for line in lines]


async def test_events_have_the_audio_and_what_it_used(served: Served) -> None:
    text = "Hello. " * 500
    async with client(served) as sdk:
        answer = await sdk.audio.speech.create(model="gpt-4o-mini-tts", voice="ash", input=text, stream_format="sse")

    *deltas, done = events_in(answer.content)
    assert answer.response.headers["content-type"].partition(";")[0] == "text/event-stream"
    assert {event["type"] for event in deltas} == {"speech.audio.delta"}
    assert b"".join(base64.b64decode(event["audio"]) for event in deltas) == b"RIFF" + text.encode()
    assert done == {
        "type": "speech.audio.done",
        "usage": {"input_tokens": 3500, "output_tokens": 2, "total_tokens": 3502},
    }


async def test_events_of_a_text_without_anything_to_speak(served: Served) -> None:
    async with client(served) as sdk:
        answer = await sdk.audio.speech.create(model="gpt-4o-mini-tts", voice="ash", input=".", stream_format="sse")
    assert [event["type"] for event in events_in(answer.content)] == ["speech.audio.delta", "speech.audio.done"]


async def test_events_that_break_off_say_why_and_have_no_end(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voxpod_api.audio_store.CHUNK_BYTES", 3)
    served.front.cut_after = 5
    call = {"model": "tts-1", "voice": "alloy", "input": "Cut.", "stream_format": "sse"}
    async with served.post("/v1/audio/speech", call) as answer:
        first, last = [events_in(await answer.content.readuntil(b"\n\n"))[0] for _ in range(2)]
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.read()

    assert first["type"] == "speech.audio.delta"
    assert (answer.status, last["type"], last["error"]["code"]) == (200, "speech.audio.error", "store_unavailable")


async def test_models_are_listed(served: Served) -> None:
    async with client(served) as sdk:
        assert {"tts-1", "kokoro"} <= {model.id async for model in sdk.models.list()}


@pytest.mark.parametrize(
    ("call", "code", "param"),
    [
        pytest.param({"model": "gpt-5"}, "model_not_found", "model", id="unknown model"),
        pytest.param({"voice": "nobody"}, "voice_not_found", "voice", id="unknown voice"),
        pytest.param({"response_format": "aac"}, "unsupported_value", "response_format", id="aac"),
        pytest.param({"response_format": "midi"}, "unsupported_value", "response_format", id="no format"),
        pytest.param({"input": "a" * 4097}, "string_above_max_length", "input", id="4,097 characters"),
        pytest.param({"input": ""}, "string_below_min_length", "input", id="no text"),
        pytest.param({"speed": 9}, "invalid_value", "speed", id="too fast"),
    ],
)
async def test_what_cannot_be_done_is_a_bad_request_with_its_parameter(
    served: Served, call: dict[str, object], code: str, param: str
) -> None:
    asked = {"model": "tts-1", "voice": "alloy", "input": "Hello.", **call}
    async with client(served) as sdk:
        with pytest.raises(openai.BadRequestError) as caught:
            await sdk.audio.speech.create(**asked)  # type: ignore[arg-type]
    assert (caught.value.code, caught.value.param) == (code, param)
    assert caught.value.request_id is not None
    assert set(caught.value.body) == {"message", "type", "param", "code"}  # type: ignore[call-overload]
    assert served.requests() == []


async def test_a_wrong_key_is_an_authentication_error(served: Served) -> None:
    async with client(served, key="vxp-unknown") as sdk:
        with pytest.raises(openai.AuthenticationError) as caught:
            await sdk.audio.speech.create(model="tts-1", voice="alloy", input="Hello.")
    assert caught.value.code == "invalid_api_key"


async def test_a_call_that_the_sdk_repeats_is_spoken_once(served: Served) -> None:
    """The store fails once when the audio is fetched: 503, and the SDK repeats the call by itself."""
    served.front.refuse_once = True
    async with client(served) as sdk:
        answer = await sdk.audio.speech.create(model="tts-1", voice="alloy", input="Once.")
    assert answer.content == b"RIFFOnce."
    assert len(served.front.served) == 2
    assert len(served.requests()) == 1


async def test_the_same_call_made_anew_is_spoken_anew(served: Served) -> None:
    async with client(served) as sdk:
        for _ in range(2):
            await sdk.audio.speech.create(model="tts-1", voice="alloy", input="Twice.")
    assert len(served.requests()) == 2
