"""Regular inflections of words that the lexicon has: `-s`, `-'s`, `-ed`, `-ing`, `-ly`, `-er`, `-ness`."""

import re
from collections.abc import Callable, Iterator

Lookup = Callable[[str], str | None]

_DOUBLED = re.compile(r"([bdgklmnprtvz])\1$")
# After these sounds an American t is a flap: the t of "waiting".
_BEFORE_FLAP = frozenset("AIOWYiuæɑəɛɪɹʊʌ")


def inflected(word: str, lookup: Lookup, *, british: bool = False) -> str | None:
    """Phonemes of an inflected form, built from the stem's; None when no stem of it is known."""
    for suffix, sound in (_BRITISH if british else _AMERICAN).items():
        if not word.endswith(suffix) or len(word) < len(suffix) + 2:
            continue
        for stem in _stems(word[: -len(suffix)], suffix):
            if (entry := lookup(stem)) is not None:
                linking = "ɹ" if british and suffix in _VOWEL_SUFFIXES and stem.rstrip("e").endswith("r") else ""
                phonemes = entry.split(" ")[0]
                return sound(phonemes + (linking if phonemes[-1:] in "əːɹ" and not phonemes.endswith("ɹ") else ""))
    return None


def _stems(rest: str, suffix: str) -> Iterator[str]:
    if rest.endswith("i") and suffix in ("es", "ed", "er", "ly", "ness"):
        yield rest[:-1] + "y"
    if suffix in ("ed", "ing", "er"):
        yield rest + "e"
        if _DOUBLED.search(rest):
            yield rest[:-1]
    yield rest


def _s(stem: str, vowel: str) -> str:
    if stem[-1:] in "ptkfθ":
        return stem + "s"
    return stem + (f"{vowel}z" if stem[-1:] in "szʃʒʧʤ" else "z")


def _ed(stem: str, vowel: str) -> str:
    if stem[-1:] in "pkfθʃsʧ":
        return stem + "t"
    return stem + (f"{vowel}d" if stem[-1:] in "dtɾ" else "d")


def _flapped(stem: str) -> str:
    return stem[:-1] + "ɾ" if stem[-1:] == "t" and stem[-2:-1] in _BEFORE_FLAP else stem


_VOWEL_SUFFIXES = frozenset({"ing", "in'", "er"})
_AMERICAN: dict[str, Callable[[str], str]] = {
    "'s": lambda stem: _s(stem, "ᵻ"),
    "s'": lambda stem: _s(stem, "ᵻ"),
    "es": lambda stem: _s(stem, "ᵻ"),
    "s": lambda stem: _s(stem, "ᵻ"),
    "ed": lambda stem: _ed(_flapped(stem), "ᵻ"),
    "ing": lambda stem: _flapped(stem) + "ɪŋ",
    "in'": lambda stem: _flapped(stem) + "ɪn",
    "ly": lambda stem: stem + "li",
    "er": lambda stem: _flapped(stem) + "əɹ",
    "ness": lambda stem: stem + "nəs",
    "less": lambda stem: stem + "ləs",
}
_BRITISH: dict[str, Callable[[str], str]] = {
    **_AMERICAN,
    **dict.fromkeys(("'s", "s'", "es", "s"), lambda stem: _s(stem, "ɪ")),
    "ed": lambda stem: _ed(stem, "ɪ"),
    "ing": lambda stem: stem + "ɪŋ",
    "in'": lambda stem: stem + "ɪn",
    "er": lambda stem: stem + "ə",
    "ness": lambda stem: stem + "nəs",
}
