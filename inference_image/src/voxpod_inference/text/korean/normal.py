"""Written Korean as it is read aloud: numbers by their counters, dates, times, money, units, Latin letters, signs.

A list of rules, applied in order; each turns one written form into Hangul and leaves the rest alone.
"""

import re
import unicodedata

from voxpod_inference.text.korean.numbers import NATIVE_COUNTERS, counting, digits, figure, sino
from voxpod_inference.text.korean.sounds import CLUSTERS
from voxpod_inference.text.traced import Replacement, Traced

Rule = tuple[re.Pattern[str], Replacement]

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_LETTERS = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        [
            "에이",
            "비",
            "시",
            "디",
            "이",
            "에프",
            "지",
            "에이치",
            "아이",
            "제이",
            "케이",
            "엘",
            "엠",
            "엔",
            "오",
            "피",
            "큐",
            "아르",
            "에스",
            "티",
            "유",
            "브이",
            "더블유",
            "엑스",
            "와이",
            "제트",
        ],
        strict=True,
    )
)
# Latin words that everybody reads in one way; all others are spelled.
_WORDS = {
    "www": "더블류 더블류 더블류", "com": "컴", "net": "넷", "org": "오알지", "http": "에이치티티피", "https": "에이치티티피에스", "mail": "메일",
    "gmail": "지메일", "naver": "네이버", "kakao": "카카오", "google": "구글", "youtube": "유튜브", "samsung": "삼성", "wifi": "와이파이", "covid": "코비드",
    "nato": "나토", "unesco": "유네스코", "nasa": "나사", "ok": "오케이", "app": "앱", "pm": "피엠", "am": "에이엠",
}  # fmt: skip
_UNITS = {
    "km/h": "킬로미터 매 시", "km": "킬로미터", "cm": "센티미터", "mm": "밀리미터", "m": "미터", "kg": "킬로그램", "mg": "밀리그램", "g": "그램", "ml": "밀리리터",
    "mL": "밀리리터", "L": "리터", "l": "리터", "km²": "제곱킬로미터", "m²": "제곱미터", "㎡": "제곱미터", "㎞": "킬로미터", "㎏": "킬로그램", "㎝": "센티미터", "GB": "기가바이트",
    "MB": "메가바이트", "KB": "킬로바이트", "TB": "테라바이트", "kW": "킬로와트", "kWh": "킬로와트시", "W": "와트", "MW": "메가와트", "V": "볼트", "kHz": "킬로헤르츠", "kcal": "킬로칼로리", "h": "시간", "min": "분", "ms": "밀리초", "dB": "데시벨",
    "mmHg": "밀리미터 수은주", "cc": "시시", "Hz": "헤르츠", "GHz": "기가헤르츠", "MHz": "메가헤르츠",
    "°C": "도", "℃": "도", "°F": "화씨도", "°": "도", "%p": "퍼센트포인트", "%": "퍼센트", "‰": "퍼밀",
}  # fmt: skip
_CURRENCIES = {"₩": "원", "￦": "원", "$": "달러", "US$": "달러", "€": "유로", "£": "파운드", "¥": "엔"}
_SYMBOLS = {
    "&": "앤드", "+": "더하기", "=": "는", "%": "퍼센트", "@": "골뱅이", "#": "샵", "×": "곱하기", "÷": "나누기", "℃": "도", "°": "도", "$": "달러", "€": "유로",
    "₩": "원", "£": "파운드", "½": "이분의 일", "¼": "사분의 일", "¾": "사분의 삼", "±": "플러스 마이너스", "№": "넘버", "π": "파이", "²": "제곱", "³": "세제곱",
}  # fmt: skip
_ADDRESSES = {
    ".": "점",
    "/": "슬래시",
    ":": "콜론",
    "@": "골뱅이",
    "-": "하이픈",
    "_": "밑줄",
    "?": "물음표",
    "=": "는",
    "&": "앤드",
    "#": "샵",
    "%": "퍼센트",
    "+": "플러스",
    "~": "물결",
}
_JAMO = {
    "ㅋ": "크",
    "ㅎ": "흐",
    "ㄱ": "기역",
    "ㄴ": "니은",
    "ㄷ": "디귿",
    "ㄹ": "리을",
    "ㅁ": "미음",
    "ㅂ": "비읍",
    "ㅅ": "시옷",
    "ㅇ": "이응",
    "ㅈ": "지읒",
    "ㅊ": "치읓",
    "ㅌ": "티읕",
    "ㅍ": "피읖",
    "ㄲ": "쌍기역",
    "ㄸ": "쌍디귿",
    "ㅃ": "쌍비읍",
    "ㅆ": "쌍시옷",
    "ㅉ": "쌍지읒",
}
_HALVES = {"am": "오전", "pm": "오후"}
_ONE_BY_ONE = "인증번호|비밀번호|끝번호|끝자리|뒷자리|주문번호|예약번호|계좌번호|송장번호|우편번호"
_COUNTERS = "|".join(NATIVE_COUNTERS)
# What begins like a native counter and takes Sino-Korean numbers: 3개월, 5시 (of 24), 1번 출구, 20대, 2장 (a chapter) is not told apart.
_NOT_NATIVE = r"(?!개월|개국|개년|대학|배속|장\s?\d|분의)"
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_CURRENCY = "|".join(sorted(map(re.escape, _CURRENCIES), key=len, reverse=True))


def read_aloud(text: Traced) -> Traced:
    """`text` without figures, signs and Latin letters; what has no rule stays."""
    for pattern, replacement in _RULES:
        text = text.sub(pattern, replacement)
    return text


def _date(year: str, month: str, day: str, written: str) -> str:
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return written
    return f"{sino(int(year))} 년 {_month(month)} {sino(int(day))} 일"


def _month(figures: str) -> str:
    """6월 is 유월 and 10월 시월."""
    return {6: "유월", 10: "시월"}.get(int(figures), f"{sino(int(figures))}월")


def _time(match: re.Match[str]) -> str:
    hour, minute = int(match[1]), int(match[2])
    return f"{counting(hour) if 1 <= hour <= 12 else sino(hour)} 시" + (f" {sino(minute)} 분" if minute else "")


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
    return f"{figure(match['number'])}{match['large'] or ''} {_CURRENCIES[match['sign']]}"


def _address(match: re.Match[str]) -> str:
    address = re.sub(r"^https?://", "", match[1]).rstrip("/")
    spoken = re.sub(r"[^\w]|_", lambda m: f" {_ADDRESSES.get(m.group(), '')} ", address)
    return re.sub(r"\d+", lambda m: f" {digits(m.group(), '공')} ", spoken)


def _telephone(match: re.Match[str]) -> str:
    plus = "플러스 " if match.group().startswith("+") else ""
    return plus + ", ".join(digits(group, "공") for group in re.findall(r"\d+", match.group()))


def _latin(match: re.Match[str]) -> str:
    word = unicodedata.normalize("NFKD", match.group())
    known = _WORDS.get(word.lower())
    return known or "".join(_LETTERS.get(c.upper(), "" if unicodedata.combining(c) else c) for c in word)


def _sign(match: re.Match[str]) -> str:
    following = match.string[match.end() :]
    return f" {_SYMBOLS[match.group()]}{'' if re.match('[가-힣]', following) else ' '}"


_LARGE = r"(?P<large>\s?(?:십|백|천)?(?:만|억|조)|천|백)?"
_RULES: tuple[Rule, ...] = (
    (re.compile(r"[\u1100-\u11ff]+"), lambda m: unicodedata.normalize("NFC", m.group())),
    (re.compile(r"[０-９Ａ-Ｚａ-ｚ]+"), lambda m: unicodedata.normalize("NFKC", m.group())),
    (re.compile("[①-⑳]"), lambda m: f"{int(unicodedata.numeric(m.group()))}, "),
    (re.compile("[Ⅰ-Ⅻⅰ-ⅻ]"), lambda m: str(int(unicodedata.numeric(m.group())))),
    (re.compile(r"\b((?:https?://|www\.)[^\s,;)>\"가-힣]*[^\s,;)>\".!?가-힣]|[\w.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.(?:com|net|org|kr)(?![A-Za-z]))"), _address),
    (re.compile(r"(?<![\d-])(?:\+82[- ]?\d{1,2}-\d{3,4}-\d{4}|0\d{1,2}-\d{3,4}-\d{4}|1[568]\d\d-\d{4}|\d{3}-\d{2,3}-\d{5,6})(?!\d)"), _telephone),
    (re.compile(rf"(?<![\d,.-])(\d{{4,8}})(?=(?:은|는|이|가)? ?(?:고객님의 |본인 ?)?(?:{_ONE_BY_ONE}))"), lambda m: digits(m[1], "공")),
    (re.compile(rf"((?:{_ONE_BY_ONE})[^\d,.]{{0,3}})(\d{{4,}}(?:-\d+)?)(?![\d-])"), lambda m: m[1] + ", ".join(digits(group, "공") for group in m[2].split("-"))),
    (re.compile(r"(?<!\d)(11[2-9]|11[0-9])(?=(?:에|로|으로)? ?(?:신고|전화|연락))"), lambda m: digits(m[1], "공")),
    (re.compile(r"(?<!\d)(\d{1,2})·(\d{1,2})(?=절| ?(?:민주|전쟁|운동|혁명|사태|사건|선언|항쟁))"), lambda m: f"{sino(int(m[1]))}{digits(m[2])}"),
    (re.compile(r"(?<=제)(\s?)(\d{1,4})(?=\s?[가-힣])"), lambda m: sino(int(m[2]))),
    (re.compile(r"(?<![\d-])(\d{1,3})\s?[-:]\s?(\d{1,3})(?=(?:으?로)? ?(?:꺾|이겼|이기|승리|패|졌|제압|앞섰|비겼|격파))"), lambda m: f"{sino(int(m[1]))} 대 {sino(int(m[2]))}"),
    (re.compile(r"(?<!\d)(0?[1-9]|1[0-2])/(1[0-9]|2[0-9]|3[01])(?![\d/])"), lambda m: f"{_month(m[1])} {sino(int(m[2]))}일"),
    (re.compile(r"(?<!\d)(\d{1,2})/(\d{1,2})/(\d{4})(?!\d)"), lambda m: _date(m[3], m[2], m[1], m.group())),
    (re.compile(r"(?<![\d-])((?:19|20)\d\d)-(0[1-9]|1[0-2])(?![\d-])"), lambda m: f"{sino(int(m[1]))} 년 {_month(m[2])}"),
    (re.compile(r"(?<![\d.])(\d{4})[-./]\s?(\d{1,2})[-./]\s?(\d{1,2})(?![\d-])"), lambda m: _date(m[1], m[2], m[3], m.group())),
    (re.compile(r"(?<=:\d\d)\s?[-~〜～–]\s?(?=\d{1,2}:\d\d)"), "에서 "),
    (re.compile(r"(?<![\d:])(\d{1,2}:\d\d)\s?(am|pm|AM|PM)(?![A-Za-z])"), lambda m: f"{_HALVES[m[2].lower()]} {m[1]}"),
    (re.compile(r"((?:비율|축척|배율)[은는이가]?\s?)(\d+):(\d+)(?![\d:])"), lambda m: [(m[1], 1), (f"{sino(int(m[2]))} 대 {sino(int(m[3]))}", 2)]),
    (re.compile(r"(?<!\d)([01]?\d|2[0-4]):([0-5]\d)(?::[0-5]\d)?(?!\d)"), _time),
    (re.compile(r"(?<![\d:.])(\d+):(\d+)(?![\d:.])"), lambda m: f"{sino(int(m[1]))} 대 {sino(int(m[2]))}"),
    (re.compile(r"(?<![\d-])(\d+)-(?=\d+(?![\d-])\s?(?:일|명|개|시|분|월|년|주|살|세|만|천|원|%|도|배|회|층|박|인|℃))"), lambda m: f"{m[1]}에서 "),
    (re.compile(r"(?<!\d)(1[0-2]|0?[1-9])월"), lambda m: _month(m[1])),
    (re.compile(rf"(?P<sign>{_CURRENCY})\s?(?P<number>{_NUMBER}){_LARGE}"), _money),
    (re.compile(rf"(?<![\d.,])(?P<number>{_NUMBER}){_LARGE}(?P<sign>{_CURRENCY})"), _money),
    (re.compile(r"(?<![\w.])[-−](?=\d)"), "마이너스 "),
    (re.compile(rf"(?<!\w)(\d+)/(\d+)\s?({_UNIT})(?![A-Za-z])"), lambda m: f"{sino(int(m[2]))}분의 {sino(int(m[1]))} {_UNITS[m[3]]}"),
    (re.compile(r"(?<!\w)(\d+)\s?/\s?(\d+)(?![\d/])"), lambda m: f"{sino(int(m[2]))}분의 {sino(int(m[1]))}"),
    (re.compile(r"(?<=\d)([가-힣%℃]{0,2})\s?[~〜～–]\s?(?=\d)"), lambda m: f"{m[1]}에서 "),
    (re.compile(rf"(?<=원)/({_UNIT})(?![A-Za-z])"), lambda m: f" 매 {_UNITS[m[1]]}"),
    (re.compile(rf"(?<=\d)\s?({_UNIT})(?![A-Za-z])"), lambda m: f" {_UNITS[m[1]]}"),
    (re.compile(rf"(?<![\d.,])(\d{{1,4}})\s?{_NOT_NATIVE}({_COUNTERS})"), _counted),
    (re.compile(r"(?<![\d.])\d+(?:\.\d+){2,}"), lambda m: " 점 ".join(figure(g) for g in m.group().split("."))),
    (re.compile(rf"(?<![\d.])(?:{_NUMBER})"), lambda m: figure(m.group())),
    (re.compile(r"\d+"), lambda m: digits(m.group())),
    (re.compile(r"[A-Za-zÀ-ɏ]+"), _latin),
    (re.compile("[ㄱ-ㅎ]+"), lambda m: "".join(_JAMO[part] for c in m.group() for part in CLUSTERS.get(c, c))),
    (re.compile("[ㅏ-ㅣ]+"), lambda m: "".join(unicodedata.normalize("NFC", "\u110b" + chr(ord(c) - 0x314F + 0x1161)) for c in m.group())),
    (re.compile("|".join(map(re.escape, _SYMBOLS))), _sign),
)  # fmt: skip
