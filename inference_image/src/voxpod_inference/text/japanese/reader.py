"""Japanese to phonemes: readings by Open JTalk (pyopenjtalk-plus, with its dictionary inside), kana to the model's alphabet.

No pitch accent is written: Kokoro v1.0's Japanese voices were trained on phonemes without it (misaki's cutlet version) and
their vocabulary has no letters for it; the arrows in it are Chinese tones.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from voxpod_inference.text.japanese.kana import phonemes_of
from voxpod_inference.text.japanese.normal import aloud
from voxpod_inference.text.japanese.open_jtalk import open_jtalk
from voxpod_inference.text.japanese.simplified import JAPANESE
from voxpod_inference.text.signs import LeftOut, read_signs
from voxpod_inference.text.spoken import PUNCTUATION, Spoken, plain_punctuation, spoken
from voxpod_inference.text.traced import Traced

if TYPE_CHECKING:
    from pyopenjtalk.types import NJDFeature

_KATAKANA = re.compile("[ァ-ヺー]+")
# Parts of speech that are spoken as one with the word before them; a space in the phonemes is a word boundary to the model.
_JOINED_GROUPS = frozenset({"接尾", "接続助詞"})
_VERBAL = frozenset({"動詞", "助詞"})

Piece = tuple[str, tuple[int, int]]
"""Phonemes or punctuation and the characters that were written for them."""


class Japanese:
    """Reads Japanese; the dictionary (100 MB, mapped) is opened at the first text."""

    def __call__(self, text: str) -> Spoken:
        """Phonemes in the alphabet of Kokoro's Japanese voices."""
        written = Traced.of(text).each(lambda char: JAPANESE.get(char, char))
        normal = aloud(read_signs(written, "ja"))
        morphemes = _morphemes(normal.text) if normal.text else ()
        left_out = LeftOut(text)
        return spoken(Traced.joined(_pieces(morphemes, normal, left_out)), left_out.told)


def _morphemes(text: str) -> "Iterator[NJDFeature]":
    """What Open JTalk makes of a text; a row of kanji that are not all read comes one by one."""
    analysis, completion = open_jtalk()
    for morpheme in completion(analysis(text)):
        if morpheme["pos"] == "記号":
            yield from completion([{**morpheme, "string": char} for char in morpheme["string"]])
        else:
            yield morpheme


def _pieces(morphemes: "Iterable[NJDFeature]", normal: Traced, left_out: LeftOut) -> Iterator[Piece]:
    word, start, at, before = "", 0, 0, ""
    for morpheme in morphemes:
        surface, pronunciation = morpheme["string"], morpheme["pron"].replace("’", "")
        first, last = _found(surface, normal.text, at)
        _tell_skipped(normal, at, first, left_out)
        is_sound = morpheme["pos"] != "記号" and _KATAKANA.fullmatch(pronunciation) is not None
        joins = _joins(morpheme, before) or word.endswith("ッ") or pronunciation.startswith("ー")
        before = morpheme["pos"]
        if is_sound and word and joins:
            word, at = word + pronunciation, last
            continue
        if word:
            yield f" {phonemes_of(word)}", normal.source(start, at)
        word, start = (pronunciation, first) if is_sound else ("", last)
        if not is_sound:
            yield from _marks(normal, first, last, left_out)
        at = last
    if word:
        yield f" {phonemes_of(word)}", normal.source(start, at)
    _tell_skipped(normal, at, len(normal.text), left_out)


def _tell_skipped(normal: Traced, start: int, end: int, left_out: LeftOut) -> None:
    """What Open JTalk gives back nothing for."""
    for at in range(start, end):
        left_out.sign(normal.text[at], normal.starts[at])


def _found(surface: str, text: str, at: int) -> tuple[int, int]:
    """Where a morpheme stands in the text that Open JTalk was given: it widens letters and drops spaces."""
    wide = unicodedata.normalize("NFKC", surface)
    first = at
    while first < len(text) and text[first].isspace() and not wide.startswith(text[first]):
        first += 1
    last = min(len(text), first + len(surface))
    if unicodedata.normalize("NFKC", text[first:last]) == wide:
        return first, last
    elsewhere = unicodedata.normalize("NFKC", text).find(wide, at)
    if elsewhere >= 0 and unicodedata.normalize("NFKC", text[elsewhere : elsewhere + len(surface)]) == wide:
        return elsewhere, elsewhere + len(surface)
    # Open JTalk has put something in (二一 becomes 二十一): it belongs to what stands here, or to the last character.
    first = min(first, len(text) - 1)
    return first, max(last, first + 1)


def _marks(normal: Traced, first: int, last: int, left_out: LeftOut) -> Iterator[Piece]:
    """As written, not as Open JTalk gives it back: it makes a minus of every hyphen."""
    for at in range(first, last):
        source = normal.source(at, at + 1)
        for char in plain_punctuation(normal.text[at]):
            yield char if char in PUNCTUATION else left_out.sign(char, source[0]), source


def _joins(morpheme: "NJDFeature", before: str) -> bool:
    """Endings belong to the word before them, and helping verbs to a verb: 買って + ください, but 本 ください."""
    helping = morpheme["pos"] == "動詞" and morpheme["pos_group1"] == "非自立" and before in _VERBAL
    return helping or morpheme["pos"] == "助動詞" or morpheme["pos_group1"] in _JOINED_GROUPS
