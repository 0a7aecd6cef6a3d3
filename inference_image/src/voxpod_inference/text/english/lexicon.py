"""English words to phonemes: a lexicon, then inflections, then compounds of known parts; letters one by one."""

import re

from voxpod_inference.tables import SortedTable
from voxpod_inference.text.english.inflection import inflected

VOWELS = frozenset("AIOQWYaiuæɑɒɔəɛɜɪʊʌᵻᵊ")
_CAMEL = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


class EnglishLexicon:
    """Entries are phonemes and, for each part of speech that differs, ` TAG=phonemes`."""

    def __init__(self, table: SortedTable, *, british: bool) -> None:
        self._table = table
        self.british = british

    def get(self, word: str) -> str | None:
        """The entry of a word exactly as written."""
        return self._table.get(word)

    def entry(self, word: str) -> str | None:
        """The entry of a word as written, in lower case, capitalised, or as an inflected form; acronyms spelled."""
        forms = (word, word.lower(), word.capitalize()) if len(word) > 1 else (word,)
        for form in forms:
            if (entry := self._table.get(form)) is not None:
                return entry
        for form in forms[:2]:
            if (derived := inflected(form, self._table.get, british=self.british)) is not None:
                return derived
        if re.fullmatch(r"[A-Z]{1,5}(?:'s|s)?", word) or len(word) == 1:
            letters = word.removesuffix("'s").removesuffix("s")
            return self.spelled(letters) + ("z" if letters != word else "")
        return None

    def compound(self, word: str) -> str | None:
        """`GitHub` as git + hub, `smartwatch` as smart + watch: only of known parts, at most two that are not capitalised."""
        parts = _CAMEL.findall(word)
        if len(parts) < 2:
            lower = word.lower()
            cuts = sorted(range(3, len(lower) - 2), key=lambda i: abs(2 * i - len(lower)))
            parts = next(([lower[:i], lower[i:]] for i in cuts if self._both_known(lower[:i], lower[i:])), [])
        entries = [self.entry(part) for part in parts]
        if not parts or "".join(parts).lower() != word.lower() or None in entries:
            return None
        first, *rest = [entry.split(" ")[0] for entry in entries if entry]
        return "".join([first, *(p.replace("ˈ", "ˌ") for p in rest)])

    def spelled(self, word: str) -> str:
        """The names of the letters, the last one stressed."""
        *first, last = self._letters(word) or [""]
        return "".join([*(p.replace("ˈ", "ˌ") for p in first), last])

    def spelled_apart(self, word: str) -> str:
        """The names of the letters, each a word of its own."""
        return " ".join(self._letters(word))

    def _letters(self, word: str) -> list[str]:
        return [self._table.get(letter) or "" for letter in word.upper() if letter.isalpha()]

    def _both_known(self, first: str, second: str) -> bool:
        return self._table.get(first) is not None and self._table.get(second) is not None
