"""Kokoro's two halves as one function: tokens, a style row and a speed in; samples and the length of each token out."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from voxpod_inference.audio import Samples
from voxpod_inference.bundle import Bundle
from voxpod_inference.engines.onnx import InferenceSession, RunOptions, open_session
from voxpod_inference.errors import ENGINE_FAILED, SpeechError

FRONT, GENERATOR = "front.onnx", "generator.onnx"
SAMPLES_A_FRAME = 600
"""Of `Said.durations`: 40 frames a second at 24 kHz."""


class Acoustics(NamedTuple):
    """What the front hands to the generator."""

    features: NDArray[np.float32]
    """[1, 512, T]"""
    timbre: NDArray[np.float32]
    """[1, 128]"""
    source: NDArray[np.float32]
    """[1, 22, 60 T + 1]: magnitude and phase of the harmonic source."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the model said for one row of tokens."""

    samples: Samples
    durations: NDArray[np.int64]
    """Frames of `SAMPLES_A_FRAME` samples, one number a token, the silent tokens at both ends included."""


class KokoroModel:
    """The loaded halves; `threads` is how many cores one run may use."""

    def __init__(self, bundle: Bundle, threads: int) -> None:
        self._front = _session(bundle, FRONT, threads)
        self._generator = _session(bundle, GENERATOR, threads)
        self._run_options = RunOptions()

    def say(self, tokens: list[int], style: NDArray[np.float32], speed: float) -> Said:
        """The sound of `tokens` (without the silent token at both ends) in a voice's `style`, [1, 256]."""
        try:
            acoustics, durations = self._acoustics(tokens, style, speed)
            samples = self._samples(acoustics)
        except Exception as error:  # onnxruntime raises its own classes, all below Exception
            raise SpeechError("engine", ENGINE_FAILED, f"{type(error).__name__} in a chunk of {len(tokens)} tokens") from error
        if not samples.size or not np.isfinite(samples).all():
            raise SpeechError("engine", ENGINE_FAILED, f"the model returned no sound for a chunk of {len(tokens)} tokens")
        return Said(samples, durations)

    def stop(self) -> None:
        """Make `say` fail soon, also when it has not begun yet; may be called from any thread."""
        self._run_options.terminate = True

    def _acoustics(
        self, tokens: list[int], style: NDArray[np.float32], speed: float
    ) -> tuple[Acoustics, NDArray[np.int64]]:
        feeds = {
            "tokens": np.array([[0, *tokens, 0]], dtype=np.int64),
            "style": np.asarray(style, dtype=np.float32),
            "speed": np.array([speed], dtype=np.float32),
        }
        *acoustics, durations = self._front.run([*Acoustics._fields, "durations"], feeds, self._run_options)
        return Acoustics(*acoustics), durations

    def _samples(self, acoustics: Acoustics) -> Samples:
        (samples,) = self._generator.run(["samples"], acoustics._asdict(), self._run_options)
        return np.asarray(samples, dtype=np.float32)


def _session(bundle: Bundle, name: str, threads: int) -> InferenceSession:
    try:
        return open_session(bundle.path(name), threads)
    except Exception as error:
        raise SpeechError("engine", ENGINE_FAILED, f"{name} cannot be loaded: {type(error).__name__}: {error}") from error
