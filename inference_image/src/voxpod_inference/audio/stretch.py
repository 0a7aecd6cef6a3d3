"""Slower or faster without another pitch: WSOLA (waveform similarity overlap-add, Verhelst and Roelands 1993).

Frames of the sound are laid out at another distance; each is taken from where it continues its neighbour best, so that
the periods of a voice meet in phase. Unlike a phase vocoder it leaves consonants as they are and adds no reverberation.
"""

import numpy as np

from voxpod_inference.audio.samples import Samples

_FRAME_SECONDS = 0.040
"""Holds two periods of the deepest voices (60 Hz); longer ones would be heard as doubled consonants."""
_SEARCH_SECONDS = 0.010
"""To either side: more than half a period, so that a place in phase is always within reach."""


def stretched(samples: Samples, sample_rate: int, factor: float) -> Samples:
    """`samples` made `factor` times as long (2.0: half as fast) at the same pitch; [round(n * factor)].

    A time t of the sound is heard at t * factor, within 10 ms. Good between 0.4 and 2.5. ValueError unless factor > 0.
    """
    if not factor > 0:
        raise ValueError(f"factor is {factor}, expected more than 0")
    length = round(len(samples) * factor)
    hop, search = round(_FRAME_SECONDS * sample_rate / 2), round(_SEARCH_SECONDS * sample_rate)
    if factor == 1 or length == 0:
        return samples[:length].copy()
    # Silence at both ends, so that no frame reaches beyond them.
    sound = np.concatenate([np.zeros(hop + search, np.float32), samples, np.zeros(4 * hop + 2 * search, np.float32)])
    window = np.hanning(2 * hop + 1)[:-1].astype(np.float32)  # two of them, a hop apart, add up to one
    stretched_sound = np.zeros(length + 3 * hop, np.float32)
    start = search
    stretched_sound[: 2 * hop] = sound[start : start + 2 * hop] * window
    for at in range(hop, length + hop, hop):
        wanted = search + round(at / factor)
        start = _best_start(sound, start + hop, wanted, hop, search)
        stretched_sound[at : at + 2 * hop] += sound[start : start + 2 * hop] * window
    return stretched_sound[hop : hop + length]


def _best_start(sound: Samples, natural: int, wanted: int, hop: int, search: int) -> int:
    """Where around `wanted` the sound is most like what follows the last frame, which begins at `natural`."""
    last = len(sound) - 2 * hop
    low, high = min(wanted - search, last), min(wanted + search, last)
    template, area = sound[natural : natural + hop], sound[low : high + hop]
    likeness = np.correlate(area, template, "valid")
    energy = np.concatenate([[0.0], np.cumsum(np.square(area, dtype=np.float64))])
    energy = energy[hop:] - energy[:-hop]
    # Silence is like everything: the small constant keeps its frames where they are wanted.
    score = likeness / np.sqrt(energy + 1e-4)
    nearness = -1e-6 * np.abs(np.arange(low, high + 1) - wanted)
    return low + int(np.argmax(score + nearness))
