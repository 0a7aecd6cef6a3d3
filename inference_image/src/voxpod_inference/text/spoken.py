"""What a language's reader returns, and the characters that no reader needs to speak."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from voxpod_inference.text.traced import Replacement, Traced


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


# Written marks that people mostly do not pronounce; `signs.LeftOut` tells where they do.
_SILENT = frozenset("*_~`|\\^<>{}[]#•·‧・-‐‑‒–—―/'’‘«»‹›＜＞｛｝［］＊＿～｀｜＃－／〜〃※→←↑↓■□▪●○◆◇★☆【】\ufeff")
PUNCTUATION = frozenset(';:,.!?—…"()“” ')
"""What the model itself knows as punctuation: it makes pauses and melody of them."""

_PUNCTUATION_OF = str.maketrans({
    "。": ". ", "｡": ". ", "．": ". ", "，": ", ", "、": ", ", "､": ", ", "！": "! ", "？": "? ", "：": ": ", "；": "; ",
    "（": " (", "）": ") ", "「": " “", "」": "” ", "『": " “", "』": "” ", "《": " “", "》": "” ", "〈": " “", "〉": "” ",
    "【": " “", "】": "” ", "«": " “", "»": "” ", "〜": "—", "～": "—", "–": "—", "―": "—", "‥": "…", "⋯": "…",
    "„": "“", "‟": "“", "\n": " ", "\t": " ", "\r": " ", "\u3000": " ", "\u00a0": " ",
})  # fmt: skip


MOST_STOPS = 3
"""In a row. After more the model makes up words: of `Hello` and 20 `!` a recogniser heard "Hello, FC.", of 40 dots "I'll see you
later."; the time was given to the word before. 3 to 10 were clean."""
STOPS = frozenset(";:,.!?—…")
_MANY_SIGNS = re.compile(r"(?:[;:,.!?—…\"()“”] *){4,}")
_TIDY: tuple[tuple[re.Pattern[str], Replacement], ...] = (
    (_MANY_SIGNS, lambda signs: _fewer(signs.group())),
    (re.compile(r" +(?=[.,!?:;”)…])"), ""),
    (re.compile(r"(?<=[“(]) +"), ""),
    (re.compile(r" {2,}"), " "),
)


def _fewer(signs: str) -> str:
    """The first stops of a row of signs, and as many of its quotation marks and brackets."""
    kept, left = "", {True: MOST_STOPS, False: MOST_STOPS}
    for sign in signs:
        if sign == " " or left[sign in STOPS]:
            kept += sign
            left[sign in STOPS] -= sign != " "
    return kept


def is_long_row(signs: str) -> bool:
    """Whether a row of signs is longer than what the model may get."""
    return _fewer(signs) != signs


def plain_punctuation(text: str) -> str:
    """`text` with the punctuation of all scripts mapped to the model's."""
    return text.translate(_PUNCTUATION_OF)


def tidy(phonemes: str) -> str:
    """Single spaces, none before closing and none after opening punctuation, and never many signs in a row."""
    return tidied(Traced.of(phonemes)).text


def tidied(phonemes: Traced) -> Traced:
    """Like `tidy`, and every phoneme still knows what was written for it."""
    for pattern, replacement in _TIDY:
        phonemes = phonemes.sub(pattern, replacement)
    return phonemes.stripped()


def spoken(phonemes: Traced, unread: Sequence[str], spelled: Sequence[str] = (), *, glued: bool = False) -> Spoken:
    """What a reader returns, from phonemes that know what was written for them; tidied here.

    Phonemes of one source range are one word, and with `glued` also those of ranges that touch: `221B`, `AT&T`.
    """
    tidy_phonemes = tidied(phonemes)
    return Spoken(tidy_phonemes.text, tuple(unread), tuple(spelled), tuple(_words(tidy_phonemes, glued)))


def _words(phonemes: Traced, glued: bool) -> Iterator[Word]:
    word: Word | None = None
    for i, (phoneme, start, end) in enumerate(zip(phonemes.text, phonemes.starts, phonemes.ends, strict=True)):
        if phoneme in PUNCTUATION or start == end:
            continue
        if word is not None and start < word.end + glued:
            word = Word(word.start, max(word.end, end), word.first, i + 1)
            continue
        if word is not None:
            yield word
        word = Word(start, end, i, i + 1)
    if word is not None:
        yield word


def is_silent(char: str) -> bool:
    """Whether a character has no sound of its own: spaces, format and control characters, marks, signs that are mostly typography."""
    return (
        char in _SILENT
        or char.isspace()
        or "\u2500" <= char <= "\u259f"  # what boxes and bars are drawn with
        or unicodedata.category(char) in ("Cf", "Cc", "Mn", "Zs", "Pd", "Ps", "Pe", "Pi", "Pf")
    )
