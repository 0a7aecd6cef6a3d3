"""Ordinals, and Roman numerals where they are numerals: elsewhere an X is a letter."""

import re
from collections.abc import Iterable

from voxpod_inference.text.espeak.figures import gender_after, gender_of
from voxpod_inference.text.espeak.tables import Tables
from voxpod_inference.text.traced import Rule

_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_NUMERAL = "[IVXLCDM]+"
# `30° sotto zero` are degrees
_OF_DEGREES = "all|alla|dell|della|sotto|sopra|bajo|sobre|abaixo|acima|sous|sur|norte|sur|sul|sud|nord|este|oeste|est|ovest|latitud|centigradi|centígrados|Celsius|Fahrenheit"
_RAISED = str.maketrans("ᵃᵒᵉʳ", "ªºer")
_WOMEN = re.compile(r"(?!Nicola$|Luca$|Andrea$)\w+a|Isabel|Elizabeth")


def roman(numeral: str) -> int | None:
    """The value of a well-formed Roman numeral below 4000, or None."""
    if not re.fullmatch(r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})", numeral) or not numeral:
        return None
    values = [_VALUES[letter] for letter in numeral]
    return sum(-v if v < max(values[i:], default=0) else v for i, v in enumerate(values))


def ordinals(tables: Tables) -> Iterable[Rule]:
    """`2.º`, `3ª`, `2do`; `1°` before a noun."""

    def told(match: re.Match[str]) -> str:
        number, mark = int(re.sub(r"\D", "", match[1])), match[2]
        said = tables.numbers.ordinal(number, "f" if mark[-1] in "ªa" else "m")
        before_noun = mark == "er" or gender_after("1", match.string[match.end() :], tables)
        *rest, last = said.split(" ")
        for long, short in tables.short_ordinals.items() if before_noun else ():
            last = last.removesuffix(long) + short if last.endswith(long) else last
        return " ".join([*rest, last])

    if tables.decimal_mark != ",":
        return
    yield re.compile(r"(?<=[\d.])[ᵃᵒᵉʳ]+"), lambda m: m.group().translate(_RAISED)
    yield (
        re.compile(
            rf"(?<![\w.,])(?<!\d )(\d{{1,3}}(?:[. \u00a0\u202f]\d{{3}})+|\d{{1,7}})\.?([ºª]|(?:{tables.written_ordinals})(?!\w))"
        ),
        told,
    )
    months = "|".join(tables.months)
    yield (
        re.compile(
            rf"(?<![\w.,-])(?<!{tables.minus} )(\d{{1,3}})(°)(?= (?:de )?(?:{months})\b|\s(?!(?:{tables.no_noun}|{_OF_DEGREES})\b)[a-zà-ÿ]{{3,}})"
        ),
        told,
    )


def numerals(tables: Tables) -> Iterable[Rule]:
    """Numerals of kings, centuries and chapters, and those before what they number; other letters by name."""
    if not tables.numeral_letters:
        return
    numbers, names = tables.numbers, dict(zip("IVXLCDM", tables.numeral_letters.split(), strict=True))

    def number(value: int, *, woman: bool = False) -> str:
        return (
            numbers.ordinal(value, "f" if woman else "m") if value <= tables.ordinal_kings else numbers.cardinal(value)
        )

    def listed(match: re.Match[str]) -> str:
        spans = re.sub(r" ?[-–] ?", f" {tables.to} ", match[2])
        return match[1] + re.sub(
            rf"\b{_NUMERAL}\b", lambda m: number(value) if (value := roman(m.group())) else m.group(), spans
        )

    def counting(match: re.Match[str]) -> str:
        value = roman(match[1])
        return numbers.ordinal(value, tables.counted_by_numerals[match[2]]) if value else match.group()

    def king(match: re.Match[str]) -> str:
        value = roman(match[2])
        return match[1] + number(value, woman=bool(_WOMEN.fullmatch(match[1].split()[-1]))) if value else match.group()

    def alone(match: re.Match[str]) -> str:
        numeral = match.group()
        value = roman(numeral)
        if value is None or numeral == "I":
            return numeral
        if "I" in numeral and set(numeral) & set("LCDM") and _in_capitals(match):
            return numeral.lower()
        if len(numeral) > 1 and (set(numeral) <= set("IVX") or len(numeral) > 3):
            return numbers.cardinal(value)
        return " ".join(names[letter] for letter in numeral)

    link = r"(?: (?:y|e|et|ed|a|al|à|o|ou|au) |, | ?[-–] ?)"
    yield re.compile(rf"((?<!\w)(?i:{tables.parts_of_books}) )({_NUMERAL}(?:{link}{_NUMERAL}\b)*)(?![\w'’])"), listed
    counted = "|".join(tables.counted_by_numerals)
    yield re.compile(rf"(?<![\w.])([IVX]+)(?= ({counted})\b)"), counting
    yield from _after_articles(tables)
    yield re.compile(rf"((?<!\w)(?:{tables.kings}) )({_NUMERAL})(?![\w'’])"), king
    yield re.compile(rf"(?<![\w.'’°-]){_NUMERAL}(?![\w'’-]|\.\w)"), alone


def _after_articles(tables: Tables) -> Iterable[Rule]:
    """`el XI congreso` as its ordinal; two letters at least, for `la V` is a letter."""
    if tables.articles:
        yield (
            re.compile(
                rf"((?<!\w)(?:{tables.articles})[ '’])([IVX]{{2,}})(?= (?!(?:{tables.no_noun})\b)([a-zà-ÿ]{{4,}}))"
            ),
            lambda m: (
                f"{m[1]}{tables.numbers.ordinal(value, gender_of(m[3], tables)) if (value := roman(m[2])) else m[2]}"
            ),
        )


def _in_capitals(match: re.Match[str]) -> bool:
    """Whether words near it are written in capitals, so that `DI MILANO` is no 501."""
    around = match.string[: match.start()].split()[-3:] + match.string[match.end() :].split()[:3]
    return any(len(word) > 2 and word.isupper() and roman(word) is None for word in around)
