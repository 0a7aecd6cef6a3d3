"""Mandarin to phonemes: the likeliest words, their readings from one mapped table, readings in context between them.

Third tones in a row and the light second syllables of words like 东西 stay as the dictionary has them, and 儿 is a syllable
of its own: Kokoro's Chinese voices were trained on such phonemes (misaki's first zh version: jieba and pypinyin without
sandhi) and change the tones themselves. Measured on three voices: the pitch of 老板, 水果 and 很好 written with two third
tones is that of a second and a third tone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from voxpod_inference.tables import SortedTable
from voxpod_inference.text.chinese.context import in_context
from voxpod_inference.text.chinese.normal import aloud
from voxpod_inference.text.chinese.pinyin import phonemes_of
from voxpod_inference.text.signs import LeftOut, read_signs
from voxpod_inference.text.spoken import PUNCTUATION, Spoken, plain_punctuation, spoken
from voxpod_inference.text.traced import Traced

_HAN = re.compile(r"[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]+")
# 著 is 着 in traditional writing, but for fame and books.
_PARTICLE = re.compile("(?<![名显顯土原编編论論巨专專卓昭译譯])著(?![名作称稱者述书書录錄])")
_LONGEST_WORD = 10
_UNKNOWN = -20.0
"""Log-probability of a character that no dictionary has; the rarest known word has -17.9."""

Piece = tuple[str, tuple[int, int]]
"""Phonemes or punctuation and the characters that were written for them."""


@dataclass(slots=True)
class Word:
    """Characters and their numbered pinyin, one each; no readings for a character that no dictionary has."""

    characters: str
    readings: list[str]


class Chinese:
    """Reads Mandarin in simplified or traditional characters."""

    def __init__(self, words: SortedTable, simplified: SortedTable) -> None:
        self._words = words
        self._simplified = simplified

    def __call__(self, text: str) -> Spoken:
        """Phonemes in the alphabet of Kokoro's Chinese voices, a space between words as in their training data."""
        normal = aloud(read_signs(Traced.of(text).sub(_PARTICLE, "着").each(self._simple), "zh"))
        left_out = LeftOut(text)
        return spoken(Traced.joined(self._pieces(normal, left_out)), left_out.told)

    def _simple(self, char: str) -> str:
        return char if char < "\u3400" else self._simplified.get(char) or char

    def _pieces(self, normal: Traced, left_out: LeftOut) -> Iterator[Piece]:
        at = 0
        for han in _HAN.finditer(normal.text):
            yield from _between(normal, at, han.start(), left_out)
            at = han.start()
            for word in in_context(self._segment(han.group())):
                source = normal.source(at, at + len(word.characters))
                sounds = [phonemes_of(reading) for reading in word.readings]
                if sounds and None not in sounds:
                    yield "".join(sound or "" for sound in sounds), source
                    yield " ", source
                else:
                    left_out.told.extend(word.characters)
                at += len(word.characters)
        yield from _between(normal, at, len(normal.text), left_out)

    def _segment(self, text: str) -> list[Word]:
        """The most probable words (dynamic programming over the table, as jieba does without its unknown-word model)."""
        best: list[tuple[float, int, list[str]]] = [(0.0, len(text), [])] * (len(text) + 1)
        for start in range(len(text) - 1, -1, -1):
            choices = [(_UNKNOWN + best[start + 1][0], start + 1, list[str]())]
            for end in range(start + 1, min(len(text), start + _LONGEST_WORD) + 1):
                piece = text[start:end]
                if (entry := self._words.get(piece)) is not None:
                    probability, *readings = entry.split(" ")
                    choices.append((float(probability) + best[end][0], end, readings))
                elif not self._words.has_prefix(piece):
                    break
            best[start] = max(choices)
        words, start = [], 0
        while start < len(text):
            _, end, readings = best[start]
            words.append(Word(text[start:end], list(readings)))
            start = end
        return words


def _between(normal: Traced, start: int, end: int, left_out: LeftOut) -> Iterator[Piece]:
    for at in range(start, end):
        source = normal.source(at, at + 1)
        for char in plain_punctuation(normal.text[at]):
            yield char if char in PUNCTUATION else left_out.sign(char, source[0]), source
