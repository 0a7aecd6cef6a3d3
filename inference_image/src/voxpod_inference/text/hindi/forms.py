"""Forms that only Hindi has: ordinals by their endings, years, dates with a hyphen, halves, postcodes."""

import re
from collections.abc import Sequence

from voxpod_inference.text.espeak.grammar import words
from voxpod_inference.text.hindi import numbers
from voxpod_inference.text.traced import Part, Rule

MONTHS = words("जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर")
_WRITTEN_MONTHS = "|".join([*MONTHS, "फरवरी", "सितम्बर", "अक्तूबर", "नवम्बर", "दिसम्बर"])
_BEFORE_YEARS = "सन्|सन|साल|वर्ष|ईस्वी|ई\\."
_AFTER_YEARS = "में|की|के दशक|ईस्वी|ई\\."
_AFTER_ODD_YEARS = "का|के|तक|से(?! (?:ज्यादा|ज़्यादा|अधिक|कम|ऊपर))"
"""Behind 1500 these are rather of an amount."""
_PLACES = (
    "आंध्र प्रदेश|अरुणाचल प्रदेश|असम|बिहार|छत्तीसगढ़|गोवा|गुजरात|हरियाणा|हिमाचल प्रदेश|झारखंड|कर्नाटक|केरल|मध्य प्रदेश|महाराष्ट्र|मणिपुर|मेघालय|मिज़ोरम|मिजोरम|"
    "नागालैंड|ओडिशा|पंजाब|राजस्थान|सिक्किम|तमिलनाडु|तेलंगाना|त्रिपुरा|उत्तर प्रदेश|उत्तराखंड|पश्चिम बंगाल|दिल्ली|नई दिल्ली|जम्मू और कश्मीर|लद्दाख|चंडीगढ़|पुडुचेरी|"
    "मुंबई|कोलकाता|चेन्नई|बेंगलुरु|हैदराबाद|पुणे|अहमदाबाद|जयपुर|लखनऊ|कानपुर|नागपुर|इंदौर|भोपाल|पटना|सूरत|अमरावती|नोएडा|गुरुग्राम"
)
"""After them six figures are a postcode."""
_LETTER = r"[\u0900-\u0963]"
_ENDED = rf"(?!{_LETTER}|\w)"
_LONG_UNITS = {"yr": "साल", "hr": "घंटे", "h": "घंटे", **{unit: unit for unit in words("साल वर्ष घंटे घंटा महीने दिन")}}
"""Of time, and how several are said: people say one and a half of them, no decimals."""


def _year(match: re.Match[str]) -> str:
    return numbers.year(int(match.group()))


def _year_after(match: re.Match[str]) -> Sequence[Part]:
    return [(match[1], 1), (numbers.year(int(match[2])), 2)]


def _one_by_one_after(match: re.Match[str]) -> Sequence[Part]:
    return [(match[1], 1), (" ".join(numbers.cardinal(int(digit)) for digit in match[2]), 2)]


def _day_and_month(match: re.Match[str]) -> str:
    day, month = int(match[1]), int(match[2])
    if "0" not in (match[1][0], match[2][0]):
        return match.group()
    if month > 12 >= day:
        day, month = month, day
    return f"{numbers.cardinal(day)} {MONTHS[month - 1]}" if 1 <= month <= 12 and 1 <= day <= 31 else match.group()


def _roman(match: re.Match[str]) -> str:
    from voxpod_inference.text.espeak.ordinals import roman

    value = roman(match.group())
    return numbers.cardinal(value) if value else match.group()


def _and_a_half(match: re.Match[str]) -> str:
    number = int(match[1])
    return {1: "डेढ़", 2: "ढाई"}.get(number) or f"साढ़े {numbers.cardinal(number)}"


def _quarters(match: re.Match[str]) -> str:
    """`6:30 बजे` is half past six as people say it, `6:45` a quarter to seven; `7:05` has its minutes."""
    hour, minutes = int(match[1]), int(match[2])
    if minutes == 30:
        return f"{_and_a_half(match)} बजे"
    if minutes == 15:
        return f"सवा {numbers.cardinal(hour)} बजे"
    if minutes == 45:
        return f"पौने {numbers.cardinal(hour % 12 + 1)} बजे"
    at = "" if re.match(r" (?:तक|से|के|की|का|पर)(?![\u0900-\u0963])", match.string[match.end() :]) else " पर"
    return f"{numbers.cardinal(hour)} बजकर {numbers.cardinal(minutes)} मिनट{at}"


def _weekdays(match: re.Match[str]) -> str:
    return f"{match[1]}वार से {match[2]}वार"


_DAYS = "सोम|मंगल|बुध|गुरु|शुक्र|शनि|रवि"
RULES: tuple[Rule, ...] = (
    (re.compile(r"(?<=\d)/-(?!\d)"), ""),
    (re.compile(r"(?<![\d:.])0?([1-9]|1[0-2]):(0[1-9]|[1-5]\d)\s?बजे(?![\u0900-\u0963])"), _quarters),
    (re.compile(rf"(?<!{_LETTER})({_DAYS})\s?[-–]\s?({_DAYS})(?!{_LETTER})"), _weekdays),
    (re.compile(r"(?<![\w/.,:-])([1-9]\d{0,2})(?: 1/2|½)(?![\w/])"), _and_a_half),
    (
        re.compile(rf"(?<![\w/.,-])([1-9]\d{{0,2}})\.5\s?({'|'.join(_LONG_UNITS)}){_ENDED}"),
        lambda m: f"{_and_a_half(m)} {_LONG_UNITS[m[2]]}",
    ),
    (re.compile(r"(?<=\d) ?x ?(?=₹)"), " गुणा "),
    (re.compile(r"(?<=\d) ?x ?(?=\d)(?!\s?10[\^⁰¹²³⁴-⁹])"), " बाई "),
    (
        re.compile(rf"(?<![\w.,])(\d{{1,4}})-?(?:व|ल|र|थ|ठ)([ािीे][ँंँ]?){_ENDED}"),
        lambda m: numbers.ordinal(int(m[1]), m[2]),
    ),
    (re.compile(r"(?<![\d/.,-])(\d\d)-(\d\d)(?![\d/-]|[.,]\d)"), _day_and_month),
    (re.compile(rf"((?<!{_LETTER})(?:{_BEFORE_YEARS}) )(\d{{4}})(?!\d)"), _year_after),
    (re.compile(rf"(?<![\d.,])1[1-9]\d\d(?= (?:{_AFTER_YEARS}){_ENDED})"), _year),
    (re.compile(rf"(?<![\d.,])1[1-9](?!00)\d\d(?= (?:{_AFTER_ODD_YEARS}){_ENDED})"), _year),
    (re.compile(rf"((?:{_WRITTEN_MONTHS}),? )(1[1-9]\d\d)(?!\d)"), _year_after),
    (
        re.compile(r"(?<![\d.,/-])(1[1-9]\d\d)[-–](1[1-9]\d\d|20\d\d|\d\d)(?![\d-])"),
        lambda m: f"{numbers.year(int(m[1]))} से {numbers.year(int(m[2]))}",
    ),
    (
        re.compile(r"(?<!\d)(\d{1,2})-(\d{1,2})(?= से (?:जीत|हार|बराबर|आगे))"),
        lambda m: f"{numbers.cardinal(int(m[1]))} {numbers.cardinal(int(m[2]))}",
    ),
    (re.compile(rf"((?<!{_LETTER})(?:{_PLACES})(?:,? | ?[-–] ?))([1-9]\d{{5}})(?!\d)"), _one_by_one_after),
    (re.compile(r"(?<=अध्याय )[IVX]+\b|(?<=भाग )[IVX]+\b|(?<=खंड )[IVX]+\b"), _roman),
    (re.compile(rf"(?<={_LETTER} )[IVX]+(?= (?:का|की|के|ने|को))"), _roman),
)
