"""Dates: in figures, with a month in letters, without a day or a year."""

import re
from collections.abc import Iterable

from voxpod_inference.text.espeak.figures import said
from voxpod_inference.text.espeak.tables import Tables
from voxpod_inference.text.traced import Rule

_ALONE = r"(?<![\d/.,-])"


def dates(tables: Tables) -> Iterable[Rule]:
    """Dates with a year in any of three orders of signs; day and month with a slash where they can be nothing else."""

    def told(day: str, month: str, year: str, written: str) -> str:
        if int(month) > 12 >= int(day):  # the other way round, as in `03/15/2024`
            day, month = month, day
        if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
            return written
        return _date(day, tables.months[int(month) - 1], year, tables)

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
    yield (
        re.compile(rf"{_ALONE}(0[1-9]|1[0-2])[/-]((?:19|20)\d\d)(?![\d/-]|[.,]\d)"),
        lambda m: _month_and_year(int(m[1]), m[2], tables),
    )
    yield from _named_months(tables)


def weekdays(tables: Tables) -> Iterable[Rule]:
    """`lun. 5`, and spans of them: `lun-vie`, `lun. a vie.`"""
    if not tables.weekdays:
        return
    day = f"({'|'.join(tables.weekdays)})"

    def full(short: str) -> str:
        name = tables.weekdays[short.lower()]
        return name.capitalize() if short[0].isupper() else name

    def span(match: re.Match[str]) -> str:
        between = f" {tables.to} " if match[2].strip() in ("-", "–") else match[2]
        return full(match[1]) + between + full(match[3])

    yield re.compile(rf"(?<!\w){day}\.?(\s?[-–]\s?| (?:a|al|au|à|e|ed|y|et) ){day}(?!\w)\.?(?=[\s,;:)]|\Z)", re.I), span
    yield re.compile(rf"(?<!\w){day}\.(?=,? ?\d)", re.I), lambda m: full(m[1])


def _named_months(tables: Tables) -> Iterable[Rule]:
    """Dates with a month in letters, short or whole."""

    def month(written: str) -> str:
        at = next((i for i, short in enumerate(tables.short_months) if re.fullmatch(short, written, re.I)), None)
        return written if at is None else tables.months[at]

    months, joined = "|".join(tables.months), rf"(?: {tables.of})?" if " de " in tables.date else ""
    year = rf"(?:,?{joined} ((?:1\d|20)\d\d)(?![\w.,]*\d))"
    ends = r"(?=\s*(?:[,;:!?)]|\.(?!\d)|\Z))"
    if tables.short_months:
        short = "|".join(tables.short_months)
        yield (
            re.compile(rf"(?<![\w.,/])(\d{{1,2}}){joined} ?[-/ ] ?({short})(?:\.|(?={year}|{ends}))", re.I),
            lambda m: f"{m[1]} {month(m[2])}" + "." * _ends_text(m),
        )
        yield re.compile(rf"(?<!\w)({short})\. (?=\d{{1,2}}(?:{year}|{ends}))", re.I), lambda m: f"{month(m[1])} "
    yield re.compile(rf"{_ALONE}(\d{{1,2}})[/-](\d{{1,2}})[/-](?=\d{{1,2}}(?: de)? (?:{months})\b)"), r"\1, \2 "
    yield re.compile(rf"{_ALONE}(\d{{1,2}})/(?=\d{{1,2}} (?:de )?(?:{months})\b)"), r"\1 "
    yield (
        re.compile(rf"(?<![\w.,/-])({months}) (0?[1-9]|[12]\d|3[01])(?:{year}|{ends})", re.I),
        lambda m: _date(m[2], m[1], m[3] or "", tables),
    )
    if " de " in tables.date:
        yield (
            re.compile(rf"(?<![\w.,])([1-9]|[12]\d|3[01]) ({months}) ((?:1\d|20)\d\d)(?![\w.,]*\d)", re.I),
            lambda m: _date(m[1], m[2], m[3], tables),
        )
        yield re.compile(rf"(?<![\w.,])([1-9]|[12]\d|3[01]) (?=(?:{months})\b)"), r"\1 de "
    yield re.compile(rf"(?<![\w.,/-])0?1(?= (?:de )?(?:{months})\b)"), tables.first


def _ends_text(match: re.Match[str]) -> bool:
    return match.group().endswith(".") and not match.string[match.end() :].strip()


def _date(day: str, month: str, year: str, tables: Tables) -> str:
    number = tables.first if int(day) == 1 else said(str(int(day)), tables)
    if not year:
        return tables.date.partition("{month}")[0].format(day=number) + month
    return tables.date.format(day=number, month=month, year=tables.year(int(year)))


def _month_and_year(month: int, year: str, tables: Tables) -> str:
    rest = tables.date.partition("{month}")[2].format(year=tables.year(int(year)))
    return tables.months[month - 1] + rest
