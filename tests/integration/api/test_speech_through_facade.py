"""From an HTTP call to the audio, through a whole operator."""

import base64

import aiohttp
import pytest

from facade_harness import KEY, Served
from played_sandbox import speak
from resource_bodies import a_model_body
from silent_files import silent_file
from voxpod_operator.cluster.kinds import SPEECH_MODEL

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def an_actor(served: Served) -> None:
    """A second model, which follows instructions, as soon as operator and facade know it."""
    served.world.facts = {"takes_instructions": True}
    body = a_model_body(default=False)
    await served.world.create(SPEECH_MODEL, body | {"metadata": {"name": "actor"}})
    models = served.facade.parts.catalog.models
    await served.world.until(lambda: any(m.status.takes_instructions for m in models.all()), "the actor is known")
    served.world.facts = {}


async def test_synthesize_answers_with_a_url_that_needs_no_credentials(served: Served) -> None:
    async with served.post("/v1/tts/synthesize", {"text": "Hello.", "voice": "af_heart", "format": "mp3"}) as answer:
        assert answer.status == 200, await answer.text()
        said = await answer.json()
    assert set(said) == {"audio_url", "expires_in", "duration", "request_id"}
    assert said["duration"] == 1.5
    assert 3590 < said["expires_in"] <= 3600
    async with aiohttp.ClientSession() as stranger, stranger.get(said["audio_url"]) as audio:
        assert await audio.read() == b"RIFFHello."
    (made,) = served.requests()
    assert made["metadata"]["name"] == said["request_id"]
    assert made["spec"] | {"text": "Hello.", "voice": "af_heart", "format": "mp3", "model": "kokoro"} == made["spec"]


async def test_tts_answers_with_the_audio_in_base64(served: Served) -> None:
    async with served.post("/tts", {"text": "Hello.", "speaker": "af_heart", "language": "en"}) as answer:
        assert answer.status == 200, await answer.text()
        said = await answer.json()
    assert base64.b64decode(said.pop("audio")) == b"RIFFHello."
    assert said == {"duration": 1.5, "sample_rate": 24000}


@pytest.mark.parametrize(
    ("asked", "media_type"),
    [
        pytest.param({}, "audio/mpeg", id="mp3 without a word"),
        pytest.param({"response_format": "opus"}, "audio/opus", id="opus"),
        pytest.param({"response_format": "flac"}, "audio/flac", id="flac"),
        pytest.param({"response_format": "wav"}, "audio/wav", id="wav"),
        pytest.param({"response_format": "pcm"}, "audio/pcm", id="pcm"),
    ],
)
async def test_openai_speech_has_the_exact_content_type(served: Served, asked: dict[str, str], media_type: str) -> None:
    call = {"model": "tts-1", "input": "Hello.", "voice": "alloy", **asked}
    async with served.post("/v1/audio/speech", call, Accept="application/octet-stream") as answer:
        assert answer.status == 200, await answer.text()
        assert answer.headers["Content-Type"] == media_type
        assert await answer.read() == b"RIFFHello."
        assert answer.headers["x-request-id"].startswith("req_")
        assert answer.headers["openai-processing-ms"].isdecimal()
        assert answer.headers["x-voxpod-voice"] == "af_heart"
        assert answer.headers["x-ratelimit-limit-concurrency"] == "20"
    (made,) = served.requests()
    assert made["spec"]["sampleRate"] == 24000
    assert made["spec"]["format"] == asked.get("response_format", "mp3")


async def test_what_is_not_used_is_named(served: Served) -> None:
    call = {"model": "tts-1", "input": "Hi.", "voice": {"id": "af_heart", "name": "Heart"}, "instructions": "Whisper."}
    strange = {"backend": "x", "bad\r\nkey": 1, "stream": True}
    async with served.post("/v1/audio/speech", call | strange) as answer:
        assert answer.status == 200
        assert answer.headers["x-voxpod-ignored"] == "backend, stream"
        assert answer.headers["x-voxpod-unused"] == "instructions"


async def test_instructions_go_to_a_model_that_follows_them_and_to_no_other(served: Served) -> None:
    await an_actor(served)
    call = {"model": "actor", "input": "Hi.", "voice": "af_heart", "instructions": "Whisper."}
    async with served.post("/v1/audio/speech", call) as answer:
        assert answer.status == 200, await answer.text()
        assert "x-voxpod-unused" not in answer.headers
    async with served.post("/v1/audio/speech", call | {"model": "tts-1"}) as answer:
        assert (answer.status, answer.headers["x-voxpod-unused"]) == (200, "instructions")
    async with served.post("/v1/audio/speech", call | {"instructions": "x" * 1001}) as answer:
        problem = (await answer.json())["error"]
        assert (answer.status, problem["code"], problem["param"]) == (400, "instructions_too_long", "instructions")
        assert "1001 characters; at most 1000 are accepted" in problem["message"]
    assert [made["spec"].get("instructions") for made in served.requests()] == ["Whisper.", None]


async def test_seed_and_instructions_of_our_own_calls_go_to_the_request_and_are_never_dropped(served: Served) -> None:
    asked = {"text": "Hi.", "seed": 7, "instructions": "Whisper."}
    async with served.post("/v1/tts/synthesize", asked) as answer:
        problem = (await answer.json())["error"]
        assert (answer.status, problem["code"]) == (400, "not_supported"), problem
        assert "SpeechModel kokoro takes none; leave them out" in problem["message"]
    async with served.post("/v1/speech-tasks", {"text": "Hi.", "seed": 2**31 - 1}) as answer:
        assert answer.status == 202, await answer.text()
    async with served.post("/v1/speech-tasks", {"text": "Hi.", "seed": 2**31}) as answer:
        assert answer.status == 400
    made = {(spec.get("seed"), spec.get("instructions")) for spec in (one["spec"] for one in served.requests())}
    assert made == {(7, "Whisper."), (2**31 - 1, None)}


async def test_a_text_without_anything_to_speak_is_a_short_silence(served: Served) -> None:
    async with served.post("/v1/audio/speech", {"model": "tts-1", "input": ".", "voice": "alloy"}) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "audio/mpeg"
        assert len(await answer.read()) > 100
    assert served.requests() == []


async def test_json_is_taken_whatever_its_content_type_says(served: Served) -> None:
    body = b'{"model": "tts-1", "input": "Hello.", "voice": "alloy"}'
    form = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": f"Bearer {KEY}"}
    async with served.http.post(f"{served.url}/v1/audio/speech", data=body, headers=form) as answer:
        assert answer.status == 200


async def test_catalogue_is_open_and_fits_every_client(served: Served) -> None:
    async with served.get("/v1/audio/voices", key="") as answer:
        voices = await answer.json()
    assert voices["voices"] == voices["data"]
    assert {"af_heart", "zf_xiaobei", "marin"} == {v["id"] for v in voices["data"]}
    assert {v["id"]: v["language"] for v in voices["data"]}["zf_xiaobei"] == "zh"
    for path in ("/v1/models", "/v1/audio/models"):
        async with served.get(path, key="") as answer:
            models = await answer.json()
        assert models["data"] == models["models"]
        assert {m["id"] for m in models["data"]} == {"kokoro", "tts-1", "tts-1-hd", "gpt-4o-mini-tts"}


async def test_openai_speech_has_no_frame_of_length_and_the_stored_file_has(served: Served) -> None:
    stored = silent_file("mp3")
    served.world.synthesize = lambda world, work: speak(world, work, stored)
    async with served.post("/v1/audio/speech", {"input": "Joined.", "voice": "alloy"}) as answer:
        heard = await answer.read()
        assert int(answer.headers["Content-Length"]) == len(heard)
    async with served.post("/v1/tts/synthesize", {"text": "Joined.", "format": "mp3"}) as answer:
        url = (await answer.json())["audio_url"]
    async with served.http.get(url) as audio:
        assert await audio.read() == stored
    assert b"Xing" in stored
    assert b"Xing" not in heard
    assert stored.endswith(heard)
