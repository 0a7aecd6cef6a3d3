"""Sums of money: `$5.2M`, `£0.99`, `5 €`, `₹1,50,000`, `$95/hr`. A new currency is a line in the table."""

import re

from voxpod_inference.text.english.clock import spaced
from voxpod_inference.text.english.measures import MAGNITUDES, alternatives
from voxpod_inference.text.english.numbers import NUMBER, digits, number
from voxpod_inference.text.english.units import DENOMINATORS, plural
from voxpod_inference.text.traced import Rule

# Sign or code: one of it, and a hundredth of it.
CURRENCIES = {
    "$": ("dollar", "cent"), "€": ("euro", "cent"), "£": ("pound", "penny"), "¥": ("yen", ""), "₹": ("rupee", "paisa"),
    "₩": ("won", ""), "¢": ("cent", ""), "₽": ("ruble", "kopek"), "₺": ("lira", "kurus"), "₪": ("shekel", "agora"), "฿": ("baht", "satang"),
    "₫": ("dong", ""), "₦": ("naira", "kobo"), "₱": ("peso", "centavo"), "₴": ("hryvnia", "kopek"), "₿": ("bitcoin", ""),
    "USD": ("US dollar", "cent"), "EUR": ("euro", "cent"), "GBP": ("pound", "penny"), "JPY": ("yen", ""), "CNY": ("yuan", ""),
    "RMB": ("yuan", ""), "CHF": ("Swiss franc", ""), "INR": ("rupee", "paisa"), "AUD": ("Australian dollar", "cent"),
    "CAD": ("Canadian dollar", "cent"), "BTC": ("bitcoin", ""), "kr": ("krone", ""),
}  # fmt: skip
_SAME = frozenset(["yen", "won", "yuan", "baht", "dong", "naira", "paisa", "satang", "kobo", "agora"])
_IRREGULAR = {"penny": "pence", "krone": "kroner"}
_DOLLARS = {"US": "US", "A": "Australian", "C": "Canadian", "HK": "Hong Kong", "NZ": "New Zealand", "S": "Singapore"}
SIGNS = "".join(sign for sign in CURRENCIES if len(sign) == 1 and not sign.isalpha())
CURRENCIES |= {f"{country}$": (f"{adjective} dollar", "cent") for country, adjective in _DOLLARS.items()}
_SIGN = rf"(?:\b(?:{alternatives(_DOLLARS)})\$|[{SIGNS}])"
_CODE = alternatives(tuple(CURRENCIES))
_MAGNITUDE = rf"thousand|million|billion|trillion|(?:{alternatives(MAGNITUDES)})(?![A-Za-z])"
_PER = rf"(?:\s?/\s?(?P<per>{alternatives(DENOMINATORS)})(?!\w))?"


def _several(currency: str) -> str:
    return currency if currency in _SAME else _IRREGULAR.get(currency) or plural(currency)


def _sum(figure: str, currency: str) -> str:
    said = f"point {digits(figure)}" if figure.startswith(".") else number(figure)
    return f"{said} {currency if figure in ('1', '1.0') else _several(currency)}"


def _money(match: re.Match[str]) -> str:
    unit, small = CURRENCIES[match["currency"]]
    figure, magnitude = match["figure"], match["magnitude"]
    per = f" per {DENOMINATORS[match['per']]}" if match["per"] else ""
    if magnitude:
        return f"{number(figure)} {MAGNITUDES.get(magnitude, magnitude)} {_several(unit)}{per}"
    whole, _, cents = figure.partition(".")
    cents = cents.rstrip("0").ljust(2, "0")
    if not small or len(cents) > 2:
        return _sum(figure.removesuffix(".00"), unit) + per
    major = [] if whole in ("", "0") and cents.strip("0") else [_sum(whole, unit)]
    minor = [_sum(str(int(cents)), small)] if cents.strip("0") else []
    return " and ".join(major + minor) + per


def _first_of_range(match: re.Match[str]) -> str:
    """`$5-$10`: the first without its currency, which follows the second."""
    if "." in match["figure"] and not match["magnitude"]:
        return f"{_money(match)} to {match['currency']}"
    magnitude = f" {MAGNITUDES.get(match['magnitude'], match['magnitude'])}" if match["magnitude"] else ""
    return f"{number(match['figure'])}{magnitude} to {match['currency']}"


MONEY: tuple[Rule, ...] = (
    (re.compile(rf"(?P<currency>{_SIGN})(?P<figure>{NUMBER})(?P<magnitude>{_MAGNITUDE})?(?P<per>)\s?[-–—]\s?(?={_SIGN}?\d)"), _first_of_range),
    (re.compile(rf"({_SIGN})\1(?=\d)|({_SIGN})(?= to \d)"), lambda m: m[1] or ""),
    (re.compile(rf"(?<=\s)\+(?={_SIGN}\d)"), "plus "),
    (re.compile(rf"(?P<currency>{_SIGN})\s?(?P<figure>{NUMBER}|\.\d+)(?:[\s-]?(?P<magnitude>{_MAGNITUDE}))?(?!\d){_PER}"), spaced(_money)),
    (re.compile(rf"(?<![\w.])(?P<figure>{NUMBER})\s?(?:(?P<magnitude>{_MAGNITUDE})\s?)?(?P<currency>{_CODE})(?![A-Za-z\d]){_PER}"), spaced(_money)),
    (re.compile(rf"\b(?P<currency>[A-Z]{{3}})(?=\s?\d)\s?(?P<figure>{NUMBER})(?:\s?(?P<magnitude>{_MAGNITUDE}))?(?!\d){_PER}"), lambda m: _money(m) if m["currency"] in CURRENCIES else m.group()),
)  # fmt: skip
