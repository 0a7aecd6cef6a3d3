"""Written Chinese as it is read aloud: numbers, money, dates, times, units. Rules in order, as in english_normal."""

import re
import unicodedata

from voxpod_inference.text.chinese.numbers import cardinal, digits, number
from voxpod_inference.text.traced import Replacement, Traced

Rule = tuple[re.Pattern[str], Replacement]

_NUMBER = r"\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?"
_CURRENCIES = {"¥": "元", "￥": "元", "$": "美元", "＄": "美元", "€": "欧元", "£": "英镑", "₩": "韩元", "₹": "卢比"}
_CURRENCY_CODES = {
    "HK$": "港元",
    "US$": "美元",
    "NT$": "新台币",
    "RMB": "元",
    "CNY": "元",
    "USD": "美元",
    "HKD": "港元",
    "EUR": "欧元",
}
_CODES = "|".join(map(re.escape, _CURRENCY_CODES))
UNITS = {
    "km/h": "公里每小时", "m/s": "米每秒", "km²": "平方公里", "km": "公里", "cm²": "平方厘米", "cm³": "立方厘米", "cm": "厘米", "mm": "毫米",
    "nm": "纳米", "μm": "微米", "µm": "微米", "m²": "平方米", "㎡": "平方米", "m³": "立方米", "m": "米", "kg": "公斤", "㎏": "公斤", "mg": "毫克",
    "μg": "微克", "μL": "微升", "μl": "微升", "μs": "微秒", "μF": "微法", "μV": "微伏", "μA": "微安", "μW": "微瓦", "g": "克", "ml": "毫升", "mL": "毫升", "L": "升", "kW": "千瓦", "kWh": "千瓦时", "mAh": "毫安时", "W": "瓦", "V": "伏",
    "Hz": "赫兹", "kHz": "千赫", "MHz": "兆赫", "GHz": "吉赫", "dB": "分贝", "kcal": "千卡", "cal": "卡", "kPa": "千帕", "ms": "毫秒", "mmHg": "毫米汞柱", "s": "秒", "cc": "毫升", "KB": "千字节", "MB": "兆字节", "GB": "吉字节", "TB": "太字节", "MW": "兆瓦", "GW": "吉瓦",
    "°C": "摄氏度", "℃": "摄氏度", "°F": "华氏度", "℉": "华氏度", "°": "度", "h": "小时", "min": "分钟", "㎞": "公里", "㎝": "厘米", "㎜": "毫米",
}  # fmt: skip
_UNIT = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
# Before these, two is 两; before a date's 月 and 号 it stays 二.
_COUNTED = (
    "个只条张本位次件年天周名家块头匹辆台座种杯瓶碗份部点倍米克升吨公里小分秒岁层排双套把间所道首篇封颗棵株朵片万亿千元斤角根支架艘栋户票"
    "场轮页行步口毛桌堆批群滴项款幅曲顿趟遍圈盒袋箱串束人者边字门"
)
_SYMBOLS = str.maketrans({
    "&": "和", "@": "艾特", "+": "加", "＋": "加", "=": "等于", "＝": "等于", "×": "乘", "÷": "除以", "±": "正负", "√": "根号", "≈": "约等于",
    "≠": "不等于", "≤": "小于等于", "≥": "大于等于", "№": "号", "％": "百分号", "%": "百分号", "‰": "千分号", "°": "度", "¥": "元", "￥": "元",
    "$": "美元", "€": "欧元", "£": "英镑", "∞": "无穷大", "²": "的平方", "³": "的立方", "α": "阿尔法", "β": "贝塔", "γ": "伽马", "δ": "德尔塔", "Δ": "德尔塔", "ε": "艾普西龙",
    "θ": "西塔", "λ": "兰姆达", "μ": "缪", "π": "派", "ρ": "柔", "σ": "西格玛", "Σ": "西格玛", "φ": "斐", "ω": "欧米伽", "Ω": "欧米伽",
})  # fmt: skip
_MATCH = r"比分|总分|战胜|击败|大胜|险胜|完胜|负于|不敌|战平|逼平|领先|落后|以"
_WON = "取胜|战平|打平|逼平|告负|获胜|战胜|击败|大胜|险胜|完胜|横扫|力克|逆转|不敌|负于|领先|落后"
_MODELS = "歼|运|轰|直|教|强|东风|巨浪|红旗|鹰击|长征|神舟|天宫|嫦娥|天问|翼龙|彩虹|空警|武直|歼轰|苏|米格|图|伊尔|霹雳|红箭|北斗|风云|新冠|碳|铀|钴|铯|碘"
"""A hyphen after these joins a name to its number: 歼-20; after other words it is a minus."""
_RATIOS = "比例尺?|比率|配比|宽高比|长宽比|兑换率|屏幕|画面|画幅|稀释成?"
_OF_A_RATIO = "比例|比率|配比|浓度|画面|画幅|屏幕|宽屏|显示器|模型|稀释"
_HALVES = {"am": "上午", "pm": "下午"}
_ONE_BY_ONE = r"验证码|密码|QQ号?|邮编|编号|学号|工号|尾号|卡号|账号|订单号|单号|房间号|门牌号|身份证号?码?|车牌号?|电话号?码?|手机号?码?|热线|客服|拨打|致电|报警"


def read_aloud(text: str) -> str:
    """`text` without figures and symbols."""
    return aloud(Traced.of(text)).text


def aloud(text: Traced) -> Traced:
    """Like `read_aloud`, and every character still knows what was written for it."""
    text = text.each(_plain_figure)
    for pattern, replacement in _RULES:
        text = text.sub(pattern, replacement)
    return text.each(lambda char: char.translate(_SYMBOLS))


def _plain_figure(char: str) -> str:
    """Full-width and Roman figures and fractions as ASCII (３, Ⅲ, ½); circled ones, which may touch, in characters."""
    kind = unicodedata.category(char)
    if char.isascii() or kind not in ("Nd", "No", "Nl") or "\u3000" < char < "\u3030":
        return char
    if "\u2160" <= char <= "\u217f" or kind == "Nd":
        return str(int(unicodedata.numeric(char)))
    plain = unicodedata.normalize("NFKC", char).replace("\u2044", "/").strip("()（）.")
    if plain.isdecimal() and char not in "²³":
        return cardinal(int(plain))
    return plain if re.fullmatch(r"\d+/\d+", plain) else char


def _date(match: re.Match[str]) -> str:
    year, _, month, day = match.groups()
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return match.group()
    return f"{digits(year)}年{cardinal(int(month))}月{cardinal(int(day))}日"


def _date_of_two_figures(match: re.Match[str]) -> str:
    """12/2/2 as 一二年二月二日."""
    month, day = int(match[2]), int(match[3])
    valid = 1 <= month <= 12 and 1 <= day <= 31
    return f"{digits(match[1])}年{number(match[2])}月{number(match[3])}日" if valid else match.group()


def _span_of_days(match: re.Match[str]) -> str:
    """`3/1~10/31`: two days of a year."""
    days = [(int(match[at]), int(match[at + 1])) for at in (1, 4)]
    if not all(1 <= month <= 12 and 1 <= day <= 31 for month, day in days):
        return match.group()
    return "到".join(f"{cardinal(month)}月{cardinal(day)}日" for month, day in days)


def _time(match: re.Match[str]) -> str:
    hour, minutes, seconds = int(match[1]), int(match[2]), match[3]
    said = (
        ""
        if not (minutes or seconds)
        else f"{'零' if minutes < 10 else ''}{cardinal(minutes)}分"
        if minutes
        else "零分"
    )
    return f"{'两' if hour == 2 else cardinal(hour)}点{said}" + (f"{cardinal(int(seconds))}秒" if seconds else "")


def _score(match: re.Match[str]) -> str:
    first, second = match[1] or match[3], match[2] or match[4]
    return f"{number(first)}比{number(second)}"


def _code_or_range(match: re.Match[str]) -> str:
    """20241105-0032 and 15109-2021 are codes: no range falls, nor begins with a zero."""
    first, second = match.groups()
    if "0" in (first[0], second[0]) or int(first) > int(second):
        return f"{digits(first)}，{digits(second)}"
    return match.group()


def _telephone(match: re.Match[str]) -> str:
    return ("加" if "+" in match.group() else "") + "，".join(
        digits(group, "幺") for group in re.findall(r"\d+", match.group())
    )


def _money(match: re.Match[str]) -> str:
    return f"{_amount(match[2])}{match[3] or ''}{(_CURRENCIES | _CURRENCY_CODES)[match[1]]}"


def _amount(figure: str) -> str:
    """A sum: 12.50 is twelve point five, 1,299.00 has no fraction, two is 两."""
    plain = re.sub(r"0+$|\.0*$", "", figure) if "." in figure else figure
    said = number(plain.rstrip("."))
    return "两" if said == "二" else said


def _part(figure: str, sign: str | None) -> str:
    return ({"‰": "千分之"}.get(sign, "百分之") if sign else "") + number(figure)


def _decimal_point(match: re.Match[str]) -> str:
    """1.2.3 of a version, 192.168.1.1 of a network: three digits and more one by one."""
    groups = match.group().split(".")
    one_by_one = len(groups) == 4
    return "点".join(digits(group) if one_by_one else number(group) for group in groups)


_RULES: tuple[Rule, ...] = (
    (re.compile(r"(?<=\d)(\s?)µ(?=[A-Za-z])"), r"\1μ"),
    (re.compile(r"(?<=[零〇一二三四五六七八九])○|○(?=[零〇一二三四五六七八九])"), "〇"),
    (re.compile(r"(?<!\d)((?:1[5-9]|20|21)\d\d)([-/.])(\d{1,2})\2(\d{1,2})(?![\d.])"), _date),
    (re.compile(r"(?<=日)[-–—~～](?=\d{1,2}\.\d{1,2}(?![\d.]))"), "到"),
    (re.compile(r"(?<![\d-])((?:19|20)\d\d)-(0[1-9]|1[0-2])(?![\d-])"), lambda m: f"{digits(m[1])}年{cardinal(int(m[2]))}月"),
    (re.compile(r"(?<!\d)((?:1[5-9]|20)\d\d)\s?[-–—~～至到]\s?(?=(?:\d{4}|\d\d)年(?!级))"), lambda m: f"{digits(m[1])}到"),
    (re.compile(r"(?<![\d.])0(?=[1-9][月日号])"), ""),
    (re.compile(r"(公元前?)(\d{3,4})(?=年)"), lambda m: [(m[1], 1), (digits(m[2]), 2)]),
    (re.compile(r"(?<![\d.])([2-9]0)(?=年代)"), lambda m: number(m[1])),
    (re.compile(r"(?<![\d.:：])(00|10|05|[5-9][05])(?=后(?![来面天年\d]))"), lambda m: digits(m[1])),
    (re.compile(r"(?<!\d)(?<![约有近达过])(1\d{3}|20\d\d|21\d\d|0\d|[6-9][1-9])(?=年(?![级轻]|前|后|来|间|多|的?历史|的时间|之久))"), lambda m: digits(m[1])),
    (re.compile(rf"({_MATCH})([^\d，。、,.；;！？]{{0,3}}?)(\d+)\s?[:：]\s?(\d+)"), lambda m: [(m[1], 1), (m[2], 2), (number(m[3]) + "比", 3), (number(m[4]), 4)]),
    (re.compile(rf"(?:(?<=以)|(?<=比分)|(?<=比分为)|(?<=比分是))(\d{{1,3}})\s?[-–—]\s?(\d{{1,3}})(?![\d人个名天年月日次万元块岁%％.])|(?<![\d.-])(\d{{1,3}})\s?[-–—]\s?(\d{{1,3}})(?=(?:的比分)?(?:{_WON}))"), _score),
    (re.compile(rf"(?P<before>(?:{_RATIOS})[是为约]?\s?)(\d+(?:\.\d+)?)\s?[:：]\s?(\d+(?:\.\d+)?)(?![\d:：])"), lambda m: [(m[1], 1), (number(m[2]) + "比", 2), (number(m[3]), 3)]),
    (re.compile(rf"(?<![\d:：])(\d+)\s?[:：]\s?(\d+)(?=的?(?:{_OF_A_RATIO}))"), lambda m: f"{number(m[1])}比{number(m[2])}"),
    (re.compile(r"(?<![\d:：.])(\d+\.\d+)\s?[:：]\s?(\d+(?:\.\d+)?)|(?<![\d:：.])(\d+)\s?[:：]\s?(\d+\.\d+)"), lambda m: f"{number(m[1] or m[3])}比{number(m[2] or m[4])}"),
    (re.compile(r"(?<=:\d\d)\s?[-–—~～]\s?(?=\d{1,2}[:：]\d\d)"), "到"),
    (re.compile(r"(?:[上下]午)?(?<![\d:：])(\d{1,2}[:：]\d\d)\s?(am|pm|AM|PM)(?![A-Za-z])"), lambda m: f"{_HALVES[m[2].lower()]}{m[1]}"),
    (re.compile(r"(?<!\d)(?<!\d[:：])([01]?\d|2[0-4])[:：]([0-5]\d)(?:[:：]([0-5]\d))?(?![\d:：])"), _time),
    (re.compile(r"(?:(?<![\d-])|(?<=\+))(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)|(?<![\d-])\d{3,4}-\d{3,4}-\d{4}(?![\d-])|(?<![\d-])0\d{2,3}-\d{7,8}(?!\d)|\(0\d{2,3}\)\s?\d{7,8}(?!\d)|\+86[- ]?\d{2,3}[- ]\d{4}[- ]?\d{4}(?!\d)"), _telephone),
    (re.compile(r"(?<!\d)(\d{2})/(\d{1,2})/(\d{1,2})(?![\d/])"), _date_of_two_figures),
    (re.compile(r"(?<![\d-])(\d{1,4})-(\d{1,4})-(\d{1,4})(?![\d-])"), lambda m: "杠".join((number(m[1]), number(m[2]), digits(m[3]) if len(m[3]) > 2 else number(m[3])))),
    (re.compile(r"(?<![\d-])(\d{4,})-(\d{4,})(?![\d-])"), _code_or_range),
    (re.compile(r"(?<![\d.-])(\d{4,8})(?=[(（【]?(?:[^\d，。,.]{0,6})(?:验证码|动态码|校验码))"), lambda m: digits(m[1], "幺")),
    (re.compile(r"(?<!\d)1(?:10|19|20|22)(?=报警|急救|火警|电话)"), lambda m: digits(m.group(), "幺")),
    (re.compile(rf"({_ONE_BY_ONE})([^\d，。,.]{{0,3}})(\d{{3,}})(?!\d|\.\d)"), lambda m: [(m[1], 1), (m[2], 2), (digits(m[3], "幺"), 3)]),
    (re.compile(r"(?<![\d-])(\d{1,2})-(\d{3,4})(?=[室号户])"), lambda m: f"{number(m[1])}杠{digits(m[2])}"),
    (re.compile(r"(?<![\d第A-Za-z])[1-9]\d?00(?=(?:间|个)?房间|次(?:列车|航班)|航班)"), lambda m: number(m.group())),
    (re.compile(r"(?<!\d)(\d{3,4})(?=号?(?:房间|房|室|教室|病房)|路(?:公交|车|公车)?|次(?:列车|航班)|航班|国道|省道|高地|医院)"), lambda m: digits(m[1], "幺")),
    (re.compile(r"(\d+)\s?[:：]\s?(\d+)"), lambda m: f"{number(m[1])}比{number(m[2])}"),
    (re.compile(r"(?<!\d)24/7(?!\d)"), "二十四小时七天"),
    (re.compile(r"2(?=[栋幢座]\d)"), "二"),
    (re.compile(r"(?<=单元)(\d{3,4})(?!\d)"), lambda m: digits(m[1])),
    (re.compile(r"(?<=日到)(\d{1,2})\.(\d{1,2})(?![\d.])"), lambda m: f"{number(m[1])}月{number(m[2])}日"),
    (re.compile(r"(?<=[打拨])(\d{3,5})(?![\d.]|[个折分场次局球斤下人元块米年天针枪盘万多余])|(?<!\d)(\d{3,5})(?=热线|网站|平台|客服|短信)"), lambda m: digits(m.group(), "幺")),
    (re.compile(rf"({_MODELS})[-–](\d{{1,4}})(?![\d.])"), lambda m: [(m[1], 1), (number(m[2]), 2)]),
    (re.compile(r"(?<![A-Za-z0-9.%％℃])[-−－](?=\d+/\d|[百千万]分之|[零一二三四五六七八九十百千]+分之)"), "负"),
    (re.compile(r"(?<!\d)(\d{2,3})/(\d{2,3})(?=\s?mmHg)"), lambda m: [(number(m[1]) + "，", 1), (m[2], 2)]),
    (re.compile(r"(\d[\u4e00-\u9fff]{1,3})(/)(?=小时|分钟|秒|[天日周月年人次斤件个台])"), lambda m: [(m[1], 1), ("每", 2)]),
    (re.compile(rf"(?<=[元块角])/(?=(?:{_UNIT})(?![A-Za-z/])|[\u4e00-\u9fff])|(?<=\d)/(?=[\u4e00-\u9fff])"), "每"),
    (re.compile(rf"([¥￥$＄€£₩₹]\s?(?:{_NUMBER})(?:万|亿)?)(/)(?=[\u4e00-\u9fff])"), lambda m: [(m[1], 1), ("每", 2)]),
    (re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})(\s?[-–—~～至到]\s?)(\d{1,2})/(\d{1,2})(?![\d/])"), _span_of_days),
    (re.compile(r"(?<![\d.])(\d{1,2})F(?![A-Za-z\d座席석])"), lambda m: f"{number(m[1])}楼"),
    (re.compile(r"(?<![\d/])(?:(\d{1,3})\s)?(\d{1,4})/(\d{1,4})(?![\d/])"), lambda m: f"{number(m[1]) + '又' if m[1] else ''}{number(m[3])}分之{number(m[2])}"),
    (re.compile(rf"(?<=\d)\s?[-−－]\s?(?=(?:{_NUMBER})\s?[=＝])"), "减"),
    (re.compile(rf"([¥￥$＄€£₩])\s?({_NUMBER})\s?[-–—~～]\s?[¥￥$＄€£₩]?(?=\d)"), lambda m: f"{_amount(m[2])}到{m[1]}"),
    (re.compile(rf"(?<![A-Za-z0-9.%％℃])(?<!\d[年月日号时点分周天])(?<![零一二三四五六七八九十][年月日号时点分周天])(?<!周[一二三四五六日])[-−－](?={_NUMBER}|[¥￥$])"), "负"),
    (re.compile(rf"(?<![A-Za-z.\d])({_NUMBER})(%|％|‰)?\s?(?:{_UNIT})?\s?(?:[-–—~～]|至|到)\s?(?=[-负]?\d)"), lambda m: f"{_in_range(m)}到"),
    (re.compile(r"(?<=(?:周|期)[一二三四五六日天])\s?[-–—~～至]\s?(?=(?:周|星期)[一二三四五六日天])"), "到"),
    (re.compile(r"(?<=[\d零一二两三四五六七八九十][年月日号时点分周天])\s?[-–—~～]\s?(?=[\d零一二两三四五六七八九十])"), "到"),
    (re.compile(rf"(?<=到)[-−－](?={_NUMBER})"), "负"),
    (re.compile(rf"({_NUMBER})\s?(%|％|‰)"), lambda m: _part(m[1], m[2])),
    (re.compile(rf"({_CODES})\s?({_NUMBER})\s?(万亿|万|亿|千|百)?(?:元(?!旦))?"), _money),
    (re.compile(rf"([¥￥$＄€£₩₹])\s?({_NUMBER})\s?(万亿|万|亿|千|百)?(?:元(?!旦))?"), _money),
    (re.compile(rf"({_NUMBER})(?=元|美元|欧元|英镑|日元|港币|块)"), lambda m: _amount(m[1])),
    (re.compile(rf"(?<![\d.])2\s?({_UNIT})(?![A-Za-z/])"), lambda m: f"{'二' if m[1][0] in '°℃℉' else '两'}{UNITS[m[1]]}"),
    (re.compile(rf"({_NUMBER})\s?(万亿|万|亿|千|百)?({_UNIT})(?![A-Za-z/])"), lambda m: f"{number(m[1])}{m[2] or ''}{UNITS[m[3]]}"),
    (re.compile(rf"(?<=每)({_UNIT})(?![A-Za-z/])"), lambda m: UNITS[m[1]]),
    (re.compile(rf"(?<![\d.第周期初])2(?=[{_COUNTED}](?![级之])(?!月\d))"), "两"),
    (re.compile(r"(?<![\d.])\d+(?:\.\d+){2,}(?![\d.]*\d)"), _decimal_point),
    (re.compile(_NUMBER), lambda m: number(m.group())),
)  # fmt: skip


def _in_range(match: re.Match[str]) -> str:
    said = _part(match[1], match[2])
    return "两" if said == "二" and not match[2] and match.string[match.end() :][:1] != "3" else said
