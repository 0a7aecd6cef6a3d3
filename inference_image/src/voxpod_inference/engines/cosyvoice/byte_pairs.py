"""The tokenizer: byte pair encoding as Whisper's, over a mapped table of pairs, without special tokens.

A text is cut into words, each with the space before it; the bytes of a word are joined pair by pair, the pair of the lowest rank
first. What looks like a special token in a text is text like any other.
"""

import functools
import itertools
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from voxpod_inference.tables import SortedTable

_CONTRACTIONS = ("'s", "'t", "'re", "'ve", "'m", "'ll", "'d")
_MOST_BYTES = 256
"""Of a word that is joined at once: joining takes the square of it, and longer ones are no words."""


class BytePairs:
    """Numbers of tokens for texts."""

    def __init__(self, path: Path) -> None:
        self._table = SortedTable(path)
        self._word = functools.lru_cache(maxsize=4096)(self._joined)

    def encode(self, text: str) -> list[int]:
        """The tokens of a text."""
        return [token for word in words(text) for token in self._word(word)]

    def count(self, text: str) -> int:
        """How many they are."""
        return sum(len(self._word(word)) for word in words(text))

    def _joined(self, word: str) -> tuple[int, ...]:
        raw = word.encode("utf-8", errors="replace")
        return tuple(
            token for at in range(0, len(raw), _MOST_BYTES) for token in self._pairs(raw[at : at + _MOST_BYTES])
        )

    def _pairs(self, raw: bytes) -> list[int]:
        parts = [raw[at : at + 1] for at in range(len(raw))]
        ranks = [self._rank(a + b) for a, b in itertools.pairwise(parts)]
        while known := [rank for rank in ranks if rank is not None]:
            at = ranks.index(min(known))
            parts[at : at + 2] = [parts[at] + parts[at + 1]]
            del ranks[at]
            for near in (at - 1, at):
                if 0 <= near < len(ranks):
                    ranks[near] = self._rank(parts[near] + parts[near + 1])
        return [rank for part in parts if (rank := self._rank(part)) is not None]

    def _rank(self, part: bytes) -> int | None:
        found = self._table.get(key_of(part))
        return None if found is None else int(found)


def key_of(part: bytes) -> str:
    """How the table names a row of bytes."""
    return part.hex()


def words(text: str) -> Iterator[str]:
    """The text in pieces that are joined each by itself: contractions, letters, figures, signs, space; one space goes with what follows."""
    at = 0
    while at < len(text):
        end = _end(text, at)
        yield text[at:end]
        at = end


def _end(text: str, at: int) -> int:
    for contraction in _CONTRACTIONS:
        if text.startswith(contraction, at):
            return at + len(contraction)
    first = at + (text[at] == " ")
    kind = _kind(text[first]) if first < len(text) else "space"
    if kind != "space":
        return _run(text, first, kind)
    end = _run(text, at, "space")
    # Of more than one space before something the last goes with that.
    return end - 1 if end < len(text) and end - at > 1 else end


def _run(text: str, at: int, kind: str) -> int:
    while at < len(text) and _kind(text[at]) == kind:
        at += 1
    return at


def _kind(char: str) -> str:
    if char.isspace():
        return "space"
    return {"L": "letter", "N": "figure"}.get(unicodedata.category(char)[0], "sign")
