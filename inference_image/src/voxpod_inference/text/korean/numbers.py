"""Korean numbers: Sino-Korean (일, 이, 삼) and native (하나, 둘, 셋), and which of them a counter takes."""

_DIGITS = "영일이삼사오육칠팔구"
_ONES = ("", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구")
_MYRIADS = ("", "만", "억", "조", "경")
_NATIVE_TENS = ("", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔")
_NATIVE_ONES = ("", "하나", "둘", "셋", "넷", "다섯", "여섯", "일곱", "여덟", "아홉")
_BEFORE_NOUN = {"하나": "한", "둘": "두", "셋": "세", "넷": "네"}
_MOST_DIGITS = 20

NATIVE_COUNTERS = (
    "시간", "가지", "자리", "군데", "그루", "마리", "사람", "송이", "켤레", "자루", "포기", "바퀴", "걸음", "마디", "방울", "조각", "숟가락", "젓가락", "번째",
    "개", "명", "살", "번", "권", "장", "병", "잔", "대", "벌", "채", "척", "달", "곳", "줄", "통", "쌍", "시", "분의", "배", "판", "컵", "알", "모", "편",
)  # fmt: skip
"""Counters of native numbers, longest first. 시 only up to twelve; 개월, 대 of an age and others that only look so are handled apart."""


def digits(figures: str, zero: str = "영") -> str:
    """Figures one by one; telephone numbers have 공 for zero."""
    return "".join(zero if f == "0" else _DIGITS[int(f)] for f in figures)


def sino(number: int) -> str:
    """1250 as 천이백오십, 10000 as 만; digit by digit beyond 경."""
    if number == 0:
        return "영"
    if number >= 10**_MOST_DIGITS:
        return digits(str(number))
    groups = []
    for scale in _MYRIADS:
        number, group = divmod(number, 10_000)
        if group:
            groups.append(scale if group == 1 and scale == "만" and not number else _below_myriad(group) + scale)
    return " ".join(reversed(groups))


def _below_myriad(number: int) -> str:
    said = ""
    for unit, scale in ((1000, "천"), (100, "백"), (10, "십"), (1, "")):
        digit, number = divmod(number, unit)
        said += ("" if digit == 1 and scale else _ONES[digit]) + (scale if digit else "")
    return said


def native(number: int) -> str:
    """21 as 스물하나, for 1 to 99; Sino-Korean otherwise."""
    if not 1 <= number <= 99:
        return sino(number)
    return _NATIVE_TENS[number // 10] + _NATIVE_ONES[number % 10]


def counting(number: int) -> str:
    """A native number before its counter: 한, 스무, 스물한."""
    if number == 20:
        return "스무"
    said = native(number)
    if 1 <= number <= 99:
        for full, short in _BEFORE_NOUN.items():
            if said.endswith(full):
                return said.removesuffix(full) + short
    return said


def figure(written: str) -> str:
    """`1,250.05` as 천이백오십 점 영오; figures with a leading zero one by one."""
    whole, _, fraction = written.replace(",", "").partition(".")
    said = digits(whole) if len(whole) > 1 and whole.startswith("0") else sino(int(whole or "0"))
    return f"{said} 점 {digits(fraction)}" if fraction else said
