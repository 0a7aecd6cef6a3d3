"""Figures with what they measure, fractions, ranges, and the minus that none of them may lose."""

import math
import re
import unicodedata
from collections.abc import Iterable

from voxpod_inference.text.espeak.figures import NUMBER, gender_after, gender_of, is_one, said
from voxpod_inference.text.espeak.tables import Tables
from voxpod_inference.text.traced import Rule

_SEVERAL = rf"(?:\d+/\d+|{NUMBER})"


def names_of(tables: Tables) -> str:
    """Regular expression of the units, the longest first."""
    ordered = sorted(tables.units, key=len, reverse=True)
    return "|".join(re.escape(unit).replace(r"\ ", r"\s?") for unit in ordered)


_ENDS = r"(?![\w\u0900-\u0963])"


def spans(tables: Tables) -> Iterable[Rule]:
    """Minus, differences before an equals sign, and ranges; figures stay for the rules that follow."""
    signs = "|".join(re.escape(sign) for sign in sorted(tables.currencies, key=len, reverse=True))
    yield re.compile(rf"(?<![\w.,)\]²³%‰°€$£₹¥])[-−](?=\d|(?:{signs})\s?\d)"), f"{tables.minus} "
    yield re.compile(r"(?<=[\d)]) ?− ?(?=[\d(])|(?<=\d) - (?=[\d.,]+ ?=)|(?<=\d)-(?=[\d.,]+ ?=)"), f" {tables.minus} "
    yield re.compile(r"(?<=\d)\s?°\s?([CFKcfk])(?!\w)"), lambda m: f" °{m[1].upper()}"
    unit = rf"(?:\s?(?:{names_of(tables)}|€|\$))?"
    yield (
        re.compile(rf"(?<![\w.,/-])({_SEVERAL}{unit})(\s?)[-–—]\2(?=\d)(?!\d+[-–])"),
        lambda m: f"{m[1]} {tables.to} ",
    )
    yield (
        re.compile(rf"(?<=\d)\s?x\s?(?=\d|(?:{signs})\s?\d)|(?<=[\w.]) x (?=(?:{signs})\s?\d|\d[\d.,]* ?(?:{signs}))"),
        f" {tables.symbols['×']} ",
    )


def fractions(tables: Tables) -> Iterable[Rule]:
    """`2/3`, `1 1/2`, `1/2 l`; what has no name is said as one number over another."""
    numbers = tables.numbers

    def told(match: re.Match[str]) -> str:
        whole, count, of, unit = match[1], int(match[2]), int(re.sub(r"\D", "", match[3])), match[4]
        irreducible = not whole and count > of and 1 < of < 10 and math.gcd(count, of) == 1
        improper = irreducible and tables.decimal_mark == ","  # in Hindi rather the number of a house
        name = numbers.fraction(count, of) if 0 < count < of or improper else ""
        if not name:
            words = f"{said(match[2], tables)} {tables.over} {said(match[3], tables)}"
            return (f"{said(whole, tables)} {tables.mixed} {words}" if whole else words) + (f" {unit}" if unit else "")
        following = match.string[match.end() :]
        if whole:
            return _mixed(whole, name, unit, following, tables)
        one = tables.units[_spaced(unit, tables)][0] if unit else ""
        gender = gender_of(one, tables) if unit else gender_after("1", following, tables)
        if (count, of) == (1, 2) and gender:
            return f"{tables.halves[gender == 'f']} {one}".strip()
        return f"{name} {tables.of} {one}" if unit else name

    yield (
        re.compile(
            r"(?<![\w/.,-])(?!1/)(\d{1,6}|\d{1,3}[.,]\d{3})/((?:19|20)\d\d)(?![\w/]|[.,]\d)|(?<![\w/.,-])((?:19|20)\d\d)/(\d{2,6})(?![\w/]|[.,]\d)"
        ),
        lambda m: f"{said(m[1] or m[3], tables)}, {said(m[2] or m[4], tables)}",  # of a law, an invoice; no fraction
    )
    yield (
        re.compile("(?<=(\\d))?[½⅓⅔¼¾⅕-⅞]"),
        lambda m: " " * bool(m[1]) + unicodedata.normalize("NFKC", m.group()).replace("\u2044", "/"),
    )
    yield (
        re.compile(
            rf"(?<![\w/.,])(?:(\d{{1,3}}) )?(\d{{1,4}})/(\d{{1,3}}(?:[. \u00a0\u202f]\d{{3}})+|\d{{1,7}})(?![\w/]|[.,]\d)(?:\s?({names_of(tables)}){_ENDS})?"
        ),
        told,
    )
    yield re.compile(rf"(?<![\w/.,])({NUMBER})/(?={NUMBER}(?![\w/]))"), lambda m: f"{m[1]} {tables.over} "


def _mixed(whole: str, name: str, unit: str, following: str, tables: Tables) -> str:
    """`una hora y media`, `dos y tres cuartos`."""
    noun = tables.units[_spaced(unit, tables)][whole != "1"] if unit else ""
    gender = gender_of(noun, tables) if unit else gender_after(whole, following, tables)
    noun, per, of = noun.partition(f" {tables.per} ")
    counted = f"{said(whole, tables, gender)} {noun}".strip()
    if name == tables.numbers.fraction(1, 2):
        return f"{counted} {tables.and_halves[gender == 'f']}{per}{of}"
    return f"{counted} {tables.mixed} {name}{per}{of}"


def measures(tables: Tables) -> Iterable[Rule]:
    """A number and its unit, which may be per another: `12 mg/l`."""
    names = names_of(tables)

    def told(match: re.Match[str]) -> str:
        one, several = tables.units[_spaced(match[2], tables)]
        per = f" {tables.per} {tables.units[_spaced(match[3], tables)][0]}" if match[3] else ""
        name = one if is_one(match[1], tables) else several
        gender = "" if match[2] in "%‰" else gender_of(name, tables)
        return f"{said(match[1], tables, gender)} {name}{per}"

    yield re.compile(rf"(?<![\w.])(?<!\d,)({NUMBER})\s?({names})(?:/({names}))?{_ENDS}"), told
    yield (
        re.compile(rf"(?<![\w.,])({NUMBER})\s?/\s?({names}){_ENDS}"),
        lambda m: f"{said(m[1], tables)} {tables.per} {tables.units[_spaced(m[2], tables)][0]}",
    )


def _spaced(unit: str, tables: Tables) -> str:
    """A unit as the table writes it: `c. à s.` however it is spaced."""
    if unit in tables.units:
        return unit
    squeezed = re.sub(r"\s", "", unit)
    return next(known for known in tables.units if known.replace(" ", "") == squeezed)
