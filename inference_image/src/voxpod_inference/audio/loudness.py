"""How loud a sound is to people, and the gain that brings it to a target: ITU-R BS.1770-5 with numpy alone.

A `Meter` listens block by block and remembers 50 numbers a second; `gains` then says how much louder each moment has to be.
"""

import numpy as np
from numpy.typing import NDArray

from voxpod_inference.audio.samples import Samples

Levels = NDArray[np.float64]
Gain = NDArray[np.float32]
"""A factor for each `Meter.peak_samples` samples; [blocks]."""

_STEPS_A_SECOND = 10
"""A gating block is 400 ms and a new one begins every 100 ms: four steps make a block."""
_ABSOLUTE_GATE, _RELATIVE_GATE = -70.0, -10.0
"""LUFS, and LU below the mean of what passed the first gate."""
_CEILING = 10 ** (-1.0 / 20)
"""-1 dB true peak: what lossy coders and players need above the samples."""
_MOST_LIMITING = 10 ** (6.0 / 20)
"""Peaks are turned down by 6 dB at most; sound that would need more stays quieter than asked. Kokoro's voices, at
-18 to -23 LUFS with peaks of -6 to 0 dB, need 0 to 4."""
_SMOOTHING_SECONDS = 0.03
"""The limiter's gain moves over so long a time to either side of a peak: no click, no pumping."""
_PHASES, _TAPS = 4, 24
"""True peaks are read between the samples at four times their rate."""
_ROUNDS, _CLOSE_ENOUGH = 3, 0.05
"""How often the gain is corrected, unless it is within so many LU of the target."""
_MOST_SAMPLES = 1 << 18
"""So many are filtered at one time: bounded memory."""


class Meter:
    """Listens to one mono sound; `finish` before anything is read."""

    def __init__(self, sample_rate: int) -> None:
        self.sample_rate = sample_rate
        self._step = sample_rate // _STEPS_A_SECOND
        self._weighting = np.fft.rfft(_k_weighting(sample_rate, self._step), 2 * self._step)
        self._between = _interpolators()
        self._pending = np.zeros(0, np.float32)
        self._before = np.zeros(self._step, np.float32)
        self._energies: list[NDArray[np.float64]] = []
        self._peaks: list[NDArray[np.float32]] = []
        self._samples = 0
        per_step = next(n for n in range(40, self._step + 1) if self._step % n == 0)
        self.peak_samples = self._step // per_step
        """Length of what one entry of `peaks` stands for: about 2.5 ms."""

    def feed(self, samples: Samples) -> None:
        """The next samples, any number of them."""
        self._samples += len(samples)
        self._pending = np.concatenate([self._pending, samples])
        most = max(1, _MOST_SAMPLES // self._step) * self._step
        whole = len(self._pending) // self._step * self._step
        for start in range(0, whole, most):
            self._measure(self._pending[start : min(start + most, whole)])
        self._pending = self._pending[whole:]

    def finish(self) -> None:
        """The sound is over: measure what no whole step holds."""
        if len(self._pending):
            self._measure(np.pad(self._pending, (0, self._step - len(self._pending))))
            self._pending = np.zeros(0, np.float32)

    def loudness(self, gain: Gain | None = None) -> float | None:
        """Integrated loudness in LUFS, `gain` applied (as from `gains`); None when the sound is below 400 ms or silent."""
        if not self._energies:
            return None
        steps = np.concatenate(self._energies)
        if gain is not None:
            steps = steps * np.square(gain, dtype=np.float64).reshape(len(steps), -1).mean(axis=1)
        steps = steps[: self._samples // self._step]
        if len(steps) < 4:
            return None
        blocks = np.convolve(steps, np.full(4, 0.25), "valid")
        loud = blocks[blocks > _energy(_ABSOLUTE_GATE)]
        if not loud.size:
            return None
        return _lufs(float(loud[loud > loud.mean() * 10 ** (_RELATIVE_GATE / 10)].mean()))

    def peaks(self) -> NDArray[np.float32]:
        """True peak of each `peak_samples` samples, 1 being full scale."""
        return np.concatenate(self._peaks) if self._peaks else np.zeros(0, np.float32)

    def _measure(self, steps: Samples) -> None:
        """Energy and peaks of whole steps, which the step before them reaches into."""
        sound = np.concatenate([self._before, steps])
        self._before = steps[-self._step :]
        pairs = np.lib.stride_tricks.sliding_window_view(sound, 2 * self._step)[:: self._step]
        weighted = np.fft.irfft(np.fft.rfft(pairs) * self._weighting, 2 * self._step)[:, self._step :]
        self._energies.append(np.square(weighted).mean(axis=1))
        near = sound[self._step - _TAPS :]
        highest = np.abs(near[_TAPS:])
        for taps in self._between:
            between = np.abs(np.convolve(near, taps, "valid"))
            np.maximum(highest, between[1:], out=highest)
        self._peaks.append(highest.reshape(-1, self.peak_samples).max(axis=1))


def gains(meter: Meter, target: float | None) -> Gain:
    """What brings a sound to `target` LUFS, its true peak to -1 dB at most.

    One factor for the whole sound, less for about 30 ms around each peak that would be too high. Sound that is too short
    or too quiet to have a loudness keeps its level, as any does for None; only peaks are turned down then.
    """
    peaks = meter.peaks()
    loudness = meter.loudness() if target is not None else None
    most = _MOST_LIMITING * _CEILING / max(float(peaks.max(initial=0.0)), 1e-9)
    gain = min(most, 1.0 if loudness is None or target is None else 10 ** ((target - loudness) / 20))
    curve = limited(gain, meter)
    for _ in range(_ROUNDS):  # limiting costs loudness: ask for that much more
        reached = meter.loudness(curve)
        if loudness is None or target is None or reached is None or target - reached < _CLOSE_ENOUGH or gain >= most:
            break
        gain = min(most, gain * 10 ** ((target - reached) / 20))
        curve = limited(gain, meter)
    return curve


def applied(gain: Gain, block: int, samples: Samples, start: int) -> Samples:
    """Samples number `start` and following, louder or quieter by the gains of `block` samples each, joined by lines."""
    if not len(gain):
        return samples
    centres = (np.arange(start, start + len(samples), dtype=np.float64) + 0.5) / block - 0.5
    first, last = max(0, int(centres[0])), int(centres[-1]) + 2
    near = gain[first:last]
    return samples * np.interp(centres - first, np.arange(len(near)), near).astype(np.float32)


def limited(gain: float, meter: Meter) -> Gain:
    """`gain` for each block of a sound that was measured, less around peaks that it would lift above the ceiling."""
    needed = np.minimum(gain, _CEILING / np.maximum(meter.peaks(), 1e-9))
    reach = round(_SMOOTHING_SECONDS * meter.sample_rate / meter.peak_samples)
    return (_smoothed(needed, reach) if (needed < gain).any() else needed).astype(np.float32)


def _smoothed(needed: Levels, reach: int) -> Levels:
    """A smooth curve that is nowhere above `needed` nor its neighbours: the least within reach, then a weighted mean."""
    around = np.pad(needed, 2 * reach + 1, mode="edge")
    least = np.lib.stride_tricks.sliding_window_view(around, 2 * reach + 3).min(axis=1)
    weights = np.hanning(2 * reach + 1)
    return np.convolve(least, weights / weights.sum(), "valid")


def _lufs(energy: float) -> float:
    return float(-0.691 + 10 * np.log10(energy))


def _energy(lufs: float) -> float:
    return float(10 ** ((lufs + 0.691) / 10))


def _k_weighting(sample_rate: int, length: int) -> NDArray[np.float64]:
    """Impulse response of the K filter; [length]. It has died away (below -150 dB) within the 100 ms that are asked for.

    A shelf that lifts what a head reflects, then a high pass; BS.1770 gives both as coefficients for 48 kHz, which are
    bilinear transforms of these two.
    """
    z = np.exp(-2j * np.pi * np.arange(length // 2 + 1) / length)
    k, q = np.tan(np.pi * 1681.974450955533 / sample_rate), 0.7071752369554196
    lift = 10 ** (3.999843853973347 / 20)
    knee = lift**0.4996667741545416
    shelf = (lift + knee * k / q + k * k) + 2 * (k * k - lift) * z + (lift - knee * k / q + k * k) * z * z
    shelf /= (1 + k / q + k * k) + 2 * (k * k - 1) * z + (1 - k / q + k * k) * z * z
    k, q = np.tan(np.pi * 38.13547087602444 / sample_rate), 0.5003270373238773
    high = 1 - 2 * z + z * z
    high /= 1 + 2 * (k * k - 1) / (1 + k / q + k * k) * z + (1 - k / q + k * k) / (1 + k / q + k * k) * z * z
    response: NDArray[np.float64] = np.fft.irfft(shelf * high, length)
    return response


def _interpolators() -> list[NDArray[np.float32]]:
    """Filters that read a sound a quarter, a half and three quarters of a sample later; [taps] each."""
    at = np.arange(_TAPS) - _TAPS / 2 + 1
    window = np.kaiser(_PHASES * _TAPS + 1, 5.0)
    found = []
    for phase in range(1, _PHASES):
        taps = np.sinc(at - phase / _PHASES) * window[_PHASES - phase : -1 : _PHASES][:_TAPS]
        found.append((taps / taps.sum())[::-1].astype(np.float32))
    return found
