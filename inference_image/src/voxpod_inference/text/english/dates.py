"""Days, months and years: `Nov. 24th`, `2026-11-24`, `Mon-Fri`, `the 1990s`."""

import re
from collections.abc import Sequence

from voxpod_inference.text.english.numbers import cardinal, ordinal, plural, year
from voxpod_inference.text.traced import Part, Rule

MONTHS = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
]  # fmt: skip
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_DAY_SHORT = {day[:3]: day for day in _DAYS} | {
    "Tues": "Tuesday",
    "Weds": "Wednesday",
    "Thur": "Thursday",
    "Thurs": "Thursday",
}
_DAY_WORD = "|".join(sorted([*_DAY_SHORT, *_DAYS], key=len, reverse=True))
_MONTH = (
    "|".join(rf"(?:{m[:3]}|{m[:3].upper()})(?:{m[3:]}\b|{m[3:].upper()}\b|\.|\b)" if len(m) > 3 else rf"{m}\b" for m in MONTHS)
    + r"|(?:Sept|SEPT)\b\.?"
)  # fmt: skip
# In small letters only where it cannot be a verb.
_SMALL_MONTH = "january|february|april|june|july|august|september|october|november|december"
_SMALL_SHORT = r"(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)"
_RANGE = r"\s?[-–—]\s?"
_NTH = r"\d{1,2}(?:st|nd|rd|th)?"
_YEAR = r"(?:,\s?|\s)(\d{4})"
_CHANGED = re.compile(
    r"\b(?:up|down|fell|fallen|rose|risen|grew|grown|shrank|shrunk|cut|(?:drop|declin|increas|decreas|reduc|lower|rais|expand|exten|improv|climb)\w*)(?: \w+)? $"
)
"""Something `fell by 1/3`: a fraction, no date."""
_DECADE_WORDS = r"(?:music|pop|rock|hits|fashion|style|movies?|films?|vibes?|era|kids?|bands?|shows?)"


_LAST_OF_THIS_CENTURY = 40
"""Of two figures, those above are of the last one: `01/07/98`."""


def month_name(written: str) -> str:
    """`Sept.` as September."""
    return next(month for month in MONTHS if month.lower().startswith(written[:3].lower()))


def full_year(figures: str) -> int:
    """`98` as 1998, `26` as 2026."""
    short = int(figures)
    return short if len(figures) > 2 else short + (2000 if short <= _LAST_OF_THIS_CENTURY else 1900)


def _day(written: str) -> str:
    return ordinal(int(written.rstrip("stndrh")))


def _month_first(match: re.Match[str]) -> Sequence[Part]:
    """`Nov. 24th, 2026`: three words, each with its own source."""
    said = [(month_name(match[1]), 1), (" ", 0), (_day(match[2]), 2)]
    if match[3]:
        said += [(" to ", 0), (_day(match[3]), 3)]
    return [*said, (", ", 0), (year(int(match[4])), 4)] if match[4] else said


def _day_first(match: re.Match[str]) -> Sequence[Part]:
    said = [("the ", 0), (_day(match[1]), 1)]
    if match[2]:
        said += [(" to the ", 0), (_day(match[2]), 2)]
    said += [(" of ", 0), (month_name(match[3]), 3)]
    return [*said, (", ", 0), (year(int(match[4])), 4)] if match[4] else said


def _in_figures(first: str, second: str, year_figures: str, day_first: bool) -> str | None:
    """A date in figures; where the order tells nothing the variety decides: month first in America."""
    a, b = int(first), int(second)
    month, day = (b, a) if (day_first or a > 12) and b <= 12 else (a, b)
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    full = f", {year(full_year(year_figures))}" if year_figures else ""
    return (
        f"the {ordinal(day)} of {MONTHS[month - 1]}{full}" if day_first else f"{MONTHS[month - 1]} {ordinal(day)}{full}"
    )


def _decade(match: re.Match[str]) -> str:
    century, tens = match[1], int(match[2]) * 10
    tenth = plural(tens) if tens else "hundreds"
    if not century:
        return tenth
    return "two thousands" if (century, tens) == ("20", 0) else f"{cardinal(int(century))} {tenth}"


def _decade_after(match: re.Match[str]) -> Sequence[Part]:
    """`the 30s`, `mid-20s`, `the sixties and 70s`; alone `30s` is half a minute."""
    return [(match[1], 1), (plural(int(match[3]) * 10), 3)]


def _stamp(match: re.Match[str]) -> str:
    """The date of `2024-03-15T14:30:00Z`, then its time as the rules of the clock read it."""
    date = _in_figures(match[2], match[3], match[1], False)
    zone = " UTC" if match[5] else ""
    return f"{date}, {match[4]}{zone}" if date else match.group()


DAYS: tuple[Rule, ...] = (
    (re.compile(rf"\b({_DAY_WORD})\.?{_RANGE}({_DAY_WORD})\b\.?(?=[\s,;:)]|$)"), lambda m: f"{_DAY_SHORT[m[1][:3]]} to {_DAY_SHORT[m[2][:3]]}"),
    (re.compile(rf"\b({'|'.join(_DAY_SHORT)})\.(?=[,\s-]|$)"), lambda m: _DAY_SHORT[m[1]]),
    (re.compile(r"\b(Mon|Tues?|Weds?|Thu(?:rs?)?|Fri|Sat|Sun)(?=,?\s\d|\s(?:and|&)\s(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b|,\s(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b)"), lambda m: _DAY_SHORT[m[1][:3]]),
    (re.compile(r"(?<=day )(and|&) (Mon|Tues?|Weds?|Thu(?:rs?)?|Fri|Sat|Sun)\b"), lambda m: f"and {_DAY_SHORT[m[2][:3]]}"),
    (re.compile(r"\b(Tues|Thurs?)(?![\w.])"), lambda m: _DAY_SHORT[m[1][:3]]),
    (re.compile(rf"\b({_MONTH}){_RANGE}({_MONTH})(?!\s\d{{1,2}}\b)(?=\W|$)"), lambda m: f"{month_name(m[1])} to {month_name(m[2])}"),
    (re.compile(r"\b(Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?(?=\s(?:19|20)\d\d\b)"), lambda m: month_name(m[1])),
)  # fmt: skip
_DECADES: tuple[Rule, ...] = (
    (re.compile(r"(?<=\d0s)\s?[-–—]\s?(?='?\d\d?(?:\d0)?0?s\b)"), " to "),
    (re.compile(r"(?<![\w.,])(1?\d|20)(\d)0'?s\b"), _decade),
    (re.compile(r"(?<![\w.,])'()([2-9])0'?s\b"), _decade),
    (re.compile(r"(?<![\w.,'])()([2-9])0['’]s\b"), _decade),
    (re.compile(rf"(?<![\w.,])()([2-9])0'?s\b(?= {_DECADE_WORDS}\b)"), _decade),
    (re.compile(r"(\b(?i:the|his|her|their|my|our|your|early|mid|late)[ -]|ies (?:and|or|to) |ies[-–])()([2-9])0'?s\b"), _decade_after),
    (re.compile(r"(ies (?:and|or|to) )()([2-9])0'?s\b"), _decade_after),
)  # fmt: skip


def dates(british: bool) -> tuple[Rule, ...]:
    """The rules, in order."""
    return (
        (re.compile(r"\b(\d{4})-(\d\d)-(\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(Z)?(?![\d:])"), _stamp),
        (re.compile(rf"\b({_MONTH})\s({_NTH})(?:{_RANGE}({_NTH}))?(?:{_YEAR})?\b(?![:.]\d|,\d|{_RANGE}\d)"), _month_first),
        (re.compile(rf"\b({_NTH})\s({_MONTH}|{_SMALL_MONTH}){_RANGE}(?={_NTH}\s(?:{_MONTH}|{_SMALL_MONTH}))"), lambda m: [("the ", 0), (_day(m[1]), 1), (" of ", 0), (month_name(m[2]), 2), (" to ", 0)]),
        (re.compile(rf"(?:\b[Tt]he\s)?(?<![\d/.])\b({_NTH})(?:{_RANGE}({_NTH}))?(?:\sof)?\s({_MONTH}|{_SMALL_MONTH})(?:{_YEAR}\b)?"), _day_first),
        (re.compile(rf"\b({_SMALL_MONTH}) ({_NTH})()(?:{_YEAR})?\b(?![:.]\d|,\d|{_RANGE}\d)"), _month_first),
        (re.compile(rf"\b(march|may|{_SMALL_SHORT}\.?) ({_NTH})(){_YEAR}\b"), _month_first),
        (re.compile(rf"\b({_SMALL_SHORT}\.) ({_NTH})()()\b(?![:.,]\d)"), _month_first),
        (re.compile(rf"\b({_NTH})()(?: of)? (march|may|{_SMALL_SHORT}\.?){_YEAR}\b"), _day_first),
        (re.compile(rf"\b([12]?\d|3[01])()() ({_SMALL_SHORT})\.(?=\s|$)"), lambda m: f"the {_day(m[1])} of {month_name(m[4])}" + "." * (not m.string[m.end():].strip())),
        (re.compile(r"(?<!\d-)\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)-(0?[1-9]|[12]\d|3[01])()(?:-(\d{4}))?\b(?![-\w])"), _month_first),
        (re.compile(r"\b([1-4])Q'?((?:20)?\d\d)\b"), lambda m: f"the {ordinal(int(m[1]))} quarter of {year(full_year(m[2]))}"),
        (re.compile(r"\b(\d{1,2})-([A-Z][a-z]{2})()-(\d{4}|\d\d)\b"), _with_dashes),
        (re.compile(r"\b(\d{4})([-/.])(\d{1,2})\2(\d{1,2})\b(?!\.\d|-\d)"), lambda m: _in_figures(m[3], m[4], m[1], False) or m.group()),
        (re.compile(r"\b((?:19|20)\d\d)-(0[1-9]|1[0-2])\b(?![-\d.])"), lambda m: f"{MONTHS[int(m[2]) - 1]} {year(int(m[1]))}"),
        (re.compile(r"(?<![\d./])(\d{1,2})/(\d{1,2})/(\d{4}|\d\d)\b(?!/)"), lambda m: _in_figures(m[1], m[2], m[3], british) or m.group()),
        (re.compile(r"(?<![\d./-])(0?[1-9]|1[0-2])/((?:19|20)\d\d)(?![\d/-]|\.\d)"), lambda m: f"{MONTHS[int(m[1]) - 1]} {year(int(m[2]))}"),
        (re.compile(r"(?<![\d-])(\d{1,2})-(\d{1,2})-((?:19|20)\d\d)\b(?![-\d])"), lambda m: _in_figures(m[1], m[2], m[3], british) or m.group()),
        (re.compile(r"(?<![\d.])(\d{1,2})\.(\d{1,2})\.(\d{4})\b"), lambda m: _in_figures(m[1], m[2], m[3], True) or m.group()),
        (re.compile(r"\b([Oo]n|[Bb]y|[Uu]ntil|[Ss]ince|[Dd]ue|[Dd]ated) (\d{1,2})/(\d{1,2})(?![\d/])(?! of\b)"), lambda m: _without_year(m, british)),
        (re.compile(rf"\b((?:{_DAY_WORD}|Tu)\.?,? \(?)(\d{{1,2}})/(\d{{1,2}})(?![\d/])"), lambda m: _without_year(m, british)),
        (re.compile(r"\b((?:19|20)\d\d)/(\d\d)\b(?!/)"), lambda m: f"{year(int(m[1]))} {cardinal(int(m[2]))}"),
        (re.compile(r"(?<![\w.,])([1-9]\d{2,3})(?= (?:AD|BC|CE|BCE)\b)|(?<=\bAD )([1-9]\d{2,3})\b(?![.,]\d)"), lambda m: year(int(m.group()))),
        *_DECADES,
    )  # fmt: skip


def _with_dashes(match: re.Match[str]) -> str | Sequence[Part]:
    """`15-Mar-2024`."""
    if match[2] not in {month[:3] for month in MONTHS}:
        return match.group()
    said = [("the ", 0), (_day(match[1]), 1), (" of ", 0), (month_name(match[2]), 2)]
    return [*said, (", ", 0), (year(full_year(match[4])), 4)]


def _without_year(match: re.Match[str], british: bool) -> str:
    """`on 3/4`, where a fraction would be `three quarters of`."""
    if match[1] == "by" and _CHANGED.search(match.string[: match.start()][-40:]):
        return match.group()
    date = _in_figures(match[2], match[3], "", british)
    return f"{match[1]}{' ' * (match[1][-1] not in ' (')}{date}" if date else match.group()
