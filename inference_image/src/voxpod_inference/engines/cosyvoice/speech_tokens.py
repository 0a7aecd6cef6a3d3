"""Text tokens to speech tokens: the two language parts of the model, and how long speech may be."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voxpod_inference.engines.cosyvoice.sampling import draw
from voxpod_inference.engines.cosyvoice.scores import Rows, Scores
from voxpod_inference.engines.cosyvoice.settings import Settings
from voxpod_inference.engines.onnx import InferenceSession, RunOptions, failing, shrinking
from voxpod_inference.errors import ENGINE_FAILED, SpeechError

LEAST_FOR_A_TOKEN, MOST_FOR_A_TOKEN = 2, 20
"""Speech tokens for each text token: 0.04 to 0.4 s. Speech does not end before, and is ended after."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many speech tokens there may be."""

    least: int
    most: int


def bounds(text_tokens: int, before: int, settings: Settings) -> Bounds:
    """For so many text tokens, when so many rows stand before the first speech token. Neither is ever below one."""
    most = min(MOST_FOR_A_TOKEN * text_tokens, settings.positions - before)
    return Bounds(max(1, min(LEAST_FOR_A_TOKEN * text_tokens, most)), max(1, most))


class SpeechTokens:
    """The loaded language parts."""

    def __init__(self, text: InferenceSession, scores: Scores, tables: tuple[Path, Path], settings: Settings) -> None:
        self._text, self._scores, self._settings = text, scores, settings
        self._text_table, self._speech_table = (np.load(table, mmap_mode="r") for table in tables)
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
        self._scores.stop()
        self._shrinking.terminate = True

    def _made(self, rows: Rows, limits: Bounds, random: np.random.Generator) -> Iterator[int]:
        made: list[int] = []
        end = self._settings.speech_tokens
        run = self._scores.begin()  # of this chunk alone: flow and vocoder have the room afterwards
        scores = run(rows)
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
            scores = run(self._speech_table[token : token + 1])
