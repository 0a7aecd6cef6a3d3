"""Silence inside what was said in one go: sentences and lines that a model runs together get the pause that is due between them."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from voxpod_inference.audio.samples import UNHEARD, Samples, faded
from voxpod_inference.engines.base import WordTime

_LEEWAY_SECONDS = 0.08
"""How far from where the model plans its silence that may be heard."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Between two words, in seconds of the sound, where at least so much silence is due."""

    begins: float
    ends: float
    silence: float
    next_word: int
    """Where the word after it stands in the text, in code points."""


@dataclass(frozen=True, slots=True)
class Rest:
    """Silence that was put in."""

    at: float
    seconds: float
    next_word: int


def with_rests(sound: Samples, gaps: Iterable[Gap], sample_rate: int) -> tuple[Samples, Sequence[Rest]]:
    """The sound with what is missing of each silence in the middle of the quiet that is there, joints and edges faded."""
    rests = list(_rests(sound, gaps, sample_rate))
    if not rests:
        return faded(sound, sample_rate), rests
    cuts = [0, *(round(rest.at * sample_rate) for rest in rests), len(sound)]
    pieces = [faded(sound[a:b], sample_rate) for a, b in itertools.pairwise(cuts)]
    silences = [np.zeros(round(rest.seconds * sample_rate), np.float32) for rest in rests]
    joined = [part for pair in zip(pieces, silences, strict=False) for part in pair]
    return np.concatenate([*joined, pieces[-1]]), rests


def moved(words: Iterable[WordTime], rests: Sequence[Rest]) -> Iterator[WordTime]:
    """Word times of the sound with its rests: a word ends before those that follow it and begins after those before it."""
    for word in words:
        begins, ends, later = word.begins, word.ends, 0.0
        for rest in rests:
            if rest.next_word <= word.start:
                begins, ends, later = max(begins, rest.at), max(ends, rest.at), later + rest.seconds
            else:
                begins, ends = min(begins, rest.at), min(ends, rest.at)
        yield replace(word, begins=begins + later, ends=ends + later)


def _rests(sound: Samples, gaps: Iterable[Gap], sample_rate: int) -> Iterator[Rest]:
    loudness, done = np.abs(sound), 0
    loud = np.concatenate([[-1], np.flatnonzero(loudness > UNHEARD), [len(sound)]])
    for gap in gaps:
        first = max(done, round((gap.begins - _LEEWAY_SECONDS) * sample_rate))
        last = min(len(sound), round((gap.ends + _LEEWAY_SECONDS) * sample_rate))
        if last - first < 2:
            continue
        begin, end = _longest_quiet(loud, first, last)
        if end - begin < sample_rate // 100:  # something is heard all along: where it is softest for 10 ms
            width = min(last - first, sample_rate // 100)
            begin = end = (
                first + width // 2 + int(np.argmin(np.convolve(loudness[first:last], np.ones(width), "valid")))
            )
        missing, at = gap.silence - (end - begin) / sample_rate, (begin + end) // 2
        if missing > 0 and at > done:
            yield Rest(at / sample_rate, missing, gap.next_word)
            done = at


def _longest_quiet(loud: NDArray[np.int64], first: int, last: int) -> tuple[int, int]:
    """The longest stretch without any of the `loud` samples that reaches into samples `first` to `last`, all of it."""
    around = loud[max(0, int(np.searchsorted(loud, first)) - 1) : int(np.searchsorted(loud, last)) + 1]
    longest = int(np.argmax(np.diff(around)))
    return int(around[longest]) + 1, int(around[longest + 1])
