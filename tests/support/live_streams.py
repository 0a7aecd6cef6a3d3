"""Streams that tell no length, read all the same."""

import io
from typing import Any

import soundfile

MOST_SECONDS = 60


def decoded(stream: bytes, format: str, rate: int = 24_000, *, flac_samples: int = 0) -> Any:
    """Its samples, float32. libsndfile's reader of FLAC needs to be told how many there are."""
    raw = {"format": "RAW", "subtype": "PCM_16", "samplerate": rate, "channels": 1} if format == "pcm" else {}
    if format == "flac":
        stream = _flac_with_length(stream, flac_samples)
    with soundfile.SoundFile(io.BytesIO(stream), **raw) as file:
        return file.read(MOST_SECONDS * rate, dtype="float32")


def _flac_with_length(stream: bytes, samples: int) -> bytes:
    """As if the header told it: 36 bits of the STREAMINFO block (RFC 9639, section 8.2)."""
    told = int.from_bytes(stream[18:26], "big")
    assert told & ((1 << 36) - 1) == 0, "nobody knew it"
    return stream[:18] + (told | samples).to_bytes(8, "big") + stream[26:]
