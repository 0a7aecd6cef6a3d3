"""Spectra to samples, a window at a time: the vocoder hears 14 frames around a sample, so with 16 a window is what the whole would be."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voxpod_inference.audio import Samples
from voxpod_inference.engines.cosyvoice.spectra import RATE, SAMPLES_A_FRAME, Spectra
from voxpod_inference.engines.onnx import InferenceSession, RunOptions, failing, shrinking

WINDOW, AROUND = 192, 16
"""Frames that are made at once, 2.2 s, and those around them that are looked at."""
_VOICED = 10.0
"""Hz below which nothing sings."""
_LOUD, _NOISE_OF_VOICED = 0.1, 0.003
_BLOCK = 256
"""Frames of source at once: 9 harmonics of them in double precision are 4.7 MB."""


@dataclass(frozen=True, slots=True)
class Window:
    """Frames first to end are looked at, of which those from `start` to `stop` are kept."""

    first: int
    start: int
    stop: int
    end: int


def windows(frames: int) -> Iterator[Window]:
    """All frames, each kept once."""
    for start in range(0, frames, WINDOW):
        stop = min(start + WINDOW, frames)
        yield Window(max(0, start - AROUND), start, stop, min(stop + AROUND, frames))


class Vocoder:
    """The loaded vocoder."""

    def __init__(self, pitch: InferenceSession, sound: InferenceSession, harmonics: tuple[float, ...]) -> None:
        self._pitch, self._sound = pitch, sound
        self._harmonics = np.array(harmonics[:-1])
        self._offset = harmonics[-1]
        self._options, self._last = RunOptions(), shrinking(RunOptions())

    def samples(self, spectra: Spectra, random: np.random.Generator) -> Iterator[Samples]:
        """Samples of spectra, in order."""
        mel = np.ascontiguousarray(spectra.T)[None]
        with failing(f"{len(spectra)} frames"):
            (pitch,) = self._pitch.run(["f0"], {"mel": mel}, self._last)
            source = harmonic_source(pitch[0], self._harmonics, self._offset, random)
            for w in windows(len(spectra)):
                feeds = {
                    "mel": np.ascontiguousarray(mel[:, :, w.first : w.end]),
                    "source": source[None, w.first * SAMPLES_A_FRAME : w.end * SAMPLES_A_FRAME],
                }
                options = self._options if w.stop < len(spectra) else self._last
                (made,) = self._sound.run(["samples"], feeds, options)
                yield np.array(made[(w.start - w.first) * SAMPLES_A_FRAME : (w.stop - w.first) * SAMPLES_A_FRAME])

    def stop(self) -> None:
        """Make `samples` fail soon; may be called from any thread."""
        self._options.terminate = self._last.terminate = True


def harmonic_source(
    pitch: NDArray[np.float32], harmonics: NDArray[np.float64], offset: float, random: np.random.Generator
) -> Samples:
    """What the vocoder shapes, [256 frames]: sines at each multiple of the pitch in Hz, and noise, loud where nothing sings.

    Phases are summed in double precision; those of overtones begin anywhere.
    """
    begin = random.uniform(-np.pi, np.pi, len(harmonics))
    begin[0] = 0.0
    multiples = 2 * np.pi * np.arange(1, len(harmonics) + 1)
    turned, blocks = 0.0, []
    for at in range(0, len(pitch), _BLOCK):
        hertz = np.repeat(pitch[at : at + _BLOCK].astype(np.float64), SAMPLES_A_FRAME)
        phase = turned + np.cumsum(hertz / RATE)
        turned = float(phase[-1] % 1.0)
        sung = (hertz > _VOICED)[:, None]
        waves = _LOUD * np.sin((phase % 1.0)[:, None] * multiples + begin)
        noise = random.standard_normal(waves.shape) * np.where(sung, _NOISE_OF_VOICED, _LOUD / 3)
        blocks.append(np.tanh((np.where(sung, waves, 0.0) + noise) @ harmonics + offset).astype(np.float32))
    return np.concatenate(blocks)
