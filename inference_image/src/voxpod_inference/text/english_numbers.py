"""English figures as words: wetext's grammar, after the cases that it reads wrongly (each seen, see the golden file)."""

import re
from collections.abc import Callable

from voxpod_inference.text.numbers import in_words

_DIGIT_NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_CURRENCY = {"$": ("dollar", "cent"), "€": ("euro", "cent"), "£": ("pound", "penny")}
_DECADES = ("hundreds", "tens", "twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties", "nineties")


def in_english_words(text: str) -> str:
    """`text` with abbreviations, numbers, money, dates and units as words."""
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return in_words(text, "en")


def _digits(match: re.Match[str]) -> str:
    return ", ".join(" ".join(_DIGIT_NAMES[int(d)] for d in group) for group in re.findall(r"\d+", match.group()))


def _money(match: re.Match[str]) -> str:
    sign, whole, cents = match.group(1), match.group(2), match.group(3)
    unit, small = _CURRENCY[sign]
    smaller = "pence" if small == "penny" and cents != "01" else small if cents == "01" else small + "s"
    major = f"{whole} {unit}{'' if whole == '1' else 's'}"
    return major if cents == "00" else f"{int(cents)} {smaller}" if whole == "0" else f"{major} and {int(cents)} {smaller}"


def _decade(match: re.Match[str]) -> str:
    century, tens = match.group(1) or "", match.group(2)
    return f"{century} {_DECADES[int(tens)]}".strip()


def _version(match: re.Match[str]) -> str:
    return f"{match.group(1)}{' point '.join(match.group(2).split('.'))}"


def _clock(match: re.Match[str]) -> str:
    return f"{match.group(1)} hundred" if match.group(2) == "00" else f"{match.group(1)} {match.group(2)}"


_Replacement = str | Callable[[re.Match[str]], str]
_RULES: tuple[tuple[re.Pattern[str], _Replacement], ...] = (
    (re.compile(r"\be\.g\.,?", re.I), "for example,"),
    (re.compile(r"\bi\.e\.,?", re.I), "that is,"),
    (re.compile(r"\betc\."), "et cetera."),
    (re.compile(r"\bvs?\.(?=\s)"), "versus"),
    (re.compile(r"\bapprox\."), "approximately"),
    (re.compile(r"\bNo\. ?(?=\d)"), "number "),
    (re.compile(r"\bSt\.(?= [A-Z])"), "Saint"),
    (re.compile(r"(?<=[a-z] )St\.?(?=\W|$)"), "Street"),
    (re.compile(r"\bAve\.?(?=\W|$)"), "Avenue"),
    (re.compile(r"(?<!\d)(?:\+?\d{1,3}[ -])?(?:\(\d{3}\) ?|\d{3}-)?\d{3}-\d{4}(?!\d)"), _digits),
    (re.compile(r"([$€£])(\d+)\.(\d\d)(?![\d]|\s?(?:[MBK]\b|million|billion|trillion|thousand))"), _money),
    (re.compile(r"(?<![\d.])(1[0-9]|20)?(?<!\d\d\d)([2-9])0s\b"), _decade),
    (re.compile(r"\b(v|version )(\d+(?:\.\d+)+)\b", re.I), _version),
    (re.compile(r"\b(\d+(?:\.\d+){2,})\b"), lambda m: " point ".join(m.group().split("."))),
)
