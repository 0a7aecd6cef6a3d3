"""Cantonese to phonemes: the longest known words, their jyutping from one mapped table, IPA with tones."""

import re
from collections.abc import Iterator

from voxpod_inference.tables import SortedTable
from voxpod_inference.text.cantonese.jyutping import phonemes_of
from voxpod_inference.text.cantonese.normal import read_aloud
from voxpod_inference.text.signs import LeftOut, read_signs
from voxpod_inference.text.spoken import PUNCTUATION, Spoken, plain_punctuation, spoken
from voxpod_inference.text.traced import Traced

_LONGEST_WORD = 6
_LATIN = re.compile("[A-Za-z]+")
_FIXED = {"分之": "fan6 zi1"}
# Read one by one: the table has 二六 (a kind of plank) and the like.
_NUMERALS = frozenset("零〇一二三四五六七八九十百千萬億点點")
_FULL_WIDTH = re.compile("[０-９Ａ-Ｚａ-ｚ]")
# The names of the letters as Hong Kong says them.
_LETTERS = {
    "A": "ei1", "B": "bi1", "C": "si1", "D": "di1", "E": "ji1", "F": "e1 fu4", "G": "zi1", "H": "ik1 cyu4", "I": "aai1", "J": "zei1", "K": "kei1", "L": "e1 lou4",
    "M": "em1", "N": "en1", "O": "ou1", "P": "pi1", "Q": "kiu1", "R": "aa1 lou4", "S": "e1 si4", "T": "ti1", "U": "ju1", "V": "wi1", "W": "dap1 bou2 ju4", "X": "ek1 si4",
    "Y": "waai1", "Z": "ji6 set1",
}  # fmt: skip


class Cantonese:
    """Reads Cantonese in traditional or simplified characters; Latin letters are named."""

    def __init__(self, words: SortedTable) -> None:
        """`words` is what `cantonese_source` makes."""
        self._words = words

    def __call__(self, text: str) -> Spoken:
        """Phonemes in IPA; syllables of a word follow each other, a space parts words."""
        narrow = Traced.of(text).sub(_FULL_WIDTH, lambda m: chr(ord(m.group()) - 0xFEE0))
        normal = read_aloud(read_signs(narrow, "yue")).each(plain_punctuation)
        left_out = LeftOut(text)
        return spoken(Traced.joined(self._pieces(normal, left_out)), left_out.told)

    def jyutping(self, text: str) -> str:
        """The syllables that are said, for people to check."""
        normal = read_aloud(read_signs(Traced.of(text), "yue")).text
        return " ".join(reading for _, reading in self._read(normal) if reading)

    def _pieces(self, text: Traced, left_out: LeftOut) -> Iterator[tuple[str, tuple[int, int]]]:
        at = 0
        for word, reading in self._read(text.text):
            source = text.source(at, at + len(word))
            sounds = [phonemes_of(syllable) or "" for syllable in reading.split(" ")] if reading else []
            if sounds:
                yield " ", (source[0], source[0])
                yield "".join(sounds), source
            else:
                yield word if word in PUNCTUATION else left_out.sign(word, source[0]), source
            at += len(word)

    def _read(self, text: str) -> Iterator[tuple[str, str]]:
        """Words with their jyutping; what has none by itself, with an empty one."""
        at = 0
        while at < len(text):
            if latin := _LATIN.match(text, at):
                yield latin.group(), " ".join(_LETTERS[letter] for letter in latin.group().upper())
                at = latin.end()
                continue
            for length in range(min(_LONGEST_WORD, len(text) - at), 0, -1):
                word = text[at : at + length]
                if length > 1 and _NUMERALS.issuperset(word):
                    continue
                if (reading := _FIXED.get(word) or self._words.get(word)) is not None:
                    yield word, reading.replace("-", " ")
                    break
            else:
                word = text[at]
                yield word, ""
            at += len(word)
