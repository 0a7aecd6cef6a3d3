"""Cuts a text into ever smaller pieces and never loses any of it: the pieces joined are the text."""

import itertools
import re
from collections.abc import Callable

Splitter = Callable[[str], list[str]]

_CLOSING = "\"'”’」』）)】》〉]"
# Letters before a full stop that do not end a sentence: titles, initials, Latin abbreviations.
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|vs|etc|e\.g|i\.e|cf|No|Nos|Fig|Inc|Ltd|Co|Corp|Gen|Col|Sgt|Capt|Lt|Rev|Hon"
    r"|approx|est|pp|vol|Vol|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|a\.m|p\.m)|\b[A-Z])\.\s*\Z"
)
_SENTENCE_END = re.compile(rf"(?:[。！？｡]|[!?…]+(?=[\s{re.escape(_CLOSING)}]|\Z)|\.+(?=[\s{re.escape(_CLOSING)}]|\Z))+[{re.escape(_CLOSING)}]*\s*|\n\s*")
_CLAUSE_END = re.compile(rf"[,，、;；:：—–][{re.escape(_CLOSING)}]*\s*")
_SPACE = re.compile(r"\s+")


def sentences(text: str) -> list[str]:
    """Sentences with the punctuation and space that follow them."""
    pieces, start = [], 0
    for end in _SENTENCE_END.finditer(text):
        following = text[end.end() : end.end() + 1]
        if "\n" not in end.group() and _ABBREVIATION.search(text[start : end.end()]) and following:
            continue
        if end.group()[0] == "." and following.islower():
            continue
        pieces.append(text[start : end.end()])
        start = end.end()
    return [p for p in (*pieces, text[start:]) if p]


def clauses(text: str) -> list[str]:
    """Clauses with the comma, colon or dash that ends them."""
    return _cut_after(text, _CLAUSE_END)


def halves(text: str) -> list[str]:
    """Two parts, cut at the space nearest to the middle, or in the middle where there is none."""
    middle = len(text) // 2
    spaces = [m.end() for m in _SPACE.finditer(text) if 0 < m.end() < len(text)]
    cut = min(spaces, key=lambda i: abs(i - middle), default=middle)
    return [p for p in (text[:cut], text[cut:]) if p]


def _cut_after(text: str, boundary: re.Pattern[str]) -> list[str]:
    cuts = [0, *(m.end() for m in boundary.finditer(text)), len(text)]
    return [text[a:b] for a, b in itertools.pairwise(cuts) if a < b]
