"""Dates and times of day."""

import re
from collections.abc import Iterable

from voxpod_inference.text.espeak.figures import said
from voxpod_inference.text.espeak.tables import Tables
from voxpod_inference.text.traced import Rule

_ALONE = r"(?<![\d/.,-])"
_HOUR = r"(?<![\w.,:])([01]?\d|2[0-4])"


def dates(tables: Tables) -> Iterable[Rule]:
    """Dates with a year in any of three orders of signs; day and month with a slash where they can be nothing else."""

    def told(day: str, month: str, year: str, written: str) -> str:
        if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
            return written
        number = tables.first if int(day) == 1 else said(str(int(day)), tables)
        name = tables.months[int(month) - 1]
        if not year:
            return tables.date.partition("{month}")[0].format(day=number) + name
        return tables.date.format(day=number, month=name, year=tables.year(int(year)))

    yield (
        re.compile(rf"{_ALONE}(\d{{1,2}})([/.-])(\d{{1,2}})\2(\d{{4}})(?![\d/-]|[.,]\d)"),
        lambda m: told(m[1], m[3], m[4], m.group()),
    )
    yield (
        re.compile(rf"{_ALONE}(\d{{1,2}})([/.])(\d{{1,2}})\2(\d\d)(?![\d/-]|[.,]\d)"),
        lambda m: told(m[1], m[3], m[4], m.group()),
    )
    yield (
        re.compile(rf"{_ALONE}(\d{{4}})([-/.])(\d\d?)\2(\d\d?)(?:T(?=\d\d:)|(?![\d/-]|[.,]\d))"),
        lambda m: told(m[4], m[3], m[1], m.group()) + " " * m.group().endswith("T"),
    )
    yield (
        re.compile(rf"((?<!\w)(?:{tables.before_date}) )(\d{{1,2}})/(\d{{1,2}})(?![\d/]|[.,]\d)"),
        lambda m: m[1] + told(m[2], m[3], "", f"{m[2]}/{m[3]}"),
    )
    # 07/08 and 25/12, not the fraction 10/12 nor 24/7
    yield (
        re.compile(rf"{_ALONE}(\d{{1,2}})/(\d\d)(?![\d/]|[.,]\d)"),
        lambda m: told(m[1], m[2], "", m.group()) if "0" in (m[1][0], m[2][0]) or int(m[1]) > int(m[2]) else m.group(),
    )
    months = "|".join(tables.months)
    yield re.compile(rf"{_ALONE}(\d{{1,2}})/(?=\d{{1,2}} (?:de )?(?:{months})\b)"), r"\1 "
    if " de " in tables.date:
        yield re.compile(rf"(?<![\w.,])([1-9]|[12]\d|3[01]) (?=(?:{months})\b)"), r"\1 de "
    yield re.compile(rf"(?<![\w.,/-])1(?= (?:de )?(?:{months})\b)"), tables.first


def times(tables: Tables) -> Iterable[Rule]:
    """Times with a colon or an h, with a point after `a las`; durations; ratios that are no time."""

    def told(hours: str, minutes: str, seconds: str = "") -> str:
        hour = tables.numbers.cardinal(int(hours), "f")
        form = tables.time if int(minutes) or seconds else tables.full_hour
        zero = f"{said('0', tables)} " if int(minutes) < 10 and tables.zero_minutes else ""
        made = form.format(hour=hour, minute=zero + said(str(int(minutes)), tables))
        made = re.sub(r"^(une|uma|una) (heures|horas)", lambda m: f"{m[1]} {m[2][:-1]}", made)
        return tables.seconds.format(time=made, seconds=said(str(int(seconds)), tables)) if seconds else made

    hour_unit, minute_unit = tables.units["h"], tables.units["min"]

    def lasting(match: re.Match[str]) -> str:
        hours, minutes = match[1], match[2]
        return f"{said(hours, tables, 'f')} {hour_unit[hours != '1']} {said(minutes, tables)} {minute_unit[minutes != '1']}"

    after = rf"(?:\s*(?:{tables.written_hours})(?!\w))?"
    yield (
        re.compile(r"(?<![\w.,:])(\d{1,2}(?::\d\d|\s?h(?:\s?\d\d)?))\s?[-–]\s?(?=\d{1,2}(?::\d|\s?h))"),
        rf"\1 {tables.to} ",
    )
    yield re.compile(r"(?<=\d)\s?([AaPp])\.?\s?[Mm](?:\.(?=\s|\Z)|(?![\w.]))"), lambda m: f" {m[1].upper()}M"
    yield (
        re.compile(rf"(\b(?:{tables.ratio_words})(?: de)?:? )(\d+):(\d+)(?![\d:])"),
        lambda m: f"{m[1]}{said(m[2], tables)} {tables.to} {said(m[3], tables)}",
    )
    yield (
        re.compile(rf"{_HOUR}:([0-5]\d)(?::([0-5]\d))?(?![\d:]){after}"),
        lambda m: told(m[1], m[2], m[3] or ""),
    )
    yield re.compile(r"(?<![\w.,:])0(?=\d\s?h(?!\w))"), ""
    yield re.compile(r"(?<![\w.,])(\d{1,3})\s?h\s?(\d{1,2})\s?(?:min|mn|m)(?!\w)"), lasting
    yield re.compile(rf"{_HOUR}\s?h\s?([0-5]\d)(?!\w)"), lambda m: told(m[1], m[2])
    yield (
        re.compile(rf"((?<!\w)(?:{tables.before_time}) )([01]?\d|2[0-4])\.([0-5]\d)(?!\.?\d)"),
        lambda m: m[1] + told(m[2], m[3]),
    )
    yield (
        re.compile(r"(?<![\w.,:])(\d+):(\d+)(?![\d:])"),
        lambda m: f"{said(m[1], tables)} {tables.to} {said(m[2], tables)}",
    )
