"""Written English as it is read aloud: abbreviations, numbers, money, dates, times, units, addresses.

A list of rules, applied in order; each turns one written form into words and leaves the rest alone.
"""

import re
from collections.abc import Callable

from voxpod_inference.text.english_numbers import cardinal, digits, number, ordinal, year

Replacement = Callable[[re.Match[str]], str]
Rule = tuple[re.Pattern[str], str | Replacement]

_MONTHS = (
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
)
_MONTH = "|".join(f"{m[:3]}(?:{m[3:]})?" if len(m) > 3 else m for m in _MONTHS) + "|Sept"
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_MAGNITUDES = {"k": "thousand", "K": "thousand", "M": "million", "B": "billion", "bn": "billion", "T": "trillion"}
_MAGNITUDE = r"thousand|million|billion|trillion|bn|[kKMBT](?![A-Za-z])"
_CURRENCIES = {
    "$": ("dollar", "cent"), "€": ("euro", "cent"), "£": ("pound", "penny"), "¥": ("yen", ""), "₹": ("rupee", "paisa"),
    "₩": ("won", ""),
}  # fmt: skip
_UNITS = {
    "km": "kilometer", "cm": "centimeter", "mm": "millimeter", "m": "meter", "kg": "kilogram", "mg": "milligram",
    "g": "gram", "lb": "pound", "lbs": "pound", "oz": "ounce", "ft": "foot", "mi": "mile", "mph": "mile per hour",
    "km/h": "kilometer per hour", "ml": "milliliter", "mL": "milliliter", "L": "liter", "GHz": "gigahertz",
    "MHz": "megahertz", "kHz": "kilohertz", "Hz": "hertz", "GB": "gigabyte", "MB": "megabyte", "KB": "kilobyte",
    "kB": "kilobyte", "TB": "terabyte", "ms": "millisecond", "kW": "kilowatt", "kWh": "kilowatt hour", "W": "watt",
    "V": "volt", "°C": "degree Celsius", "℃": "degree Celsius", "°F": "degree Fahrenheit", "℉": "degree Fahrenheit",
    "°": "degree", "%": "percent", "sec": "second", "min": "minute", "hr": "hour", "hrs": "hour",
}  # fmt: skip
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_IRREGULAR = {"foot": "feet", "penny": "pence", "percent": "percent", "hertz": "hertz", "yen": "yen", "won": "won"}
_IN_ADDRESSES = {
    ".": " dot ", "/": " slash ", ":": " colon ", "@": " at ", "-": " dash ", "_": " underscore ", "?": " question mark ",
    "=": " equals ", "&": " and ", "#": " hash ", "%": " percent ", "+": " plus ", "~": " tilde ",
}  # fmt: skip
_DECADES = ["-", "-", "twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties", "nineties"]


def read_aloud(text: str) -> str:
    """`text` without figures and abbreviations; text that has none comes back as it is."""
    changed = text
    for pattern, replacement in _RULES:
        changed = pattern.sub(replacement, changed)
    return text if changed == text else re.sub(r" +(?=[ ,.;:!?])", "", changed).strip()


def _spaced(rule: Replacement) -> Replacement:
    """A rule whose words stand apart from letters that touch the figure."""
    return lambda match: f" {rule(match)} "


def _plural(unit: str) -> str:
    head, *rest = unit.split(" ")
    return " ".join([_IRREGULAR.get(head, f"{head}s"), *rest])


def _counted(figure: str, unit: str) -> str:
    return f"{number(figure)} {unit if figure in ('1', '1.0') else _plural(unit)}"


def _address(match: re.Match[str]) -> str:
    address = re.sub(r"^https?://", "", match.group(1)).rstrip("/")
    spoken = re.sub(r"[^A-Za-z0-9]", lambda m: _IN_ADDRESSES.get(m.group(), " "), address)
    return re.sub(r"\d+", lambda m: f" {digits(m.group())} ", spoken)


def _money(match: re.Match[str]) -> str:
    unit, small = _CURRENCIES[match["currency"]]
    figure, magnitude = match["figure"], match["magnitude"]
    if magnitude:
        return f"{number(figure)} {_MAGNITUDES.get(magnitude, magnitude)} {_plural(unit)}"
    whole, _, cents = figure.partition(".")
    if len(cents) != 2 or not small:
        return _counted(figure, unit)
    major = [] if whole == "0" and cents != "00" else [_counted(whole, unit)]
    minor = [] if cents == "00" else [_counted(str(int(cents)), small)]
    return " and ".join(major + minor)


def _month_name(abbreviated: str) -> str:
    return next(m for m in _MONTHS if m.startswith(abbreviated[:3]))


def _date(month: str, day: int, year_figures: str | None) -> str:
    return f"{month} {ordinal(day)}" + (f", {year(int(year_figures))}" if year_figures else "")


def _numeric_date(first: str, second: str, year_figures: str) -> str | None:
    month, day = (int(first), int(second)) if int(first) <= 12 else (int(second), int(first))
    return _date(_MONTHS[month - 1], day, year_figures) if 1 <= month <= 12 and 1 <= day <= 31 else None


def _time(match: re.Match[str]) -> str:
    hour, minutes, half = int(match[1]), int(match[2]), match[3]
    clock = "o'clock" if not half and hour <= 12 else "hundred" if not half else ""
    said = f"oh {cardinal(minutes)}" if 0 < minutes < 10 else cardinal(minutes) if minutes else clock
    return f"{cardinal(hour)} {said} {half.upper().replace('.', '') + ' ' if half else ''}".replace("  ", " ").rstrip()


def _telephone(match: re.Match[str]) -> str:
    return ", ".join(digits(group) for group in re.findall(r"\d+", match.group()))


def _fraction(match: re.Match[str]) -> str:
    top, bottom = int(match[1]), int(match[2])
    names = {2: "half" if top == 1 else "halves", 4: "quarter" if top == 1 else "quarters"}
    if 0 < top < bottom <= 20 and bottom > 1:
        return f"{cardinal(top)} {names.get(bottom) or ordinal(bottom) + ('' if top == 1 else 's')}"
    return f"{number(match[1])} {number(match[2])}"


def _figure(figure: str) -> str:
    """A bare figure: four digits from 1100 to 2099 are a year."""
    return year(int(figure)) if re.fullmatch(r"1[1-9]\d\d|20\d\d", figure) else number(figure)


_RULES: tuple[Rule, ...] = (
    (re.compile(r"\b((?:https?://|www\.)[^\s,;)>\"]*[^\s,;)>\".!?]|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"), _address),
    (re.compile(r"\be\.g\.,?", re.I), "for example,"),
    (re.compile(r"\b(?:[A-Z]\.){2,}(?!\s*$)"), lambda m: m.group().replace(".", "")),
    (re.compile(r"\bi\.e\.,?", re.I), "that is,"),
    (re.compile(r"\betc\.(?=\s+[a-z])"), "et cetera"),
    (re.compile(r"\betc\."), "et cetera."),
    (re.compile(r"\bvs\.?(?=\s)"), "versus"),
    (re.compile(r"\bapprox\.(?=\s)"), "approximately"),
    (re.compile(r"\bMr\.?(?=\s)"), "Mister"),
    (re.compile(r"\bMrs\.?(?=\s)"), "Missus"),
    (re.compile(r"\bMs\.(?=\s)"), "Miz"),
    (re.compile(r"\bDr\.?(?=\s[A-Z])"), "Doctor"),
    (re.compile(r"\bProf\.(?=\s)"), "Professor"),
    (re.compile(r"\bSt\.(?=\s[A-Z])"), "Saint"),
    (re.compile(r"(?<=[a-z]\s)St\b(?:\.(?=,|\s+[a-z0-9]))?"), "Street"),
    (re.compile(r"(?<=[a-z]\s)Ave\b(?:\.(?=,|\s+[a-z0-9]))?"), "Avenue"),
    (re.compile(r"(?<=[a-z]\s)Rd\b(?:\.(?=,|\s+[a-z0-9]))?"), "Road"),
    (re.compile(r"(?:\bNo\.\s?|#\s?)(?=\d)"), "number "),
    (re.compile(r"\bpp?\.\s?(?=\d)"), "page "),
    (re.compile(rf"\b({_MONTH})\.?\s(\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s(\d{{4}}))?\b(?![:.]\d)"),
     lambda m: _date(_month_name(m[1]), int(m[2]), m[3])),
    (re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s({_MONTH})\b\.?(?:,?\s(\d{{4}})\b)?"),
     lambda m: _date(_month_name(m[2]), int(m[1]), m[3])),
    (re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b"), lambda m: _numeric_date(m[2], m[3], m[1]) or m.group()),
    (re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{4})\b"), lambda m: _numeric_date(m[1], m[2], m[3]) or m.group()),
    (re.compile(r"\b([01]?\d|2[0-4]):([0-5]\d)(?::[0-5]\d)?(?!\d)(?:\s?([AaPp]\.?[Mm]\b(?:\.(?!\s*$|\s+[A-Z]))?))?"), _spaced(_time)),
    (re.compile(r"\b(\d{1,2})\s?([AaPp])\.?[Mm]\b(?:\.(?!\s*$|\s+[A-Z]))?"), lambda m: f"{cardinal(int(m[1]))} {m[2].upper()}M"),
    (re.compile(r"(?<![\d-])(?:\+?\d{1,3}[ -])?(?:\(\d{3}\)\s?|\d{3}[- ])?\d{3}-\d{4}(?!\d)"), _telephone),
    (re.compile(rf"(?P<currency>[$€£¥₹₩])\s?(?P<figure>{_NUMBER})\s?(?P<magnitude>{_MAGNITUDE})?"), _spaced(_money)),
    (re.compile(r"(?<![\w.])(1[1-9]|20)?'?([2-9])0s\b"),
     lambda m: f"{cardinal(int(m[1])) + ' ' if m[1] else ''}{_DECADES[int(m[2])]}"),
    (re.compile(r"\b(\d+)(?:st|nd|rd|th)\b"), lambda m: ordinal(int(m[1])) if len(m[1]) <= 15 else digits(m[1])),
    (re.compile(r"\b(\d+)'(\d{1,2})(?:\"|''|”)"), lambda m: f"{number(m[1])} foot {number(m[2])}"),
    (re.compile(rf"(?<![\w.])[-−](?={_NUMBER})"), "minus "),
    (re.compile(rf"(?<![\w.])({_NUMBER})\s?[-–—]\s?(?=(?:{_NUMBER})\b(?!-))"), lambda m: f"{_figure(m[1])} to "),
    (re.compile(rf"(?<![\w.])({_NUMBER})\s?({_UNIT})(?![A-Za-z])"), lambda m: _counted(m[1], _UNITS[m[2]])),
    (re.compile(r"(?<![\d./])(\d{1,4})/(\d{1,4})(?![\d/])"), _fraction),
    (re.compile(r"(?<![\d.])\d+(?:\.\d+){2,}(?![\d.]*\d)"), _spaced(lambda m: " point ".join(map(number, m.group().split("."))))),
    (re.compile(rf"(?<![\d.,])(?:{_NUMBER})"), _spaced(lambda m: _figure(m.group()))),
    (re.compile(r"\d+"), _spaced(lambda m: digits(m.group()))),
)  # fmt: skip
