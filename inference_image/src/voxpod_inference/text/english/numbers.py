"""Numbers as English words (American)."""

import re

_ONES = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
    "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]  # fmt: skip
_TENS = ["-", "-", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SCALES = ("", "thousand", "million", "billion", "trillion", "quadrillion", "quintillion", "sextillion")
_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip
_MOST_DIGITS, _MOST_GROUPED = 18, 24
_INDIAN = r"\d{1,2}(?:,\d\d)+,\d{3}"
NUMBER = rf"{_INDIAN}(?:\.\d+)?|\d{{1,3}}(?:[\u00a0\u202f\u2009]\d{{3}})+(?:\.\d+)?|\d{{1,3}}(?:,\d{{3}})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?"
"""A figure as it is written: `1,250.5`, `1,50,000` in India, `1 250` with a space that does not break."""
_GROUPING = re.compile("[,\u00a0\u202f\u2009]")


def cardinal(number: int) -> str:
    """1250 as `one thousand two hundred fifty`, for 0 <= number < 10**24."""
    if number < 20:
        return _ONES[number]
    if number < 100:
        tens, rest = divmod(number, 10)
        return _TENS[tens] + (f" {_ONES[rest]}" if rest else "")
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        return f"{_ONES[hundreds]} hundred" + (f" {cardinal(rest)}" if rest else "")
    parts, scale = [], 0
    while number:
        number, group = divmod(number, 1000)
        if group:
            parts.append(f"{cardinal(group)} {_SCALES[scale]}".strip())
        scale += 1
    return " ".join(reversed(parts))


def ordinal(number: int) -> str:
    """24 as `twenty fourth`."""
    *first, last = cardinal(number).split(" ")
    changed = _ORDINALS.get(last) or (last[:-1] + "ieth" if last.endswith("y") else last + "th")
    return " ".join([*first, changed])


def year(number: int) -> str:
    """1905 as `nineteen oh five`, 2026 as `twenty twenty six`, 2000 as `two thousand`, 830 as `eight thirty`."""
    century, rest = divmod(number, 100)
    if number % 1000 < 10:
        return cardinal(number)
    if not rest:
        return f"{cardinal(century)} hundred"
    return f"{cardinal(century)} {'oh ' if rest < 10 else ''}{cardinal(rest)}"


def plural(number: int) -> str:
    """5 as `fives`, 30 as `thirties`, 6 as `sixes`."""
    said = cardinal(number)
    return f"{said[:-1]}ies" if said.endswith("y") else f"{said}es" if said.endswith("x") else f"{said}s"


def digits(text: str) -> str:
    """The digits of `text`, one by one."""
    return " ".join(_ONES[int(c)] for c in text if c.isdecimal())


def number(text: str) -> str:
    """A figure as written (`1,250`, `0.05`, `007`) in words; digit by digit when it has a leading zero or is very long."""
    whole, _, fraction = text.partition(".")
    if re.fullmatch(_INDIAN, whole):
        said = _in_lakhs(int(whole.replace(",", "")))
    else:
        most = _MOST_GROUPED if _GROUPING.search(whole) else _MOST_DIGITS
        whole = _GROUPING.sub("", whole)
        long = len(whole) > most or (len(whole) > 1 and whole.startswith("0"))
        said = digits(whole) if long else cardinal(int(whole or "0"))
    return f"{said} point {digits(fraction)}" if fraction else said


def _in_lakhs(number: int) -> str:
    """As India counts what it groups so: 1,50,000 as `one lakh fifty thousand`."""
    crores, rest = divmod(number, 10**7)
    lakhs, rest = divmod(rest, 10**5)
    parts = [f"{cardinal(crores)} crore" * bool(crores), f"{cardinal(lakhs)} lakh" * bool(lakhs)]
    return " ".join(filter(None, [*parts, cardinal(rest) if rest else ""])) or "zero"
