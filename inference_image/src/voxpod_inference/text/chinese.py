"""Mandarin to phonemes: the likeliest words, their readings from one mapped table, tone changes between them."""

import re
from collections.abc import Iterator

from voxpod_inference.tables import SortedTable
from voxpod_inference.text.chinese_normal import read_aloud
from voxpod_inference.text.pinyin import phonemes_of
from voxpod_inference.text.spoken import PUNCTUATION, Spoken, is_silent, plain_punctuation, tidy

_HAN = re.compile(r"[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]+")
_LONGEST_WORD = 10
_UNKNOWN = -20.0
"""Log-probability of a character that no dictionary has; the rarest known word has -17.9."""
_NUMERALS = frozenset("零一二三四五六七八九十百千万亿点第")
_DEMONSTRATIVES = frozenset(("这块", "那块", "这片", "那片", "一块", "一片", "当地"))
_SUBJECTS = frozenset(["我", "你", "您", "他", "她", "它", "我们", "你们", "咱们", "他们", "她们", "大家", "还", "都", "就", "也", "只", "必须"])
"""Words after which 得 is "must"."""

Word = tuple[str, list[str]]
"""Characters and their numbered pinyin, one each; an empty list for a character without a reading."""


class Chinese:
    """Reads Mandarin in simplified or traditional characters."""

    def __init__(self, words: SortedTable) -> None:
        self._words = words

    def __call__(self, text: str) -> Spoken:
        """Phonemes in the alphabet of Kokoro's Chinese voices, a space between words as in their training data."""
        normal = read_aloud(text)
        pieces, unread, start = [], list[str](), 0
        for han in _HAN.finditer(normal):
            pieces.append(_between(normal[start : han.start()], unread))
            pieces.append(" ".join(self._pronounce(han.group(), unread)))
            start = han.end()
        pieces.append(_between(normal[start:], unread))
        return Spoken(tidy("".join(pieces)), tuple(unread))

    def _pronounce(self, text: str, unread: list[str]) -> Iterator[str]:
        for word, readings in _in_context(self._segment(text)):
            sounds = [phonemes_of(reading) for reading in readings]
            if sounds and None not in sounds:
                yield "".join(s or "" for s in sounds)
            else:
                unread.extend(word)

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
            words.append((text[start:end], readings))
            start = end
        return words


def _in_context(words: list[Word]) -> list[Word]:
    """不 rises before a falling tone, 一 falls (rises before a falling tone) when it is not a number; 地, 得 and 长 by neighbour.

    Inside a word the dictionary already has the changed tones; third tones in a row the model itself has learned.
    """
    before = ""
    for (word, readings), (_, following) in zip(words, [*words[1:], ("", [])], strict=True):
        if readings and word[0] == "一" and before[-1:] in _NUMERALS:
            readings[0] = "yi1"
        elif len(word) == 1 and readings:
            readings[0] = _reading_in_context(word, readings[0], before, following[0] if following else "")
        before = word
    return words


def _reading_in_context(word: str, reading: str, before: str, following: str) -> str:
    if word == "不" and following.endswith("4"):
        return "bu2"
    if word == "一" and following:
        return "yi2" if following.endswith("4") else "yi4"
    if word == "地" and following and len(before) > 1 and before not in _DEMONSTRATIVES:
        return "de5"  # the adverb's ending: 认真 地 看
    if word == "得" and before:
        return "dei3" if before in _SUBJECTS else "de5"
    if word == "长" and before in ("很", "太", "更", "最", "多", "不", "好", "非常", "特别"):
        return "chang2"
    return reading


def _between(text: str, unread: list[str]) -> str:
    kept = []
    for char in plain_punctuation(text):
        if char in PUNCTUATION:
            kept.append(char)
        elif is_silent(char):
            kept.append(" ")
        else:
            unread.append(char)
    return "".join(kept)
