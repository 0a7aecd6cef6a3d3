"""Text tokens to speech tokens: the two language parts of the model, and how long speech may be."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from voxpod_inference.engines.cosyvoice.sampling import draw
from voxpod_inference.engines.cosyvoice.settings import Settings
from voxpod_inference.engines.onnx import InferenceSession, RunOptions, failing, shrinking
from voxpod_inference.errors import ENGINE_FAILED, SpeechError

LEAST_FOR_A_TOKEN, MOST_FOR_A_TOKEN = 2, 20
"""Speech tokens for each text token: 0.04 to 0.4 s. Speech does not end before, and is ended after."""

Rows = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many speech tokens there may be."""

    least: int
    most: int


def bounds(text_tokens: int, before: int, settings: Settings) -> Bounds:
    """For so many text tokens, when so many rows stand before the first speech token. Neither is ever below one."""
    most = min(MOST_FOR_A_TOKEN * text_tokens, settings.positions - before)
    return Bounds(max(1, min(LEAST_FOR_A_TOKEN * text_tokens, most)), max(1, most))


Cache = dict[str, onnxruntime.OrtValue]
"""Keys and values by layer, written in place: 112 KB a position of the published model."""


class SpeechTokens:
    """The loaded language parts."""

    def __init__(
        self, text: InferenceSession, speech: InferenceSession, tables: tuple[Path, Path], settings: Settings
    ) -> None:
        self._text, self._speech, self._settings = text, speech, settings
        self._text_table, self._speech_table = (np.load(table, mmap_mode="r") for table in tables)
        self._options = RunOptions()
        self._shrinking = shrinking(RunOptions())
        self._stopped = False

    def say(
        self,
        text: list[int],
        tag: int | None,
        speaker: Rows,
        random: np.random.Generator,
        limits: Bounds | None = None,
        instructions: Sequence[int] = (),
    ) -> Iterator[int]:
        """Speech tokens for text tokens, in the language that a tag announces, by a speaker (row of the language model).

        With `instructions`, text tokens that stand before, the speaker is left out: the model was taught so, since a voice tells more of
        how it speaks than words do. `limits` are those of `bounds` unless others are given. SpeechError when the model fails, or `stop` was
        called.
        """
        given = [*instructions, *(() if tag is None else (tag,)), *text]
        with failing(f"a chunk of {len(text)} tokens"):
            (read,) = self._text.run(["rows"], {"text": self._text_table[given][None]}, self._shrinking)
        tokens = self._settings.speech_tokens
        begin, task = self._speech_table[tokens : tokens + 1], self._speech_table[tokens + 1 : tokens + 2]
        who = () if instructions else (speaker[None],)
        rows = np.concatenate([begin, *who, read[0], task])
        yield from self._made(rows, limits or bounds(len(text), len(rows), self._settings), random)

    def stop(self) -> None:
        """Make `say` fail soon; may be called from any thread."""
        self._stopped = True
        self._options.terminate = True
        self._shrinking.terminate = True

    def _made(self, rows: Rows, limits: Bounds, random: np.random.Generator) -> Iterator[int]:
        made: list[int] = []
        end = self._settings.speech_tokens
        cache = self._cache()  # of this chunk alone: flow and vocoder have the room afterwards
        first = self._bound(len(rows), cache)
        following = self._bound(1, cache)
        scores = first(rows, len(rows))
        while True:
            if self._stopped:
                raise SpeechError("engine", ENGINE_FAILED, "stopped in the middle of a chunk")
            if not np.isfinite(scores).all():
                raise SpeechError("engine", ENGINE_FAILED, "the model's scores are not numbers")
            if len(made) < limits.least:
                scores[end] = -np.inf
            token = draw(scores, made, random)
            if token == end:
                return
            made.append(token)
            yield token
            if len(made) == limits.most:
                return
            scores = following(self._speech_table[token : token + 1], len(rows) + len(made))

    def _cache(self) -> Cache:
        """Room for all positions. Pages of those that are never reached are never there."""
        s = self._settings
        shape = [1, s.heads, s.positions, s.head]
        names = [f"{part}_{at}" for at in range(s.layers) for part in ("k", "v")]
        return {name: onnxruntime.OrtValue.ortvalue_from_shape_and_type(shape, np.float32, "cpu") for name in names}

    def _bound(self, count: int, cache: Cache) -> Callable[[Rows, int], Rows]:
        """A run over so many rows beside what the cache holds: takes them and how many there are with those before, gives the scores of the next token."""
        width = self._settings.heads * self._settings.head
        rows = onnxruntime.OrtValue.ortvalue_from_shape_and_type([1, count, width], np.float32, "cpu")
        total = onnxruntime.OrtValue.ortvalue_from_shape_and_type([1], np.int64, "cpu")
        scores = onnxruntime.OrtValue.ortvalue_from_shape_and_type(
            [1, self._settings.speech_tokens + 1], np.float32, "cpu"
        )
        binding = self._speech.io_binding()
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
                self._speech.run_with_iobinding(binding, self._options)
            return np.array(scores.numpy()[0])  # which is a view of what the next run writes

        return run
