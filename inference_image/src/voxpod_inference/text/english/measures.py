"""Figures with a unit, a part of one, or a large number behind them: `25 µg`, `5 mg/kg`, `½ lb`, `1.5M users`."""

import math
import re

from voxpod_inference.text.english.numbers import NUMBER, cardinal, number, ordinal
from voxpod_inference.text.english.units import DENOMINATORS, UNITS, plural
from voxpod_inference.text.traced import Rule


def alternatives(words: dict[str, str] | tuple[str, ...]) -> str:
    """A pattern of any of them, the longest first."""
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


UNIT = alternatives(UNITS)
LONG_UNIT = alternatives(tuple(unit for unit in UNITS if len(unit) > 1 and unit.isalpha()))
_PER = rf"(?:\s?/\s?(?P<amount>\d+\s?)?(?P<per>{alternatives(DENOMINATORS)}))"
_ENDS = r"(?![\w²³/]|\^)"
MAGNITUDES = {
    "k": "thousand", "K": "thousand", "m": "million", "M": "million", "mn": "million", "mm": "million", "MM": "million", "B": "billion", "b": "billion",
    "bn": "billion", "T": "trillion", "tn": "trillion", "trn": "trillion",
}  # fmt: skip
# What a bare K, M or B counts: `14B` before anything else is a seat, a gate, a pencil.
_COUNTED = (
    "users?|views?|followers?|subscribers?|people|tokens?|parameters?|params|downloads?|streams?|likes?|copies|units?|customers?|records?|rows?|files?|lines?"
    "|jobs?|years?|residents?|inhabitants?|voters?|votes?|visitors?|visits?|players?|members?|viewers?|listeners?|fans?|plays?|requests?|queries|hits|clicks"
    "|words?|steps|samples?|images?|items?|products?|orders?|devices?|cars?|homes?|households?|workers?|employees?|students?|children|deaths?|cases|tests|doses"
    "|barrels?|shares?|acres?|tons?|tonnes?|messages?|emails?|posts?|tweets?|accounts?|transactions?|vehicles?|sales|points|miles|calories|dollars|euros|pounds"
    "|rupees|yen|installs|signups|comments|stars|pages|kilometers|litres|liters|men|women|others|more|in|of"
)  # fmt: skip
_ABOUT = (
    "".join(
        f"(?<=(?i:{word}) )|"
        for word in ("over", "about", "nearly", "almost", "around", "than", "roughly", "approximately", "some", "up to")
    )
    + "(?<=~)"
)
_EVEN_SHARES = 50
_FRACTIONS = {
    "½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅖": (2, 5), "⅗": (3, 5), "⅘": (4, 5), "⅙": (1, 6), "⅚": (5, 6),
    "⅐": (1, 7), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8), "⅑": (1, 9), "⅒": (1, 10), "↉": (0, 3),
}  # fmt: skip


_ARTICLE, _NOUN = (
    re.compile(r"(?:^|\W)[Aa]n? $"),
    re.compile(r" (?!(?:of|or|and|to|in|at|a|per|off|from|for|on)\b)[a-z]"),
)
"""`a 30s timeout` is a thirty second one."""


def counted(figure: str, unit: str) -> str:
    """A figure and what it counts."""
    return f"{number(figure)} {unit if figure in ('1', '1.0') else plural(unit)}"


def _measure(match: re.Match[str]) -> str:
    """`100 km`, `5 mg/kg`; `a 5-km run` counts one of a kind."""
    unit, before, after = UNITS[match["unit"]], match.string[: match.start()], match.string[match.end() :]
    of_a_kind = match["joint"] == "-" or (_ARTICLE.search(before[-4:]) and _NOUN.match(after))
    said = f"{number(match['figure'])} {unit}" if of_a_kind else counted(match["figure"], unit)
    return f" {said}{_per(match)} "


def _per(match: re.Match[str]) -> str:
    if not match["per"]:
        return ""
    unit, amount = DENOMINATORS[match["per"]], match["amount"]
    return f" per {counted(amount.strip(), unit) if amount else unit}"


def parts(top: int, bottom: int) -> str:
    """3 and 8 as `three eighths`."""
    name = "half" if bottom == 2 else "quarter" if bottom == 4 else ordinal(bottom)
    return f"{cardinal(top)} {name if top == 1 else 'halves' if bottom == 2 else name + 's'}"


def _part_of_a_unit(match: re.Match[str]) -> str:
    """`1½ lb` as one and a half pounds, `½ lb` as half a pound, `⅜ in` as three eighths inch."""
    whole, (top, bottom), unit = match["whole"], _FRACTIONS[match["part"]], match["unit"]
    part = parts(top, bottom)
    said = "half a" if (top, bottom) == (1, 2) and unit else part
    if whole:
        said = f"{number(whole)} and {part.replace('one ', 'a ', 1)}"
    elif (top, bottom) == (1, 4):
        said = "a quarter"
    if not unit:
        return f" {said} "
    name = UNITS[unit]
    return f" {said} {plural(name) if whole or name.startswith('degree') else name} "


def _fraction(match: re.Match[str]) -> str:
    """`2/3` as two thirds, `1 1/2` as one and a half, `9/11` and `24/7` as two numbers, `4.8/5` out of five."""
    top, bottom, whole, unit = match["top"], match["bottom"], match["whole"], match["unit"]
    after = f" {plural(UNITS[unit]) if whole else UNITS[unit]}" if unit else ""
    if "." in top:
        return f" {number(top)} out of {number(bottom)}{after} "
    a, b = int(top), int(bottom)
    usual = 0 < a < b and (b <= 10 or b in (12, 16, 20, 25, 32, 64, 100, 1000))
    improper = a > 12 and 1 < b < 10 and math.gcd(a, b) == 1  # 22/7, but no day, nor 16/8
    if usual or improper or match["nth"] or (whole and 1 < b <= 100):
        part = parts(a, b)
        return f" {number(whole) + ' and ' + part.replace('one ', 'a ', 1) if whole else part}{after} "
    between = " over " if b == 1 else " out of " if a == b != _EVEN_SHARES else " "
    return f" {number(whole) + ' ' if whole else ''}{number(top)}{between}{number(bottom)}{after} "


def _magnitude(match: re.Match[str]) -> str:
    return f"{number(match[1])} {MAGNITUDES[match[2]]}"


_WITH_UNIT = rf"(?:[\s-]?(?P<unit>{UNIT}){_ENDS}(?:\.(?=\s+[a-z0-9(]|,))?)?"
MEASURES: tuple[Rule, ...] = (
    (re.compile(rf"(?<![\w.])(?:(?P<whole>\d+)\s?)?(?P<part>[{''.join(_FRACTIONS)}]){_WITH_UNIT}"), _part_of_a_unit),
    (re.compile(rf"(?<![\w./])(?:(?P<whole>\d{{1,3}})\s)?(?P<top>\d{{1,4}}(?:\.\d+)?)[/⁄](?P<bottom>\d{{1,4}})(?P<nth>(?i:ths?|rds?|nds?))?(?![\d/]|\.\d){_WITH_UNIT}"), _fraction),
    (re.compile(r"(?<![\w./])(\d{2,})/(\d{5,})(?![\w/]|\.\d)"), lambda m: f"{number(m[1])} over {number(m[2])}"),
    (re.compile(r"(?<![\w./])(\d+)/(?=[a-z](?![\w/])(?<![hsdm]))"), lambda m: f"{number(m[1])} over "),
    (re.compile(rf"((?:thousand|million|billion|trillion) )(?P<unit>{LONG_UNIT}){_ENDS}"), lambda m: [(m[1], 1), (plural(UNITS[m[2]]), 2)]),
    (re.compile(rf"(?<![\w./])({NUMBER})\s?/\s?(kg|mg|km|cm|[dm]L|ml|min|day|month|year|week|hour|hr|h|s|night|person){_ENDS}"), lambda m: f"{number(m[1])} per {DENOMINATORS[m[2]]}"),
    (re.compile(rf"(?<![\w.])({NUMBER})\s?(bn|mn|tn|trn)(?![A-Za-z&])"), _magnitude),
    (re.compile(r"(?<![\w.,])(\d+\.\d+)([kKMBT])(?![A-Za-z&])"), _magnitude),
    (re.compile(rf"(?<![\w.,])(\d{{1,3}})([kKMBT])(?=\+|\s(?:{_COUNTED})\b)"), _magnitude),
    (re.compile(rf"(?:{_ABOUT})(\d{{1,3}})([kKMB])\b(?!-)"), _magnitude),
    (re.compile(r"(?<![\w.,])(?<!a )(\d{1,3})(k)(?![A-Za-z&]|\s(?:runs?|race)\b)"), _magnitude),
    (re.compile(rf"(?<![\w.])(?<!iPhone )(?P<figure>{NUMBER})(?P<joint>\s?|-(?=[A-Za-z]{{2}}))(?P<unit>{UNIT})(?:{_PER}{_ENDS}|{_ENDS})(?:\.(?=\s+[a-z0-9(]|,))?"), _measure),
)  # fmt: skip
BARE_UNITS: tuple[Rule, ...] = (
    (re.compile(rf"(?<![\w/])(?<!\d )(?P<unit>{alternatives(tuple(u for u in UNITS if len(u) > 1 and u.isalpha()))})/(?P<per>kg|g|[dm]?L|ml|h|s|m²|m³|min|day)(?![\w/²³])"),
     lambda m: f"{plural(UNITS[m['unit']])} per {DENOMINATORS[m['per']]}"),
)  # fmt: skip
"""`in mg/kg`, with no figure before it."""
