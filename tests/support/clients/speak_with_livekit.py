"""LiveKit's OpenAI TTS plugin as an agent uses it: base URL and key as arguments, seconds and rate heard as JSON on stdout."""

import asyncio
import json
import sys

from livekit.agents import APIStatusError
from livekit.agents.utils import http_context
from livekit.plugins import openai


async def heard(model: str, voice: str, text: str) -> dict[str, object]:
    """What comes out of one text."""
    async with openai.TTS(base_url=sys.argv[1], api_key=sys.argv[2], model=model, voice=voice) as tts:
        samples, rate = 0, 0
        try:
            async for event in tts.synthesize(text):
                samples += event.frame.samples_per_channel
                rate = event.frame.sample_rate
        except APIStatusError as error:
            return {"status": error.status_code}
    return {"seconds": samples / rate, "rate": rate}


async def main() -> None:
    """Events for the new model, plain audio for the old one, and what an unknown voice is told."""
    http_context._new_session_ctx()
    said = {
        "events": await heard("gpt-4o-mini-tts", "ash", "Read from the screen."),
        "audio": await heard("tts-1", "alloy", "Read from the screen."),
        "nobody": await heard("tts-1", "nobody", "Read from the screen."),
    }
    print(json.dumps(said))


asyncio.run(main())
