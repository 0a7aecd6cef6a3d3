"""Written Cantonese as it is read aloud: dates, times, money, figures, units and signs in characters.

A list of rules, applied in order; each turns one written form into characters and leaves the rest alone.
"""

import re
import unicodedata

from voxpod_inference.text.chinese.numbers import digits, number
from voxpod_inference.text.traced import Replacement, Traced

Rule = tuple[re.Pattern[str], Replacement]

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_CURRENCIES = {
    "HK$": "蚊",
    "US$": "美金",
    "NT$": "台幣",
    "$": "蚊",
    "€": "歐元",
    "£": "英鎊",
    "¥": "元",
    "￥": "元",
    "₩": "韓圜",
}
_UNITS = {
    "km/h": "公里每小時", "km": "公里", "cm": "厘米", "mm": "毫米", "m": "米", "kg": "公斤", "mg": "毫克", "g": "克", "ml": "毫升", "mL": "毫升", "L": "公升", "GB": "個G", "MB": "個M",
    "KB": "個K", "TB": "個T", "min": "分鐘", "h": "小時", "ms": "毫秒", "W": "瓦", "MW": "兆瓦", "V": "伏", "kWh": "度電", "kHz": "千赫", "MHz": "兆赫",
    "GHz": "千兆赫", "kcal": "千卡", "dB": "分貝", "mmHg": "毫米水銀柱", "cc": "毫升", "kW": "千瓦", "Hz": "赫茲", "°C": "度", "℃": "度", "°": "度", "m²": "平方米", "μg": "微克", "μm": "微米", "μL": "微升", "μl": "微升", "μs": "微秒", "μF": "微法", "μV": "微伏", "μA": "微安", "μW": "微瓦", "㎡": "平方米", "km²": "平方公里",
}  # fmt: skip
_SYMBOLS = {
    "&": "同",
    "+": "加",
    "=": "等於",
    "×": "乘",
    "÷": "除以",
    "√": "開方",
    "%": "巴仙",
    "@": "at",
    "#": "號",
    "℃": "度",
    "°": "度",
    "½": "二分之一",
    "¼": "四分之一",
    "¾": "四分之三",
    "±": "正負",
    "№": "號",
    "²": "嘅平方",
    "³": "嘅立方",
    "$": "蚊",
    "€": "歐元",
}
_ADDRESSES = {
    ".": "點",
    "/": "斜線",
    ":": "冒號",
    "@": "at",
    "-": "橫線",
    "_": "底線",
    "?": "問號",
    "=": "等於",
    "&": "同",
    "#": "號",
}
_HALVES = {"am": "上晝", "pm": "下晝"}
_CLASSIFIERS = "個|个|隻|只|次|本|杯|張|张|位|日|點|点|蚊|條|条|支|枝|份|碗|件|樣|样|年|間|间|架|部|粒|塊|块|歲|岁|分鐘|小時|公里|公斤|公升|米|克|度|層|层|倍|人|名|週|周|星期|磅|匙羹|茶匙|湯匙|匙|碟|包|盒|袋|樽|罐|對|套|場|晚|班"
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_CURRENCY = "|".join(sorted(map(re.escape, _CURRENCIES), key=len, reverse=True))
# The table has traditional characters and their simplified forms; numerals come simplified.
_TRADITIONAL = str.maketrans("万亿两点负", "萬億兩點負")


def read_aloud(text: Traced) -> Traced:
    """`text` with characters for its figures and signs; Latin letters and what has no rule stay."""
    for pattern, replacement in _RULES:
        text = text.sub(pattern, replacement)
    return text


def _number(written: str) -> str:
    return number(written).translate(_TRADITIONAL)


def _counted(written: str) -> str:
    return "兩" if written == "2" else _number(written)


def _date(year: str, month: str, day: str, written: str) -> str:
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return written
    return f"{digits(year)}年{_number(str(int(month)))}月{_number(str(int(day)))}日"


def _time(match: re.Match[str]) -> str:
    hour, minute = str(int(match[1])), int(match[2])
    minutes = (
        ""
        if not minute
        else "半"
        if minute == 30
        else f"零{_number(str(minute))}分"
        if minute < 10
        else f"{_number(str(minute))}分"
    )
    return f"{_counted(hour)}點{minutes}"


def _money(match: re.Match[str]) -> str:
    unit, large = _CURRENCIES[match["sign"].upper()], match["large"] or ""
    whole, _, cents = match["number"].partition(".")
    if cents == "00":
        return f"{_counted(whole)}{unit}"
    if unit == "蚊" and cents in ("5", "50") and not large:
        return f"{_counted(whole)}個半"
    if unit == "蚊" and len(cents.rstrip("0")) == 1 and whole != "0" and not large:
        return f"{_counted(whole)}個{_number(cents[0])}"
    return f"{_counted(match['number'])}{large}{unit}"


def _address(match: re.Match[str]) -> str:
    address = re.sub(r"^https?://", "", match[1]).rstrip("/")
    spoken = re.sub(r"[^\w]|_", lambda m: f" {_ADDRESSES.get(m.group(), '')} ", address)
    return re.sub(r"\d+", lambda m: f" {digits(m.group())} ", spoken)


_LARGE = r"(?P<large>[萬万億亿千百])?"
_HAN = r"\u3400-\u9fff"
_RULES: tuple[Rule, ...] = (
    (re.compile(r"(?<=\d)(\s?)µ(?=[A-Za-z])"), r"\1μ"),
    (re.compile(rf"((?:https?://|www\.)[^\s,;)>\"{_HAN}]*[^\s,;)>\".!?{_HAN}]|[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)"), _address),
    (re.compile("[①-⑳]"), lambda m: f"{_number(str(int(unicodedata.numeric(m.group()))))}，"),
    (re.compile("[Ⅰ-Ⅻⅰ-ⅻ]"), lambda m: str(int(unicodedata.numeric(m.group())))),
    (re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/(\d{4})(?![\d/])"), lambda m: _date(m[3], m[2], m[1], m.group())),
    (re.compile(r"(?<![\d.])(\d{4})[-./](\d{1,2})[-./](\d{1,2})(?![\d-])"), lambda m: _date(m[1], m[2], m[3], m.group())),
    (re.compile(r"(?<!\d)(\d{4})\s?[-–~至到]\s?(?=\d{4}年)"), lambda m: f"{digits(m[1])}至"),
    (re.compile(r"(?<!\d)(\d{4})(?=年)"), lambda m: digits(m[1])),
    (re.compile(r"(?<=:\d\d)\s?[-–~～]\s?(?=\d{1,2}:\d\d)"), "至"),
    (re.compile(r"(?<!\d)(\d{1,3})[-–:：](\d{1,3})(?=贏|勝|輸|擊敗|領先)"), lambda m: f"{_number(m[1])}比{_number(m[2])}"),
    (re.compile(r"(?<![\d.:：])(00|05|10|[5-9][05])(?=後(?!面|日|年))"), lambda m: digits(m[1])),
    (re.compile(r"(?<![\d.-])(\d{4,8})(?=[（(]?[^\d，。]{0,5}(?:驗證碼|密碼))"), lambda m: digits(m[1])),
    (re.compile(r"\+852[- ]?(?=\d{4})"), f"加{digits('852')}，"),
    (re.compile(r"(?<![\d-])(\d{1,3})-(\d{1,3})-(\d{1,4})(?=[室號号])"), lambda m: "之".join(digits(group) for group in m.groups())),
    (re.compile(r"((?:比例|比率|配比)[係是]?\s?)(\d+)[:：](\d+)"), lambda m: [(m[1], 1), (f"{_number(m[2])}比{_number(m[3])}", 2)]),
    (re.compile(r"(?:[上下]晝)?(?<![\d:])(\d{1,2}:\d\d)\s?(am|pm|AM|PM)(?![A-Za-z])"), lambda m: f"{_HALVES[m[2].lower()]}{m[1]}"),
    (re.compile(r"((?:驗證碼|密碼|尾數|帳號|編號)[^\d，。]{0,3})(\d{3,})(?!\d)"), lambda m: [(m[1], 1), (digits(m[2]), 2)]),
    (re.compile(r"(?<=打)(\d{3,5})(?![\d.個折分次人])"), lambda m: digits(m[1])),
    (re.compile(r"(?<!\d)([01]?\d|2[0-4])[:：]([0-5]\d)(?:[:：][0-5]\d)?(?!\d)"), _time),
    (re.compile(r"(?<![\d:：])(\d+(?:\.\d+)?)[:：](\d+(?:\.\d+)?)(?![\d:：])"), lambda m: f"{_number(m[1])}比{_number(m[2])}"),
    (re.compile(r"(?<![\d-])\d{4}[ -]\d{4}(?![\d-])"), lambda m: digits(m.group())),
    (re.compile(rf"(?i:(?P<sign>{_CURRENCY}))\s?(?P<number>{_NUMBER}){_LARGE}"), _money),
    (re.compile(r"(?<![A-Za-z0-9.])[-−](?=[\d.,]+%|\d+/\d|百分之|[一二三四五六七八九十]+分之)"), "負"),
    (re.compile(rf"(?<![\d.,])({_NUMBER})%"), lambda m: f"百分之{_number(m[1])}"),
    (re.compile(rf"(?<=[蚊元])/({_UNIT})(?![A-Za-z])"), lambda m: f"每{_UNITS[m[1]]}"),
    (re.compile(r"(?<=[蚊元])/(?=[\u4e00-\u9fff])"), "每"),
    (re.compile(r"(?<![\d.])(\d{1,2})F(?![A-Za-z\d座席석])"), lambda m: f"{_number(m[1])}樓"),
    (re.compile(r"(?<![A-Za-z0-9./])(\d{1,4})/(\d{1,4})(?![\d/])"), lambda m: f"{_number(m[2])}分之{_number(m[1])}"),
    (re.compile(r"(?<![A-Za-z0-9.])[-−](?=\d)"), "負"),
    (re.compile(r"(?<=\d)\s?[-~〜～–]\s?(?=\d)"), "至"),
    (re.compile(rf"(?<![\d.])(?<!\d,)({_NUMBER})\s?({_UNIT})(?![A-Za-z])"), lambda m: _counted(m[1]) + _UNITS[m[2]]),
    (re.compile(rf"(?<![\d.,第])2(?=\s?(?:{_CLASSIFIERS}))"), "兩"),
    (re.compile(r"(?<![\d.])\d+(?:\.\d+){2,}"), lambda m: "點".join(_number(g) for g in m.group().split("."))),
    (re.compile(rf"(?<![\d.])(?:{_NUMBER})"), lambda m: _number(m.group())),
    (re.compile(r"\d+"), lambda m: digits(m.group())),
    (re.compile("|".join(map(re.escape, _SYMBOLS))), lambda m: _SYMBOLS[m.group()]),
)  # fmt: skip
