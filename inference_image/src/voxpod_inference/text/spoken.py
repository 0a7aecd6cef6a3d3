"""What a language's reader returns, and the characters that no reader needs to speak."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Word:
    """One written word and what it sounds like: characters `start` to `end` are phonemes `first` to `last`."""

    start: int
    end: int
    """Offsets in code points, of the text that was read."""
    first: int
    last: int
    """Offsets into the phonemes."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A text as phonemes, with the pieces of it that could not be read."""

    phonemes: str
    unread: tuple[str, ...] = ()
    """Characters without a sound, in order; they are left out and the requester is told."""
    spelled: tuple[str, ...] = ()
    """Words that were read letter by letter for want of a pronunciation."""
    words: tuple[Word, ...] = ()
    """In the order in which they are spoken, not overlapping."""


class Reader(Protocol):
    """Reads text of one language aloud: text in, phonemes of the model's alphabet out."""

    def __call__(self, text: str) -> Spoken:
        """The phonemes of `text`; punctuation of the model's alphabet is kept."""
        ...


# Written marks that people do not pronounce: no warning for them.
_SILENT = frozenset("*_~`|\\^<>{}[]#•·‧・-‐‑‒–—―/'’‘«»‹›＜＞｛｝［］＊＿～｀｜＃－／〜〃※→←↑↓■□▪●○◆◇★☆【】\ufeff")
PUNCTUATION = frozenset(';:,.!?—…"()“” ')
"""What the model itself knows as punctuation: it makes pauses and melody of them."""

_PUNCTUATION_OF = str.maketrans({
    "。": ". ", "｡": ". ", "．": ". ", "，": ", ", "、": ", ", "､": ", ", "！": "! ", "？": "? ", "：": ": ", "；": "; ",
    "（": " (", "）": ") ", "「": " “", "」": "” ", "『": " “", "』": "” ", "《": " “", "》": "” ", "〈": " “", "〉": "” ",
    "【": " “", "】": "” ", "«": " “", "»": "” ", "〜": "—", "～": "—", "–": "—", "―": "—", "‥": "…", "⋯": "…",
    "„": "“", "‟": "“", "\n": " ", "\t": " ", "\r": " ", "\u3000": " ", "\u00a0": " ",
})  # fmt: skip


def plain_punctuation(text: str) -> str:
    """`text` with the punctuation of all scripts mapped to the model's."""
    return text.translate(_PUNCTUATION_OF)


def tidy(phonemes: str) -> str:
    """Single spaces, none before closing and none after opening punctuation."""
    closed = re.sub(r" +(?=[.,!?:;”)…])", "", phonemes)
    return re.sub(r" +", " ", re.sub(r"(?<=[“(]) +", "", closed)).strip()


def is_silent(char: str) -> bool:
    """Whether a character needs no sound: spaces, format and control characters, marks, typographic signs."""
    return char in _SILENT or char.isspace() or unicodedata.category(char) in ("Cf", "Cc", "Mn", "Zs", "Pd", "Ps", "Pe", "Pi", "Pf")
