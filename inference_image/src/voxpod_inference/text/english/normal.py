"""Written English as it is read aloud: abbreviations, numbers, money, dates, times, units, addresses.

A list of rules, applied in order; each turns one written form into words and leaves the rest alone.
"""

import functools
import re
from collections.abc import Callable, Sequence

from voxpod_inference.text.english.numbers import cardinal, digits, number, ordinal, year
from voxpod_inference.text.english.roman import ROMAN
from voxpod_inference.text.english.units import (
    CURRENCIES,
    MAGNITUDE,
    NUMBER,
    UNIT,
    figure,
    fraction,
    magnitude,
    measure,
    money,
    telephone,
)
from voxpod_inference.text.traced import Part, Replacement, Traced

Rule = tuple[re.Pattern[str], Replacement]

_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_MONTH = "|".join(rf"{m[:3]}(?:{m[3:]}\b|\.|\b)" if len(m) > 3 else rf"{m}\b" for m in _MONTHS) + r"|Sept\b\.?"
_CURRENCY = "|".join(sorted(map(re.escape, CURRENCIES), key=len, reverse=True))
_SUFFIXES = r"com|org|net|io|dev|ai|app|edu|gov|info|tv|me|uk|de|fr|cn|jp|eu|ca|au|ch|co|txt|pdf|py|js|ts|json|ya?ml|html?|csv|md|exe|zip|png|jpe?g|mp[34]|wav|docx?|xlsx?|sh|toml|cfg|conf|log"
_IN_ADDRESSES = {
    ".": " dot ", "/": " slash ", ":": " colon ", "@": " at ", "-": " dash ", "_": " underscore ", "?": " question mark ",
    "=": " equals ", "&": " and ", "#": " hash ", "%": " percent ", "+": " plus ", "~": " tilde ",
}  # fmt: skip
_DECADES = ["-", "-", "twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties", "nineties"]
_POWERS = {"2": "squared", "3": "cubed"}
# Abbreviation, what must follow it, what is said.
_ABBREVIATIONS = (
    ("Mr", r"(?=\s)", "Mister"), ("Mrs", r"(?=\s)", "Missus"), ("Ms", r"(?=\s)", "Miz"), ("Dr", r"(?=\s[A-Z])", "Doctor"),
    ("Prof", r"(?=\s)", "Professor"), ("St", r"(?=\s[A-Z])", "Saint"), ("Mt", r"(?=\s[A-Z])", "Mount"), ("Ft", r"(?=\s[A-Z])", "Fort"),
    ("Gen", r"(?=\s[A-Z])", "General"), ("Col", r"(?=\s[A-Z])", "Colonel"), ("Sgt", r"(?=\s)", "Sergeant"), ("Capt", r"(?=\s)", "Captain"),
    ("Lt", r"(?=\s[A-Z])", "Lieutenant"), ("Gov", r"(?=\s[A-Z])", "Governor"), ("Sen", r"(?=\s[A-Z])", "Senator"),
    ("Rep", r"(?=\s[A-Z])", "Representative"), ("Rev", r"(?=\s[A-Z])", "Reverend"), ("Hon", r"(?=\s[A-Z])", "Honorable"),
    ("Jr", "", "Junior"), ("Sr", "", "Senior"), ("Inc", "", "Incorporated"), ("Ltd", "", "Limited"), ("Corp", "", "Corporation"),
    ("Co", r"(?=[\s,])", "Company"), ("Dept", "", "Department"), ("Univ", "", "University"), ("Fig", r"(?=\s?\d)", "figure"),
    ("Figs", r"(?=\s?\d)", "figures"), ("Vol", r"(?=\s?\d)", "volume"), ("Ch", r"(?=\s?\d)", "chapter"), ("Sec", r"(?=\s?\d)", "section"),
    ("Eq", r"(?=\s?\d)", "equation"), ("approx", r"(?=\s)", "approximately"), ("est", r"(?=\s)", "established"), ("ca", r"(?=\s?\d)", "circa"),
    ("al", r"(?<=et al\.)", "al"), ("max", r"(?=\s)", "maximum"), ("incl", r"(?=\s)", "including"), ("dept", "", "department"),
    ("govt", "", "government"), ("Blvd", "", "Boulevard"), ("Pl", r"(?=[,\s])", "Place"), ("Hwy", "", "Highway"),
)  # fmt: skip
_HUNDRED = re.compile(
    r"\b(hundred|thousand) (?=(?:[a-z]+ty )?(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|[a-z]+teen|[a-z]+ty)\b(?! (?:hundred|thousand|million)))"
)
_LOOSE_SPACE = re.compile(r" +(?=[ ,.;:!?])")


def read_aloud(text: str) -> str:
    """`text` without figures and abbreviations; text that has none comes back as it is."""
    return aloud(Traced.of(text)).text


def aloud(text: Traced, *, british: bool = False) -> Traced:
    """Like `read_aloud`, and every character still knows what was written for it. The British say `hundred and five`."""
    changed = text
    for pattern, replacement in _rules(british):
        changed = changed.sub(pattern, replacement)
    if changed is text:
        return text
    if british:
        changed = changed.sub(_HUNDRED, r"\1 and ")
    return changed.sub(_LOOSE_SPACE, "").stripped()


def _spaced(rule: Callable[[re.Match[str]], str]) -> Replacement:
    """A rule whose words stand apart from letters that touch the figure."""
    return lambda match: f" {rule(match)} "


def _address(match: re.Match[str]) -> str:
    address = re.sub(r"^https?://", "", match.group()).rstrip("/")
    said = re.sub(r"\W|_", lambda m: _IN_ADDRESSES.get(m.group(), " "), address)
    return re.sub(r"\d+", lambda m: f" {digits(m.group()) if len(m.group()) > 2 else number(m.group())} ", said)


def _month_name(abbreviated: str) -> str:
    return next(m for m in _MONTHS if m.startswith(abbreviated[:3]))


def _day(written: str) -> str:
    return ordinal(int(written.rstrip("stndrh")))


def _month_first(match: re.Match[str]) -> Sequence[Part]:
    """`Nov. 24th, 2026`: three words, each with its own source."""
    said = [(_month_name(match[1]), 1), (" ", 0), (_day(match[2]), 2)]
    return [*said, (", ", 0), (year(int(match[3])), 3)] if match[3] else said


def _day_first(match: re.Match[str]) -> Sequence[Part]:
    said = [("the ", 0), (_day(match[1]), 1), (" of ", 0), (_month_name(match[2]), 2)]
    return [*said, (", ", 0), (year(int(match[3])), 3)] if match[3] else said


def _in_figures(first: str, second: str, year_figures: str, day_first: bool) -> str | None:
    """A date in figures; where the order tells nothing the variety decides: month first in America."""
    a, b = int(first), int(second)
    month, day = (b, a) if (day_first or a > 12) and b <= 12 else (a, b)
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    full = int(year_figures) if len(year_figures) == 4 else 2000 + int(year_figures)
    if day_first:
        return f"the {ordinal(day)} of {_MONTHS[month - 1]}, {year(full)}"
    return f"{_MONTHS[month - 1]} {ordinal(day)}, {year(full)}"


def _time(match: re.Match[str]) -> str:
    hour, minutes, seconds, half = int(match[1]), int(match[2]), match[3], match[4]
    clock = "" if half else "o'clock" if 0 < hour <= 12 else "hundred"
    said = f"oh {cardinal(minutes)}" if 0 < minutes < 10 else cardinal(minutes) if minutes else clock
    after = f"and {cardinal(int(seconds))} seconds" if seconds and int(seconds) else ""
    return " ".join(filter(None, [cardinal(hour), said, after, _half(half)]))


def _half(half: str | None) -> str:
    return half.upper().replace(".", "").replace(" ", "") if half else ""


def _hashtag(match: re.Match[str]) -> str:
    return "hashtag " + re.sub(r"_|(?<=[a-z])(?=[A-Z])", " ", match[1])


def _power(match: re.Match[str]) -> str:
    exponent = match[1]
    if exponent == "n":
        return " to the N"
    said = (
        number(exponent[1:])
        if exponent[0] == "-"
        else ordinal(int(exponent))
        if len(exponent) < 16
        else digits(exponent)
    )
    return f" {_POWERS.get(exponent) or 'to the ' + ('minus ' if exponent[0] == '-' else '') + said}"


_HALF = r"\s?([AaPp]\.?[Mm]\b(?:\.(?!\s*$|\s+[A-Z]))?)"


@functools.cache
def _rules(british: bool) -> tuple[Rule, ...]:
    return (*_WORDS, *ROMAN, *_dates(british), *_FIGURES)


_WORDS: tuple[Rule, ...] = (
    (re.compile(r"\b(?:(?:https?://|www\.)[^\s,;)>\"”]*[^\s,;)>\"”.!?]|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"), _address),
    (re.compile(rf"(?<![\w@.])[A-Za-z][\w-]*(?:\.[\w-]+)*\.(?:{_SUFFIXES})\b(?!\.\w)(?:/[^\s,;)>\"”]*[^\s,;)>\"”.!?])?"), _address),
    (re.compile(r"(?<!\w)\.(NET)\b"), r"dot \1"),
    (re.compile(r"(?<=[A-Za-z])\.(?=js\b)"), " dot "),
    (re.compile(r"\b([ACF])#(?!\w)"), r"\1 sharp"),
    (re.compile(r"\b([A-Za-z])\+\+(?!\w)"), r"\1 plus plus"),
    (re.compile(r"#([A-Za-z]\w*)"), _hashtag),
    (re.compile(r"\b([A-Z]{1,3})&([A-Z]{1,2})\b"), lambda m: f"{' '.join(m[1])} and {' '.join(m[2])}"),
    (re.compile(r"\be\.g\.,?", re.I), "for example,"),
    (re.compile(r"\bi\.e\.,?", re.I), "that is,"),
    (re.compile(r"\bPh\.\s?D\b\.?"), "P H D"),
    (re.compile(r"\b(?:[A-Z]\.){2,}(?!\s*$)|\b(?:[A-Z]\.)+[A-Z](?=\.\s*$)"), lambda m: m.group().replace(".", "")),
    (re.compile(r"\betc\.(?=\s+[a-z])"), "etcetera"),
    (re.compile(r"\betc\."), "etcetera."),
    (re.compile(r"\bvs\.?(?=[\s,])"), "versus"),
    (re.compile(r"\bCO(?=2\b)"), "C O "),
    (re.compile(r"\bA(?=\d)"), "A-"),
    (re.compile(r"\bw/o(?=\s)"), "without"),
    (re.compile(r"\bw/\s?(?=\w)"), "with "),
    (re.compile(r"\ba\.k\.a\.|\baka\b"), "also known as"),
    (re.compile(r"\bM(rs?|s)(?=\s[A-Z])"), lambda m: {"r": "Mister", "rs": "Missus", "s": "Miz"}[m[1]]),
    (re.compile(r"\bDr(?=\s[A-Z])"), "Doctor"),
    (re.compile(r"(?<=[a-z]\s)Dr\.(?=,|\s+[a-z0-9]|\s*$)"), "Drive"),
    *((re.compile(rf"\b{short}\.{follows}"), said) for short, follows, said in _ABBREVIATIONS),
    (re.compile(r"(?<=[a-z]\s)St\b(?:\.(?=,|\s+[a-z0-9]))?"), "Street"),
    (re.compile(r"(?<=[a-z]\s)Ave\b(?:\.(?=,|\s+[a-z0-9]))?"), "Avenue"),
    (re.compile(r"(?<=[a-z]\s)Rd\b(?:\.(?=,|\s+[a-z0-9]))?"), "Road"),
    (re.compile(r"(?:\bN(?:o|r)s?\.\s?|#\s?)(?=\d)"), "number "),
    (re.compile(r"\bpp\.\s?(?=\d)"), "pages "),
    (re.compile(r"\bp\.\s?(?=\d)"), "page "),
    *((re.compile(rf"\b{day[:3]}(?:{day[3:4]}|{day[3:5]})?\.(?=[,\s-]|$)"), day) for day in _DAYS),
    (re.compile(rf"(?<=day)\s?[-–]\s?(?={'|'.join(_DAYS)})"), " to "),
    (re.compile(r"\b(Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?(?=\s(?:19|20)\d\d\b)"), lambda m: _month_name(m[1])),
)  # fmt: skip


def _dates(british: bool) -> tuple[Rule, ...]:
    return (
        (re.compile(rf"\b({_MONTH})\s(\d{{1,2}}(?:st|nd|rd|th)?)(?:,?\s(\d{{4}}))?\b(?![:.]\d|,\d)"), _month_first),
        (
            re.compile(rf"(?:\b[Tt]he\s)?\b(\d{{1,2}}(?:st|nd|rd|th)?)(?:\sof)?\s({_MONTH})(?:,?\s(\d{{4}})\b)?"),
            _day_first,
        ),
        (
            re.compile(r"\b(\d{4})([-/.])(\d{1,2})\2(\d{1,2})\b(?!\.\d)"),
            lambda m: _in_figures(m[3], m[4], m[1], False) or m.group(),
        ),
        (
            re.compile(r"(?<![\d./])(\d{1,2})/(\d{1,2})/(\d{4}|\d\d)\b(?!/)"),
            lambda m: _in_figures(m[1], m[2], m[3], british) or m.group(),
        ),
        (
            re.compile(r"(?<![\d.])(\d{1,2})\.(\d{1,2})\.(\d{4})\b"),
            lambda m: _in_figures(m[1], m[2], m[3], True) or m.group(),
        ),
    )


_FIGURES: tuple[Rule, ...] = (
    (re.compile(r"(?<=:\d\d)\s?[-–—]\s?(?=\d{1,2}:\d\d)"), " to "),
    (re.compile(rf"(?<![\d:])([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?(?![\d:])(?:{_HALF})?"), _spaced(_time)),
    (re.compile(r"(?<![\d:.])(\d+):(\d+)(?![\d:])"), lambda m: f"{number(m[1])} to {number(m[2])}"),
    (re.compile(rf"\b(\d{{1,2}}){_HALF}\s?[-–—]\s?(?=\d)"), lambda m: f"{cardinal(int(m[1]))} {_half(m[2])} to "),
    (re.compile(r"(?<![\d:])(\d{1,2})\s?[-–—]\s?(?=\d{1,2}\s?[AaPp]\.?[Mm]\b)"), lambda m: f"{cardinal(int(m[1]))} to "),
    (re.compile(r"(?<=[A-Za-z])\s?[-–]\s?(?=\d{1,2}(?::\d\d)?\s?[AaPp]\.?[Mm]\b)"), " to "),
    (re.compile(rf"\b(\d{{1,2}}){_HALF}"), lambda m: f"{cardinal(int(m[1]))} {_half(m[2])}"),
    (re.compile(r"\b([ap])\.m\b(?:\.(?!\s*$|\s+[A-Z]))?"), lambda m: f"{m[1].upper()}M"),
    (re.compile(r"\b(?<=call )\d{3}\b|\b(?<=dial )\d{3}\b|(?<!Porsche )\b911\b"), lambda m: digits(m.group())),
    (re.compile(r"(?<![\d-])(?:\+\d{1,3}(?:[ -]\(?\d{2,5}\)?){2,4}|(?:\+?\d{1,3}[ -])?(?:\(\d{3}\)\s?|\d{3}[-. ])?\d{3}[-.]\d{4}|1-800(?=-[A-Z]))(?![\d-])"), telephone),
    (re.compile(rf"(?P<minus>[-−]?)(?P<currency>[$€£¥₹₩])(?P<figure>{NUMBER})\s?[-–—]\s?(?=[$€£¥₹₩]?\d)"), lambda m: f"{'minus ' if m['minus'] else ''}{number(m['figure'])} to {m['currency']}"),
    (re.compile(r"([$€£¥₹₩])\1(?=\d)|([$€£¥₹₩])(?= to \d)"), lambda m: m[1] or ""),
    (re.compile(r"(?<!\w)[-−](?=[$€£¥₹₩]\d)"), "minus "),
    (re.compile(r"\b(US|A|C|HK|NZ|S)(?=\$\d)"), lambda m: {"A": "Australian ", "C": "Canadian ", "S": "Singapore "}.get(m[1], m[1] + " ")),
    (re.compile(rf"(?P<currency>[$€£¥₹₩])\s?(?P<figure>{NUMBER}|\.\d\d(?=\D|$))(?:\s?(?P<magnitude>{MAGNITUDE}))?(?!\d)"), _spaced(lambda m: money(m))),
    (re.compile(rf"(?<![\w.])(?P<figure>{NUMBER})\s?(?:(?P<magnitude>{MAGNITUDE})\s?)?(?P<currency>{_CURRENCY})(?![A-Za-z\d])"), _spaced(money)),
    (re.compile(r"(?<![\w.])(1[1-9]|20)?'?([2-9])0'?s\b"),
     lambda m: f"{cardinal(int(m[1])) + ' ' if m[1] else ''}{_DECADES[int(m[2])]}"),
    (re.compile(r"\b(\d{1,3}(?:,\d{3})+|\d+)(?:st|nd|rd|th)\b"), lambda m: ordinal(int(m[1].replace(",", ""))) if len(m[1]) <= 15 else digits(m[1])),
    (re.compile(r"\b(\d+)['′](\d{1,2})(?:\"|''|”|″)"), lambda m: f"{number(m[1])} foot {number(m[2])}"),
    (re.compile(r"(?<=\d)\s?[x×]\s?(?=\d)"), lambda m: " by " if "x" in m.group() else " times "),
    (re.compile(rf"(?<![\w.])({NUMBER})x\b"), lambda m: f"{number(m[1])} times"),
    (re.compile(r"\^(-?(?:\d+|n\b))"), _power),
    (re.compile(r"(?<=\d) - (?=\d+(?:\.\d+)? ?[=-])"), " minus "),
    (re.compile(r"(?<=\d)\s?\*\s?(?=\d)"), " times "),
    (re.compile(r"(?<![\w.])\.(\d+)"), lambda m: f"point {digits(m[1])}"),
    (re.compile(rf"(?<![\w.])({NUMBER})\s?(?:{UNIT})?\s?[-–—]\s?(?=(?:{NUMBER})(?:\b|{UNIT})(?!-))"), lambda m: f"{_first_of_range(m)} to "),
    (re.compile(rf"(?<![\w.)])[-−](?={NUMBER})"), "minus "),
    (re.compile(rf"(?<![\w.])(?![48]K)({NUMBER})\s?([kKMB]|bn|mn)(?![A-Za-z&])(?=\s[a-z]|\s?$|[.,!?+])"), magnitude),
    (re.compile(rf"(?<![\w.])({NUMBER})\s?({UNIT})(?![A-Za-z/²³])"), measure),
    (re.compile(r"(?<=\d)½"), " and a half"),
    (re.compile(r"(?<=\d)¼"), " and a quarter"),
    (re.compile(r"(?<=\d)¾"), " and three quarters"),
    (re.compile(r"(?<![\d./])(?:(?P<whole>\d{1,3})\s)?(?P<top>\d{1,4})/(?P<bottom>\d{1,4})(?![\d/])"), fraction),
    (re.compile(r"(?<![\d.])\d+(?:\.\d+){2,}(?![\d.]*\d)"), _spaced(lambda m: " point ".join(map(number, m.group().split("."))))),
    (re.compile(rf"(?<![\d.,])(?:{NUMBER})"), _spaced(figure)),
    (re.compile(r"\d+"), _spaced(lambda m: digits(m.group()))),
)  # fmt: skip


def _first_of_range(match: re.Match[str]) -> str:
    written = match[1]
    return year(int(written)) if re.fullmatch(r"1[1-9]\d\d|20\d\d", written) else number(written)
