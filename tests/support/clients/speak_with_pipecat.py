"""Pipecat's OpenAI TTS service in a pipeline: base URL and key as arguments, what was heard as JSON on stdout."""

import asyncio
import json
import sys

from pipecat.frames.frames import ErrorFrame, TTSAudioRawFrame, TTSSpeakFrame
from pipecat.services.openai.tts import OpenAITTSService
from pipecat.tests.utils import run_test


async def main() -> None:
    """One text in one of its thirteen voices."""
    service = OpenAITTSService(
        api_key=sys.argv[2],
        base_url=sys.argv[1],
        settings=OpenAITTSService.Settings(model="gpt-4o-mini-tts", voice="nova"),
        sample_rate=24_000,
    )
    heard, errors = await run_test(service, frames_to_send=[TTSSpeakFrame("Read from the screen.")])
    audio = [frame for frame in heard if isinstance(frame, TTSAudioRawFrame)]
    said = {
        "bytes": sum(len(frame.audio) for frame in audio),
        "rates": sorted({frame.sample_rate for frame in audio}),
        "errors": [str(frame.error) for frame in errors if isinstance(frame, ErrorFrame)],
    }
    print(json.dumps(said))


asyncio.run(main())
