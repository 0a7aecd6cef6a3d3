"""English to phonemes: a lexicon first, then its inflections and compounds, then espeak-ng, then spelling out."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from voxpod_inference.tables import SortedTable
from voxpod_inference.text.english.context import DETERMINERS, PREPOSITIONS, Place, place_of
from voxpod_inference.text.english.heteronyms import HETERONYMS, reading
from voxpod_inference.text.english.letters import folded, narrow
from voxpod_inference.text.english.lexicon import VOWELS, EnglishLexicon
from voxpod_inference.text.english.normal import aloud
from voxpod_inference.text.english.symbols import SYMBOLS
from voxpod_inference.text.signs import LeftOut, read_signs
from voxpod_inference.text.spoken import PUNCTUATION, Spoken, plain_punctuation, spoken
from voxpod_inference.text.traced import Traced

_LETTER = r"A-Za-z\xc0-\xd6\xd8-\xf6\xf8-\u024f\u1e00-\u1eff"
_TOKEN = re.compile(rf"'?[{_LETTER}]+(?:['-][{_LETTER}]+)*'?|[^{_LETTER}]")
_WORD = re.compile(rf"[{_LETTER}]+(?:'[{_LETTER}]+)*'?|[^{_LETTER}]")
_COMPOSED = re.compile(rf"[{_LETTER}][\u0300-\u036f]+")
_APOSTROPHE = re.compile(
    rf"(?<=[{_LETTER}])[’ʼ‛＇′`´ʹ](?=[{_LETTER}])|(?<![{_LETTER}])[‘’ʼ](?=(?:tis|twas|em|til|cause|bout|n)\b)|(?<=s)’(?= )"
)
# What English words are written with: espeak-ng says these, and others by their number in Unicode or worse than without the mark.
_OF_ENGLISH = re.compile("[a-zA-ZÀ-ÖØ-öø-ÿœŒ'’-]+")
# Words that lose their last sound with their accent; American and British.
_ACCENTED = {
    "résumé": ("ɹˈɛzəmˌA", "ɹˈɛzjʊmˌA"), "resumé": ("ɹˈɛzəmˌA", "ɹˈɛzjʊmˌA"), "exposé": ("ˌɛkspOzˈA", "ɛkspˈQzA"),
    "pâté": ("pɑtˈA", "pˈatA"), "rosé": ("ɹOzˈA", "ɹˈQzA"), "maté": ("mˈɑtA", "mˈatA"), "lamé": ("lɑmˈA", "lˈɑːmA"),
}  # fmt: skip
# Acronyms that the lexicon would read as words.
_SPELLED = frozenset([
    "AM", "IT", "US", "UN", "AA", "AD", "AG", "BA", "CAT", "DA", "EST", "GI", "ID", "LA", "LED", "OD", "OS", "PA", "SI", "TA", "VAT", "WHO", "ISO", "ETA",
])  # fmt: skip
# Said without stress, capital or not; what is said before a vowel, before a consonant and before a pause.
_WEAK = {"the": ("ði", "ðə", "ði"), "to": ("tʊ", "tə", "tu"), "a": ("ɐ", "ɐ", "A"), "an": ("ɐn", "ɐn", "ɐn"), "am": ("ɐm", "ɐm", "æm"), "in": ("ɪn", "ɪn", "ˈɪn")}  # fmt: skip

Guess = Callable[[list[str]], dict[str, str]]
"""Pronounces words that no dictionary has: words in, phonemes by word out (without those that it cannot)."""


@dataclass(slots=True)
class _Piece:
    """A token and where it stands in the normalised text; without phonemes it is an unknown word."""

    token: str
    start: int
    end: int
    phonemes: str | None = None


class English:
    """Reads English; `guess` is asked once per text for all unknown words together."""

    def __init__(self, lexicon: SortedTable, guess: Guess, *, british: bool = False) -> None:
        self._lexicon = EnglishLexicon(lexicon, british=british)
        self._guess = guess
        self._guesses: dict[str, str] = {}

    def __call__(self, text: str) -> Spoken:
        """Phonemes in the alphabet that Kokoro was trained with (misaki's EN_PHONES)."""
        written = (
            Traced.of(text).each(plain_punctuation).sub(_COMPOSED, lambda m: unicodedata.normalize("NFC", m.group()))
        )
        normal = aloud(read_signs(written, "en").each(narrow).sub(_APOSTROPHE, "'"), british=self._lexicon.british)
        pieces = self._tokens(normal.text)
        tokens = [piece.token for piece in pieces]
        left_out = LeftOut(text)
        for at, piece in enumerate(pieces):
            piece.phonemes = (
                self._word(tokens, at)
                if _is_word(piece.token)
                else self._sign(piece.token, normal.starts[piece.start], left_out)
            )
        self._spell_apart([piece for piece in pieces if _is_word(piece.token)])
        spelled = self._guess_the_rest([piece for piece in pieces if piece.phonemes is None])
        _weaken(pieces)
        phonemes = Traced.joined((p.phonemes or "", normal.source(p.start, p.end)) for p in pieces)
        # The model's own front end writes the flap as T and has no glottal stop (misaki without `version`).
        return spoken(phonemes.each(lambda p: {"ɾ": "T", "ʔ": "t"}.get(p, p)), left_out.told, spelled, glued=True)

    def _spell_apart(self, words: list[_Piece]) -> None:
        """Acronyms alone, as they stand within Chinese: letter by letter, as its speakers say them.

        Run together they were heard as words (`API` as 一边, `CEO` in two syllables), apart as letters.
        """
        if all(word.token.isupper() for word in words):
            for word in words:
                if len(word.token) > 1 and word.phonemes == self._lexicon.spelled(word.token):
                    word.phonemes = self._lexicon.spelled_apart(word.token)

    def _tokens(self, text: str) -> list[_Piece]:
        """Words, with hyphen or leading apostrophe where the lexicon has them so, and all other characters one by one."""
        pieces = []
        for match in _TOKEN.finditer(text):
            token = match.group()
            known = not _is_word(token.lstrip("'")) or ("-" not in token and token[0] != "'")
            if known or self._lexicon.get(token) or self._lexicon.get(token.lower()):
                pieces.append(_Piece(token, *match.span()))
            else:
                pieces += (
                    _Piece(m.group(), match.start() + m.start(), match.start() + m.end()) for m in _WORD.finditer(token)
                )
        return pieces

    def _guess_the_rest(self, pieces: list[_Piece]) -> list[str]:
        """Pronounce unknown words; those that are spelled letter by letter are returned."""
        words = {piece.token: _asked(piece.token) for piece in pieces}
        if new := set(words.values()) - self._guesses.keys():
            self._guesses |= self._guess(sorted(new))
        for piece in pieces:
            piece.phonemes = self._guesses.get(words[piece.token]) or self._lexicon.spelled(folded(piece.token))
        return sorted(word for word, asked in words.items() if asked not in self._guesses)

    def _sign(self, sign: str, at: int, left_out: LeftOut) -> str:
        if (said := SYMBOLS.get(sign)) is not None:
            return f" {' '.join((self._lexicon.entry(word) or '').split(' ')[0] for word in said.split())} "
        return sign if sign in PUNCTUATION else left_out.sign(sign, at)

    def _word(self, tokens: list[str], at: int) -> str | None:
        token = tokens[at]
        if accented := _ACCENTED.get(token.lower()):
            return accented[self._lexicon.british]
        word = folded(token)
        if word in _SPELLED and not _shouted(tokens, at):
            return self._lexicon.spelled(word)
        if word not in ("I", "A") and token.lower().replace("’", "'") not in HETERONYMS:  # the neighbours tell nothing
            entry = self._lexicon.entry(word) or self._lexicon.entry(word.strip("'"))
            if entry is not None and " " not in entry:
                return _stressed(entry, word)
        place = place_of(tokens, at)
        if (at == 0 or tokens[at - 1] in ' "“(—') and tokens[at + 1 : at + 2] == [" "]:
            if word == "I":
                return "ˌI"
            if (
                word == "A"
                and place.first
                and len(place.following) > 1
                and place.following not in ("is", "was", "and", "or")
            ):
                return self._lexicon.get("a")
        entry = self._entry(word, place)
        if entry is None:
            # An accent makes another word of it: beyo + nce is not Beyoncé.
            return self._lexicon.compound(word) if token.isascii() else None
        return _stressed(self._variant(entry, place), word)

    def _entry(self, word: str, place: Place) -> str | None:
        """A word that only begins a sentence is looked up without its capital, if it is one that a capital changes."""
        if (
            place.first
            and word.istitle()
            and place.word in HETERONYMS
            and (entry := self._lexicon.get(place.word)) is not None
        ):
            return entry
        return self._lexicon.entry(word) or self._lexicon.entry(word.strip("'"))

    def _variant(self, entry: str, place: Place) -> str:
        """The reading of a lexicon entry that suits the place."""
        default, *variants = entry.split(" ")
        if not variants and place.word not in HETERONYMS:
            return default
        by_tag = dict(variant.split("=", 1) for variant in variants)
        if "None" in by_tag and not place.following:
            return by_tag["None"]
        if "DT" in by_tag:
            stressed = (
                place.first or place.previous in PREPOSITIONS or not place.following or place.following in ("is", "was")
            )
            return by_tag["DT"] if stressed and place.following not in DETERMINERS else default
        said = reading(place)
        if said.startswith("~"):
            return (self._lexicon.get(said[1:]) or default).split(" ")[0]
        if said.startswith("="):
            return said[1:].split("/")[self._lexicon.british]
        return by_tag.get(said) or (by_tag.get("ADJ") if said == "VBN" else None) or default


def _is_word(token: str) -> bool:
    letter = token.lstrip("'")[:1]
    return letter.isalpha() and (letter < "\u0250" or "\u1e00" <= letter < "\u1f00")


def _asked(word: str) -> str:
    """How espeak-ng is asked for a word."""
    return word if _OF_ENGLISH.fullmatch(word) else folded(word)


def _shouted(tokens: list[str], at: int) -> bool:
    """Whether the words around are all capitals too."""
    words = [t for t in tokens[max(0, at - 8) : at + 9] if len(t) > 3 and t.isalpha()]
    return sum(w.isupper() for w in words) * 2 > len(words)


def _stressed(phonemes: str, word: str) -> str:
    """As in the training data: a capitalised word without stress gets a weak one, a word in capitals a strong one."""
    if word.islower() or word.lower() in _WEAK or "ˈ" in phonemes:
        return phonemes
    mark = "ˈ" if word.isupper() and len(word) > 1 else "ˌ"
    if "ˌ" in phonemes:
        return phonemes.replace("ˌ", mark, 1)
    first = next((i for i, p in enumerate(phonemes) if p in VOWELS), None)
    return phonemes if first is None else f"{phonemes[:first]}{mark}{phonemes[first:]}"


def _weaken(pieces: list[_Piece]) -> None:
    """Small words as they are said in a sentence: before a vowel, before a consonant, before a pause."""
    for i, piece in enumerate(pieces):
        forms = _WEAK.get(piece.token.lower())
        if forms is None or "ˈ" in (piece.phonemes or ""):
            continue
        sounds = ((p.phonemes or "").lstrip("ˈˌ ") for p in pieces[i + 1 : i + 3])
        following = next((sound for sound in sounds if sound), "")
        if not following or following[0] in PUNCTUATION:
            piece.phonemes = forms[2]
        else:
            piece.phonemes = forms[0 if following[0] in VOWELS else 1]
