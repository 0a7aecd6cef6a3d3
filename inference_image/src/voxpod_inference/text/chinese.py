"""Mandarin to phonemes: the likeliest words, their readings from one mapped table, tone changes between them."""

import re
from collections.abc import Iterator

from voxpod_inference.tables import SortedTable
from voxpod_inference.text.numbers import in_words
from voxpod_inference.text.pinyin import phonemes_of
from voxpod_inference.text.spoken import PUNCTUATION, Spoken, is_silent, plain_punctuation

_HAN = re.compile(r"[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]+")
_LONGEST_WORD = 10
_UNKNOWN = -20.0
"""Log-probability of a character that no dictionary has; the rarest known word has -17.9."""
_SYMBOLS = {
    "&": "和", "%": "百分号", "@": "艾特", "+": "加", "=": "等于", "°": "度", "$": "美元", "€": "欧元", "£": "英镑",
    "¥": "元", "￥": "元", "×": "乘", "÷": "除以", "±": "正负", "℃": "摄氏度", "√": "根号", "≈": "约等于", "≠": "不等于",
    "≤": "小于等于", "≥": "大于等于", "°": "度", "№": "号",
}  # fmt: skip
_DIGITS = "零一二三四五六七八九"

Word = tuple[str, list[str]]
"""Characters and their numbered pinyin, one each; an empty list for a character without a reading."""


class Chinese:
    """Reads Mandarin in simplified or traditional characters."""

    def __init__(self, words: SortedTable) -> None:
        self._words = words

    def __call__(self, text: str) -> Spoken:
        """Phonemes in the alphabet of Kokoro's Chinese voices, a space between words as in their training data."""
        normal = "".join(_SYMBOLS.get(c, c) for c in in_words(text, "zh"))
        normal = re.sub("[0-9]", lambda m: _DIGITS[int(m.group())], normal)
        pieces, unread, start = [], list[str](), 0
        for han in _HAN.finditer(normal):
            pieces.append(_between(normal[start : han.start()], unread))
            pieces.append(" ".join(self._pronounce(han.group(), unread)))
            start = han.end()
        pieces.append(_between(normal[start:], unread))
        return Spoken(re.sub(r" +", " ", "".join(pieces)).strip(), tuple(unread))

    def _pronounce(self, text: str, unread: list[str]) -> Iterator[str]:
        for word, readings in _with_tone_changes(self._segment(text)):
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


def _with_tone_changes(words: list[Word]) -> list[Word]:
    """不 rises before a falling tone, 一 falls (rises before a falling tone) when it is not a number.

    Inside a word the dictionary already has the changed tones; third tones in a row the model itself has learned.
    """
    for (word, readings), (_, following) in zip(words, words[1:], strict=False):
        if not readings or not following:
            continue
        if word == "不" and following[0].endswith("4"):
            readings[0] = "bu2"
        elif word == "一":
            readings[0] = "yi2" if following[0].endswith("4") else "yi4"
    return words


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
