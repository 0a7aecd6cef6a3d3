"""English (US) to phonemes: a lexicon first, then its inflections and compounds, then espeak-ng, then spelling out."""

import re
import unicodedata
from collections.abc import Callable, Iterator

from voxpod_inference.tables import SortedTable
from voxpod_inference.text.english_inflection import inflected
from voxpod_inference.text.english_normal import read_aloud
from voxpod_inference.text.spoken import PUNCTUATION, Spoken, is_silent, plain_punctuation, tidy

VOWELS = frozenset("AIOQWYaiuæɑɒɔəɛɜɪʊʌᵻᵊ")
_TOKEN = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*['’]?|[^A-Za-z]")
_CAMEL = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_SYMBOLS = {
    "&": "and", "%": "percent", "@": "at", "+": "plus", "=": "equals", "°": "degrees", "$": "dollars", "€": "euros",
    "£": "pounds", "¥": "yen", "©": "copyright", "®": "registered", "™": "trademark", "×": "times", "÷": "divided by",
    "±": "plus or minus", "§": "section", "²": "squared", "³": "cubed", "½": "one half", "¼": "a quarter",
    "¾": "three quarters", "√": "square root of", "∞": "infinity", "≈": "about", "≠": "is not equal to",
    "≤": "at most", "≥": "at least", "№": "number", "µ": "micro", "‰": "per mille", "α": "alpha", "β": "beta",
    "γ": "gamma", "δ": "delta", "Δ": "delta", "ε": "epsilon", "θ": "theta", "λ": "lambda", "μ": "mu", "π": "pi",
    "ρ": "rho", "σ": "sigma", "Σ": "sigma", "τ": "tau", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega", "Ω": "omega",
}  # fmt: skip
# Words after which a word with two readings is a verb, a noun or a participle; enough for clear cases, a tagger costs 50 MB.
_BEFORE_VERB = frozenset(
    ["to", "will", "would", "can", "could", "should", "must", "may", "might", "shall", "cannot", "don't", "doesn't", "didn't", "won't", "can't", "couldn't", "wouldn't", "shouldn't", "i", "you", "we", "they", "who", "let's", "please", "not", "never", "always", "also"]
)
_BEFORE_NOUN = frozenset(
    ["the", "a", "an", "this", "that", "these", "those", "my", "your", "his", "her", "its", "our", "their", "no", "some", "any", "every", "each", "of", "in", "on", "for", "with", "by", "from", "another", "which", "whose", "first", "second", "new", "old"]
)
_BEFORE_PARTICIPLE = frozenset(["have", "has", "had", "having", "was", "were", "been", "be", "is", "are", "i've", "we've", "they've", "you've", "he's", "she's"])
_SPELLED = frozenset({"AM", "IT", "US", "UN", "AA", "CAT", "VAT"})
"""Acronyms that the lexicon would read as words."""

Guess = Callable[[list[str]], dict[str, str]]
"""Pronounces words that no dictionary has: words in, phonemes by word out (without those that it cannot)."""


class English:
    """Reads English; `guess` is asked once per text for all unknown words together."""

    def __init__(self, lexicon: SortedTable, guess: Guess) -> None:
        self._lexicon = lexicon
        self._guess = guess
        self._guesses: dict[str, str] = {}

    def __call__(self, text: str) -> Spoken:
        """Phonemes in the alphabet that Kokoro was trained with (misaki's EN_PHONES)."""
        words = _TOKEN.findall(read_aloud(_ascii(plain_punctuation(text))))
        found: list[str | None] = [self._word(words, i) if _is_word(w) else None for i, w in enumerate(words)]
        unknown = {w for w, phonemes in zip(words, found, strict=True) if _is_word(w) and phonemes is None}
        guesses = self._guessed(unknown)
        spelled = sorted(unknown - guesses.keys())
        unread: list[str] = []
        pieces: list[str] = []
        for word, phonemes in zip(words, found, strict=True):
            if _is_word(word):
                pieces.append(phonemes or guesses.get(word) or self._spell(word))
            elif (said := _SYMBOLS.get(word)) is not None:
                pieces.append(f" {' '.join(self._lexicon.get(w) or '' for w in said.split())} ")
            elif word in PUNCTUATION:
                pieces.append(word)
            elif not is_silent(word):
                unread.append(word)
            else:
                pieces.append(" ")
        return Spoken(_weakened(pieces), tuple(unread), tuple(spelled))

    def _guessed(self, words: set[str]) -> dict[str, str]:
        """All guesses so far, these words' among them; each is asked for once."""
        if new := words - self._guesses.keys():
            self._guesses |= self._guess(sorted(new))
        return self._guesses

    def _word(self, words: list[str], at: int) -> str | None:
        word = words[at].replace("’", "'")
        if word in _SPELLED:
            return self._spell(word)
        if word == "A" and _begins_sentence(words, at):
            return self._lexicon.get("a")
        entry = self._known(word)
        if entry is None and (stripped := word.strip("'")) != word:
            entry = self._known(stripped)
        if entry is None:
            return self._compound(word)
        phonemes = _variant(entry, _previous_word(words, at))
        return phonemes if word.islower() else _stressed(phonemes)

    def _known(self, word: str) -> str | None:
        """The lexicon's entry for a word as written, in lower case, capitalised, or as an inflected form; acronyms spelled."""
        forms = (word, word.lower(), word.capitalize()) if len(word) > 1 else (word,)
        for form in forms:
            if (entry := self._lexicon.get(form)) is not None:
                return entry
        for form in forms[:2]:
            if (derived := inflected(form, self._lexicon.get)) is not None:
                return derived
        if re.fullmatch(r"[A-Z]{1,5}(?:'s|s)?", word) or len(word) == 1:
            letters = word.removesuffix("'s").removesuffix("s")
            plural = "z" if letters != word else ""
            return self._spell(letters) + plural
        return None

    def _compound(self, word: str) -> str | None:
        """`GitHub` as git + hub, `smartwatch` as smart + watch: only of known parts, at most two that are not capitalised."""
        parts = _CAMEL.findall(word)
        if len(parts) < 2:
            lower = word.lower()
            cuts = sorted(range(3, len(lower) - 2), key=lambda i: abs(2 * i - len(lower)))
            parts = next(([lower[:i], lower[i:]] for i in cuts if self._both_known(lower[:i], lower[i:])), [])
        entries = [self._known(part) for part in parts]
        if not parts or "".join(parts).lower() != word.lower() or None in entries:
            return None
        first, *rest = [_variant(e, "") for e in entries if e]
        return "".join([first, *(p.replace("ˈ", "ˌ") for p in rest)])

    def _both_known(self, first: str, second: str) -> bool:
        return self._lexicon.get(first) is not None and self._lexicon.get(second) is not None

    def _spell(self, word: str) -> str:
        letters = [self._lexicon.get(letter) or "" for letter in word.upper() if letter.isalpha()]
        *first, last = letters or [""]
        return "".join([*(p.replace("ˈ", "ˌ") for p in first), last])


def _is_word(token: str) -> bool:
    return token[0].isascii() and token[0].isalpha()


def _ascii(text: str) -> str:
    """`text` with full-width forms narrowed and accents taken off Latin letters (café, naïve)."""
    return "".join(_narrow(char) for char in text)


def _narrow(char: str) -> str:
    if char < "\u0080" or unicodedata.category(char) not in ("Ll", "Lu", "Lm", "Mn", "Nd", "So", "Sm", "Po"):
        return char
    plain = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
    special = {"ß": "ss", "æ": "ae", "Æ": "Ae", "ø": "o", "Ø": "O", "œ": "oe", "Œ": "Oe", "ł": "l", "Ł": "L", "đ": "d"}
    return special.get(char) or (plain if plain.isascii() and plain.isalnum() else "" if unicodedata.combining(char) else char)


def _begins_sentence(words: list[str], at: int) -> bool:
    before = next((w for w in reversed(words[:at]) if w != " "), ".")
    return before in '.!?"“(:—' and words[at + 1 : at + 2] == [" "]


def _previous_word(words: list[str], at: int) -> str:
    return next((w.lower().replace("’", "'") for w in reversed(words[:at]) if _is_word(w)), "")


def _variant(entry: str, previous: str) -> str:
    """The reading of a lexicon entry that suits the word before it."""
    default, *variants = entry.split(" ")
    by_tag = dict(v.split("=", 1) for v in variants)
    if previous in _BEFORE_PARTICIPLE:
        return by_tag.get("VBN", by_tag.get("ADJ", default))
    if previous in _BEFORE_VERB:
        return by_tag.get("VERB", default)
    if previous in _BEFORE_NOUN:
        return by_tag.get("NOUN", default)
    return default


def _stressed(phonemes: str) -> str:
    """Capitalised words get the weakest stress when they have none, as in the training data."""
    if "ˈ" in phonemes or "ˌ" in phonemes:
        return phonemes
    first = next((i for i, p in enumerate(phonemes) if p in VOWELS), None)
    return phonemes if first is None else f"{phonemes[:first]}ˌ{phonemes[first:]}"


# The lexicon holds the full forms of words that are weak in a sentence; to and the look at the next sound.
_WEAK_BEFORE = {"ði": ("ði", "ðə"), "tu": ("tʊ", "tə")}


def _weakened(pieces: list[str]) -> str:
    return tidy("".join(_weak_forms(pieces)))


def _weak_forms(pieces: list[str]) -> Iterator[str]:
    for i, piece in enumerate(pieces):
        bare = piece.replace("ˌ", "")
        following = next((p.lstrip("ˈˌ ") for p in pieces[i + 1 : i + 3] if p.strip()), "")
        sounds = bool(following) and following[0] not in PUNCTUATION
        if bare == "A" and sounds:
            yield "ɐ"
        elif bare == "æn":
            yield "ɐn"
        elif bare in _WEAK_BEFORE and sounds:
            before_vowel, before_consonant = _WEAK_BEFORE[bare]
            yield before_vowel if following[0] in VOWELS else before_consonant
        else:
            yield piece
