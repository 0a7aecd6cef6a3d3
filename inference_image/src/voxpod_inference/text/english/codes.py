"""Figures that count nothing and are said one by one: telephones, codes, card and case numbers."""

import re
from collections.abc import Sequence

from voxpod_inference.text.english.numbers import cardinal, digits, number, year
from voxpod_inference.text.traced import Part, Rule

# After these words, and whatever of _LINK follows them, a figure of three digits or more is a code.
_WORDS = (
    "code", "codes", "PIN", "pin", "OTP", "otp", "passcode", "password", "ending in", "ends in", "ending with", "reference", "ref", "Ref", "serial", "tracking",
    "account", "acct", "passport", "confirmation", "zip", "ZIP", "postcode", "SSN", "ISBN", "ISSN", "IMEI", "IBAN", "SKU", "EIN", "VIN", "ID", "telephone",
)  # fmt: skip
_LINK = r"(?: number| code| is| was| of|:| #| =|\.)*\s?"
# After these only with a link: one orders 1500 units.
_NUMBERED = "order|PO|phone|mobile|fax|extension|invoice|ticket|case|docket|member|customer|booking|policy|model|part|item|card|job|claim"
_FIRM_LINK = r"(?: number|:| #| is)+\s?"
_GROUPS = r"(?:\d{3,}|\d\d(?=-\d{4}))(?:[ -]\d{2,})*(?:-[\dX])?"
_PLANS = {"401": "four oh one", "403": "four oh three", "457": "four fifty seven"}
_WHOLE = r"(?![\d]|[.,]\d|-\d)"
_SERVICE = r"\b1[38]00[ -]\d{3}[ -]\d{3}\b|\b0\d{2,4} \d{3,4} \d{3,4}\b"
_TELEPHONE = (
    r"(?<![\d-])(?:\+\d{1,3}(?:[ -]\(?\d{2,5}\)?){2,4}|(?:\+?\d{1,3}[ -]|\+\d{1,3}(?=\())?(?:\(\d{3}\)[\s-]?|\d{3}[-. ])?\d{3}[-.]\d{4}|1-800(?=-[A-Z])"
    rf"|{_SERVICE})(?![\d-])"
)


def _one_by_one(written: str) -> str:
    """Digit by digit, a pause between groups."""
    groups = [digits(group) for group in re.findall(r"\d+", written)]
    check = [" X"] if written.endswith("X") else []
    return ("plus " if written.startswith("+") else "") + ", ".join([*groups, *check])


def _after_words(match: re.Match[str]) -> Sequence[Part]:
    return [(match[1], 1), (_one_by_one(match[2]), 2)]


def _grouped(match: re.Match[str]) -> str:
    """`10-20-30`: no range; small numbers as numbers, long ones digit by digit."""
    groups = match.group().split("-")
    small = all(len(group) <= 2 and not group.startswith("0") for group in groups)
    return ", ".join(number(group) if small else digits(group) for group in groups)


def _lettered(match: re.Match[str]) -> str:
    """`CVE-2021-44228`, `ISO-8859-1`: letters, a year if one stands first, digits."""
    first, *rest = match[2].split("-")
    said = year(int(first)) if re.fullmatch(r"(?:19|20)\d\d", first) else digits(first)
    return f"{match[1]}, {', '.join([said, *map(digits, rest)])}"


def _aircraft(match: re.Match[str]) -> str:
    """`737-800` as seven thirty seven, eight hundred."""
    return f"{cardinal(int(match[1][0]))} {cardinal(int(match[1][1:]))}, {cardinal(int(match[2]))}"


def _flight(match: re.Match[str]) -> Sequence[Part]:
    """`Flight BA2490`: letters, then digits."""
    carrier = [(f"{_sign_by_sign(match[2])} ", 2)] if match[2] else []
    return [(match[1], 1), *carrier, (digits(match[3]), 3)]


def _sign_by_sign(written: str) -> str:
    return " ".join(digits(sign) if sign.isdecimal() else sign for sign in written if not sign.isspace())


_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z\d]{4}){3,7}(?: ?[A-Z\d]{1,3})?\b")
CODES: tuple[Rule, ...] = (
    (re.compile(rf"\b((?:{'|'.join(_WORDS)}){_LINK})({_GROUPS}){_WHOLE}"), _after_words),
    (re.compile(r"\b((?:code|pin|PIN|otp|OTP|passcode)(?: is|:)? )([A-Za-z]{1,3})(\d{3,})\b"), lambda m: [(m[1], 1), (" ".join(m[2].upper()), 2), (" ", 0), (digits(m[3]), 3)]),
    (re.compile(r"\b(40[13]|457)\s?\(?([kb])\)?(?![\w)])"), lambda m: f"{_PLANS[m[1]]} {m[2].upper()}"),
    (re.compile(rf"\b((?:{_NUMBERED}){_FIRM_LINK})({_GROUPS}){_WHOLE}", re.I), _after_words),
    (re.compile(r"\b([Ff]lights? )([A-Z]{2}|[A-Z]\d|\d[A-Z])? ?(\d{3,4})\b(?![.,]\d)"), _flight),
    (_IBAN, lambda m: _sign_by_sign(m.group())),
    (re.compile(r"\b\d{4,8}(?= is your\b)|\b\d{3} \d{3}(?= is your\b)"), lambda m: _one_by_one(m.group())),
    (re.compile(r"(?<=[Cc]all )\d{3}\b|(?<=[Dd]ial )\d{3}\b|(?<!Porsche )\b911\b|\b24/7\b"), lambda m: "twenty four seven" if "/" in m.group() else digits(m.group())),
    (re.compile(_TELEPHONE), lambda m: _one_by_one(m.group())),
    (re.compile(r"\b(7[0-8]7)-(\d{1,3})\b(?![-\d])"), _aircraft),
    (re.compile(r"\b([A-Z]{2,5})-(\d+(?:-\d+)+)(?![-\w])"), _lettered),
    (re.compile(r"(?<![\w.,-])\d+(?:-\d+){2,}(?:-X)?(?![\w-]|\.\d)"), _grouped),
)  # fmt: skip
