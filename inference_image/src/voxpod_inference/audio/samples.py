"""What an engine does to the edges of one utterance."""

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
"""Mono, [n]; full scale is -1 to 1, and what an engine yields may be louder: only the whole sound's level is brought below it."""

_QUIET = 0.001
"""-60 dB: below it is the model's idle noise; the softest fricatives measured at word ends stay above -50 dB."""
UNHEARD = 0.00316
"""-50 dB: what dies away below it is a pause to the ear."""
EDGE_SECONDS = 0.06
"""Silence that is left before and after the sound."""
_FADE_SECONDS = 0.004


def audible(samples: Samples, sample_rate: int) -> slice:
    """Where the sound lies between the silence at both ends, with a margin; all of it when it is silent throughout."""
    loud = np.flatnonzero(np.abs(samples) > _QUIET)
    if not loud.size:
        return slice(0, len(samples))
    margin = round(EDGE_SECONDS * sample_rate)
    return slice(max(0, int(loud[0]) - margin), min(len(samples), int(loud[-1]) + margin + 1))


def quiet_end(samples: Samples, sample_rate: int) -> float:
    """Seconds at the end in which nothing is heard."""
    heard = np.flatnonzero(np.abs(samples) > UNHEARD)
    return (len(samples) - 1 - int(heard[-1])) / sample_rate if heard.size else 0.0


def faded(samples: Samples, sample_rate: int) -> Samples:
    """A copy that rises from and falls to zero within 4 ms, so that no joint clicks."""
    length = min(round(_FADE_SECONDS * sample_rate), len(samples) // 2)
    ramp = np.linspace(0.0, 1.0, length, dtype=np.float32)
    copy = samples.copy()
    copy[:length] *= ramp
    copy[len(copy) - length :] *= ramp[::-1]
    return copy
