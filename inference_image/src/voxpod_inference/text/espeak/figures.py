"""Figures: how they are written, and how a language says them."""

import re
from collections.abc import Iterable

from voxpod_inference.text.espeak.grammar import Gender
from voxpod_inference.text.espeak.tables import Tables
from voxpod_inference.text.traced import Rule

_SPACE = "[ \u00a0\u202f\u2009]"
NUMBER = rf"(?:\d{{1,3}}(?:{_SPACE}\d{{3}})+(?:[.,]\d+)?(?!{_SPACE}?\d|[.,]\d)|\d+(?:[.,]\d+|['’]\d{{3}}(?!\d))*)"
"""Thousands grouped by points, commas, apostrophes or spaces of any width, and decimals."""


def parts(written: str, decimal_mark: str) -> tuple[str, str, str]:
    """`1.250,5` as whole digits, decimal mark and decimals; a mark with three digits after it groups thousands where the language writes them so."""
    compact = re.sub(r"[\s'’]", "", written)
    marks = [c for c in compact if c in ".,"]
    decimal = ""
    if marks and marks.count(marks[-1]) == 1:
        digits_after = len(compact) - compact.rindex(marks[-1]) - 1
        if digits_after != 3 or marks[-1] == decimal_mark or len(set(marks)) == 2:
            decimal = marks[-1]
    whole, _, decimals = compact.partition(decimal) if decimal else (compact, "", "")
    return re.sub(r"[.,]", "", whole) or "0", decimal, decimals


def one_by_one(digits: str, tables: Tables) -> str:
    """Figure by figure."""
    return " ".join(tables.numbers.cardinal(int(digit)) for digit in digits)


def said(written: str, tables: Tables, gender: Gender = "") -> str:
    """A written number in words, before a noun of that gender."""
    whole, mark, decimals = parts(written, tables.decimal_mark)
    of_decimals: Gender = gender if tables.decimals_agree else ""
    if decimals and not (tables.decimals_agree and gender == "f"):
        gender = ""
    most = tables.most_digits if written.isdecimal() else max(tables.most_digits, tables.most_grouped)
    if len(whole) > most or (len(whole) > 1 and whole.startswith("0")):
        words = one_by_one(whole, tables)
    else:
        words = tables.numbers.cardinal(int(whole), gender)
    if not decimals:
        return words
    together = len(decimals) <= 2 and decimals[0] != "0" and not tables.decimals_one_by_one
    last = tables.numbers.cardinal(int(decimals if together else decimals[-1]), of_decimals)
    told = last if together else f"{one_by_one(decimals[:-1], tables)} {last}".lstrip()
    return f"{words} {tables.comma if mark == ',' else tables.point} {told}"


def is_one(written: str, tables: Tables) -> bool:
    """Whether a noun after it is in the singular."""
    return parts(written, tables.decimal_mark) in (("1", "", ""),)


def is_round(whole: str) -> bool:
    """Whether it is so many millions and nothing else: `un millón de euros`."""
    return int(whole) >= 10**6 and int(whole) % 10**6 == 0


def counted_of(several: str, tables: Tables) -> str:
    """`de euros`, `d'euros`: what stands behind millions."""
    if tables.of_before_vowel and several[0] in "aeiouéh":
        return tables.of_before_vowel + several
    return f"{tables.of} {several}".lstrip()


def gender_of(noun: str, tables: Tables) -> Gender:
    """Guessed by its ending."""
    return "f" if re.fullmatch(tables.feminine, noun.split(" ")[0]) else "m"


def gender_after(written: str, following: str, tables: Tables) -> Gender:
    """Of the noun that a number stands before, if one follows."""
    word = re.match(rf" (?!(?:{tables.no_noun})\b)([^\W\d_]{{2,}})", following)
    if word is None or not (is_one(written, tables) or re.fullmatch(tables.several, word[1])):
        return ""
    return gender_of(word[1], tables)


def figures(tables: Tables) -> Iterable[Rule]:
    """What no other rule took: version numbers, and plain numbers before their nouns."""

    def version(match: re.Match[str]) -> str:
        groups = match.group().split(".")
        if all(len(group) == 3 for group in groups[1:]) and len(groups[0]) <= 3 and tables.decimal_mark == ",":
            return match.group()
        return f" {tables.addresses['.']} ".join(said(group, tables) for group in groups)

    def number(match: re.Match[str]) -> str:
        following = match.string[match.end() :]
        millions = re.match(rf" (?:{tables.millions})(?!\w)", following)
        noun = "m" if millions else gender_after(match.group(), following, tables)
        words = said(match.group(), tables, noun)
        whole, _, decimals = parts(match.group(), tables.decimal_mark)
        if noun and not decimals and is_round(whole) and len(whole) <= tables.most_digits:
            return f"{words} {counted_of(following[1:], tables)[: -len(following) + 1]}".rstrip()
        return words + " " * following[:1].isalpha()

    yield re.compile(r"(?<![\w.,])\d+(?:\.\d+){2,}(?![\w]|\.\d)"), version
    yield re.compile(r"(?<!\w)CO(?=\d)"), "C O "  # a formula, no word
    yield re.compile(rf"(?<!\w){NUMBER}"), number
