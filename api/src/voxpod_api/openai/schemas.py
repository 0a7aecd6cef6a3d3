"""The body of `POST /v1/audio/speech`, as OpenAI's specification of August 2026 has it."""

import math
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from voxpod_api.web.bodies import Body
from voxpod_crds.tts_request import MAX_SEED

MAX_INPUT = 4096

AudioType = Literal["mp3", "opus", "aac", "flac", "wav", "pcm"]

PCM_RATE = 24_000
"""Samples per second that clients of OpenAI take pcm for."""


def _name_of_voice(voice: Any) -> Any:
    """OpenAI has a voice as a name, or as an object with an id; some clients send back the object that a list gave them."""
    return voice.get("id") if isinstance(voice, dict) else voice


def usage_of(text: str, seconds: float) -> dict[str, int]:
    """What a call used, in the three numbers that OpenAI's event has: characters, seconds of audio (rounded up), their sum."""
    heard = math.ceil(seconds)
    return {"input_tokens": len(text), "output_tokens": heard, "total_tokens": len(text) + heard}


class SpeechBody(Body):
    """What to speak, and how."""

    model: str = Field("tts-1", max_length=63, description="A SpeechModel, or one of tts-1, tts-1-hd, gpt-4o-mini-tts.")
    input: str = Field(min_length=1, max_length=MAX_INPUT, description="The text.")
    voice: Annotated[str | None, BeforeValidator(_name_of_voice)] = Field(
        None, max_length=256, description="A voice of the model, a mix, or one of OpenAI's names."
    )
    response_format: AudioType = Field("mp3", description="aac is refused.")
    speed: float = Field(1.0, ge=0.25, le=4.0)
    stream_format: Literal["audio", "sse"] = Field(
        "audio", description="The audio itself, or server-sent events with it."
    )
    store: bool = Field(
        False, description="Voxpod's own: whether the request goes on, and its audio is stored, when the client leaves."
    )
    seed: int | None = Field(
        None, ge=0, le=MAX_SEED, description="Voxpod's own: of the model's random choices, where it makes any."
    )
    instructions: str | None = Field(
        None, max_length=4096, description="How it is to be spoken; used where the model follows such, else not."
    )

    @property
    def wish(self) -> str:
        """The instructions; empty for none. Home Assistant sends the text `None`."""
        return self.instructions if self.instructions and self.instructions != "None" else ""
