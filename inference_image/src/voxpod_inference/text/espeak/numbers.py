"""Figures for espeak-ng, which reads plain whole numbers well: separators resolved, fractions told, `one` and `two` agreed."""

import re

from voxpod_inference.text.espeak.tables import Tables

_MOST_DIGITS = 15
"""espeak-ng reads longer ones digit by digit, with the decimal word between groups."""
_FRENCH = [
    "-",
    "un",
    "deux",
    "trois",
    "quatre",
    "cinq",
    "six",
    "sept",
    "huit",
    "neuf",
    "dix",
    "onze",
    "douze",
    "treize",
    "quatorze",
    "quinze",
    "seize",
    "dix-sept",
    "dix-huit",
    "dix-neuf",
]
_FRENCH_TENS = [
    "-",
    "dix",
    "vingt",
    "trente",
    "quarante",
    "cinquante",
    "soixante",
    "soixante",
    "quatre-vingt",
    "quatre-vingt",
]
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}


def figure(written: str, tables: Tables) -> str:
    """`1.250,5` as `1250 coma 5`; a mark with three digits after it groups thousands where the language writes them so."""
    compact = re.sub(r"[\s'’]", "", written)
    marks = [c for c in compact if c in ".,"]
    decimal = ""
    if marks and marks.count(marks[-1]) == 1:
        digits_after = len(compact) - compact.rindex(marks[-1]) - 1
        if digits_after != 3 or marks[-1] == tables.decimal_mark or len(set(marks)) == 2:
            decimal = marks[-1]
    whole, _, fraction = compact.partition(decimal) if decimal else (compact, "", "")
    whole = re.sub(r"[.,]", "", whole) or "0"
    said = _whole(whole, tables)
    return f"{said} {tables.decimal} {_fraction(fraction, tables)}" if fraction else said


def _whole(digits: str, tables: Tables) -> str:
    if len(digits) > _MOST_DIGITS or (len(digits) > 1 and digits.startswith("0")):
        return " ".join(digits)
    number = int(digits)
    if tables.voice == "es" and number >= 10**9:  # espeak-ng says "uno mil millones"
        millions, rest = divmod(number, 10**6)
        return f"{millions} millones" + (f" {rest}" if rest else "")
    return str(number)


def _fraction(digits: str, tables: Tables) -> str:
    together = len(digits) <= 2 and not digits.startswith("0") and tables.voice != "hi"
    return digits if together else " ".join(digits)


def agreed(number: int, feminine: bool, tables: Tables) -> str:
    """A number before a noun: `veintiún`, `vinte e duas`, `21` where nothing changes."""
    last, tens = number % 10, number % 100
    if tens in (11, 12) or (tens in (71, 72, 91, 92) and tables.voice == "fr-fr"):
        return str(number)
    if last == 2 and feminine and tables.twos:
        return _joined(number, 2, tables.twos, tables)
    if last != 1 or not tables.ones[0] or (number > 1 and not tables.joiner):
        return str(number)
    return _joined(number, 1, tables.ones[feminine], tables)


def _joined(number: int, last: int, word: str, tables: Tables) -> str:
    base, tens = number - last, number % 100
    if tables.voice == "es" and tens == 21:
        base, word = number - 21, "veintiuna" if word == "una" else "veintiún"
    if base == 0:
        return word
    hundred = base % 1000 == 100 and tables.voice in (
        "es",
        "pt-br",
    )  # cien, cem before nothing; ciento, cento before more
    said = (
        f"{base - 100 if base > 100 else ''} {'ciento' if tables.voice == 'es' else 'cento'}".strip()
        if hundred
        else str(base)
    )
    and_word = tables.joiner if (tens > 30 or (tens > 20 and tables.voice != "es") or tables.voice == "pt-br") else ""
    if tables.voice == "fr-fr" and tens == 81:
        and_word = ""
    return " ".join(part for part in (said, and_word, word) if part)


def french_ordinal(number: int, feminine: bool) -> str:
    """`dix-huitième`; 1 is `premier` or `première`. From 100 on the hundreds stay a figure: `200 deuxième`."""
    if number == 1:
        return "première" if feminine else "premier"
    hundreds, rest = divmod(number, 100)
    if not rest or rest % 10 == 8:  # espeak-ng reads huitième as huissième
        return f"{number} ième"
    last = _french_below_100(rest)
    changed = {"cinq": "cinquième", "neuf": "neuvième"}.get(last.rpartition("-")[2])
    stem = last[: -len(last.rpartition("-")[2])] if changed else last.removesuffix("e")
    return f"{f'{hundreds}00 ' if hundreds else ''}{stem}{changed or 'ième'}"


def _french_below_100(number: int) -> str:
    if number < 20:
        return _FRENCH[number]
    tens, ones = divmod(number, 10)
    if tens in (7, 9):
        ones += 10
    if not ones:
        return _FRENCH_TENS[tens]
    joiner = "-et-" if ones in (1, 11) and tens < 8 else "-"
    return f"{_FRENCH_TENS[tens]}{joiner}{_FRENCH[ones]}"


def roman(numeral: str) -> int | None:
    """The value of a well-formed Roman numeral below 4000, or None."""
    if not re.fullmatch(r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})", numeral) or not numeral:
        return None
    values = [_ROMAN[letter] for letter in numeral]
    return sum(-v if v < max(values[i:], default=0) else v for i, v in enumerate(values))
