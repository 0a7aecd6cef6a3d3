"""What clients of OpenAI's speech call send, as their source has it (August to November 2026), and what would break each of them."""

import base64
import json
from typing import Any

import pytest

from facade_harness import KEY, Served

pytestmark = pytest.mark.asyncio(loop_scope="module")

TEXT = "Read from the screen."
THE_13 = (
    "alloy",
    "ash",
    "ballad",
    "cedar",
    "coral",
    "echo",
    "fable",
    "marin",
    "nova",
    "onyx",
    "sage",
    "shimmer",
    "verse",
)


def call(**more: Any) -> dict[str, Any]:
    return {"model": "tts-1", "input": TEXT, "voice": "alloy", **more}


CALLS = [
    pytest.param(call(), {"Accept": "application/octet-stream"}, "audio/mpeg", id="AnythingLLM"),
    pytest.param(call(backend="openai"), {"User-Agent": "axios/1.12"}, "audio/mpeg", id="LibreChat"),
    pytest.param(
        call(custom={"a": [1]}, response_format="mp3"),
        {"X-OpenWebUI-User-Name": "Ann%20Other", "X-OpenWebUI-User-Role": "admin"},
        "audio/mpeg",
        id="Open WebUI",
    ),
    pytest.param(
        call(model="gpt-4o-mini-tts", instructions="None", response_format="wav"), {}, "audio/wav", id="Home Assistant"
    ),
    pytest.param(call(response_format="mp3", speed=1.0), {}, "audio/mpeg", id="SillyTavern"),
    pytest.param(call(voice={"id": "af_heart", "name": "Heart", "x": 1}), {}, "audio/mpeg", id="llama-swap"),
]


@pytest.mark.parametrize(("body", "headers", "media_type"), CALLS)
async def test_call_of_a_client_is_answered_with_what_it_takes(
    served: Served, body: dict[str, Any], headers: dict[str, str], media_type: str
) -> None:
    async with served.post("/v1/audio/speech", body, **headers) as answer:
        assert (answer.status, answer.headers["Content-Type"]) == (200, media_type), await answer.text()
        assert await answer.read() == f"RIFF{TEXT}".encode()
        assert "x-voxpod-unused" not in answer.headers, "instructions that say nothing"


async def test_livekit_reads_events_line_by_line(served: Served) -> None:
    """livekit-plugins-openai: events unless the model is tts-1; the Content-Type decides its parser; lines begin with `data: `."""
    body = call(model="gpt-4o-mini-tts", voice="ash", speed=1.0, response_format="mp3", stream_format="sse")
    heard, done = b"", None
    async with served.post("/v1/audio/speech", body) as answer:
        assert answer.content_type == "text/event-stream"
        async for line in answer.content:
            if not line.startswith(b"data: "):
                assert line == b"\n"
                continue
            event = json.loads(line.removeprefix(b"data: "))
            if event["type"] == "speech.audio.delta":
                heard += base64.b64decode(event["audio"])
            else:
                done = event
    assert heard == f"RIFF{TEXT}".encode()
    assert done is not None
    assert set(done["usage"]) == {"input_tokens", "output_tokens", "total_tokens"}


@pytest.mark.parametrize("voice", THE_13)
async def test_pipecat_s_thirteen_names_are_all_known(served: Served, voice: str) -> None:
    """pipecat lets no other names through, and takes pcm for 24 kHz, 16 bits, mono."""
    order = call(voice=voice, response_format="pcm", input=".")
    async with served.post("/v1/audio/speech", order) as answer:
        assert (answer.status, answer.headers["Content-Type"]) == (200, "audio/pcm")
    async with served.get("/v1/audio/voices") as answer:
        assert answer.status == 200
    assert voice in served.facade.parts.aliases.voices


async def test_set_up_of_sfortis_openai_tts(served: Served) -> None:
    """It sends a dot within ten seconds, and asks for voices beside the speech URL."""
    async with served.post("/v1/audio/speech", call(input=".", response_format="mp3")) as answer:
        assert (answer.status, answer.headers["Content-Type"]) == (200, "audio/mpeg")
    async with served.get("/v1/audio/voices?limit=100") as answer:
        assert all({"id", "name"} <= set(voice) for voice in (await answer.json())["voices"])


async def test_wyoming_openai_finds_out_whom_it_talks_to(served: Served) -> None:
    """A 200 at /v1/readyz would be LocalAI, `OK` at /health Speaches; /v1/test is what lists our own voices."""
    async with served.get("/v1/readyz", "") as answer:
        assert answer.status == 404
    async with served.get("/health", "") as answer:
        assert (await answer.text()).strip() != "OK"
    async with served.get("/v1/test", "") as answer:
        assert await answer.json() == {"status": "ok"}


@pytest.mark.parametrize("path", ["/v1/audio/voices", "/v1/audio/models", "/v1/models"])
async def test_open_webui_lists_without_a_key_and_shows_each_entry_by_id_and_name(served: Served, path: str) -> None:
    async with served.get(path, "") as answer:
        said = await answer.json()
    assert answer.status == 200
    assert said["data"]
    assert all(entry["id"] for entry in said["data"])
    assert said["object"] == "list"


async def test_mlx_audio_and_read_aloud_ask_by_model(served: Served) -> None:
    for query in ("?model=kokoro", "?model=tts-1", "?legacy=true&unknown=1"):
        async with served.get(f"/v1/audio/voices{query}", "") as answer:
            said = await answer.json()
            assert "af_heart" in {voice["id"] for voice in said["voices"]}


async def test_an_error_is_one_that_open_webui_can_show(served: Served) -> None:
    async with served.post("/v1/audio/speech", call(voice="nobody"), KEY) as answer:
        assert "nobody" in (await answer.json())["error"]["message"]
