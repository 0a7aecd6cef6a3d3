"""Regular inflections of words that the lexicon has: `-s`, `-'s`, `-ed`, `-ing`, `-ly`, `-er`, `-ness`."""

import re
from collections.abc import Callable, Iterator

Lookup = Callable[[str], str | None]

_DOUBLED = re.compile(r"([bdgklmnprtvz])\1$")
# After these sounds an American t is a flap: the t of "waiting".
_BEFORE_FLAP = frozenset("AIOWYiuæɑəɛɪɹʊʌ")


def inflected(word: str, lookup: Lookup) -> str | None:
    """Phonemes of an inflected form, built from the stem's; None when no stem of it is known."""
    for suffix, sound in _SUFFIXES.items():
        if not word.endswith(suffix) or len(word) < len(suffix) + 2:
            continue
        for stem in _stems(word[: -len(suffix)], suffix):
            if (entry := lookup(stem)) is not None:
                return sound(entry.split(" ")[0])
    return None


def _stems(rest: str, suffix: str) -> Iterator[str]:
    if rest.endswith("i") and suffix in ("es", "ed", "er", "ly", "ness"):
        yield rest[:-1] + "y"
    if suffix in ("ed", "ing", "er"):
        yield rest + "e"
        if _DOUBLED.search(rest):
            yield rest[:-1]
    yield rest


def _s(stem: str) -> str:
    if stem[-1:] in "ptkfθ":
        return stem + "s"
    return stem + ("ᵻz" if stem[-1:] in "szʃʒʧʤ" else "z")


def _ed(stem: str) -> str:
    if stem[-1:] in "pkfθʃsʧ":
        return stem + "t"
    if stem[-1:] == "d":
        return stem + "ᵻd"
    if stem[-1:] != "t":
        return stem + "d"
    return _flapped(stem) + "ᵻd"


def _flapped(stem: str) -> str:
    return stem[:-1] + "ɾ" if stem[-1:] == "t" and stem[-2:-1] in _BEFORE_FLAP else stem


_SUFFIXES: dict[str, Callable[[str], str]] = {
    "'s": _s,
    "s'": _s,
    "es": _s,
    "s": _s,
    "ed": _ed,
    "ing": lambda stem: _flapped(stem) + "ɪŋ",
    "in'": lambda stem: _flapped(stem) + "ɪn",
    "ly": lambda stem: stem + "li",
    "er": lambda stem: _flapped(stem) + "əɹ",
    "ness": lambda stem: stem + "nəs",
    "less": lambda stem: stem + "ləs",
}
