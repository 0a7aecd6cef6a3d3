"""Where what is said beforehand meets what is stored: how a listener's sound differs there from the stored one. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voxpod_bench.quality.recogniser import Sound

UNHEARD = 0.00316
"""-50 dB, as the engine counts a pause."""
NEAR_SECONDS = 0.25
"""So much before and after counts as beside the seam."""
FRAME_SECONDS = 0.04
LOWEST, HIGHEST = 70.0, 400.0
"""Hz, of voices."""
SAME = 0.85
"""Of the best: so good is a period as well as its double."""
VOICED = 0.5
"""Of a frame's energy that comes again after one period."""


@dataclass(frozen=True, slots=True)
class Join:
    """Between two stretches of speech."""

    silence: float
    """Seconds."""
    pitch: float | None
    """Semitones from before to after; None where either side has no voice."""


def join(before: Sound, after: Sound, rate: int) -> Join:
    """What is between them when one follows the other."""
    heard, next_heard = np.flatnonzero(np.abs(before) > UNHEARD), np.flatnonzero(np.abs(after) > UNHEARD)
    silence = (len(before) - 1 - heard[-1] + next_heard[0]) / rate
    near = round(NEAR_SECONDS * rate)
    one = pitch(before[max(0, heard[-1] - near) : heard[-1]], rate)
    other = pitch(after[next_heard[0] : next_heard[0] + near], rate)
    return Join(float(silence), None if one is None or other is None else float(12 * np.log2(other / one)))


def pitch(sound: Sound, rate: int) -> float | None:
    """The median of its voiced frames in Hz; None without any."""
    size = round(FRAME_SECONDS * rate)
    found = [_pitch_of(sound[at : at + size], rate) for at in range(0, len(sound) - size, size // 2)]
    voiced = [one for one in found if one is not None]
    return float(np.median(voiced)) if voiced else None


def level(sound: Sound) -> float:
    """Of what is heard, in dB below full scale."""
    loud = sound[np.abs(sound) > UNHEARD]
    return float(10 * np.log10(np.square(loud).mean()))


def _pitch_of(frame: Sound, rate: int) -> float | None:
    if np.abs(frame).max() < UNHEARD:
        return None
    window = np.hanning(len(frame))
    own = _correlated((frame - frame.mean()) * window) / _correlated(window).clip(1e-3)
    least, most = int(rate / HIGHEST), int(rate / LOWEST)
    again = own[least:most]
    if again.max() < VOICED * own[0]:
        return None
    good = np.flatnonzero(again > SAME * again.max())
    first = good[: int(np.argmax(np.diff(good, append=most + 1) > 1)) + 1]  # several periods fit as well as one does
    return rate / (least + int(first[np.argmax(again[first])]))


def _correlated(frame: NDArray[np.float64]) -> NDArray[np.float64]:
    """With itself, so many samples later."""
    found: NDArray[np.float64] = np.correlate(frame, frame, "full")[len(frame) - 1 :]
    return found
