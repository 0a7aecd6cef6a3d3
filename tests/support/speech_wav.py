"""Facts of a WAV file, as somebody would notice them who listens."""

import io
import wave
from dataclasses import dataclass

import numpy as np

CLIPPED = 32767
FRAME_SECONDS = 0.02
HEARD = 0.01
"""Root mean square of a frame, full scale being 1 (-40 dB), above which it is heard."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a WAV holds."""

    sample_rate: int
    channels: int
    sample_bytes: int
    seconds: float
    peak: float
    """Loudest sample, full scale being 1."""
    clipped: float
    """Share of samples at full scale."""
    heard: float
    """Share of 20 ms frames that are not silent."""


def listen(content: bytes) -> Heard:
    """The facts; wave.Error or EOFError when it is no WAV, AssertionError when the header lies about the length."""
    with wave.open(io.BytesIO(content)) as file:
        frames, rate, channels, width = file.getnframes(), file.getframerate(), file.getnchannels(), file.getsampwidth()
        samples = np.frombuffer(file.readframes(frames), dtype="<i2")
    assert len(samples) == frames * channels, f"the header says {frames} frames, there are {len(samples)}"
    level = np.abs(samples.astype(np.int32))
    size = int(rate * FRAME_SECONDS)
    whole = samples[: len(samples) // size * size].astype(np.float64).reshape(-1, size) / 32768
    loudness = np.sqrt((whole**2).mean(axis=1))
    return Heard(
        rate,
        channels,
        width,
        frames / rate,
        float(level.max()) / 32768,
        float((level >= CLIPPED).mean()),
        float((loudness > HEARD).mean()),
    )
