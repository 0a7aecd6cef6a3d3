"""Figures that count nothing: telephones, codes, postcodes."""

import re
from collections.abc import Iterable, Sequence

from voxpod_inference.text.espeak.figures import one_by_one, said
from voxpod_inference.text.espeak.tables import Tables
from voxpod_inference.text.traced import Part, Rule

_LIKE_YEARS = re.compile(r"(?:1[0-9]|20)\d\d-(?:1[0-9]|20)\d\d")


def codes(tables: Tables) -> Iterable[Rule]:
    """What is said figure by figure: after words such as code, as the country writes telephones, with a +, in several groups."""

    def by_groups(written: str) -> str:
        groups = [
            said(group, tables) if tables.pairs and len(group) <= 2 and group[0] != "0" else one_by_one(group, tables)
            for group in re.findall(r"\d+", written)
        ]
        return (f"{tables.plus} " if written.startswith("+") else "") + ", ".join(groups)

    def sign_by_sign(written: str) -> str:
        """`GB29 NWBK`: letters by name, figures one by one."""
        return " ".join(
            one_by_one(sign, tables) if sign.isdecimal() else sign for sign in written if not sign.isspace()
        )

    def after_word(match: re.Match[str]) -> Sequence[Part]:
        return [(match[1], 1), (", ".join(one_by_one(group, tables) for group in re.findall(r"\d+", match[2])), 2)]

    def grouped(match: re.Match[str]) -> str:
        written = match.group()
        many = written.count("-") > 1 or sum(map(str.isdigit, written)) > 6
        return by_groups(written) if many and not _LIKE_YEARS.fullmatch(written) else written

    yield re.compile(r"(?<![\w/.,])24/7(?![\w/])"), tables.always
    yield (
        re.compile(rf"((?<!\w)(?i:{tables.places})(?: n\.?[º°]| número| numéro| numero)? )(\d{{1,4}})([A-Z])(?!\w)"),
        lambda m: [(m[1], 1), (said(m[2], tables), 2), (f" {m[3]}", 3)],
    )
    yield re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z\d]{4}){3,7}(?: ?[A-Z\d]{1,3})?\b"), lambda m: sign_by_sign(m.group())
    yield (
        re.compile(r"(?<![\w/.-])([A-Z]{2}|[A-Z]\d)(\d{3,4})(?!\w|[.,]\d)"),
        lambda m: f"{m[1]} {one_by_one(m[2], tables)}",
    )
    yield re.compile(r"(?<![\w/.-])(?!CO2)([A-Z]{2,3})(?=\d{1,2}(?!\w|[.,]\d))"), r"\1 "
    yield (
        re.compile(
            rf"(?<!\w)((?:{tables.code_words}) (?:[A-Z]{{1,2}}[- ]?)?)(\d{{3,}}(?:[ -]\d{{2,}})*|\d+(?:\.\d{{3}})+-\d+)(?!\d|[.,/]\d)"
        ),
        after_word,
    )
    yield re.compile(r"(?<![\w+])\+\d{1,3}(?:[ .-]?\(?\d{1,5}\)?){2,6}(?![\d/])"), lambda m: by_groups(m.group())
    yield (
        re.compile(rf"(?<![\w.,/-])(?:{tables.telephones})(?![\d/-]|[.,]\d)"),
        lambda m: _unless_years(m, by_groups(m.group())),
    )
    yield re.compile(r"(?<![\w.,/-])\d{4}(?: \d{4}){2,}(?![\d/-]|[.,]\d)"), lambda m: by_groups(m.group())
    yield re.compile(r"(?<![\w.,/-])\d+(?:-\d+)+(?![\w/-]|[.,]\d)"), grouped


def _unless_years(match: re.Match[str], said_by_groups: str) -> str:
    return match.group() if _LIKE_YEARS.fullmatch(match.group()) else said_by_groups
