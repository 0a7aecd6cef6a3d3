"""Signs that stand for words: what each language says for comparisons, arrows and powers, and which uses of a sign mean nothing.

A star is a bullet, an emphasis mark or a multiplication: only where it stands tells. People pronounce no typography, so that
is left out quietly; a sign that means something is read, or the requester is told that it was left out.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from voxpod_inference.text.chinese.numbers import number
from voxpod_inference.text.spoken import is_silent
from voxpod_inference.text.traced import Replacement, Traced


@dataclass(frozen=True, slots=True)
class Signs:
    """What one language says for signs between operands."""

    less: str
    greater: str
    at_most: str
    at_least: str
    unequal: str
    to: str
    """For an arrow from one thing to another."""
    about: str
    """For `~` before a figure."""
    power: str
    """With {n} for the exponent."""
    minus: str
    """Before a fraction, an amount or a time, where it is easily lost."""
    over: str
    """A fraction with a root in it, with {top} and {bottom}."""
    figure: Callable[[str], str] = str
    """How an exponent is written for the rules that follow."""
    reads_squares: bool = True
    """Whether the rules that follow know ² and ³, in square metres too."""


def _chinese_figure(exponent: str) -> str:
    """In characters: a 2 before 次 would be taken for a count."""
    return (
        exponent.replace("-", "负")
        if exponent[-1:] == "n"
        else ("负" if exponent[0] == "-" else "") + number(exponent.lstrip("-"))
    )


def _cantonese_figure(exponent: str) -> str:
    return _chinese_figure(exponent).translate(str.maketrans("负万亿", "負萬億"))


SIGNS = {
    "en": Signs("is less than", "is greater than", "is at most", "is at least", "is not equal to", "to", "about", "^{n}", "minus", "{top} over {bottom}"),
    "es": Signs("menor que", "mayor que", "menor o igual que", "mayor o igual que", "distinto de", "a", "aproximadamente", " elevado a {n}", "menos", "{top} sobre {bottom}"),
    "fr": Signs("inférieur à", "supérieur à", "inférieur ou égal à", "supérieur ou égal à", "différent de", "vers", "environ", " puissance {n}", "moins", "{top} sur {bottom}"),
    "it": Signs("minore di", "maggiore di", "minore o uguale a", "maggiore o uguale a", "diverso da", "a", "circa", " elevato a {n}", "meno", "{top} su {bottom}"),
    "pt": Signs("menor que", "maior que", "menor ou igual a", "maior ou igual a", "diferente de", "para", "cerca de", " elevado a {n}", "menos", "{top} sobre {bottom}"),
    "hi": Signs("छोटा है", "बड़ा है", "छोटा या बराबर", "बड़ा या बराबर", "असमान", "से", "लगभग", " की घात {n}", "माइनस", "{top} बटा {bottom}"),
    "zh": Signs("小于", "大于", "小于等于", "大于等于", "不等于", "到", "约", "的{n}次方", "负", "{bottom}分之{top}", _chinese_figure),
    "yue": Signs("細過", "大過", "細過等於", "大過等於", "唔等於", "到", "大約", "嘅{n}次方", "負", "{bottom}分之{top}", _cantonese_figure),
    "ja": Signs("小なり", "大なり", "小なりイコール", "大なりイコール", "ノットイコール", "から", "約", "の{n}乗", "マイナス", "{bottom}分の{top}", reads_squares=False),
    "ko": Signs("작다", "크다", "작거나 같다", "크거나 같다", "같지 않다", "에서", "약", "의 {n}제곱", "마이너스", "{bottom}분의 {top}"),
}  # fmt: skip
"""By language code."""

_VOWEL_SIGNS = r"\u0900-\u0963"
"""Devanagari's marks are no `\\w`."""
_ENDS = rf"(?<=[\w{_VOWEL_SIGNS})\]%°'′€$£])"
_BEGINS = r"(?=[-−+]?[.($€£¥₹₩]?[^\W_])"
_SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹ⁿ"
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_EXPONENT = re.compile(
    rf"(?<![A-Za-z][A-Za-z])(?<=[A-Za-zπθ\d)\]])[⁺⁻]?[{_SUPERSCRIPT}]+|(?<=[A-Za-z])⁻[{_SUPERSCRIPT}]+"
)
_MINUS = re.compile(r"(?<![0-9A-Za-z.)\]%°′″'²³⁰-⁹])[-−](?=[$€£¥₹₩][\d½⅓⅔¼¾⅕-⅞√]|[½⅓⅔¼¾⅕-⅞]|√|\d+/\d|\d{1,2}:\d\d)")
_ROOT_FRACTION = re.compile(r"(?<![0-9A-Za-z.,/√])(√\d+|\d+(?=/√))/(√?\d+)(?![0-9A-Za-z/]|[.,]\d)")
"""`√2/2`, `1/√3`: the root is of one number, not of the fraction."""
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_SCIENTIFIC = re.compile(
    r"(?<![\w.])(\d+(?:[.,]\d+)?)(?:e([-−+]?)|E([-−+]))(\d{1,3})(?![0-9A-Za-z]|[.,]\d)|(?<![\w.])(\d[.,]\d+)()()E(\d{1,2})\b"
)
"""`1e-5` and `6.02E+23`; a bare `4E2` may be the name of a seat."""
_RULE = re.compile(
    r"^[ \t]*[-=+*#~_|<>^/\\.:]{3,}[-=+*#~_|<>^/\\.: \t]*$|(?<![A-Za-z+])\+{3,}|([=#~_|<>^\\])\1{2,}|\*{3,}|(?<!:)/{3,}",
    re.M,
)
"""Rules, tables and underlines, drawn with signs: typography. `A+++` is a grade."""
_BRACKETS = r"[<＜]+(?![\s\d<＜=-])(?:[^\s<>＜＞]*|[A-Za-z](?=[^<>=]*=)[^<>]*)[>＞]+"
"""`<b>`, `</a>`, `<now>`, `List<String>`, `<img src="a">`: brackets, nothing is compared."""


def _between(signs: str) -> re.Pattern[str]:
    """Signs between operands, with space on both sides or on none."""
    return re.compile(rf"{_ENDS}( ?)(?:{signs})\1{_BEGINS}")


def _compared(sign: str) -> re.Pattern[str]:
    """Between operands, before a figure in any case, and after a figure at the end of what one language reads."""
    return re.compile(rf"{_BRACKETS}|{_ENDS}( ?){sign}\1{_BEGINS}|{sign} ?(?=[-−+]?[.$€£¥₹₩]?\d)|(?<=\d) ?{sign} ?\Z")


def read_signs(text: Traced, language: str) -> Traced:
    """`text` with words for the signs that `SIGNS` has words for; runs before the rules of the language."""
    for pattern, replacement in _RULES[language]:
        text = text.sub(pattern, replacement)
    return text


def _scientific(match: re.Match[str]) -> str:
    """`1e-5` as `1 × 10⁻⁵`, which the rules after this read."""
    figure, sign, exponent = match[1] or match[5], match[2] or match[3] or "", match[4] or match[8]
    return f"{figure} × 10{sign.replace('+', '').replace('-', '⁻').replace('−', '⁻')}{exponent.translate(_RAISED)}"


def _rules(signs: Signs) -> list[tuple[re.Pattern[str], Replacement]]:
    def exponent(match: re.Match[str]) -> str:
        if match.group() in ("²", "³") and (signs.reads_squares or match.string[match.start() - 1] == "m"):
            return match.group()
        return power(unicodedata.normalize("NFKC", match.group()).replace("−", "-").lstrip("+"))

    def power(figure: str) -> str:
        return signs.power.format(n=signs.figure(figure))

    def comparison(said: str) -> Replacement:
        return lambda match: match.group() if match.group()[0] in "<＜" and match.group()[-1] in ">＞" else f" {said} "

    return [
        (_RULE, " "),
        (_SCIENTIFIC, _scientific),
        (re.compile(r"(?<=[\w)\]]) ?\*\* ?(?=\(?[-−]?(?:\d|n\b))"), "^"),
        (re.compile("[₀-₉]+"), lambda match: match.group().translate(_SUBSCRIPTS)),
        (_ROOT_FRACTION, lambda match: signs.over.format(top=match[1], bottom=match[2])),
        (_EXPONENT, exponent),
        (_MINUS, signs.minus + " " * (signs.minus[0] < "\u3000" or signs.minus[0] > "\uabff")),
        (re.compile(r"(?<=[\w)\]])\^\(?(-?(?:\d+|n\b))\)?"), lambda match: power(match[1])),
        (_between("-{1,2}>|={1,2}>|→|⇒|➔|➜"), f" {signs.to} "),
        (_between("<=|≤|≦|⩽"), f" {signs.at_most} "),
        (_between(">=|≥|≧|⩾"), f" {signs.at_least} "),
        (_between("!=|≠"), f" {signs.unequal} "),
        (_compared("[<＜]"), comparison(signs.less)),
        (_compared("[>＞]"), comparison(signs.greater)),
        (re.compile(r"(?<![^\s(（「“,，、:：=])~\s?(?=\d)"), f"{signs.about} "),
    ]


_RULES = {language: _rules(signs) for language, signs in SIGNS.items()}

# Where these mean something although they have no sound; everywhere else they are typography.
_OFTEN_TYPOGRAPHY = frozenset("*_~|\\^<>#/→←↑↓■□▪●○◆◇★☆＜＞＊＿～｜＃／")
_MEANS_SOMETHING = re.compile(
    rf"(?P<typography>^[ \t]*(?:[>＞*•·#|→★☆●○■□◆◇▪-]+[ \t]+)+|{_BRACKETS}|[#＃][^#＃\s]+[#＃]"
    r"|(?<=[A-Z])/(?=[A-Z])(?![A-Za-z]*[a-z]))"
    rf"|(?<=[\w{_VOWEL_SIGNS})\]])(?<!_)( ?)(?:[/／|*]{{0,1}}[/／|]\*?|[｜~～^\\])\2(?=[^\W_]|\()"
    r"|(?<=[0-9A-Za-z)\]])( ?)\*{1,2}\3(?=[0-9A-Za-z(])|(?<=[0-9A-Za-z])_+(?=[0-9A-Za-z])"
    r"|(?<![\w|])\|(?=\w[^|\s]*\|)|(?<=\w)\|(?![\w|])(?!\s)|(?<=\w)\|$|(?<![\w/:.])/(?=\d)"
    r"|[#＃](?=\d)|(?<=[0-9A-Za-z])[#＃](?!\w)|[~～^](?=\d)|[<>＜＞→←↑↓]|[■□▪●○◆◇★☆]+",
    re.M,
)


class LeftOut:
    """What a reader leaves out of a text because it has no sound."""

    def __init__(self, text: str) -> None:
        self._meaningful = frozenset(
            at for match in _MEANS_SOMETHING.finditer(text) if not match["typography"] for at in range(*match.span())
        )
        self.told: list[str] = []
        """Characters that the requester is told of, in order."""

    def sign(self, char: str, at: int) -> str:
        """What a sign without words becomes in the phonemes; `at` is the place in the text that it was written for."""
        quiet = is_silent(char)
        if not quiet or (char in _OFTEN_TYPOGRAPHY and at in self._meaningful):
            self.told.append(char)
        return " " if quiet else ""
