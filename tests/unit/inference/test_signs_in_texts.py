"""Signs that stand for words are read in each language; other uses that mean something are told, typography is not."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxpod_inference.text.english.letters import folded
from voxpod_inference.text.japanese.reader import Japanese
from voxpod_inference.text.korean.reader import Korean, in_hangul
from voxpod_inference.text.languages import KNOWN
from voxpod_inference.text.signs import SIGNS, LeftOut, read_signs
from voxpod_inference.text.traced import Traced


def read(text: str, language: str = "en") -> str:
    return re.sub(" +", " ", read_signs(Traced.of(text), language).text).strip()


def told(text: str) -> str:
    left_out = LeftOut(text)
    for at, char in enumerate(text):
        if not char.isalnum() and char not in " .,!?\n":
            left_out.sign(char, at)
    return "".join(left_out.told)


def test_every_language_has_words_for_signs() -> None:
    assert SIGNS.keys() == set(KNOWN)


@pytest.mark.parametrize("language", sorted(SIGNS))
@pytest.mark.parametrize("compared", ["5>3", "5 > 3", "5 ＞ 3"])
def test_comparison_is_read_in_every_language(compared: str, language: str) -> None:
    assert read(compared, language) == f"5 {SIGNS[language].greater} 3"
    assert read(compared.translate(str.maketrans(">＞", "<＜")), language) == f"5 {SIGNS[language].less} 3"


@pytest.mark.parametrize(
    ("language", "written", "said"),
    [
        ("en", "2⁵, 10⁻³, 2¹⁰, x⁵, xⁿ", "2^5, 10^-3, 2^10, x^5, x^n"), ("en", "5 m², x², word¹, CO₂", "5 m², x², word¹, CO2"),
        ("zh", "2⁵和10⁻³", "2的五次方和10的负三次方"), ("zh", "2^2", "2的二次方"), ("yue", "10⁻³", "10嘅負三次方"), ("ja", "2⁵と2²と5m²", "2の5乗と2の2乗と5m²"),
        ("ko", "2⁵", "2의 5제곱"), ("es", "2⁵ y x²", "2 elevado a 5 y x²"), ("fr", "10⁻³", "10 puissance -3"), ("it", "2⁵", "2 elevato a 5"),
        ("pt", "2⁵", "2 elevado a 5"), ("hi", "2⁵", "2 की घात 5"),
        ("en", "x >= 5, y<=3, z != 2, 5 ≤ 6", "x is at least 5, y is at most 3, z is not equal to 2, 5 is at most 6"),
        ("en", "If a < b then c > d.", "If a is less than b then c is greater than d."), ("en", "> 5 people, -3 > -5", "is greater than 5 people, -3 is greater than -5"),
        ("en", "A → B, x -> y, a => b", "A to B, x to y, a to b"), ("ja", "東京→大阪", "東京 から 大阪"), ("hi", "दिल्ली → मुंबई", "दिल्ली से मुंबई"), ("zh", "北京→上海", "北京 到 上海"),
        ("en", "$5 > €3, 5 € < 6 €", "$5 is greater than €3, 5 € is less than 6 €"), ("en", "~5 people, 5~6", "about 5 people, 5~6"), ("zh", "-5℃~3℃，~5个", "-5℃~3℃，约 5个"), ("zh", "5 < ", "5 小于"),
    ],
)  # fmt: skip
def test_signs_between_operands_become_words(language: str, written: str, said: str) -> None:
    assert read(written, language) == said


@pytest.mark.parametrize(
    "text",
    [
        "Go <now> please",
        "<b>bold</b>",
        "List<String>",
        '<img src="a">',
        "<me@x.org>",
        "《书》",
        "hello → ",
        "Next >",
        "see ^_^",
        "https://x.org/~5",
    ],
)
def test_other_signs_are_not_made_words(text: str) -> None:
    assert read(text) == text.strip()


@pytest.mark.parametrize(
    "text",
    [
        "* item", "- a\n* b\n# Title\n> quote\n→ next\n★ star", "**bold** *it* _it_ ~~out~~ `code`", "这是**重点**内容", "列奥纳多·达·芬奇", "#旅行#", "好的~",
        "“quoted” «x» 'y'", "a - b — c – d", "Go <now> please", "<b>bold</b>", "TCP/IP", "one • two", "[a] {b} (c)", "see ※ here", "____", "* * *",
    ],
)  # fmt: skip
def test_typography_is_left_out_quietly(text: str) -> None:
    assert told(text) == ""


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("a|b", "|"), ("a | b", "|"), ("and/or", "/"), ("男/女", "/"), ("a~b", "~"), ("a^b", "^"), ("a\\b", "\\"), ("snake_case", "_"), ("x*y", "*"),
        ("see ← here ↑ ↓", "←↑↓"), ("hotel ★★★☆", "★★★☆"), ("Next >", ">"), ("5 < ", "<"), ("第#5", "#"), ("C#", "#"), ("→", "→"), ("a😀", "😀"),
    ],
)  # fmt: skip
def test_signs_that_mean_something_and_have_no_word_are_told(text: str, signs: str) -> None:
    assert told(text) == signs


@given(st.text(alphabet="ab1 5<>=*_~|/\\^#→★-\n中あ²⁵⁻"), st.sampled_from(sorted(SIGNS)))
def test_reading_signs_loses_no_letter_and_keeps_their_places(text: str, language: str) -> None:
    made = read_signs(Traced.of(text), language)
    kept = iter(made.text)
    assert all(char in kept for char in text if char in "ab中あ")
    assert all(0 <= start < end <= len(text) for start, end in zip(made.starts, made.ends, strict=True))


@pytest.mark.parametrize(
    "text",
    [
        "<" * 10_000,
        "<a" * 5_000,
        "#" * 10_000,
        "<a" + "=" * 9_998,
        "> " * 5_000,
        "a" + " " * 9_998 + "b",
        "x^" * 5_000,
        "->" * 5_000,
    ],
)
def test_hostile_signs_take_no_time(text: str) -> None:
    """A quadratic pattern would take minutes here; the runner's limit ends it."""
    LeftOut(text)
    read_signs(Traced.of(text), "en")


def test_small_kana_of_ainu_are_read() -> None:
    read_aloud = Japanese()
    assert read_aloud("モㇱㇼです").phonemes == read_aloud("モシリです").phonemes
    assert read_aloud("ㇷ゚").phonemes == "pɯ"


def test_what_open_jtalk_gives_nothing_back_for_is_told() -> None:
    assert Japanese()("ヽ?").unread == ("ヽ",)


@pytest.mark.parametrize(
    ("text", "hangul"), [("5 > 3", "오 크다 삼"), ("2⁵", "이이 오제곱"), ("서울→부산", "서우 레서 부산")]
)
def test_korean_says_signs(text: str, hangul: str) -> None:
    assert in_hangul(text) == hangul
    assert Korean()(text).unread == ()


def test_every_latin_letter_has_ascii_letters() -> None:
    letters = [chr(code) for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)) if chr(code).isalpha()]
    without = [c for c in letters if not folded(c).isalpha() and unicodedata.category(c) != "Lo"]
    assert without == ["Ɂ", "ɂ"]  # glottal stops
