"""Rows of the language model to scores of the token that follows them: by ONNX Runtime, or by our own kernels."""

import ctypes
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from voxpod_inference.engines.cosyvoice.settings import Settings
from voxpod_inference.engines.language import LanguageModel
from voxpod_inference.engines.onnx import InferenceSession, RunOptions, failing

Rows = NDArray[np.float32]
Run = Callable[[Rows], Rows]
"""Takes rows [n, width] behind those of its earlier calls, gives the scores of the token after them, [tokens]: the caller's to change."""


class Scores(Protocol):
    """A loaded language model."""

    def begin(self) -> Run:
        """For one text, which has keys and values of its own. SpeechError from a run that fails, or that `stop` ended."""
        ...

    def stop(self) -> None:
        """May be called from any thread."""
        ...


class GraphScores:
    """By ONNX Runtime, keys and values written in place: 112 KB a position of the published model."""

    def __init__(self, session: InferenceSession, settings: Settings) -> None:
        self._session, self._settings = session, settings
        self._options = RunOptions()

    def begin(self) -> Run:
        """See `Scores`."""
        cache = self._cache()
        runs: dict[int, Callable[[Rows, int], Rows]] = {}
        position = 0

        def run(rows: Rows) -> Rows:
            nonlocal position
            position += len(rows)
            if len(rows) not in runs:
                runs[len(rows)] = self._bound(len(rows), cache)
            return runs[len(rows)](rows, position)

        return run

    def stop(self) -> None:
        """See `Scores`."""
        self._options.terminate = True

    def _cache(self) -> dict[str, onnxruntime.OrtValue]:
        """Room for all positions. Pages of those that are never reached are never there."""
        s = self._settings
        shape = [1, s.heads, s.positions, s.head]
        names = [f"{part}_{at}" for at in range(s.layers) for part in ("k", "v")]
        return {name: onnxruntime.OrtValue.ortvalue_from_shape_and_type(shape, np.float32, "cpu") for name in names}

    def _bound(self, count: int, cache: dict[str, onnxruntime.OrtValue]) -> Callable[[Rows, int], Rows]:
        """A run over so many rows: takes them and how many there are with those before."""
        width = self._settings.heads * self._settings.head
        rows = onnxruntime.OrtValue.ortvalue_from_shape_and_type([1, count, width], np.float32, "cpu")
        total = onnxruntime.OrtValue.ortvalue_from_shape_and_type([1], np.int64, "cpu")
        scores = onnxruntime.OrtValue.ortvalue_from_shape_and_type(
            [1, self._settings.speech_tokens + 1], np.float32, "cpu"
        )
        binding = self._session.io_binding()
        binding.bind_ortvalue_input("rows", rows)
        binding.bind_ortvalue_input("total", total)
        binding.bind_ortvalue_output("scores", scores)
        for name, memory in cache.items():
            binding.bind_ortvalue_input(f"past_{name}", memory)
            binding.bind_ortvalue_output(f"now_{name}", memory)

        def run(given: Rows, positions: int) -> Rows:
            rows.update_inplace(np.ascontiguousarray(given[None], dtype=np.float32))
            total.update_inplace(np.array([positions], np.int64))
            with failing(f"position {positions}"):
                self._session.run_with_iobinding(binding, self._options)
            return np.array(scores.numpy()[0])  # which is a view of what the next run writes

        return run


class NativeScores:
    """By our own kernels: half the memory for keys and values, and weights are read at the speed of memory."""

    def __init__(self, packed: Path, threads: int, settings: Settings) -> None:
        self._model = LanguageModel(packed, threads, settings.heads * settings.head, settings.speech_tokens + 1)
        self._stop = ctypes.c_int(0)

    def begin(self) -> Run:
        """See `Scores`."""
        room = self._model.room()
        position = 0

        def run(rows: Rows) -> Rows:
            nonlocal position
            scores = self._model.scores(rows, position, room, self._stop)
            position += len(rows)
            return scores

        return run

    def stop(self) -> None:
        """See `Scores`."""
        self._stop.value = 1
