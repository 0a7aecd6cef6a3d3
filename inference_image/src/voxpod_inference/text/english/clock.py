"""Times of day and lengths of time: `9am-5pm`, `18:05`, `2h30m`, `a 30s timeout`."""

import re
from collections.abc import Callable

from voxpod_inference.text.english.numbers import cardinal, number
from voxpod_inference.text.traced import Replacement, Rule

_HALF = r"\s?([AaPp]\.?[Mm]\b(?:\.(?!\s*$|\s+[A-Z]))?)"
_RATIO = r"(?:ratios?|scale|aspect|odds|dilution|screen|display)\b"


def spaced(rule: Callable[[re.Match[str]], str]) -> Replacement:
    """A rule whose words stand apart from letters that touch the figure."""
    return lambda match: f" {rule(match)} "


def _time(match: re.Match[str]) -> str:
    hour, minutes, seconds, half = int(match[1]), int(match[2]), match[3], match[4]
    clock = "" if half else "o'clock" if 0 < hour <= 12 else "hundred"
    said = f"oh {cardinal(minutes)}" if 0 < minutes < 10 else cardinal(minutes) if minutes else clock
    after = f"and {_counted(seconds.lstrip('0'), 'second')}" if seconds and int(seconds) else ""
    return " ".join(filter(None, [cardinal(hour), said, after, _half(half)]))


def _half(half: str | None) -> str:
    return half.upper().replace(".", "").replace(" ", "") if half else ""


def _ratio(match: re.Match[str]) -> str:
    return f"{number(match['a'])} to {number(match['b'])}"


def _lasting(match: re.Match[str]) -> str:
    """`2h30m`, `1h 5min`, `5m 30s`: what is written beside another length of time needs no guess."""
    units = ("hour", "minute", "second")
    said = (_counted(figure, unit) for figure, unit in zip(match.groups(), units, strict=True) if figure)
    return " ".join(said)


def _counted(figure: str, unit: str) -> str:
    return f"{number(figure)} {unit if int(figure) == 1 else unit + 's'}"


_TAKES_TIME = "prep|cook|bake|boil|rest|simmer|chill|proof|prep time|cook time|total time|duration|timeout|delay|wait|eta|runtime|takes|took|lasts|lasted"
"""After them an m is minutes."""
_ZONE = r"(?:e\.?[sd]|c\.?[sd]|m\.?[sd]|p\.?[sd])\.?t|g\.?m\.?t|u\.?t\.?c"
CLOCK: tuple[Rule, ...] = (
    (re.compile(rf"((?::\d\d|[AaPp]\.?[Mm])\.? ?)({_ZONE})\b(?:\.(?!\s*$|\s+[A-Z]))?"), lambda m: [(m[1], 1), (" " * (m[1][-1] != " ") + m[2].upper().replace(".", ""), 2)]),
    (re.compile(rf"(?<![\d:.])(?P<a>\d{{1,3}}(?:\.\d+)?):(?P<b>\d{{1,3}}(?:\.\d+)?)(?![\d:])(?=[ -]{_RATIO})"), _ratio),
    (re.compile(r"(?:(?<=ratio of )|(?<=scale of )|(?<=scale )|(?<=odds of )|(?<=odds are )|(?<=ratio is ))(?P<a>\d+):(?P<b>\d+)(?![\d:])"), _ratio),
    (re.compile(r"(?<![\w.])(\d{1,3})\s?h\s?(\d{1,2})(?:\s?(?:m|min|mins|minutes))?\b(?:\s?(\d{1,2})\s?s(?:ec)?\b)?(?![.,]\d)"), _lasting),
    (re.compile(r"(?<![\w.])()(\d{1,3})\s?m(?:in)?\s?(\d{1,2})\s?s(?:ec)?\b"), _lasting),
    (re.compile(rf"(\b(?:{_TAKES_TIME}):? (?:for |of )?)(\d{{1,3}})\s?m\b(?![²³])", re.I), lambda m: [(m[1], 1), (_counted(m[2], "minute"), 2)]),
    (re.compile(r"(?<=:\d\d)\s?[-–—]\s?(?=\d{1,2}:\d\d)|(?<=:\d\d [AaPp][Mm])\s?[-–—]\s?(?=\d)"), " to "),
    (re.compile(rf"(?<![\d:])([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?(?![\d:])(?:{_HALF})?"), spaced(_time)),
    (re.compile(r"(?<![\d:.])(?P<a>\d+):(?P<b>\d+)(?![\d:])"), _ratio),
    (re.compile(rf"\b(\d{{1,2}}){_HALF}\s?[-–—]\s?(?=\d)"), lambda m: f"{cardinal(int(m[1]))} {_half(m[2])} to "),
    (re.compile(r"(?<![\d:])(\d{1,2})\s?[-–—]\s?(?=\d{1,2}\s?[AaPp]\.?[Mm]\b)"), lambda m: f"{cardinal(int(m[1]))} to "),
    (re.compile(r"(?<=[A-Za-z])\s?[-–]\s?(?=\d{1,2}(?::\d\d)?\s?[AaPp]\.?[Mm]\b)"), " to "),
    (re.compile(rf"\b(\d{{1,2}}){_HALF}"), lambda m: f"{cardinal(int(m[1]))} {_half(m[2])}"),
)  # fmt: skip
