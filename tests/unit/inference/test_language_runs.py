"""Which part of a text is read in which language."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxpod_inference.errors import InputError
from voxpod_inference.text.runs import language_runs

SPOKEN_LETTERS = st.text(alphabet="abcZé 我们東京のアー。，、.!?0123456789-%\n😀'’")


def runs(text: str, language: str = "auto", fallback: str = "en") -> list[tuple[str, str]]:
    return [(text[r.start : r.end], r.language) for r in language_runs(text, language, fallback)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Hello, world!", [("Hello, world!", "en")], id="english"),
        pytest.param("我用 Kubernetes 部署。", [("我用 ", "zh"), ("Kubernetes ", "en"), ("部署。", "zh")], id="word in chinese"),
        pytest.param("東京タワーです。", [("東京タワーです。", "ja")], id="kana makes han japanese"),
        pytest.param("東京です\n北京很大", [("東京です\n", "ja"), ("北京很大", "zh")], id="line by line"),
        pytest.param("我有3个 apple", [("我有3个 ", "zh"), ("apple", "en")], id="digits in chinese"),
        pytest.param("用GPT-4写", [("用", "zh"), ("GPT-4", "en"), ("写", "zh")], id="figure glued to a word"),
        pytest.param("iPhone 15を買う", [("iPhone ", "en"), ("15を買う", "ja")], id="figure before japanese"),
        pytest.param("跑了100km了", [("跑了100km了", "zh")], id="unit after a figure"),
        pytest.param("run 100km", [("run 100km", "en")], id="unit in english"),
        pytest.param("2026", [("2026", "en")], id="figures alone take the fallback"),
        pytest.param("π is 3", [("π is 3", "en")], id="greek letter as a symbol"),
    ],
)
def test_parts_and_their_languages(text: str, expected: list[tuple[str, str]]) -> None:
    assert runs(text) == expected


def test_requested_language_decides_what_han_is_read_as() -> None:
    assert runs("東京", "ja") == [("東京", "ja")]
    assert runs("东京タワー", "zh") == [("东京", "zh"), ("タワー", "ja")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("Hi 안녕하세요", "characters 3 to 8 of the text ('안녕하세요') are in Korean (ko)", id="korean"),
        pytest.param("我哋喺度", "in Cantonese (yue)", id="cantonese"),
        pytest.param("Привет", "written in Cyrillic script", id="cyrillic"),
        pytest.param("สวัสดี", "written in Thai script", id="thai"),
        pytest.param("नमस्ते", "written in Devanagari script", id="hindi"),
        pytest.param("مرحبا", "written in Arabic script", id="arabic"),
        pytest.param("λόγος", "written in Greek script", id="greek word"),
    ],
)
def test_language_that_nobody_speaks_is_refused_with_its_place(text: str, said: str) -> None:
    with pytest.raises(InputError) as refused:
        language_runs(text, "auto", "en")
    assert refused.value.reason == "LanguageNotSupported"
    assert said in str(refused.value)


@given(SPOKEN_LETTERS, st.sampled_from(["auto", "en", "zh", "ja"]))
def test_runs_cover_the_text_without_gap_or_overlap(text: str, language: str) -> None:
    found = language_runs(text, language, "en")
    assert "".join(text[r.start : r.end] for r in found) == text
    assert all(a.language != b.language for a, b in itertools.pairwise(found))
