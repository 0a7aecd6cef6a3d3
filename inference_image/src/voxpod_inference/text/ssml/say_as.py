"""`say-as`: contents that are said sign by sign or as a date, by the reader of their language."""

import datetime
import re
import unicodedata
from collections.abc import Callable

from voxpod_inference.errors import INPUT_REFUSED, InputError
from voxpod_inference.text.document import Reading
from voxpod_inference.text.hindi.numbers import year as hindi_year
from voxpod_inference.text.pronunciation import shown
from voxpod_inference.text.ssml import letters

KINDS = {
    "characters": "characters", "spell-out": "characters", "verbatim": "characters", "digits": "digits", "number_digit": "digits", "telephone": "telephone",
    "date": "date", "time": "time", "cardinal": "cardinal", "number": "cardinal", "ordinal": "ordinal", "fraction": "fraction", "unit": "unit",
    "currency": "currency",
}  # fmt: skip
"""What may be asked for, as Polly and Azure spell it, and what it is here."""
FORMATS = ("ymd", "mdy", "dmy", "ydm", "ym", "my", "md", "dm", "y", "m", "d")
ORDERS = {"date": FORMATS, "time": ("hms12", "hms24")}
LONGEST = 200
"""Characters of one content."""

Say = Callable[[str], str]
"""Reads a text aloud in the language around: text in, phonemes out."""

_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "hi": "जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर",
}
_FIRST = {"fr": "1er", "it": "1º", "pt": "1º"}
"""The first of a month, where it is not said as a plain number."""
_SIGNS = re.compile(r"[\s\-./():·,]+")
_ORDINALS = {
    "zh": "第{}",
    "yue": "第{}",
    "ja": "第{}",
    "ko": "제{}",
    "es": "{}.º",
    "it": "{}º",
    "pt": "{}º",
    "fr": "{}e",
    "hi": "{}वाँ",
}


_GROUPED = re.compile(
    r"-?\d{1,15}|-?\d{1,3}(?:,\d{3}){1,4}|-?\d{1,3}(?:\.\d{3}){1,4}|-?\d{1,3}(?:[ \u00a0\u202f]\d{3}){1,4}", re.A
)
_NTH = re.compile(r"(\d{1,15})(?:st|nd|rd|th|\.?[ºª°]|er|e)?", re.A)
# Kinds that a reader knows by their form: what is accepted, and how that is told.
_FORMS = {
    "cardinal": (_GROUPED, "a whole number of at most 15 figures is accepted"),
    "ordinal": (_NTH, "a whole number of at most 15 figures, without a minus, is accepted, such as 3 or 3rd"),
    "fraction": (re.compile(r"-?(?:\d{1,6}[ +])?\d{1,6}/\d{1,6}", re.A), "a fraction is accepted, such as 3/8 or 1 1/2"),
    "unit": (re.compile(r"-?\d[\d.,]{0,15} ?[^\W\d_°%µμΩ][^\s\d]{0,11}|-?\d[\d.,]{0,15} ?[°%µμΩ][^\s\d]{0,11}", re.A), "a figure and a unit are accepted, such as 25 µg"),
    "currency": (re.compile(r"-?[^\w\s.,]{1,3} ?\d[\d.,]{0,15}|-?\d[\d.,]{0,15} ?(?:[^\w\s.,]|[A-Z]{3})|[A-Z]{3} ?\d[\d.,]{0,15}"), "a figure and a currency are accepted, such as $5 or 99.90 USD"),
    "time": (re.compile(r"\d{1,2}:\d\d(?::\d\d)?(?: ?[AaPp]\.?[Mm]\.?)?", re.A), "a time is accepted, such as 14:30 or 2:30 pm"),
}  # fmt: skip


def fields_of(order: str) -> str:
    """`yyyymmdd` as `ymd`: what a format says, without how many figures a field has."""
    return re.sub(r"(.)\1+", r"\1", order) if re.fullmatch("[ymd]+", order) else order


def check(reading: Reading) -> None:
    """InputError when a content cannot be said in this way in any language."""
    kind, content = reading.kind, reading.value
    if not content or len(content) > LONGEST:
        raise _refused(reading, f"1 to {LONGEST} characters are accepted")
    if kind == "digits" and not _SIGNS.sub("", content).isdecimal():
        raise _refused(reading, "figures are accepted, with spaces or any of -./(),: between")
    if kind == "telephone" and not _SIGNS.sub("", content.removeprefix("+")).isdecimal():
        raise _refused(reading, "a leading +, figures, spaces and any of -./(),: are accepted")
    if kind in _FORMS and not _FORMS[kind][0].fullmatch(content):
        raise _refused(reading, _FORMS[kind][1])
    if kind == "date":
        _date_fields(reading)


def phonemes(reading: Reading, language: str, say: Say) -> str:
    """How a content of `say-as` sounds in a language."""
    if reading.kind == "date":
        return say(_date(_date_fields(reading), language))
    if reading.kind == "cardinal":
        number = int(re.sub(r"[^-\d]", "", reading.value))
        return say(f"{number:,}" if language == "en" else str(number))  # 1984 alone is a year
    if reading.kind == "ordinal":
        return say(_ordinal(int(re.sub(r"\D", "", reading.value)), language))
    if reading.kind == "fraction":
        return say(reading.value.replace("+", " ") + ("th" if language == "en" else ""))
    if reading.kind in _FORMS:
        return say(reading.value)
    if reading.kind == "characters":
        return _one_by_one(reading.value, language, say)
    plus = say("+") if reading.value.startswith("+") else ""
    groups = [_one_by_one(group, language, say) for group in _SIGNS.split(reading.value.removeprefix("+")) if group]
    return " ".join(filter(None, [plus, ", ".join(groups)]))


def _one_by_one(text: str, language: str, say: Say) -> str:
    composed = unicodedata.normalize("NFC", text)
    return " ".join(filter(None, (say(letters.named(char, language)) for char in composed if not char.isspace())))


def _ordinal(number: int, language: str) -> str:
    if language != "en":
        return _ORDINALS[language].format(number)
    special = {1: "st", 2: "nd", 3: "rd"}
    return f"{number}{'th' if 10 <= abs(number) % 100 <= 20 else special.get(abs(number) % 10, 'th')}"


def _date_fields(reading: Reading) -> dict[str, int]:
    """Year, month and day by their letter, those that the content has."""
    figures = re.findall(r"\d+", reading.value)
    order = reading.format or ("ymd" if len(figures) == 3 and len(figures[0]) == 4 else "")
    if not order:
        raise _refused(reading, f"a date is YYYY-MM-DD, or has format= one of {', '.join(FORMATS)}")
    if len(figures) == 1 and len(order) == 3 and len(figures[0]) == 8:
        figures = _unseparated(figures[0], order)
    fields = dict(zip(order, map(int, figures), strict=False))
    separated = re.fullmatch(r"\s*\d+(?:\s*[-/.年月\s]\s*\d+)*\s*日?\s*", reading.value)
    if len(figures) != len(order) or separated is None or max(map(len, figures)) > 4 or not _exists(fields):
        raise _refused(reading, f"with format {order!r} an existing date is accepted, its fields separated by - / or .")
    return fields


def _unseparated(figures: str, order: str) -> list[str]:
    fields, at = [], 0
    for letter in order:
        width = 4 if letter == "y" else 2
        fields.append(figures[at : at + width])
        at += width
    return fields


def _exists(fields: dict[str, int]) -> bool:
    try:
        datetime.date(fields.get("y", 2000), fields.get("m", 1), fields.get("d", 1))
    except ValueError:
        return False
    return True


def _date(fields: dict[str, int], language: str) -> str:
    """A date in words that the reader of a language reads as one."""
    year, month, day = fields.get("y"), fields.get("m"), fields.get("d")
    if language in ("zh", "ja", "yue", "ko"):
        units = "년월일" if language == "ko" else "年月日"
        space = " " if language == "ko" else ""
        return space.join(
            f"{field}{unit}" for field, unit in zip((year, month, day), units, strict=True) if field is not None
        )
    name = _MONTHS[language].split(" ")[month - 1] if month else ""
    if language == "en":
        told = (f"{name} {day}" if name else _ordinal(day, language)) if day else name
        return f"{told}, {year}" if day and year else f"{told} {year}".strip() if year else told
    if language == "hi" and year and not name:
        return hindi_year(year)  # a figure alone would be a number
    number = _FIRST.get(language, "1") if day == 1 else str(day or "")
    link = " de " if language in ("es", "pt") else " "
    return link.join(filter(None, (number, name, str(year or ""))))


def _refused(reading: Reading, accepted: str) -> InputError:
    return InputError(
        INPUT_REFUSED, f"{reading.place}: {shown(reading.value)} cannot be said as {reading.kind}; {accepted}"
    )
