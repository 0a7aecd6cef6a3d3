"""Spectra to samples, a window at a time: the vocoder hears 14 frames around a sample, so with 16 a window is what the whole would be."""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from voxpod_inference.audio import Samples
from voxpod_inference.engines import vocoder as native
from voxpod_inference.engines.cosyvoice.spectra import RATE, SAMPLES_A_FRAME, Spectra
from voxpod_inference.engines.onnx import InferenceSession, RunOptions, failing, shrinking

WINDOW, AROUND = 288, 16
"""Frames that are made at once, 3.3 s, and those around them that are looked at."""
_VOICED = 10.0
"""Hz below which nothing sings."""
_LOUD, _NOISE_OF_VOICED = 0.1, 0.003
_LIMIT = 0.99
_SQUARED_WINDOW = np.sin(np.pi * np.arange(16) / 16) ** 4
# Of the four windows over a sample, which add up to 1.5, the first and the last four samples have three.
_EDGE = (1.5 / (1.5 - _SQUARED_WINDOW[12:])).astype(np.float32)
_EDGE_AT_END = (1.5 / (1.5 - _SQUARED_WINDOW[:4])).astype(np.float32)
_BLOCK = 256
"""Frames of source at once: 9 harmonics of them in double precision are 4.7 MB."""


Floats = NDArray[np.float32]


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


class Generator(Protocol):
    """The largest part of it."""

    def samples(self, features: Floats, spectrum: Floats, *, last: bool) -> Samples:
        """The sound of features [1, base, m] and the source's spectrum [1, 18, 64 m + 1], [256 m]; with `last` memory is given back."""
        ...

    def stop(self) -> None:
        """May be called from any thread."""
        ...


class GraphGenerator:
    """By ONNX Runtime."""

    def __init__(self, session: InferenceSession) -> None:
        self._session = session
        self._options, self._last = RunOptions(), shrinking(RunOptions())

    def samples(self, features: Floats, spectrum: Floats, *, last: bool) -> Samples:
        """See `Generator`."""
        feeds = {"features": features, "spectrum": spectrum}
        (made,) = self._session.run(["samples"], feeds, self._last if last else self._options)
        return np.asarray(made, np.float32)

    def stop(self) -> None:
        """See `Generator`."""
        self._options.terminate = self._last.terminate = True


class NativeGenerator:
    """By our own kernels."""

    def __init__(self, packed: Path, threads: int) -> None:
        self._native = native.Vocoder(packed, threads)
        self._stop = ctypes.c_int(0)

    def samples(self, features: Floats, spectrum: Floats, *, last: bool) -> Samples:
        """See `Generator`."""
        made = self._native.generate(features, None, spectrum, self._stop)
        made[: len(_EDGE)] *= _EDGE
        made[-len(_EDGE) :] *= _EDGE_AT_END
        return np.clip(made, -_LIMIT, _LIMIT, out=made)

    def stop(self) -> None:
        """See `Generator`."""
        self._stop.value = 1


class Vocoder:
    """The loaded vocoder."""

    def __init__(
        self, pitch: InferenceSession, features: InferenceSession, generator: Generator, harmonics: tuple[float, ...]
    ) -> None:
        self._pitch, self._features, self._generator = pitch, features, generator
        self._harmonics = np.array(harmonics[:-1])
        self._offset = harmonics[-1]
        self._last = shrinking(RunOptions())

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
                given = self._features.run(["features", "spectrum"], feeds, self._last)
                made = self._generator.samples(*given, last=w.stop == len(spectra))
                yield np.array(made[(w.start - w.first) * SAMPLES_A_FRAME : (w.stop - w.first) * SAMPLES_A_FRAME])

    def stop(self) -> None:
        """Make `samples` fail soon; may be called from any thread."""
        self._last.terminate = True
        self._generator.stop()


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
