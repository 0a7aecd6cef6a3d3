"""Samples to sound files: edges, level, WAV. Samples are mono float32, -1 to 1."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
"""Mono, [n], -1 to 1."""

_QUIET = 0.001
"""-60 dB: below it is the model's idle noise; the softest fricatives measured at word ends stay above -50 dB."""
EDGE_SECONDS = 0.06
"""Silence that is left before and after the sound."""
_FADE_SECONDS = 0.004
_CEILING = 0.985


@dataclass(frozen=True, slots=True)
class Written:
    """What `write_wav` wrote."""

    duration_seconds: float
    peak: float
    """Largest sample, 0 to 1."""


def audible(samples: Samples, sample_rate: int) -> slice:
    """Where the sound lies between the silence at both ends, with a margin; all of it when it is silent throughout."""
    loud = np.flatnonzero(np.abs(samples) > _QUIET)
    if not loud.size:
        return slice(0, len(samples))
    margin = round(EDGE_SECONDS * sample_rate)
    return slice(max(0, int(loud[0]) - margin), min(len(samples), int(loud[-1]) + margin + 1))


def trimmed(samples: Samples, sample_rate: int) -> Samples:
    """The samples without the silence at both ends, but for a margin; all of them when they are silent throughout."""
    return samples[audible(samples, sample_rate)]


def faded(samples: Samples, sample_rate: int) -> Samples:
    """A copy that rises from and falls to zero within 4 ms, so that no joint clicks."""
    length = min(round(_FADE_SECONDS * sample_rate), len(samples) // 2)
    ramp = np.linspace(0.0, 1.0, length, dtype=np.float32)
    copy = samples.copy()
    copy[:length] *= ramp
    copy[len(copy) - length :] *= ramp[::-1]
    return copy


def within_full_scale(samples: Samples) -> Samples:
    """The samples, quieter if they would clip at 16 bits."""
    peak = float(np.abs(samples).max(initial=0.0))
    return samples if peak <= _CEILING else samples * np.float32(_CEILING / peak)


def write_wav(file: BinaryIO, chunks: Iterable[Samples], sample_rate: int) -> Written:
    """Write chunks one after the other as 16-bit mono WAV with correct sizes in its header; `file` must be seekable."""
    import soundfile

    frames, peak = 0, 0.0
    with soundfile.SoundFile(file, "w", sample_rate, 1, "PCM_16", format="WAV") as sound:
        for chunk in chunks:
            sound.write(chunk)
            frames += len(chunk)
            peak = max(peak, float(np.abs(chunk).max(initial=0.0)))
    return Written(frames / sample_rate, peak)
