"""Clients as their makers publish them, against the facade: what they hear is what was spoken, and errors reach them whole."""

import asyncio
import hashlib
import io
import math
import shutil
from array import array

import pytest
import soundfile

from facade_harness import KEY, Served
from operator_world import World
from played_sandbox import speak
from real_clients import LIVEKIT, OPENAI_NODE, PIPECAT, SCRIPTS, node_modules_with, python_with, told
from voxpod_api.openai.mp3 import length_frame
from voxpod_crds.sandbox_protocol import Report, Work

pytestmark = pytest.mark.asyncio(loop_scope="module")

RATE, SECONDS = 24_000, 2


def a_tone(format: str) -> bytes:
    """Sound that a decoder takes."""
    samples = array("h", (round(8000 * math.sin(i / 9)) for i in range(SECONDS * RATE)))
    if format == "pcm":
        return samples.tobytes()
    sink = io.BytesIO()
    soundfile.write(sink, [one / 32768 for one in samples], RATE, format="MP3")
    return sink.getvalue()


def speak_a_tone(world: World, work: Work) -> Report:
    return speak(world, work, a_tone(work.format))


@pytest.fixture
def base_url(served: Served) -> str:
    served.world.synthesize = speak_a_tone
    return f"{served.url}/v1"


async def test_livekit_s_plugin_hears_events_and_plain_audio(served: Served, base_url: str) -> None:
    await served.know_voices()
    said = await told([await asyncio.to_thread(python_with, LIVEKIT), SCRIPTS / "speak_with_livekit.py"], base_url, KEY)

    for way in ("events", "audio"):
        assert said[way]["rate"] == RATE
        assert said[way]["seconds"] == pytest.approx(SECONDS, abs=0.2)
    assert said["nobody"] == {"status": 400}


async def test_pipecat_s_service_gets_its_pcm(base_url: str) -> None:
    said = await told([await asyncio.to_thread(python_with, PIPECAT), SCRIPTS / "speak_with_pipecat.py"], base_url, KEY)

    assert said == {"bytes": 2 * SECONDS * RATE, "rates": [RATE], "errors": []}


async def test_openai_s_sdk_for_node_gets_audio_events_lists_and_whole_errors(served: Served, base_url: str) -> None:
    await served.know_voices()
    home = await asyncio.to_thread(node_modules_with, OPENAI_NODE)
    script = home / "speak.mjs"  # Node looks for modules beside the script
    shutil.copyfile(SCRIPTS / "speak_with_openai.mjs", script)
    said = await told(["node", script], base_url, KEY)

    tone = a_tone("mp3")
    digest = hashlib.sha256(tone[length_frame(tone) :]).hexdigest()
    assert (said["type"], said["audio"]) == ("audio/mpeg", digest)
    assert said["events"] == {"audio": digest, "last": "speech.audio.done"}
    assert {"kokoro", "tts-1", "tts-1-hd", "gpt-4o-mini-tts"} <= set(said["models"])
    for field, code in (("voice", "voice_not_found"), ("model", "model_not_found")):
        error = said[field]
        assert (error["name"], error["status"], error["code"], error["param"]) == ("BadRequestError", 400, code, field)
        assert error["id"].startswith("req_")
