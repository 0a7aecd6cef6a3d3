"""When words begin: as the engine tells it beside as the recogniser hears it."""

import difflib
import statistics
from dataclasses import dataclass

import numpy as np

from voxpod_bench.percentiles import percentile
from voxpod_bench.quality.recogniser import Recogniser
from voxpod_bench.quality.sets import SETS
from voxpod_bench.quality.spoken_form import tokens
from voxpod_inference.engines.base import Synthesizer

SENTENCES = 20
LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Differences:
    """Told minus heard, in seconds, one for each word that was heard as it was written."""

    seconds: tuple[float, ...]
    words: int
    """In the sentences."""

    @property
    def median(self) -> float:
        """Of the absolute differences."""
        return statistics.median(map(abs, self.seconds))

    @property
    def p90(self) -> float:
        """Of the absolute differences."""
        return percentile([abs(one) for one in self.seconds], 90)

    @property
    def bias(self) -> float:
        """Median with sign: below zero, the engine tells them earlier."""
        return statistics.median(self.seconds)


def compare(engine: Synthesizer, voice: str, recogniser: Recogniser) -> Differences:
    """Of the first sentences of the English set."""
    found: list[float] = []
    words = 0
    for sentence in next(one for one in SETS if one.name == LANGUAGE).sentences[:SENTENCES]:
        told, samples = _told(engine, voice, sentence.written)
        heard = [
            (token, word.begins)
            for word in recogniser.hear_words(samples, engine.sample_rate, LANGUAGE)
            for token in tokens(word.text, LANGUAGE)[:1]
        ]
        words += len(told)
        found += _differences(told, heard)
    return Differences(tuple(found), words)


def _told(
    engine: Synthesizer, voice: str, text: str
) -> tuple[list[tuple[str, float]], np.ndarray[tuple[int], np.dtype[np.float32]]]:
    """Each written word with the second at which the engine says it begins, and the sound."""
    told, pieces, offset = [], [], 0.0
    for utterance in engine.speak(engine.prepare(text, voice=voice)):
        told += [
            (token, offset + word.begins)
            for word in utterance.words
            for token in tokens(text[word.start : word.end], LANGUAGE)[:1]
        ]
        pieces.append(utterance.samples)
        offset += len(utterance.samples) / engine.sample_rate
    return told, np.concatenate(pieces)


def _differences(told: list[tuple[str, float]], heard: list[tuple[str, float]]) -> list[float]:
    matcher = difflib.SequenceMatcher(None, [word for word, _ in told], [word for word, _ in heard], autojunk=False)
    return [
        told[block.a + index][1] - heard[block.b + index][1]
        for block in matcher.get_matching_blocks()
        for index in range(block.size)
    ]
