"""Cuts a text into ever smaller pieces and never loses any of it: the pieces joined are the text."""

import itertools
import re
import unicodedata
from collections.abc import Callable

from voxpod_inference.text.abbreviations import LONGEST, is_abbreviation

Splitter = Callable[[str], list[str]]
LanguageAt = Callable[[int], str]
"""The language of a text at a position."""

CLOSING = "\"'”’」』）)】》〉]»"
OPENING = "‘“「『（(【《〈[«¿¡"
_CLOSE = re.escape(CLOSING)
# Scripts that are written without spaces: a full stop or an exclamation mark between two of their characters ends a sentence.
_UNSPACED = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_SENTENCE_END = re.compile(
    rf"(?:[。！？｡।॥]|．(?!\d)|(?<![!?…])[!?…]++(?=[\s{_CLOSE}{_UNSPACED}]|\Z)|(?<!\.)\.++(?=[\s{_CLOSE}]|\Z)|(?<=[{_UNSPACED}])\.++(?=[{_UNSPACED}]))+[{_CLOSE}]*\s*|[\n\u2028]\s*"
)
_CLAUSE_END = re.compile(
    rf"(?:[，、；：—]|[,;:](?=[\s{_CLOSE}{_UNSPACED}]|\Z)|(?<!\d)–|–(?!\d)|\s-(?=\s))[{_CLOSE}]*\s*"
)
_SPACE = re.compile(r"\s+")


def _always_english(_position: int) -> str:
    return "en"


def sentences(text: str, language_at: LanguageAt = _always_english) -> list[str]:
    """Sentences with the punctuation and space that follow them; abbreviations are those of the language where they stand."""
    pieces, start = [], 0
    for end in _SENTENCE_END.finditer(text):
        following = text[end.end() : end.end() + 8]
        if not _is_line_end(end.group()) and (
            following[:1].islower()
            or (
                _is_full_stop(end.group())
                and is_abbreviation(
                    text[max(start, end.end() - LONGEST) : end.end()], following, language_at(end.start())
                )
            )
        ):
            continue
        pieces.append(text[start : end.end()])
        start = end.end()
    return [p for p in (*pieces, text[start:]) if p]


def clauses(text: str) -> list[str]:
    """Clauses with the comma, colon or dash that ends them."""
    return _cut_after(text, _CLAUSE_END)


def halves(text: str) -> list[str]:
    """Two parts, cut at the space nearest to the middle; where there is none in a word's reach, between characters that
    are not one word, or at least not inside a letter with its marks."""
    if len(text) < 2:
        return [text] if text else []
    middle = len(text) // 2
    spaces = [m.end() for m in _SPACE.finditer(text) if 0 < m.end() < len(text)]
    cut = min(spaces, key=lambda i: abs(i - middle), default=None) or _nearest(text, middle)
    return [text[:cut], text[cut:]]


def _is_line_end(end: str) -> bool:
    return "\n" in end or "\u2028" in end


def _is_full_stop(end: str) -> bool:
    return end.rstrip()[:1] == "." and not end.startswith("..")


def _nearest(text: str, middle: int) -> int:
    """The border of words nearest to the middle, else of letters, else the middle."""
    reach = min(middle, len(text) - 1 - middle, 64)
    around = [middle, *itertools.chain.from_iterable((middle - i, middle + i) for i in range(1, reach + 1))]
    for is_border in (_parts_words, _parts_letters):
        if (
            found := next((at for at in around if 0 < at < len(text) and is_border(text[at - 1], text[at])), None)
        ) is not None:
            return found
    return middle


def _parts_words(before: str, after: str) -> bool:
    return _parts_letters(before, after) and not (_is_spaced(before) and _is_spaced(after))


def _is_spaced(char: str) -> bool:
    """Whether a character is of a word that spaces would end."""
    return char.isalnum() and not ("\u3040" <= char <= "\u30ff" or "\u3400" <= char <= "\u9fff")


def _parts_letters(before: str, after: str) -> bool:
    """Whether no mark or joiner makes one letter of the two."""
    return not unicodedata.category(after).startswith("M") and before not in "\u200d\u094d" and after != "\u200d"


def _cut_after(text: str, boundary: re.Pattern[str]) -> list[str]:
    cuts = [0, *(m.end() for m in boundary.finditer(text)), len(text)]
    return [text[a:b] for a, b in itertools.pairwise(cuts) if a < b]
