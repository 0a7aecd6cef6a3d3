"""Text of espeak-ng's languages as it is read aloud: every figure, abbreviation and sign in words.

A list of rules, made of a language's tables and applied in order; each turns one written form into words. What a form is
read as where it is ambiguous: docs/text.md.
"""

import re
import unicodedata

from voxpod_inference.text.english.letters import small_capital
from voxpod_inference.text.espeak.calendar import dates, weekdays
from voxpod_inference.text.espeak.clock import times
from voxpod_inference.text.espeak.codes import codes
from voxpod_inference.text.espeak.figures import figures
from voxpod_inference.text.espeak.grammar import words
from voxpod_inference.text.espeak.measures import fractions, measures, spans
from voxpod_inference.text.espeak.money import money
from voxpod_inference.text.espeak.ordinals import numerals, ordinals
from voxpod_inference.text.espeak.tables import Tables
from voxpod_inference.text.espeak.words import abbreviations, addresses, symbols
from voxpod_inference.text.signs import read_signs
from voxpod_inference.text.traced import Rule, Traced

_BEFORE = (weekdays, abbreviations, addresses)
_AFTER = (dates, times, codes, spans, money, ordinals, numerals, fractions, measures, figures, symbols)
_SPECIAL = dict(zip("łŁøØđĐıþðæÆœŒß", words("l L o O d D i th d ae Ae oe Oe ss"), strict=True))
_ACCENTS_APART = re.compile(r"[A-Za-z][\u0300-\u036f]+")


class ReadAloud:
    """Reads the text of one language aloud, in words that espeak-ng pronounces well."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._rules: list[Rule] = [
            *tables.first_rules,
            *(rule for kind in _BEFORE for rule in kind(tables)),
            *(rule for kind in _AFTER for rule in kind(tables)),
            *tables.last_rules,
        ]

    def __call__(self, text: Traced) -> Traced:
        """`text` with words for its figures and signs; what has no rule stays as it is."""
        text = text.sub(_ACCENTS_APART, lambda m: unicodedata.normalize("NFC", m.group()))
        text = read_signs(text, self._tables.voice[:2]).each(self._plain)
        for pattern, replacement in self._rules:
            text = text.sub(pattern, replacement)
        return text

    def _plain(self, char: str) -> str:
        """A character in the language's own letters, and digits of any script as 0 to 9."""
        if char.isascii() or char.lower() in self._tables.letters:
            return char
        if char.isdecimal():
            return str(unicodedata.decimal(char))
        if char == "μ":  # keyboards and NFKC have the Greek letter for micro
            return "µ"
        if char in "\u200c\u200d\u00ad":
            return ""
        if small := small_capital(char):
            return small
        if (
            not char.isalpha()
            or not unicodedata.name(char, "").startswith(("LATIN", "FULLWIDTH LATIN"))
            or char in "ªº"
        ):
            return unicodedata.normalize("NFKC", char) if unicodedata.east_asian_width(char) == "F" else char
        plain = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
        return _SPECIAL.get(char, plain)
