"""Readers for models that take written text: figures, units and signs in words, letters as they stand.

What they return stands where other readers return phonemes. Each language is marked in front of what it reads, with Unicode's tag
characters, which have no sound and which no request can contain (`document` drops them).
"""

import unicodedata
from collections.abc import Callable, Iterator

from voxpod_inference.text.signs import LeftOut, read_signs
from voxpod_inference.text.spoken import PUNCTUATION, Reader, Spoken, plain_punctuation, spoken
from voxpod_inference.text.traced import Traced

_MARK, _TAGS = "\U000e0001", 0xE0000
_WITHIN_WORDS = frozenset("'’-‐")
_SPACED = frozenset(["en", "ko"])
"""Languages with spaces between words: what touches is one word."""


class Written:
    """Reads one language out in writing; `aloud` is its rules for figures, units and abbreviations."""

    def __init__(self, language: str, aloud: Callable[[Traced], Traced]) -> None:
        self._language = language
        self._aloud = aloud

    def __call__(self, text: str) -> Spoken:
        """The text as a person would read it out, with the punctuation of all models."""
        normal = self._aloud(read_signs(Traced.of(text), self._language)).each(plain_punctuation)
        left_out = LeftOut(text)
        pieces = [(mark(self._language), (0, 0))]
        for at, char in enumerate(normal.text):
            pieces.append((self._sign(normal, at, char, left_out), normal.source(at, at + 1)))
        return spoken(Traced.joined(pieces), left_out.told, glued=self._language in _SPACED)

    def _sign(self, normal: Traced, at: int, char: str, left_out: LeftOut) -> str:
        if char in PUNCTUATION or unicodedata.category(char)[0] in "LMN":
            return char
        around = normal.text[at - 1 : at] + normal.text[at + 1 : at + 2]
        if char in _WITHIN_WORDS and len(around) == 2 and around.isalpha():
            return char
        return left_out.sign(char, normal.starts[at])


def mark(language: str) -> str:
    """What stands in front of text in a language."""
    return _MARK + "".join(chr(_TAGS + ord(letter)) for letter in language)


def marked(text: str) -> Iterator[tuple[str, str]]:
    """Language and text of each stretch behind a mark; text before the first one has none."""
    for at, stretch in enumerate(text.split(_MARK)):
        length = 0 if at == 0 else next((i for i, c in enumerate(stretch) if not _is_tag(c)), len(stretch))
        language = "".join(chr(ord(c) - _TAGS) for c in stretch[:length])
        if stretch[length:]:
            yield language, stretch[length:]


def written_readers(languages: tuple[str, ...]) -> dict[str, Reader]:
    """A reader for each of these languages; KeyError for one that has no rules for writing."""
    return {language: _Lazy(language) for language in languages}


class _Lazy:
    """Rules are loaded when their language first occurs."""

    def __init__(self, language: str) -> None:
        self._language, self._rules = language, _RULES[language]
        self._reader: Written | None = None

    def __call__(self, text: str) -> Spoken:
        if self._reader is None:
            self._reader = Written(self._language, self._rules())
        return self._reader(text)


def _is_tag(char: str) -> bool:
    return "\U000e0020" <= char <= "\U000e007e"


def _english() -> Callable[[Traced], Traced]:
    from voxpod_inference.text.english.normal import aloud
    from voxpod_inference.text.english.symbols import SYMBOLS

    def with_signs(text: Traced) -> Traced:
        return aloud(text).each(lambda char: f" {SYMBOLS[char]} " if char in SYMBOLS else char)

    return with_signs


def _chinese() -> Callable[[Traced], Traced]:
    from voxpod_inference.text.chinese.normal import aloud

    return aloud


def _japanese() -> Callable[[Traced], Traced]:
    from voxpod_inference.text.japanese.normal import aloud

    return aloud


def _korean() -> Callable[[Traced], Traced]:
    from voxpod_inference.text.korean.normal import read_aloud

    return read_aloud


def _cantonese() -> Callable[[Traced], Traced]:
    from voxpod_inference.text.cantonese.normal import read_aloud

    return read_aloud


_RULES: dict[str, Callable[[], Callable[[Traced], Traced]]] = {
    "en": _english,
    "ja": _japanese,
    "ko": _korean,
    "yue": _cantonese,
    "zh": _chinese,
}
