"""Latin letters beside figures that belong to the Chinese, Japanese, Korean or Hindi around: units, currencies, floors."""

import re
from dataclasses import dataclass

UNITS = frozenset((
    "km", "cm", "mm", "m", "kg", "mg", "g", "ml", "mL", "L", "kW", "kWh", "Hz", "h", "min", "ms", "W", "MW", "V", "kHz", "MHz", "GHz", "kcal", "KB", "MB", "GB", "TB", "dB", "mmHg", "cc",
))  # fmt: skip
"""Read in the language around them when they follow a figure: 100km is 一百公里. The readers of these scripts know them."""
HINDI_UNITS = frozenset((
    "mi", "ft", "in", "yd", "ac", "ha", "hr", "yr", "lb", "oz", "gal", "qt", "pt", "cg", "dg", "t", "st", "q", "K", "l", "nm", "rpm", "mph", "x",
))  # fmt: skip
"""`5 in` is so many inches unless an English word follows."""
_MICRO = frozenset(("g", "m", "s", "l", "L", "F", "V", "A", "W"))
"""Units behind a µ."""
KOREAN_UNITS = frozenset(("l", "s", "N", "rpm"))
_MONEY = frozenset(["HK", "US", "NT", "RMB", "CNY", "USD", "HKD", "EUR"])
_KOREAN_MONEY = frozenset(["KRW", "JPY", "CAD", "AUD", "NZD", "SGD", "GBP", "CHF", "AED", "THB", "VND"])
_RUPEES = frozenset(["Rs", "INR"])
_ENGLISH_FOLLOWS = re.compile(r" ?[A-Za-z]")
_SUM = re.compile(r"[$€£₹.]? ?\d| [$€£₹]\d")
_CLOCK = re.compile(r"\d:\d\d\Z")
_DEGREES = re.compile(r"\d ?°\Z")
_FLOOR = re.compile(r"(?<![\dA-Za-z.])\d{1,2}\Z")
"""`3F` is a floor beside Chinese, Japanese and Korean, `12F座` a seat."""
_SEATS = ("座", "席", "석")
_EXPONENT = re.compile(r"[-−+]\d")
"""After the e of 1e-5."""


@dataclass(frozen=True, slots=True)
class Known:
    """Latin letters beside figures that the reader of what stands around knows."""

    units: frozenset[str]
    money: frozenset[str]
    unless_english: frozenset[str]
    """Units that are words of English too."""
    east: bool


_HINDI = Known(UNITS | HINDI_UNITS, _RUPEES, HINDI_UNITS, east=False)
_KOREAN = Known(UNITS | KOREAN_UNITS, _MONEY | _KOREAN_MONEY, frozenset(), east=True)
_CHINESE_OR_JAPANESE = Known(UNITS, _MONEY, frozenset(), east=True)


def known_to(scripts: set[str]) -> Known:
    """What the reader of these scripts knows, one of which is han, ja, ko or hi."""
    if "ko" in scripts:
        return _KOREAN
    return _HINDI if scripts.isdisjoint(("han", "ja")) else _CHINESE_OR_JAPANESE


def is_unit(text: str, start: int, end: int, known: Known) -> bool:
    """Whether the Latin letters from `start` to `end` stand for something that `known` has, beside their figure."""
    written, before = text[start:end], text[max(0, start - 8) : start]
    if written in _MICRO and before[-1:] in ("µ", "μ"):
        return before[:-1].rstrip(" ")[-1:].isdecimal()
    if written in ("C", "F") and _DEGREES.search(before):
        return True
    if written == "F":
        return known.east and _FLOOR.search(before) is not None and text[end : end + 1] not in _SEATS
    if written in ("e", "E") and before[-1:].isdecimal():
        return _EXPONENT.match(text, end) is not None
    glued, before = before[-1:].isdecimal(), before.rstrip(" ")
    if before.endswith("/"):  # the h of 50 km/h
        if written == "s" and before.endswith("m/"):
            return before[:-2].rstrip(" k")[-1:].isdecimal()
        before = before[:-1].rstrip("kmgi ")
    if written in known.money or (written.upper() in known.money and len(written) == 3):
        return _SUM.match(text, end) is not None
    if written.lower() in ("am", "pm") and known.east:
        return _CLOCK.search(before) is not None
    if written in known.unless_english and (
        _ENGLISH_FOLLOWS.match(text, end)
        or (written == "st" and glued)
        or (written == "x" and not _SUM.match(text, end))
    ):
        return False
    return written in known.units and (before[-1:].isdecimal() or (before[-1:] in "万億亿元円" and len(before) > 1))
