"""The names of letters with marks, where a reader says the letter alone: é spelled out is `E acute`."""

import unicodedata

_MARKS = {
    "en": {"\u0301": "acute", "\u0300": "grave", "\u0302": "circumflex", "\u0308": "umlaut", "\u0303": "tilde", "\u0327": "cedilla", "\u030a": "ring", "\u030c": "caron"},
    "it": {"\u0301": "acuta", "\u0300": "grave", "\u0302": "circonflessa", "\u0308": "con dieresi", "\u0303": "con la tilde", "\u0327": "con la cediglia", "\u030a": "con l'anello", "\u030c": "con la pipetta"},
}  # fmt: skip
"""By language. espeak-ng names the marks of Spanish, French and Portuguese itself; where Chinese, Japanese and Korean are read, Latin letters are English."""
_OWN = ("es", "fr", "pt")


def named(char: str, language: str) -> str:
    """A character as a reader of a language says it by itself, its mark named."""
    apart = unicodedata.normalize("NFD", char)
    letter, marks = apart[0], apart[1:]
    if not marks or not letter.isascii() or language in _OWN:
        return char.upper() if char.isascii() else char
    names = _MARKS.get(language, _MARKS["en"])
    return " ".join([letter.upper(), *(names[mark] for mark in marks if mark in names)])
