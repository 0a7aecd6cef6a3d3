"""Written Chinese as it is read aloud: numbers, money, dates, times, units. Rules in order, as in english_normal."""

import re
from collections.abc import Callable

from voxpod_inference.text.chinese_numbers import cardinal, digits, number

Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]

_NUMBER = r"\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?"
_CURRENCIES = {"¥": "元", "￥": "元", "$": "美元", "＄": "美元", "€": "欧元", "£": "英镑", "₩": "韩元"}
UNITS = {
    "km/h": "公里每小时", "km": "公里", "cm": "厘米", "mm": "毫米", "m": "米", "kg": "公斤", "mg": "毫克", "g": "克",
    "ml": "毫升", "mL": "毫升", "L": "升", "kW": "千瓦", "kWh": "千瓦时", "Hz": "赫兹", "°C": "摄氏度", "℃": "摄氏度",
    "°F": "华氏度", "℉": "华氏度", "°": "度",
}  # fmt: skip
_UNIT = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
# Before these, two is 两; before a date's 月 and 号 it stays 二.
_COUNTED = "个只条张本位次件年天周名家块头匹辆台座种杯瓶碗份部点倍米克升吨公里小分秒岁层排双套把间所道首篇封颗棵株朵片"
_SYMBOLS = str.maketrans({
    "&": "和", "@": "艾特", "+": "加", "＋": "加", "=": "等于", "＝": "等于", "×": "乘", "÷": "除以", "±": "正负", "√": "根号", "≈": "约等于",
    "≠": "不等于", "≤": "小于等于", "≥": "大于等于", "№": "号", "％": "百分号", "%": "百分号", "°": "度", "¥": "元", "￥": "元",
    "$": "美元", "€": "欧元", "£": "英镑", "α": "阿尔法", "β": "贝塔", "γ": "伽马", "δ": "德尔塔", "Δ": "德尔塔", "θ": "西塔",
    "λ": "兰姆达", "μ": "缪", "π": "派", "σ": "西格玛", "Σ": "西格玛", "ω": "欧米伽", "Ω": "欧米伽",
})  # fmt: skip


def read_aloud(text: str) -> str:
    """`text` without figures and symbols."""
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text.translate(_SYMBOLS)


def _date(match: re.Match[str]) -> str:
    year, month, day = match.groups()
    return f"{digits(year)}年{cardinal(int(month))}月{cardinal(int(day))}日"


def _time(match: re.Match[str]) -> str:
    hour, minutes = int(match[1]), int(match[2])
    said = "" if not minutes else f"{'零' if minutes < 10 else ''}{cardinal(minutes)}分"
    return f"{'两' if hour == 2 else cardinal(hour)}点{said}"


def _telephone(match: re.Match[str]) -> str:
    return "，".join(digits(group, "幺") for group in re.findall(r"\d+", match.group()))


def _ascii_digits(match: re.Match[str]) -> str:
    return str(int(match.group()))


_RULES: tuple[Rule, ...] = (
    (re.compile("[０-９]"), _ascii_digits),
    (re.compile(r"(?<!\d)(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?!\d)"), _date),
    (re.compile(r"(?<!\d)(\d{4}|[06-9]\d)(?=年(?!级))"), lambda m: digits(m[1])),
    (re.compile(r"(?<![\d:：])([01]?\d|2[0-4])[:：]([0-5]\d)(?:[:：][0-5]\d)?(?![\d:：])"), _time),
    (re.compile(r"(?<![\d-])\d{3,4}-\d{3,4}-\d{4}(?![\d-])|(?<![\d-])0\d{2,3}-\d{7,8}(?!\d)|(?<![\d.])1[3-9]\d{9}(?!\d)"), _telephone),
    (re.compile(r"(\d+)\s?[:：]\s?(\d+)"), lambda m: f"{number(m[1])}比{number(m[2])}"),
    (re.compile(r"(?<![\d/])(\d{1,4})/(\d{1,4})(?![\d/])"), lambda m: f"{number(m[2])}分之{number(m[1])}"),
    (re.compile(rf"({_NUMBER})(%|％|‰)?\s?[-–—~～]\s?(?=\d)"), lambda m: f"{_part(m[1], m[2])}到"),
    (re.compile(r"(?<=[点分])\s?[-–—~～]\s?(?=[零一二两三四五六七八九十])"), "到"),
    (re.compile(rf"(?<![A-Za-z0-9.])[-−－](?={_NUMBER})"), "负"),
    (re.compile(rf"({_NUMBER})\s?(%|％|‰)"), lambda m: _part(m[1], m[2])),
    (re.compile(rf"([¥￥$＄€£₩])\s?({_NUMBER})\s?(万亿|万|亿)?(?:元(?!旦))?"), lambda m: f"{number(re.sub('[.]0+$', '', m[2]))}{m[3] or ''}{_CURRENCIES[m[1]]}"),
    (re.compile(rf"({_NUMBER})\s?({_UNIT})(?![A-Za-z])"), lambda m: f"{number(m[1])}{UNITS[m[2]]}"),
    (re.compile(rf"(?<![\d.第])2(?=[{_COUNTED}](?!级))"), "两"),
    (re.compile(r"(?<![\d.])\d+(?:\.\d+){2,}(?![\d.]*\d)"), lambda m: "点".join(map(number, m.group().split(".")))),
    (re.compile(_NUMBER), lambda m: number(m.group())),
)  # fmt: skip


def _part(figure: str, sign: str | None) -> str:
    return ({"‰": "千分之"}.get(sign, "百分之") if sign else "") + number(figure)
