"""Written Korean as it is read aloud: numbers by their counters, dates, times, money, units, Latin letters, signs.

A list of rules, applied in order; each turns one written form into Hangul and leaves the rest alone.
"""

import re
import unicodedata

from voxpod_inference.text.korean.numbers import NATIVE_COUNTERS, counting, digits, figure, sino
from voxpod_inference.text.korean.particles import agreeing
from voxpod_inference.text.korean.sounds import CLUSTERS
from voxpod_inference.text.korean.tables import ADDRESSES, CODES, CURRENCIES, JAMO, LETTERS, SYMBOLS, UNITS, WORDS
from voxpod_inference.text.traced import Rule, Traced

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_HALVES = {"am": "오전", "pm": "오후"}
_ONE_BY_ONE = "인증번호|비밀번호|끝번호|끝자리|뒷자리|(?:마지막|뒤|끝) ?(?:네|4) ?자리|주문번호|예약번호|계좌번호|송장번호|우편번호"
_COUNTERS = "|".join(NATIVE_COUNTERS)
# What begins like a native counter and takes Sino-Korean numbers: 3개월, 5시 (of 24), 1번 출구, 20대, 2장 (a chapter) is not told apart.
_NOT_NATIVE = r"(?!개월|개국|개년|대학|배속|장\s?\d|분의)"
_UNIT = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
_CURRENCY = "|".join(sorted(map(re.escape, CURRENCIES), key=len, reverse=True))
_CODE = "|".join(sorted(CODES))
_WEEKDAYS = "월화수목금토일"
_FILES = "jpe?g|png|gif|pdf|docx?|xlsx?|pptx?|hwpx?|txt|csv|zip|mp[34]"


def read_aloud(text: Traced) -> Traced:
    """`text` without figures, signs and Latin letters; what has no rule stays."""
    for pattern, replacement in _RULES:
        text = text.sub(pattern, replacement)
    return text


def _date(year: str, month: str, day: str, written: str) -> str:
    if int(month) > 12 >= int(day):
        day, month = month, day
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return written
    return f"{sino(int(year))} 년 {_month(month)} {sino(int(day))} 일"


def _month(figures: str) -> str:
    """6월 is 유월 and 10월 시월."""
    return {6: "유월", 10: "시월"}.get(int(figures), f"{sino(int(figures))}월")


def _time(match: re.Match[str]) -> str:
    hour, minute = int(match[1]), int(match[2])
    seconds = f" {sino(int(match[3]))} 초" if int(match[3] or 0) else ""
    told = f"{counting(hour) if 1 <= hour <= 12 else sino(hour)} 시" + (f" {sino(minute)} 분" if minute else "")
    return told + seconds


def _counted(match: re.Match[str]) -> str:
    number, counter = int(match[1]), match[2]
    is_age_group = counter == "대" and number % 10 == 0 and 10 <= number <= 90
    is_ordinal = counter == "번" and re.match(
        r"\s?(?:출구|버스|승강장|플랫폼|창구|탑승구|국도|문제|채널|타자|선수|홈|게이트|트랙)",
        match.string[match.end() :],
    )
    if is_age_group or is_ordinal or (counter == "시" and number > 12) or number == 0 or number > 99:
        return f"{sino(number)} {counter}"
    if counter == "번째" and number == 1:
        return "첫 번째"
    return f"{counting(number)} {counter}"


def _money(match: re.Match[str]) -> str:
    sign = match["sign"]
    return f"{figure(match['number'])}{match['large'] or ''} {CURRENCIES.get(sign) or CURRENCIES[sign.upper()]}"


def _fraction(match: re.Match[str]) -> str:
    """`2/3은` is 삼분의 이는: the particle is that of what is said last."""
    said = f"{sino(int(match[2]))}분의 {sino(int(match[1]))}"
    return said + agreeing(said, match[3]) if match[3] else said


def _weekdays(match: re.Match[str]) -> str:
    return (
        " "
        + "부터 ".join(f"{day}요일" for day in match.groups() if day)
        + " " * match.string[match.end() :][:1].isalnum()
    )


def _address(match: re.Match[str]) -> str:
    address = re.sub(r"^https?://", "", match[1]).rstrip("/")
    spoken = re.sub(r"[^\w]|_", lambda m: f" {ADDRESSES.get(m.group(), '')} ", address)
    return re.sub(r"\d+", lambda m: f" {digits(m.group(), '공')} ", spoken)


def _telephone(match: re.Match[str]) -> str:
    plus = "플러스 " if match.group().startswith("+") else ""
    return plus + ", ".join(digits(group, "공") for group in re.findall(r"\d+", match.group()))


def _latin(match: re.Match[str]) -> str:
    word = unicodedata.normalize("NFKD", match.group())
    known = WORDS.get(word.lower())
    return known or "".join(LETTERS.get(c.upper(), "" if unicodedata.combining(c) else c) for c in word)


def _sign(match: re.Match[str]) -> str:
    following = match.string[match.end() :]
    return f" {SYMBOLS[match.group()]}{'' if re.match('[가-힣]', following) else ' '}"


_TO = r"\s?[~〜～–]\s?"
_AFTER_DAYS = (
    "(?<=[월시])|(?<=년대)|(?<=세기)|(?<=월\\d일)|(?<=월\\d\\d일)|(?<=월 \\d일)|(?<=월 \\d\\d일)|(?<=\\d{4}년)"
)
"""Spans from here on are of time: 부터; others 에서."""
_LARGE = r"(?P<large>\s?(?:십|백|천)?(?:만|억|조)|천|백)?"
_RULES: tuple[Rule, ...] = (
    (re.compile(r"[\u1100-\u11ff]+"), lambda m: unicodedata.normalize("NFC", m.group())),
    (re.compile(r"[０-９Ａ-Ｚａ-ｚ]+"), lambda m: unicodedata.normalize("NFKC", m.group())),
    (re.compile(r"(?<=\d)(\s?)µ(?=[A-Za-z])"), r"\1μ"),
    (re.compile("[①-⑳]"), lambda m: f"{int(unicodedata.numeric(m.group()))}, "),
    (re.compile("[Ⅰ-Ⅻⅰ-ⅻ]"), lambda m: str(int(unicodedata.numeric(m.group())))),
    (re.compile(r"\b((?:https?://|www\.)[^\s,;)>\"가-힣]*[^\s,;)>\".!?가-힣]|[\w.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.(?:com|net|org|kr)(?![A-Za-z]))"), _address),
    (re.compile(rf"(?<=[\w가-힣])\.(?=(?:{_FILES})(?![A-Za-z]))", re.I), " 점 "),
    (re.compile(r"(?<![\d-])\d{4}(?:-\d{4}){3}(?![\d-])"), _telephone),
    (re.compile(r"(?<![\d-])(?:\+\d{1,3}[-. ]?)?(?:\(\d{2,4}\)[-. ]?|(?:\d{2,4}[-. ])(?=\d{3,4}[-.]))\d{3,4}[-.]\d{4}(?![\d-])|(?<![\d.-])\d{2,3}\.\d{3,4}\.\d{4}(?![\d.-])"), _telephone),
    (re.compile(r"(?<![\d-])(?:\+82[- ]?\d{1,2}-\d{3,4}-\d{4}|0\d{1,2}-\d{3,4}-\d{4}|1[568]\d\d-\d{4}|\d{3}-\d{2,3}-\d{5,6})(?!\d)"), _telephone),
    (re.compile(rf"(?<![\d,.-])(\d{{4,8}})(?=(?:은|는|이|가)? ?(?:고객님의 |본인 ?)?(?:{_ONE_BY_ONE}))"), lambda m: digits(m[1], "공")),
    (re.compile(rf"((?:{_ONE_BY_ONE})[^\d,.]{{0,3}})(\d{{4,}}(?:-\d+)?)(?![\d-])"), lambda m: m[1] + ", ".join(digits(group, "공") for group in m[2].split("-"))),
    (re.compile(r"(?<!\d)(11[2-9]|11[0-9])(?=(?:에|로|으로)? ?(?:신고|전화|연락))"), lambda m: digits(m[1], "공")),
    (re.compile(r"(?<!\d)(\d{1,2})·(\d{1,2})(?=절| ?(?:민주|전쟁|운동|혁명|사태|사건|선언|항쟁))"), lambda m: f"{sino(int(m[1]))}{digits(m[2])}"),
    (re.compile(r"(?<=제)(\s?)(\d{1,4})(?=\s?[가-힣])"), lambda m: sino(int(m[2]))),
    (re.compile(r"(?<![\d-])(\d{1,3})\s?[-:]\s?(\d{1,3})(?=(?:으?로)? ?(?:꺾|이겼|이기|승리|패|졌|제압|앞섰|비겼|격파))"), lambda m: f"{sino(int(m[1]))} 대 {sino(int(m[2]))}"),
    (re.compile(r"(?:(?<=의 )|(?<=중 )|(?<=약 ))(\d{1,3})/(\d{1,3})(이|가|은|는|을|를|과|와)?(?![\d/가-힣])"), _fraction),
    (re.compile(rf"(?<=일)\s?\(([{_WEEKDAYS}])(?:\s?[-~〜～–]\s?([{_WEEKDAYS}]))?\)"), _weekdays),
    (re.compile(rf"\(([{_WEEKDAYS}])\s?[-~〜～–]\s?([{_WEEKDAYS}])\)"), lambda m: f"({_weekdays(m).strip()})"),
    (re.compile(rf"(?<![가-힣\d])([{_WEEKDAYS}])\s?[-~〜～–]\s?([{_WEEKDAYS}])(?![가-힣])"), lambda m: _weekdays(m).strip()),
    (re.compile(r"(?<=[가-힣])(?=√?\d+/√?\d)|(?<=\d분의)(?=\d)"), " "),
    (re.compile(r"(?<=요일)\s?[~〜～–]\s?(?=\d)"), "부터 "),
    (re.compile(r"(?<=시)(\s?)0(?=\d분)|(?<=월)(\s?)0(?=\d일)"), lambda m: m[1] or m[2] or ""),
    (re.compile(r"(?<![\d/])(0?[1-9]|1[0-2])/(1[0-9]|2[0-9]|3[01])(?![\d/])"), lambda m: f"{_month(m[1])} {sino(int(m[2]))}일"),
    (re.compile(r"(?<!\d)(\d{1,2})/(\d{1,2})/(\d{4})(?!\d)"), lambda m: _date(m[3], m[2], m[1], m.group())),
    (re.compile(r"(?<![\d-])((?:19|20)\d\d)-(0[1-9]|1[0-2])(?![\d-])"), lambda m: f"{sino(int(m[1]))} 년 {_month(m[2])}"),
    (re.compile(r"(?<![\d.])(\d{4})[-./]\s?(\d{1,2})[-./]\s?(\d{1,2})(?![\d-])"), lambda m: _date(m[1], m[2], m[3], m.group())),
    (re.compile(r"(?<=:\d\d)\s?[-~〜～–]\s?(?=\d{1,2}:\d\d)"), "부터 "),
    (re.compile(rf"(?:{_AFTER_DAYS}){_TO}(?=\d)|(?<=\d){_TO}(?=\d+(?:년대|세기)|\d{{4}}년)|(?:(?<=월\d)|(?<=월\d\d)){_TO}(?=\d{{1,2}}일)"), "부터 "),
    (re.compile(r"(?<![\d:])(\d{1,2}:\d\d)\s?(am|pm|AM|PM)(?![A-Za-z])"), lambda m: f"{_HALVES[m[2].lower()]} {m[1]}"),
    (re.compile(r"((?:비율|축척|배율)[은는이가]?\s?)(\d+):(\d+)(?![\d:])"), lambda m: [(m[1], 1), (f"{sino(int(m[2]))} 대 {sino(int(m[3]))}", 2)]),
    (re.compile(r"(?<!\d)([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?(?!\d)"), _time),
    (re.compile(r"(?<![\d:.])(\d+):(\d+)(?![\d:.])"), lambda m: f"{sino(int(m[1]))} 대 {sino(int(m[2]))}"),
    (re.compile(r"(?<![\d-])(\d{2,})-(0\d+)(?![\d-])"), lambda m: f"{digits(m[1], '공')}, {digits(m[2], '공')}"),
    (re.compile(r"(?<![\d.])(\d{1,2})F(?![A-Za-z\d座席석])"), lambda m: f"{m[1]}층"),
    (re.compile(r"(?<![\d-])(\d+)-(?=\d+(?![\d-])\s?(?:일|명|개|시|분|월|년|주|살|세|만|천|원|%|도|배|회|층|박|인|℃))"), lambda m: f"{m[1]}에서 "),
    (re.compile(r"(?<!\d)(1[0-2]|0?[1-9])월"), lambda m: _month(m[1])),
    (re.compile(r"(?<![\w.])[-−](?=\d)"), "마이너스 "),
    (re.compile(rf"(?<![A-Za-z])(?P<sign>{_CURRENCY}|(?i:{_CODE}))\s?(?P<number>{_NUMBER}){_LARGE}"), _money),
    (re.compile(rf"(?<![\d.,])(?P<number>{_NUMBER}){_LARGE}\s?(?P<sign>{_CODE})(?![A-Za-z])"), _money),
    (re.compile(rf"(?<![\d.,])(?P<number>{_NUMBER}){_LARGE}(?P<sign>{_CURRENCY})"), _money),
    (re.compile(rf"(?<![\dA-Za-z/.])(\d+)/(\d+)\s?({_UNIT})(?![A-Za-z])"), lambda m: f"{sino(int(m[2]))}분의 {sino(int(m[1]))} {UNITS[m[3]]}"),
    (re.compile(r"(?<![\dA-Za-z/.])(\d+)\s?/\s?(\d+)(?![\d/])(이|가|은|는|을|를|과|와)?(?![\w/])"), _fraction),
    (re.compile(r"(?<![\dA-Za-z/.])(\d+)\s?/\s?(\d+)()(?![\d/])"), _fraction),
    (re.compile(r"(?<=\d)([가-힣%℃]{0,2})\s?[~〜～–]\s?(?=\d)"), lambda m: f"{m[1]}에서 "),
    (re.compile(rf"(?<=원)/({_UNIT})(?![A-Za-z])"), lambda m: f" 매 {UNITS[m[1]]}"),
    (re.compile(rf"(?:시속\s?)?(?<![\d.,/])({_NUMBER})\s?(?:km/h|㎞/h)(?![A-Za-z])"), lambda m: f"시속 {m[1]} 킬로미터"),
    (re.compile(rf"(?:초속\s?)?(?<![\d.,/])({_NUMBER})\s?m/s(?![A-Za-z²])"), lambda m: f"초속 {m[1]} 미터"),
    (re.compile(rf"(?<=\d)\s?({_UNIT})(?:/({_UNIT}))?(?![A-Za-z])"), lambda m: f" {UNITS[m[1]]}" + (f" 퍼 {UNITS[m[2]]}" if m[2] else "")),
    (re.compile(rf"(?<![\d.,])(\d{{1,4}})\s?{_NOT_NATIVE}({_COUNTERS})"), _counted),
    (re.compile(r"(?<![\d.])\d+(?:\.\d+){2,}"), lambda m: " 점 ".join(figure(g) for g in m.group().split("."))),
    (re.compile(rf"(?<![\d.])(?:{_NUMBER})"), lambda m: figure(m.group())),
    (re.compile(r"\d+"), lambda m: digits(m.group())),
    (re.compile(r"[A-Za-zÀ-ɏ]+"), _latin),
    (re.compile("[ㄱ-ㅎ]+"), lambda m: "".join(JAMO[part] for c in m.group() for part in CLUSTERS.get(c, c))),
    (re.compile("[ㅏ-ㅣ]+"), lambda m: "".join(unicodedata.normalize("NFC", "\u110b" + chr(ord(c) - 0x314F + 0x1161)) for c in m.group())),
    (re.compile("|".join(map(re.escape, SYMBOLS))), _sign),
)  # fmt: skip
