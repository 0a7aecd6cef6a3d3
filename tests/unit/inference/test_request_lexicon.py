"""A request's lexicon: which words it replaces, with what, and how a wrong entry is told."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_places import assert_chunks_are_the_source
from spelling_reader import front_end, joined, said, written
from voxpod_inference.errors import InputError


def spoken(text: str, lexicon: dict[str, str], *, ssml: bool = False) -> str:
    script = front_end().script(text, "auto", "en", ssml=ssml, lexicon=lexicon)
    assert joined(script.chunks) == text
    return said(script)


@pytest.mark.parametrize(
    ("text", "lexicon", "phonemes"),
    [
        pytest.param("Run k8s now", {"k8s": "Kubernetes"}, "Run Kubernetes now", id="another text"),
        pytest.param(
            "SQL, sql, MySQL",
            {"sql": "sequel"},
            "sequel, sequel, MySQL",
            id="lower case matches any case, whole words only",
        ),
        pytest.param("IT or it", {"IT": "eye tee"}, "eye tee or it", id="capitals match themselves"),
        pytest.param("a Voxpod.", {"Voxpod": "/vɑks/"}, "a vɑks.", id="ipa"),
        pytest.param("重庆人", {"重庆": "pinyin:chong2 qing4"}, "ꭧʰʊ↗ŋʨʰi↘ŋ 人", id="pinyin"),
        pytest.param("重庆人", {"重庆": "pinyin:chóng qìng"}, "ꭧʰʊ↗ŋʨʰi↘ŋ 人", id="pinyin with marks"),
        pytest.param("北京大学生", {"北京": "A", "北京大学": "B"}, "B 生", id="longest han match"),
        pytest.param("서울은 크다", {"서울": "A"}, "A 은 크다", id="korean noun before its ending"),
        pytest.param(
            "Voxpod's, don't, don",
            {"voxpod": "x", "don": "y"},
            "x s, don t, y",
            id="owner's s, but no part of a contraction",
        ),
        pytest.param(
            "Voxpod's Bosch's", {"voxpod": "/vɑkspɑd/", "bosch": "/bɑʃ/"}, "vɑkspɑdz bɑʃɪz", id="owner's s after ipa"
        ),
        pytest.param("New York, New Yorker", {"New York": "NY"}, "NY, New Yorker", id="two words"),
        pytest.param(
            "AT&T x_a a1 a", {"at&t": "eighty", "a": "b"}, "eighty x_a a1 b", id="signs, underscores and figures"
        ),
        pytest.param("a b", {"a": "b", "b": "c"}, "b c", id="not applied twice"),
        pytest.param(
            "wo\u200brd cafe\u0301",
            {"word": "x", "café": "y"},
            "x y",
            id="unseen characters and accents do not hide a word",
        ),
        pytest.param("cafe\u0301 CAFÉ", {"cafe\u0301": "tea"}, "tea tea", id="accents apart in the lexicon"),
        pytest.param(
            "e\u0323\u0301 ẹ\u0301", {"ẹ\u0301": "x"}, "x x", id="letter with a mark that never becomes one with it"
        ),
        pytest.param("か\u0301\u0323", {"か": "x"}, "か", id="no part of a letter"),
        pytest.param("x" * 65, {"x" * 64: "y"}, "x" * 65, id="longest key"),
    ],
)
def test_words_are_replaced(text: str, lexicon: dict[str, str], phonemes: str) -> None:
    assert spoken(text, lexicon) == phonemes


def test_markup_is_never_replaced() -> None:
    lexicon = {"lang": "X", "speak": "X", "w3c": "X", "b": "X", "time": "X", "at&t": "Y", "zh": "X"}
    source = '<speak>w3c <sub alias="b b">w3c</sub> <phoneme alphabet="x-kokoro" ph="time">b</phoneme><break time="1s"/> AT&amp;T</speak>'
    assert spoken(source, lexicon, ssml=True) == "X b b time | Y"
    assert spoken("<lang=zh>b</lang> lang", lexicon) == "X X"
    assert spoken('<speak><sub alias="b">w3c</sub></speak>', lexicon, ssml=True) == "b"


def test_match_does_not_reach_over_a_break_or_a_change_of_style() -> None:
    lexicon = {"new york": "X"}
    assert spoken('<speak>New <break time="1s"/>York</speak>', lexicon, ssml=True) == "New | York"
    assert spoken('<speak>New <prosody rate="2">York</prosody></speak>', lexicon, ssml=True) == "New | York"
    assert spoken('<speak><break time="1s"/>New York</speak>', lexicon, ssml=True) == " | X"


def test_replaced_word_is_one_word_of_the_source() -> None:
    text = "Our k8s and 重庆"
    script = front_end().script(text, "auto", "en", lexicon={"k8s": "very big cluster", "重庆": "pinyin:ma1"})
    assert written(script, text) == [("Our", "Our"), ("k8s", "very big cluster"), ("and", "and"), ("重庆", "ma→")]


def test_replacement_in_another_language_is_read_in_it() -> None:
    script = front_end(languages=("en", "zh")).script("Hello", "auto", "en", lexicon={"hello": "你好"})
    assert script.language == "zh"


@pytest.mark.parametrize(
    ("lexicon", "told"),
    [
        pytest.param({"": "x"}, "lexicon entry '': a word has 1 to 64 characters", id="empty word"),
        pytest.param({" a": "x"}, "lexicon entry ' a': a word has", id="space"),
        pytest.param({"...": "x"}, "lexicon entry '...': a word has", id="no letter"),
        pytest.param({"a" * 65: "x"}, "a word has 1 to 64 characters", id="long word"),
        pytest.param(
            {"a": " "}, "lexicon entry 'a': a text, /IPA/ or pinyin:... of 1 to 256 characters", id="empty value"
        ),
        pytest.param({"a": "x" * 257}, "lexicon entry 'a': a text, /IPA/ or pinyin:... of 1 to 256", id="long value"),
        pytest.param(
            {"行": "pinyin:hang9"}, "lexicon entry '行': 'hang9' in 'hang9' is no syllable of pinyin", id="pinyin"
        ),
        pytest.param({"行": "pinyin:"}, "lexicon entry '行': no syllable after pinyin:", id="no pinyin"),
        pytest.param(
            {f"w{i}": "x" for i in range(501)}, "the lexicon has 501 entries; at most 500 are accepted", id="many"
        ),
        pytest.param(
            {"a": "\u200b"},
            "lexicon entry 'a': no sound is in '\\u200b'; a text, /IPA/ or pinyin:...",
            id="value that nobody sees",
        ),
        pytest.param({"a": "/ˈ/"}, "lexicon entry 'a': no sound is in '/ˈ/'", id="stress alone"),
        pytest.param({"a": "/ /"}, "lexicon entry 'a': no sound is in '/ /'", id="space between slashes"),
        pytest.param({"a": "\ud800"}, "lexicon entry 'a': no sound is in '\\ud800'", id="half a character"),
        pytest.param({"a": "..."}, "lexicon entry 'a': no sound is in '...'", id="punctuation alone"),
        pytest.param({"\u200b": "x"}, "lexicon entry '\\u200b': a word has 1 to 64", id="word that nobody sees"),
        pytest.param(
            {"é": "x", "e\u0301": "y"},
            "lexicon entry 'e\u0301': the word is there twice, written with other code points",
            id="twice",
        ),
        pytest.param({"a": 5}, "lexicon entry 'a': 5; a text is accepted", id="number"),
    ],
)
def test_wrong_entry_is_named(lexicon: dict[str, str], told: str) -> None:
    with pytest.raises(InputError) as refused:
        front_end().script("a", "auto", "en", lexicon=lexicon)
    assert refused.value.reason == "InputRefused"
    assert told in str(refused.value)


WORDS = st.text(alphabet="abAB1我们'&-é\u200b한 .", max_size=6)


@given(
    st.dictionaries(WORDS, WORDS | st.sampled_from(["/a/", "pinyin:ma1"]), max_size=6),
    st.text(alphabet="abAB1我们'&-é\u200b한 .\n", max_size=60),
)
def test_any_lexicon_is_applied_or_refused(lexicon: dict[str, str], text: str) -> None:
    try:
        script = front_end(most=12, preferred=8).script(text, "auto", "en", lexicon=lexicon)
    except InputError:
        return
    assert_chunks_are_the_source(script, text)


LETTERS = st.text(alphabet="aeouéñüåçẹệÉÑがプ한국各x", min_size=1, max_size=5)
FORMS = st.sampled_from(["NFC", "NFD"])


@given(LETTERS, FORMS, FORMS)
def test_word_is_found_however_its_accents_are_written(word: str, in_lexicon: str, in_text: str) -> None:
    text = f". {unicodedata.normalize(in_text, word)} ."
    script = front_end().script(text, "auto", "en", lexicon={unicodedata.normalize(in_lexicon, word): "/xyz/"})
    assert written(script, text) == [(unicodedata.normalize(in_text, word), "xyz")]


@given(
    st.sampled_from(["{}", "/{}/", "pinyin:{}"]),
    st.text(max_size=4) | st.text(alphabet="ˈˌːʰ. |'\u0361\u200b\u0301˥", max_size=4),
)
def test_value_sounds_or_is_refused_or_warned_of(shape: str, value: str) -> None:
    try:
        script = front_end().script("Voxpod end", "auto", "en", lexicon={"Voxpod": shape.format(value)})
    except InputError:
        return
    marks = "" if shape == "{}" else "ˈˌːʰ˥"  # as text they are read like letters
    said_for_it = said(script).removesuffix("end")
    assert any(char.isalnum() and char not in marks for char in said_for_it) or script.warnings


@pytest.mark.parametrize(
    ("entries", "text", "says"),
    [
        pytest.param({"don't": "do not"}, "I don’t know", "I do not know", id="apostrophe"),
        pytest.param({"don’t": "do not"}, "I don't know", "I do not know", id="apostrophe of the key"),
        pytest.param({"e-mail": "letter"}, "my e\u2011mail", "my letter", id="hyphen that does not break"),
        pytest.param({"New York": "Big Apple"}, "in New  York now", "in Big Apple now", id="two spaces"),
        pytest.param(
            {"New York": "Big Apple"}, "in New\u00a0York now", "in Big Apple now", id="space that does not break"
        ),
        pytest.param({"New York": "Big Apple"}, "in New\nYork now", "in Big Apple now", id="line end"),
        pytest.param({"New York": "Big Apple"}, "New\n\nYork", "New York", id="not over a paragraph"),
        pytest.param({"1": "one"}, "1.5 and 1,000 and 1", "1.5 and 1,000 and one", id="no word inside a number"),
    ],
)
def test_typography_does_not_hide_a_word(entries: dict[str, str], text: str, says: str) -> None:
    script = front_end().script(text, "en", "en", lexicon=entries)
    heard = " ".join(chunk.phonemes for chunk in script.chunks)
    assert re.findall(r"\w+", heard) == re.findall(r"\w+", says)
    assert joined(script.chunks) == text


@pytest.mark.parametrize(
    ("text", "word"),
    [("रामायण और राम", "राम"), ("नमस्तेजी नमस्ते", "नमस्ते"), ("हिन्दी हिन", "हिन"), ("की कीमत", "की")],
    ids=["before a vowel sign", "before a letter", "before a virama", "after nothing"],
)
def test_hindi_words_are_matched_whole(text: str, word: str) -> None:
    script = front_end().script(text, "hi", "hi", lexicon={word: "hello"})
    assert [pair for pair in written(script, text) if "hello" in pair[1]] == [(word, "hello")]
