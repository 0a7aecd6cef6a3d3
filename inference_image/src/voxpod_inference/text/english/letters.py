"""Letters that English words are not written with, as the ones that they are."""

import re
import unicodedata

# Letters that are no ASCII letter with a mark; those with a stroke, hook or tail have that letter in their name.
_FOLDED = {
    "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "Ae", "ǽ": "ae", "Ǽ": "Ae", "ǣ": "ae", "Ǣ": "Ae", "œ": "oe", "Œ": "Oe",
    "þ": "th", "Þ": "Th", "ð": "d", "Ð": "D", "ŋ": "ng", "Ŋ": "Ng", "ə": "e", "Ə": "E", "ǝ": "e", "Ǝ": "E", "ɛ": "e",
    "Ɛ": "E", "ĸ": "k", "ƕ": "hv", "Ƕ": "Hv", "ƣ": "gh", "Ƣ": "Gh", "ƿ": "w", "Ƿ": "W", "ȝ": "y", "Ȝ": "Y", "Ʒ": "Zh",
    "ʒ": "zh", "ƹ": "zh", "Ƹ": "Zh", "ƺ": "zh", "ǯ": "zh", "Ǯ": "Zh", "Ʃ": "Sh", "ƪ": "sh", "Ʊ": "U", "ȣ": "ou",
    "Ȣ": "Ou", "ȸ": "db", "ȹ": "qp", "Ʀ": "R", "Ƨ": "S", "ƨ": "s", "ƍ": "z", "ƛ": "l", "ẟ": "d", "Ƅ": "B", "ƅ": "b",
    "Ɣ": "Gh", "Ɩ": "I", "Ɂ": "", "ɂ": "", "ƻ": "dz", "Ƽ": "S", "ƽ": "s", "ƾ": "ts", "Ʌ": "V", "ỻ": "ll", "Ỻ": "Ll",
    "ỽ": "v", "Ỽ": "V",
}  # fmt: skip
_NAMED = re.compile(r"LATIN (SMALL|CAPITAL) LETTER (?:[A-Z-]{3,} )?([A-Z])(?: |$)")


def folded(word: str) -> str:
    """`word` in ASCII letters: café as cafe."""
    if word.isascii():
        return word
    return "".join(_FOLDED[c] if c in _FOLDED else c if c.isascii() else _unmarked(c) for c in word)


def _unmarked(letter: str) -> str:
    if plain := "".join(c for c in unicodedata.normalize("NFKD", letter) if c.isascii()):
        return plain
    named = _NAMED.match(unicodedata.name(letter, ""))
    return "" if named is None else named[2].lower() if named[1] == "SMALL" else named[2]


_SMALL_CAPITAL = re.compile(r"LATIN LETTER SMALL CAPITAL ([A-Z])\Z")


def small_capital(char: str) -> str:
    """The letter that a small capital such as `ʜ` is written for; empty for all others."""
    named = _SMALL_CAPITAL.match(unicodedata.name(char, ""))
    return named[1].lower() if named else ""


def narrow(char: str) -> str:
    """Full-width and mathematical forms as ASCII; letters keep their accents; a lone combining mark goes."""
    if char < "\u0250" and char not in "ªº":
        return char
    if unicodedata.combining(char):
        return ""
    if small := small_capital(char):
        return small
    plain = unicodedata.normalize("NFKC", char)
    return plain if "\uff01" <= char <= "\uffef" or (plain.isascii() and plain.isalnum()) else char
