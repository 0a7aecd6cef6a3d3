"""Figures with something behind or before them: money, units, fractions, telephone numbers."""

import re

from voxpod_inference.text.english.numbers import cardinal, digits, number, ordinal, year

NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
MAGNITUDE = r"thousand|million|billion|trillion|bn|mn|[kKMBT](?![A-Za-z])"
_MAGNITUDES = {
    "k": "thousand",
    "K": "thousand",
    "M": "million",
    "mn": "million",
    "B": "billion",
    "bn": "billion",
    "T": "trillion",
}
CURRENCIES = {
    "$": ("dollar", "cent"), "€": ("euro", "cent"), "£": ("pound", "penny"), "¥": ("yen", ""), "₹": ("rupee", "paisa"),
    "₩": ("won", ""), "¢": ("cent", ""), "USD": ("US dollar", "cent"), "EUR": ("euro", "cent"), "GBP": ("pound", "penny"),
    "JPY": ("yen", ""), "CNY": ("yuan", ""), "RMB": ("yuan", ""), "CHF": ("Swiss franc", ""),
}  # fmt: skip
UNITS = {
    "km": "kilometer", "cm": "centimeter", "mm": "millimeter", "m": "meter", "nm": "nanometer", "µm": "micrometer", "kg": "kilogram",
    "mg": "milligram", "g": "gram", "lb": "pound", "lbs": "pound", "oz": "ounce", "ft": "foot", "mi": "mile", "yd": "yard",
    "mph": "mile per hour", "km/h": "kilometer per hour", "kph": "kilometer per hour", "m/s": "meter per second", "ml": "milliliter",
    "mL": "milliliter", "L": "liter", "l": "liter", "GHz": "gigahertz", "MHz": "megahertz", "kHz": "kilohertz", "Hz": "hertz",
    "GB": "gigabyte", "MB": "megabyte", "KB": "kilobyte", "kB": "kilobyte", "TB": "terabyte", "PB": "petabyte", "GiB": "gibibyte",
    "MiB": "mebibyte", "Gbps": "gigabit per second", "Mbps": "megabit per second", "kbps": "kilobit per second",
    "GB/s": "gigabyte per second", "MB/s": "megabyte per second", "fps": "frame per second", "rpm": "R P M", "dpi": "D P I",
    "ms": "millisecond", "µs": "microsecond", "ns": "nanosecond", "kW": "kilowatt", "kWh": "kilowatt hour", "MW": "megawatt",
    "GW": "gigawatt", "W": "watt", "V": "volt", "mAh": "milliamp hour", "kcal": "kilocalorie", "dB": "decibel", "kPa": "kilopascal",
    "hPa": "hectopascal", "ha": "hectare", "km²": "square kilometer", "m²": "square meter", "cm²": "square centimeter",
    "m³": "cubic meter", "cm³": "cubic centimeter", "sq ft": "square foot", "px": "pixel", "°C": "degree Celsius", "℃": "degree Celsius",
    "ºC": "degree Celsius", "°F": "degree Fahrenheit", "ºF": "degree Fahrenheit", "℉": "degree Fahrenheit", "°": "degree",
    "%": "percent", "sec": "second", "secs": "second", "min": "minute", "mins": "minute", "hr": "hour", "hrs": "hour",
    "yr": "year", "yrs": "year", "wk": "week", "mo": "month",
}  # fmt: skip
UNIT = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
_SAME = frozenset({"percent", "hertz", "gigahertz", "megahertz", "kilohertz", "yen", "won", "yuan", "R P M", "D P I"})
_IRREGULAR = {"foot": "feet", "penny": "pence", "square foot": "square feet"}


def plural(unit: str) -> str:
    """`mile per hour` as `miles per hour`."""
    head, per, rest = unit.partition(" per ")
    named, degree, scale = head.partition("degree ")
    if degree:
        return f"{named}degrees {scale}"
    return (head if head in _SAME else _IRREGULAR.get(head, f"{head}s")) + per + rest


def counted(figure: str, unit: str) -> str:
    """A figure and what it counts."""
    return f"{number(figure)} {unit if figure in ('1', '1.0') else plural(unit)}"


def measure(match: re.Match[str]) -> str:
    """`100 km`; `5-10%` has its first figure done by the rule for ranges."""
    return counted(match[1], UNITS[match[2]])


def money(match: re.Match[str]) -> str:
    """`$5.2M`, `£0.99`, `¥500`, `5 €`."""
    unit, small = CURRENCIES[match["currency"]]
    figure, magnitude = match["figure"], match["magnitude"]
    if magnitude:
        return f"{number(figure)} {_MAGNITUDES.get(magnitude, magnitude)} {plural(unit)}"
    whole, _, cents = figure.partition(".")
    if not small or len(cents) not in (0, 2):
        return counted(figure.removesuffix(".00"), unit)
    major = [] if whole in ("", "0") and cents.strip("0") else [counted(whole, unit)]
    minor = [counted(str(int(cents)), small)] if cents.strip("0") else []
    return " and ".join(major + minor)


def magnitude(match: re.Match[str]) -> str:
    """`1.5M users`, `20k`."""
    return f"{number(match[1])} {_MAGNITUDES[match[2]]}"


def telephone(match: re.Match[str]) -> str:
    """Digit by digit, a pause between groups."""
    return ("plus " if match.group().startswith("+") else "") + ", ".join(
        digits(group) for group in re.findall(r"\d+", match.group())
    )


def fraction(match: re.Match[str]) -> str:
    """`2/3` as two thirds, `9/11` and `24/7` as two numbers."""
    top, bottom = int(match["top"]), int(match["bottom"])
    whole = f"{number(match['whole'])} and " if match["whole"] else ""
    names = {2: "half" if top == 1 else "halves", 4: "quarter" if top == 1 else "quarters"}
    if (0 < top < bottom and (bottom <= 10 or bottom in (12, 16, 20, 100))) or (whole and 0 < top < bottom):
        return f"{whole}{'a' if whole and top == 1 else cardinal(top)} {names.get(bottom) or ordinal(bottom) + ('' if top == 1 else 's')}"
    out_of = " out of " if top == bottom else " "
    return f"{whole}{number(match['top'])}{out_of}{number(match['bottom'])}"


_YEAR_FOLLOWS = re.compile(
    r"(?:\b(?:in|since|by|of|from|until|till|during|before|after|around|circa|year|early|late|mid|summer|winter|spring|fall|autumn|class))[ -]$",
    re.I,
)
_COUNTED = re.compile(
    r" +(?!was|is|has|as|this|plus|across|always|perhaps|versus|us)(?:[a-z]+s|people|men|women|children)\b|,\d"
)


def figure(match: re.Match[str]) -> str:
    """A bare figure: four digits from 1100 to 2099 are a year, unless they count what follows."""
    written = match.group()
    if re.fullmatch(r"1\d\d\d|20\d\d", written):
        before, after = match.string[: match.start()], match.string[match.end() :]
        if _YEAR_FOLLOWS.search(before[-12:]) or (written >= "1100" and not _COUNTED.match(after)):
            return year(int(written))
    return number(written)
