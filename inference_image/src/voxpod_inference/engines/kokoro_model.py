"""Kokoro's two halves as one function: tokens, a style row and a speed in; samples and the length of each token out."""

import ctypes
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from voxpod_inference.audio import Samples
from voxpod_inference.bundle import Bundle
from voxpod_inference.engines.kokoro_files import FRONT, GENERATOR, PACKED
from voxpod_inference.engines.onnx import InferenceSession, RunOptions, failing, give_back_memory, loaded, shrinking
from voxpod_inference.engines.vocoder import Vocoder
from voxpod_inference.errors import ENGINE_FAILED, SpeechError
from voxpod_inference.prepared import PreparedWeights

SAMPLES_A_FRAME = 600
"""Of `Plan.durations`: 40 frames a second at 24 kHz."""
FEATURES_A_FRAME, SOURCE_A_FEATURE = 2, 60
"""How much finer `Acoustics` are."""


class Acoustics(NamedTuple):
    """What the front hands to the generator."""

    features: NDArray[np.float32]
    """[1, 512, T]"""
    timbre: NDArray[np.float32]
    """[1, 128]"""
    source: NDArray[np.float32]
    """[1, 22, 60 T + 1]: magnitude and phase of the harmonic source."""


class Plan(NamedTuple):
    """What the front makes of a row of tokens."""

    acoustics: Acoustics
    durations: NDArray[np.int64]
    """Frames of `SAMPLES_A_FRAME` samples, one number a token, the silent tokens at both ends included."""

    @property
    def frames(self) -> int:
        """How many it will last."""
        return int(self.durations.sum())

    def part(self, first: int, last: int) -> "Plan":
        """Frames `first` to `last` of it, which lie in its first and its last two tokens."""
        begin, end = FEATURES_A_FRAME * first, FEATURES_A_FRAME * last
        features, timbre, source = self.acoustics
        cut = Acoustics(
            np.ascontiguousarray(features[:, :, begin:end]),
            timbre,
            np.ascontiguousarray(source[:, :, SOURCE_A_FEATURE * begin : SOURCE_A_FEATURE * end + 1]),
        )
        ends = np.clip(np.cumsum(self.durations), first, last)
        return Plan(cut, np.diff(ends, prepend=first))


class Generator(Protocol):
    """The second half."""

    def samples(self, acoustics: Acoustics) -> Samples:
        """The sound of these features, [300 T]; fails soon when `stop` was called."""
        ...

    def stop(self) -> None:
        """May be called from any thread."""
        ...


class GraphGenerator:
    """The second half by ONNX Runtime."""

    def __init__(self, session: InferenceSession) -> None:
        self._session = session
        self._options = shrinking(RunOptions())

    def samples(self, acoustics: Acoustics) -> Samples:
        """See `Generator`."""
        (samples,) = self._session.run(["samples"], acoustics._asdict(), self._options)
        return np.asarray(samples, dtype=np.float32)

    def stop(self) -> None:
        """See `Generator`."""
        self._options.terminate = True


class NativeGenerator:
    """The second half by our own kernels."""

    def __init__(self, packed: Path, threads: int) -> None:
        self._vocoder = Vocoder(packed, threads)
        self._stop = ctypes.c_int(0)

    def samples(self, acoustics: Acoustics) -> Samples:
        """See `Generator`."""
        return self._vocoder.generate(*acoustics, self._stop)

    def stop(self) -> None:
        """See `Generator`."""
        self._stop.value = 1


class KokoroModel:
    """The loaded halves."""

    def __init__(self, front: InferenceSession, generator: Generator) -> None:
        self._front = front
        self._generator = generator
        self._run_options = shrinking(RunOptions())

    def plan(self, tokens: list[int], style: NDArray[np.float32], speed: float) -> Plan:
        """How `tokens` (without the silent token at both ends) sound in a voice's `style`, [1, 256], and how long each."""
        feeds = {
            "tokens": np.array([[0, *tokens, 0]], dtype=np.int64),
            "style": np.asarray(style, dtype=np.float32),
            "speed": np.array([speed], dtype=np.float32),
        }
        with failing(f"a chunk of {len(tokens)} tokens"):
            *acoustics, durations = self._front.run([*Acoustics._fields, "durations"], feeds, self._run_options)
        return Plan(Acoustics(*acoustics), durations)

    def say(self, plan: Plan) -> Samples:
        """The sound that was planned."""
        what = f"a chunk of {len(plan.durations) - 2} tokens"
        give_back_memory()
        with failing(what):
            samples = self._generator.samples(plan.acoustics)
        if not samples.size or not np.isfinite(samples).all():
            raise SpeechError("engine", ENGINE_FAILED, f"the model returned no sound for {what}")
        return samples

    def stop(self) -> None:
        """Make `plan` and `say` fail soon, also when they have not begun yet; may be called from any thread."""
        self._run_options.terminate = True
        self._generator.stop()


def plain_model(bundle: Bundle, threads: int) -> KokoroModel:
    """The model out of the bundle alone; `threads` is how many cores one run may use."""
    front, generator = (loaded(bundle.path(name), threads) for name in (FRONT, GENERATOR))
    return KokoroModel(front, GraphGenerator(generator))


def prepared_model(weights: PreparedWeights, threads: int) -> KokoroModel:
    """The model out of weights that were made ready for this kind of node."""
    front = loaded(weights.root / FRONT, threads, optimised=True)
    if (packed := weights.path(PACKED)) is not None:
        return KokoroModel(front, NativeGenerator(packed, threads))
    return KokoroModel(front, GraphGenerator(loaded(weights.root / GENERATOR, threads, optimised=True)))
