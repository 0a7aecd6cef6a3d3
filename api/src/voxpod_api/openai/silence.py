"""The answer to a text without anything to speak: Home Assistant's plugin sets itself up with ".", and takes an error for a
server that does not work. No sandbox is spent on it, and nothing is charged."""

import unicodedata
from functools import cache
from importlib.resources import files

from voxpod_api.openai.mp3 import length_frame


def has_nothing_to_say(text: str) -> bool:
    """Whether a text holds only punctuation, spaces and control characters."""
    return all(unicodedata.category(sign)[0] in "PZC" for sign in text)


@cache
def silence(audio_format: str) -> bytes:
    """A quarter of a second of silence, at 24 kHz, as `tests/support/silent_files.py` made it."""
    content = (files("voxpod_api.openai") / "silence_files" / f"silence.{audio_format}").read_bytes()
    return content[length_frame(content) :] if audio_format == "mp3" else content
