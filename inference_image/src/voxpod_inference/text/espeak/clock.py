"""Times of day, lengths of time, and ratios, which are written like times."""

import re
from collections.abc import Iterable

from voxpod_inference.text.espeak.figures import said
from voxpod_inference.text.espeak.grammar import Gender
from voxpod_inference.text.espeak.tables import Tables
from voxpod_inference.text.traced import Rule

_HOUR = r"(?<![\w.,:])([01]?\d|2[0-4])"
_HALF = r"\s?(?P<half>[AaPp])\.?\s?[Mm](?:\.(?=\s*\S)|(?![\w.])|(?=\.\s*\Z))"
"""A full stop that also ends the text stays: the voice falls."""
_ZONES = "[cmp][sd]t|edt|gmt|utc|cest"
"""Letters behind a time, in small ones too; `est` is a word of French and Italian."""


def times(tables: Tables) -> Iterable[Rule]:
    """Times with a colon or an h, with a point after `a las`; durations; ratios that are no time."""
    yield (
        re.compile(r"(?<![\w.,:])(\d{1,2}(?::\d\d|\s?h(?:\s?\d\d)?))\s?[-–]\s?(?=\d{1,2}(?::\d|\s?h))"),
        rf"\1 {tables.to} ",
    )
    yield (
        re.compile(rf"(\b(?:{tables.ratio_words})(?: de)?:? )(\d+):(\d+)(?![\d:])"),
        lambda m: f"{m[1]}{said(m[2], tables)} {tables.to} {said(m[3], tables)}",
    )
    yield (
        re.compile(r"(?<!\w)(GMT|UTC)\s?([-−+])\s?(?=\d)", re.I),
        lambda m: f"{m[1].upper()} {tables.plus if m[2] == '+' else tables.minus} ",
    )
    yield re.compile(rf"((?::\d\d|[ap]\.?\s?m\.?|\dh) )({_ZONES})(?!\w)", re.I), lambda m: m[1] + m[2].upper()
    yield from _of_the_day(tables)
    yield (
        re.compile(r"(?<![\w.,:])(\d+):(\d+)(?![\d:])"),
        lambda m: f"{said(m[1], tables)} {tables.to} {said(m[2], tables)}",
    )


def _of_the_day(tables: Tables) -> Iterable[Rule]:
    def with_half(match: re.Match[str]) -> str:
        half = match["half"].upper()
        part = tables.day_parts(half, int(match[1])) if tables.day_parts else f"{half}M"
        return f"{_time(match[1], match[2] or '0', match[3], tables)} {part}"

    hours = rf"(?:{tables.written_hours})(?!\w)"
    yield re.compile(rf"{_HOUR}(?:[:.]([0-5]\d)(?::([0-5]\d))?)?{_HALF}"), with_half
    yield (
        re.compile(rf"{_HOUR}:([0-5]\d)(?::([0-5]\d))?(?![\d:])(?:\s*{hours})?"),
        lambda m: _time(m[1], m[2], m[3], tables),
    )
    if tables.decimal_mark == ",":
        yield re.compile(rf"{_HOUR}\.([0-5]\d)\s?{hours}"), lambda m: _time(m[1], m[2], "", tables)
    yield re.compile(r"(?<![\w.,:])0(?=\d\s?h(?!\w))"), ""
    yield (
        re.compile(r"(?<![\w.,])(\d{1,3})\s?h\s?(\d{1,2})\s?(?:min|mn|m)(?:\s?(\d{1,2})\s?s(?:e[cg]\.?)?)?(?!\w)"),
        lambda m: _length(m, tables),
    )
    yield re.compile(rf"{_HOUR}\s?[hH]\s?([0-5]\d)(?!\w)"), lambda m: _time(m[1], m[2], "", tables)
    yield (
        re.compile(rf"((?<!\w)(?:{tables.before_time}) )([01]?\d|2[0-4])\.([0-5]\d)(?!\.?\d)"),
        lambda m: m[1] + _time(m[2], m[3], "", tables),
    )


def _time(hours: str, minutes: str, seconds: str | None, tables: Tables) -> str:
    hour = tables.numbers.cardinal(int(hours), "f")
    seconds = seconds if seconds and (int(seconds) or int(minutes)) else ""
    form = tables.time if int(minutes) or seconds else tables.full_hour
    zero = f"{said('0', tables)} " if int(minutes) < 10 and tables.zero_minutes else ""
    minute = zero + said(str(int(minutes)), tables)
    if 1 <= int(hours) <= 12 and not seconds:
        minute = tables.quarters.get(int(minutes), minute)
    made = form.format(hour=hour, minute=minute)
    made = re.sub(r"^(une|uma|una) (heures|horas)", lambda m: f"{m[1]} {m[2][:-1]}", made)
    return tables.seconds.format(time=made, seconds=said(str(int(seconds)), tables)) if seconds else made


def _length(match: re.Match[str], tables: Tables) -> str:
    """`2h15min`, `12h02m30s`."""
    parts: tuple[tuple[str | None, str, Gender], ...] = (
        (match[1], "h", "f"),
        (match[2], "min", ""),
        (match[3], "s", ""),
    )
    told = [
        f"{said(str(int(count)), tables, gender)} {tables.units[unit][int(count) != 1]}"
        for count, unit, gender in parts
        if count
    ]
    return " ".join(told[:2]) + f" {tables.mixed} {told[2]}" if len(told) > 2 else " ".join(told)
