"""Full stops that do not end a sentence: after abbreviations and initials, by language."""

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from voxpod_inference.text.english.abbreviations import DOTTED, FIGURE, NAME, OPEN
from voxpod_inference.text.espeak.grammar import words
from voxpod_inference.text.espeak.languages import LANGUAGES, tables_of
from voxpod_inference.text.espeak.tables import Tables

# Of English, which other languages without a table of their own share: what english.abbreviations does not read in full.
_INSIDE = words("Messrs Pres vs e.g i.e viz v")
_BEFORE_FIGURES = words("Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec")
_MAY_END = words("etc a.m p.m Bros")
_INITIAL = re.compile(r"(?<![^\W\d_])[A-ZÀ-ÖØ-Þ]\.\s*\Z")
_FIGURE = re.compile(r"\d|[IVXLC]+\b")
LONGEST = 24
"""Characters, spaces after the full stop among them, that `is_abbreviation` needs of what stands before."""


@dataclass(frozen=True, slots=True)
class _Dotted:
    """One language's abbreviations, each as the end of a text; the first that matches decides."""

    may_end: re.Pattern[str]
    """A capital after them begins a sentence."""
    inside: re.Pattern[str]
    """They never end one."""
    before_names: re.Pattern[str]
    """They end one, unless a capital follows."""
    before_figures: re.Pattern[str]
    """They end one, unless a figure follows: `He said no.`"""


def is_abbreviation(before: str, following: str, language: str) -> bool:
    """Whether the full stop at the end of `before` (spaces may follow it) leaves the sentence open.

    `following` is what comes next, at least a few characters of it.
    """
    if not following:
        return False
    known = _dotted(language)
    first = following.lstrip("\"'“‘«(¿¡")[:1]
    if known.may_end.search(before):
        return not (first.isalpha() and not first.islower())
    if known.inside.search(before):
        return True
    if known.before_names.search(before) and first.isupper():
        return True
    if known.before_figures.search(before):
        return _FIGURE.match(following) is not None
    return _INITIAL.search(before) is not None


@functools.cache
def _dotted(language: str) -> _Dotted:
    if language in LANGUAGES:
        return _of_tables(tables_of(language))
    return _of_english()


def _of_english() -> _Dotted:
    by_follower: dict[str, list[str]] = {NAME: [], FIGURE: [], OPEN: [], "": []}
    for short, follows, _ in DOTTED:
        by_follower[follows if follows in by_follower else ""].append(short)
    return _Dotted(
        _any_of([*_MAY_END, *by_follower[""]]),
        _any_of([*_INSIDE, *by_follower[OPEN]]),
        _any_of(by_follower[NAME]),
        _any_of([*_BEFORE_FIGURES, *by_follower[FIGURE]]),
    )


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    joined = "|".join(sorted(patterns, key=len, reverse=True)).replace(".", r"\.")
    return re.compile(rf"(?<!\w)(?:{joined})\.\s*\Z")


def _of_tables(tables: Tables) -> _Dotted:
    """Of what the language reads in full; a full stop in the middle of `EE. UU.` is open too, and that of a unit."""
    inside = [
        written
        for table in (tables.abbreviations, tables.units, tables.currencies)
        for written in table
        if "." in written
    ]
    within = [written.split(". ")[0] for written in inside if ". " in written]
    return _Dotted(
        _ending([*(written.removesuffix(".") for written in tables.may_end), *tables.weekdays]),
        _ending([*within, *(written.removesuffix(".") for written in inside)]),
        _ending(written.removesuffix(".") for written in tables.before_names),
        _ending(written.removesuffix(".") for written in tables.before_figures),
    )


def _ending(words: Iterable[str]) -> re.Pattern[str]:
    """A text that ends in one of these and a full stop; small first letters may be capitals."""
    forms = (
        f"[{word[0]}{word[0].upper()}]{re.escape(word[1:])}" if word[0].islower() else re.escape(word)
        for word in sorted(words, key=len, reverse=True)
    )
    joined = "|".join(forms).replace("\\ ", r"\s?")
    return re.compile(rf"(?<!\w)(?:{joined})\.\s*\Z" if joined else r"(?!)")
