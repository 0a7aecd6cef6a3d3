"""Figures that no other rule took: sums, ranges, ordinals, house numbers, years, plain numbers."""

import re

from voxpod_inference.text.english.clock import spaced
from voxpod_inference.text.english.measures import UNIT
from voxpod_inference.text.english.money import SIGNS
from voxpod_inference.text.english.numbers import NUMBER, cardinal, digits, number, ordinal, plural, year
from voxpod_inference.text.traced import Rule

_POWERS = {"2": "squared", "3": "cubed"}
_YEAR = r"1[1-9]\d\d|20\d\d"
_YEAR_FOLLOWS = re.compile(
    r"(?:\b(?:in|since|by|of|from|until|till|during|before|after|around|circa|year|early|late|mid|summer|winter|spring|fall|autumn|class))[ -]$",
    re.I,
)
_COUNTED = re.compile(
    r" +(?!was|is|has|as|this|plus|across|always|perhaps|versus|us)(?:[a-z]+s|people|men|women|children)\b|,\d"
)


def _power(match: re.Match[str]) -> str:
    exponent = match.group().removeprefix("^")
    if exponent == "n":
        return " to the N"
    minus, figure = ("minus ", exponent[1:]) if exponent[0] == "-" else ("", exponent)
    said = number(figure) if minus else ordinal(int(figure)) if len(figure) < 16 else digits(figure)
    return f" {_POWERS.get(exponent) or f'to the {minus}{said}'}"


def _ordinal(match: re.Match[str]) -> str:
    figure = match[1].replace(",", "")
    return ordinal(int(figure)) if len(figure) <= 15 else digits(figure)


def _first_of_range(match: re.Match[str]) -> str:
    written, following = match[1], match.string[match.end() :]
    is_year = re.fullmatch(_YEAR, written) and not re.match(rf"[\d.,]+ ?(?:{UNIT})(?!\w)", following)
    return f"{year(int(written)) if is_year else number(written)} to "


def _house(match: re.Match[str]) -> str:
    """`1428 Elm Street` as fourteen twenty eight; `1000` and `105` as numbers."""
    first, last = match[1][:-2], match[1][-2:]
    return (
        number(match[1])
        if last == "00"
        else f"{cardinal(int(first))} {'oh ' if last[0] == '0' else ''}{cardinal(int(last))}"
    )


def _figure(match: re.Match[str]) -> str:
    """A bare figure: four digits from 1100 to 2099 are a year, unless they count what follows."""
    written = match.group()
    if re.fullmatch(r"1\d\d\d|20\d\d", written):
        before, after = match.string[: match.start()], match.string[match.end() :]
        if _YEAR_FOLLOWS.search(before[-12:]) or (written >= "1100" and not _COUNTED.match(after)):
            return year(int(written))
    return number(written)


# `9"x13"`, not the end of a quotation: "route 5".
_INCHES = re.compile(r"(?<=\d)\"(?![A-Za-z]{2})|\"[^\"\n]*\"|(?<=\d)″")


def _inches(match: re.Match[str]) -> str:
    if match.group() not in ('"', "″"):
        return match.group()
    after = match.string[match.end() :]
    return (
        " inch "
        if re.match(r" ?[x×]|[ -](?!wide|long|high|tall|deep|thick|apart|of|and|or|in)[a-z]", after)
        else " inches "
    )


_STREETS = (
    "Street|Avenue|Road|Court|Lane|Drive|Boulevard|Place|Way|Highway|Square|Parkway|Terrace|Expressway|Freeway|Circle"
)
SUMS: tuple[Rule, ...] = (
    (re.compile(r"(?<!/)\b(\d{1,3}(?:,\d{3})+|\d+)(?:st|nd|rd|th)\b"), _ordinal),
    (re.compile(r"\b(\d+)['′](\d{1,2})(?:\"|''|”|″)"), lambda m: f"{number(m[1])} foot {number(m[2])}"),
    (re.compile(r"\b(\d+)['′]\s?[x×]\s?(\d+)['′](?!\w)"), lambda m: f"{number(m[1])} feet by {number(m[2])} feet"),
    (_INCHES, _inches),
    (re.compile(r"(?<=\d|s)\s?[x×]\s?(?=10(?:\^|[⁰¹²³⁴-⁹⁻]| to the))"), " times "),
    (re.compile(r"(?<=\d)\s?[x×]\s?(?=\d)"), lambda m: " by " if "x" in m.group() else " times "),
    (re.compile(r"(?:(?<=inches )|(?<=inch ))\s?[x×]\s?(?=\d)"), "by "),
    (re.compile(r"(?<=\d) x (?=[a-z])"), " times "),
    (re.compile(rf"(?<![\w.])({NUMBER})x\b"), lambda m: f"{number(m[1])} times"),
    (re.compile(r"(?<=\d) ?- ?(?=\d+(?:\.\d+)? ?[=])|(?<=\d) - (?=\d+(?:\.\d+)? ?-)"), " minus "),
    (re.compile(r"(?<=\d)[-−](?=\d+(?:\.\d+)? ?=)"), " minus "),
    (re.compile(r"(= ?\d+(?:\.\d+)?)-(?=\d)"), r"\1 minus "),
    (re.compile(r"(?<=\d)−(?=\d)| − (?=\d)"), " minus "),
    (re.compile(r"(?<=\d)\s?\*\s?(?=\d)"), " times "),
    (re.compile(r"(?<![\w.])\.(\d+)"), lambda m: f"point {digits(m[1])}"),
    (re.compile(rf"(?<![\w.])(?<![A-Za-z]-)({NUMBER})\s?(?:{UNIT})?\s?[-–—]\s?(?=(?:{NUMBER})(?:\b|{UNIT})(?!-))"), _first_of_range),
    (re.compile(r"(?<=\w[-–])(\d{1,3})s\b"), lambda m: plural(int(m[1]))),
)  # fmt: skip
FIGURES: tuple[Rule, ...] = (
    (re.compile(r"\^-?(?:\d+|n\b)"), _power),
    (re.compile(r"(?<![\d.])\d+(?:\.\d+){2,}(?![\d.]*\d)"), spaced(lambda m: " point ".join(map(number, m.group().split("."))))),
    (re.compile(r"(?<![\d.,])\d{1,3}(?: \d{3})* 000\b(?! \d)"), lambda m: number(m.group().replace(" ", ""))),
    (re.compile(rf"\b([1-9]\d{{2,3}})(?=[A-D]?\s(?:(?:North|South|East|West)\s)?(?:[A-Z][a-z]+(?:\s[A-Z][a-z]+)?|[a-z]*(?:\s?[a-z]+)?(?:first|second|third|[a-z]+th))\s(?:{_STREETS})\b)"), spaced(_house)),
    (re.compile(rf"(?<!\d)(?<!\d[.,])(?:{NUMBER})"), spaced(_figure)),
    (re.compile(r"\d+"), spaced(lambda m: digits(m.group()))),
)  # fmt: skip
_OF_UNITS = "".join(f"(?<!{unit})" for unit in ("m", "ft", "in", "mi", " s", "/s"))
FIRST: tuple[Rule, ...] = (
    (re.compile(rf"(?<=\d)\s?[x×]\s?(?=[{SIGNS}]\s?\d)"), " times "),
    (re.compile(rf"(?<=\d)\^-?\d+|{_OF_UNITS}\^-?(?:\d+|n\b)"), _power),
    (re.compile(rf"(?<![^\s(\[{{“\"'=<>≤≥≈~/:×*,;.!?…&])[-−](?=[{SIGNS}]?\.?[\d½⅓⅔¼¾⅕-⅞])"), "minus "),
)
"""Before every other rule for figures, so that none of them can lose it."""
