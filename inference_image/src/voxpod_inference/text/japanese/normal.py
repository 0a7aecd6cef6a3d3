"""Written Japanese as it is read aloud: dates, times, money, units, figures. Figures become kanji, so that Open JTalk, which
chooses the counters' readings, gives back the very characters that it was given."""

import re
import unicodedata

from voxpod_inference.text.traced import Replacement, Traced

Rule = tuple[re.Pattern[str], Replacement]

_NUMBER = r"\d+(?:\.\d+)?"
_CURRENCIES = {"¥": "円", "$": "ドル", "€": "ユーロ", "£": "ポンド", "₩": "ウォン"}
_CURRENCY_CODES = {"HK$": "香港ドル", "US$": "米ドル", "JPY": "円", "USD": "ドル", "EUR": "ユーロ"}
_CODES = "|".join(map(re.escape, _CURRENCY_CODES))
UNITS = {
    "km/h": "キロメートル毎時", "m/s": "メートル毎秒", "km": "キロメートル", "cm": "センチメートル", "mm": "ミリメートル", "m": "メートル", "kg": "キログラム",
    "mg": "ミリグラム", "g": "グラム", "t": "トン", "ml": "ミリリットル", "mL": "ミリリットル", "L": "リットル", "l": "リットル", "kW": "キロワット",
    "kWh": "キロワット時", "W": "ワット", "V": "ボルト", "Hz": "ヘルツ", "kHz": "キロヘルツ", "MHz": "メガヘルツ", "GHz": "ギガヘルツ", "KB": "キロバイト",
    "MB": "メガバイト", "GB": "ギガバイト", "TB": "テラバイト", "dB": "デシベル", "kcal": "キロカロリー", "MW": "メガワット", "cc": "シーシー", "mmHg": "ミリメートルエイチジー", "hPa": "ヘクトパスカル", "m2": "平方メートル",
    "m3": "立方メートル", "km2": "平方キロメートル", "°C": "度", "°F": "度", "°": "度", "h": "時間", "min": "分", "s": "秒", "ms": "ミリ秒", "μg": "マイクログラム", "μm": "マイクロメートル", "μs": "マイクロ秒",
    "μL": "マイクロリットル", "μl": "マイクロリットル", "μF": "マイクロファラド", "μV": "マイクロボルト", "μA": "マイクロアンペア", "μW": "マイクロワット",
}  # fmt: skip
_UNIT = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
_DIGITS = dict(
    zip("0123456789", ["ゼロ", "イチ", "ニー", "サン", "ヨン", "ゴー", "ロク", "ナナ", "ハチ", "キュー"], strict=True)
)
_BEFORE_POINT = {"一": "イッ", "八": "ハッ"}
_KANJI = "〇一二三四五六七八九"
_SCALES = ("", "万", "億", "兆")
_SYMBOLS = str.maketrans({
    "%": "パーセント", "‰": "パーミル", "+": "プラス", "=": "イコール", "×": "かける", "÷": "わる", "±": "プラスマイナス", "&": "アンド", "@": "アット",
    "°": "度", "≠": "ノットイコール", "√": "ルート", "∞": "無限大", "α": "アルファ", "β": "ベータ", "γ": "ガンマ", "π": "パイ", "μ": "マイクロ",
    "¥": "円", "$": "ドル", "€": "ユーロ", "£": "ポンド",
})  # fmt: skip
# Small kana of Ainu, which Open JTalk drops without a word.
_AINU = str.maketrans("ㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ", "クシストヌハヒフヘホムラリルレロ")
_CIRCLED, _ROMAN = re.compile("([①-⑳])(から|[とのはがをに、。〜]|$)?"), re.compile("[Ⅰ-Ⅻⅰ-ⅻ]")
_DAYS = {"月": "ゲツ", "火": "カ", "水": "スイ", "木": "モク", "金": "キン", "土": "ド", "日": "ニチ"}
_WEEK = "月火水木金土日"
_HALVES = {"am": "午前", "pm": "午後"}
_ONE_BY_ONE = (
    "認証コード|確認コード|暗証番号|パスワード|口座番号|会員番号|追跡番号|注文番号|予約番号|郵便番号|下4桁|末尾"
)
_ON_A_DAY = "会|集合|集ま|開催|開始|開店|締|発売|公開|到着|出発"
"""`3/4に会おう` is a day, `3/4に減った` three quarters."""
_COMPOSED = re.compile("[^\x00-\x7f][\u3099\u309a\uff9e\uff9f]?", re.S)


def aloud(text: Traced) -> Traced:
    """`text` without figures and symbols, in full-width kana; every character knows what was written for it."""
    text = text.sub(_CIRCLED, lambda m: f"{int(unicodedata.numeric(m[1]))}{'' if m[2] else '、'}{m[2] or ''}").sub(
        _ROMAN, lambda m: str(int(unicodedata.numeric(m.group())))
    )
    text = text.each(lambda char: char.translate(_AINU)).sub(
        _COMPOSED, lambda m: unicodedata.normalize("NFKC", m.group())
    )
    for pattern, replacement in _RULES:
        text = text.sub(pattern, replacement)
    return text.each(lambda char: char.translate(_SYMBOLS))


def cardinal(number: int) -> str:
    """2026 as 二千二十六, for 0 <= number < 10**16."""
    if number == 0:
        return "ゼロ"
    groups = []
    for scale in _SCALES:
        number, group = divmod(number, 10_000)
        if group:
            groups.append(_below_ten_thousand(group, bool(scale)) + scale)
    return "".join(reversed(groups))


def _below_ten_thousand(number: int, scaled: bool) -> str:
    said = ""
    for place, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // place % 10
        if digit:
            one = digit == 1 and unit and not (place == 1000 and scaled)  # 千 and 百, but 一千万
            said += ("" if one else _KANJI[digit]) + unit
    return said


def _digits(figures: str) -> str:
    return "".join(_DIGITS[c] for c in figures if c in _DIGITS)


def number(figure: str) -> str:
    """A figure as written (`1250`, `0.05`, `007`); digit by digit with a leading zero or when very long."""
    whole, _, fraction = figure.partition(".")
    long = len(whole) > 16 or (len(whole) > 1 and whole.startswith("0"))
    said = _digits(whole) if long else cardinal(int(whole))
    return f"{_BEFORE_POINT.get(said, said)}テン{_digits(fraction)}" if fraction else said


def _money(match: re.Match[str]) -> str:
    figure = re.sub(r"\.?0+$", "", match[2]) if "." in match[2] else match[2]
    return f"{number(figure)}{match[3] or ''}{(_CURRENCIES | _CURRENCY_CODES)[match[1]]}"


def _date(match: re.Match[str]) -> str:
    year, _, month, day = match.groups()
    valid = 1 <= int(month) <= 12 and 1 <= int(day) <= 31
    return f"{cardinal(int(year))}年{cardinal(int(month))}月{cardinal(int(day))}日" if valid else match.group()


def _price_each(match: re.Match[str]) -> str:
    """100円/人 is 一人あたり百円."""
    each = {"月": "か月", "時": "時間"}.get(match[3], match[3])
    return f"一{each}あたり{number(match[1])}{match[2] or ''}円"


def _day_first(match: re.Match[str]) -> str:
    """29/12/2000 as Europe writes it; 12/29/2000 can be the American order only."""
    first, second, year = map(int, match.groups())
    month, day = (first, second) if second > 12 else (second, first)
    valid = 1 <= month <= 12 and 1 <= day <= 31
    return f"{cardinal(year)}年{cardinal(month)}月{cardinal(day)}日" if valid else match.group()


def _month_and_day(match: re.Match[str]) -> str:
    """11/24 and 8/1 are days of the year; 2/3 two thirds."""
    first, second = int(match[1]), int(match[2])
    if 1 <= first <= 12 and (10 < second <= 31 or 0 < second < first):
        return f"{cardinal(first)}月{cardinal(second)}日"
    return f"{number(match[2])}分の{number(match[1])}"


def _time(match: re.Match[str]) -> str:
    minutes = "" if match[2] == "00" and not match[3] else f"{cardinal(int(match[2]))}分"
    minutes = re.sub("(?<!十)五分$", "ゴフン", minutes).replace("八分", "ハップン")
    return f"{cardinal(int(match[1])) if int(match[1]) else '零'}時{minutes}" + (
        f"{cardinal(int(match[3]))}秒" if match[3] else ""
    )


def _minutes(match: re.Match[str]) -> str:
    """Open JTalk takes 五分 and 八分 for ゴブ and ハチブ."""
    tens = f"{match[1]}0" if match[1] else ""
    return f"{cardinal(int(tens)) if tens else ''}{'ゴフン' if match[2] == '5' else 'ハップン'}"


def _weekdays(match: re.Match[str]) -> str:
    """`5月2日(土)`, `(月〜金)`, `20日(月・祝)`."""
    days = "から".join(f"{day}曜日" for day in match.groups()[:2] if day)
    return days + ("、祝日" if match[3] else "")


def _telephone(match: re.Match[str]) -> str:
    return "、".join(_digits(group) for group in re.findall(r"\d+", match.group()))


_RULES: tuple[Rule, ...] = (
    (re.compile(r"\.\.\."), "…"),
    (re.compile(r"(?<![\d.])0(?=[1-9][月日])"), ""),
    (re.compile(r"(?<=\d),(?=\d{3}(?!\d))"), ""),
    (re.compile(rf"(?<![\d/])(1[0-2]|0?[1-9])/([12]\d|3[01]|0?[1-9])(?=\s?[(（][{_WEEK}][)）])|(?<![\d/])(1[0-2]|0?[1-9])/([12]\d|3[01]|0?[1-9])(?=(?:に|から)?(?:{_ON_A_DAY}))"), lambda m: f"{int(m[1] or m[3])}月{int(m[2] or m[4])}日"),
    (re.compile(rf"(?<=[)）])(\s?[~〜～–-]\s?)(\d{{1,2}})(?=[(（][{_WEEK}][)）])"), r"\1\2日"),
    (re.compile(rf"(?<=日)\s?[(（]([{_WEEK}])(?:\s?[~〜～–-]\s?([{_WEEK}]))?([・、]?祝日?)?[)）]"), _weekdays),
    (re.compile(rf"[(（]([{_WEEK}])\s?[~〜～–-]\s?([{_WEEK}])()[)）]"), lambda m: f"({_weekdays(m)})"),
    (re.compile(r"(?<=[\d%時分秒日月年円個人度])\s?[~〜]\s?(?=\d|[-−]\d|同)"), "から"),
    (re.compile(rf"([{''.join(_DAYS)}])\s?[~〜]\s?([{''.join(_DAYS)}])(?=[にはの曜、。]|$)"), lambda m: f"{_DAYS[m[1]]}から{_DAYS[m[2]]}"),
    (re.compile(r"(?<=[\u4e00-\u9fff])\s?[~〜]\s?(?=\d|\d?[\u4e00-\u9fff])"), "から"),
    (re.compile(r"(?<=から)[-−](?=\d)"), "マイナス"),
    (re.compile(r"(?<![\d-])((?:19|20)\d\d)-(0[1-9]|1[0-2])(?![\d-])"), lambda m: f"{cardinal(int(m[1]))}年{cardinal(int(m[2]))}月"),
    (re.compile(r"(?P<scale>(?:縮尺|比率|割合)[はが]?\s?)(\d+):(\d+)(?![\d:])"), lambda m: [(m[1], 1), (number(m[2]) + "対", 2), (number(m[3]), 3)]),
    (re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/(\d{4})(?![\d/])"), _day_first),
    (re.compile(r"(?<!\d)(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?![\d.])"), _date),
    (re.compile(r"(?<=:\d\d)\s?[-–~〜]\s?(?=\d{1,2}:\d\d)"), "から"),
    (re.compile(r"(?:午[前後])?(?<![\d:])(\d{1,2}:\d\d)\s?(am|pm|AM|PM)(?![A-Za-z])"), lambda m: f"{_HALVES[m[2].lower()]}{m[1]}"),
    (re.compile(r"(?<!\d)([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?(?!\d)"), _time),
    (re.compile(r"(?<![\d-])(?:0\d{1,4}-\d{1,4}-\d{3,4}|0[5789]0\d{8})(?![\d-])"), _telephone),
    (re.compile(r"(?<!\d)110(?=番)"), "ヒャクトー"),
    (re.compile(r"(?<![\d.])(\d{0,3})([58])分(?!の|目|咲|袖|丈|刈|音|休|割|野|類|別)"), _minutes),
    (re.compile(r"(?<=[分時])着(?![いかきくけてた])"), "チャク"),
    (re.compile(r"(?<![\d.])10分(?!の\d)"), "ジュップン"),
    (re.compile(r"(?<![\d.])99(?![\d.\u4e00-\u9fffA-Za-z°:/])"), "キュージューキュー"),
    (re.compile(r"(?<![\d.¥$€£₩])(\d{0,3})800(?![\d.円])(?=[^\u4e00-\u9fffA-Za-z°:/]|$)"), lambda m: f"{cardinal(int(m[1]) * 1000) if m[1] else ''}ハッピャク"),
    (re.compile(r"(?<![\d.])8百(?!屋)"), "ハッピャク"),
    (re.compile(rf"(?<![\d.-])(\d{{4,8}})(?=[がはの(（]?(?:お客様の|あなたの)?(?:{_ONE_BY_ONE}))"), lambda m: _digits(m[1])),
    (re.compile(rf"((?:{_ONE_BY_ONE})[^\d、。]{{0,3}})(\d{{4,}})(?!\d)"), lambda m: [(m[1], 1), (_digits(m[2]), 2)]),
    (re.compile(r"〒\s?(\d{3})-(\d{4})(?!\d)"), lambda m: f"郵便番号{_digits(m[1])}の{_digits(m[2])}、"),
    (re.compile(r"(?<![\d-])(\d{2,})-(0\d+)(?![\d-])"), lambda m: f"{_digits(m[1])}の{_digits(m[2])}"),
    (re.compile(r"(?<![\d.])(\d{1,2})F(?![A-Za-z\d座席석])"), lambda m: f"{number(m[1])}階"),
    (re.compile(r"(?<![\d-])\d{1,4}(?:-\d{1,4}){2,3}(?![\d-])"), lambda m: "の".join(map(number, m.group().split("-")))),
    (re.compile(r"(?<=スコア)([はが]?)(\d{1,3})-(\d{1,3})(?![\d-])"), lambda m: f"{m[1]}{number(m[2])}対{number(m[3])}"),
    (re.compile(r"(?<!\d)(\d{1,3})-(\d{1,3})(?=で(?:勝|負|敗|逆転|引き分|快勝|圧勝|辛勝|リード))"), lambda m: f"{number(m[1])}対{number(m[2])}"),
    (re.compile(r"(?<![\d.])(\d+\.\d+):(\d+(?:\.\d+)?)|(?<![\d.:])(\d+):(\d+\.\d+)"), lambda m: f"{number(m[1] or m[3])}対{number(m[2] or m[4])}"),
    (re.compile(r"(?<![\d.])0(?=時)"), "零"),
    (re.compile(r"(\d+)\s?:\s?(\d+)"), lambda m: f"{number(m[1])}対{number(m[2])}"),
    (re.compile(r"(?<![A-Za-z0-9.])[-−](\d+)/(\d+)(?![\d/])"), lambda m: f"マイナス{number(m[2])}分の{number(m[1])}"),
    (re.compile(r"(?<![\d/])(\d{1,4})/(\d{1,4})(?![\d/])"), _month_and_day),
    (re.compile(r"(?<![A-Za-z0-9.])(?<!ーキュー)(?<!ッピャク)[-−](?=\d|[¥$])"), "マイナス"),
    (re.compile(rf"({_NUMBER})(千|万|億)?円/(人|個|本|台|泊|回|枚|日|か?月|年|時間?)(?![\u4e00-\u9fff])"), _price_each),
    (re.compile(rf"({_CODES})\s?({_NUMBER})(千|万|億)?"), _money),
    (re.compile(rf"([¥$€£₩])\s?({_NUMBER})(千|万|億)?(?:円(?!高|安))?"), _money),
    (re.compile(r"(?:(?<=\d)|(?<=ーキュー)|(?<=ッピャク))\s?[-–—]\s?(?=\d)"), "から"),
    (re.compile(rf"(?<=円)/({_UNIT})(?![A-Za-z])"), lambda m: f"毎{UNITS[m[1]]}"),
    (re.compile(rf"({_NUMBER})\s?({_UNIT})(?![A-Za-z])"), lambda m: f"{number(m[1])}{UNITS[m[2]]}"),
    (re.compile(r"(?<=\d)(?:\.\d+){2,}"), lambda m: "".join(f"テン{number(part)}" for part in m.group().split(".")[1:])),
    (re.compile(_NUMBER), lambda m: number(m.group())),
)  # fmt: skip
