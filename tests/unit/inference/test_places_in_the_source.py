"""Chunks and words are where the source has them, for any text and any markup; and no text is more than refused."""

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_places import assert_chunks_are_the_source
from spelling_reader import Spelling, front_end, said, written
from voxpod_inference.errors import InputError
from voxpod_inference.text.frontend import FrontEnd, Limits
from voxpod_inference.text.languages import KNOWN
from voxpod_inference.text.spoken import Spoken

PIECES = st.sampled_from(
    ["a", "Word ", "no. ", "Dr. ", "我", "们。", "の", "한국", "हिन्दी।", "5", "3.5", ", ", ". ", "?! ", "…", "\n", " ", "”", "(", "<lang=es>", "</lang>", "<", ">",
     "\u200b", "\u202e", "e\u0301", "😀", "\ud800", "http://a.b/c ", "嘅", "—"]
)  # fmt: skip
TEXT = st.lists(PIECES, max_size=60).map("".join)


@given(TEXT, st.integers(8, 60))
def test_words_are_in_order_and_say_what_stands_there(text: str, most: int) -> None:
    try:
        script = front_end(most, most // 2).script(text, "auto", "en")
    except InputError:
        return
    assert_chunks_are_the_source(script, text)
    assert all(len(chunk.phonemes) <= most for chunk in script.chunks)
    for source, sound in written(script, text):
        assert re.sub("[\u200b\u202e\ud800]|<lang=es>|</lang>", "", source).replace("e\u0301", "é") == sound


@given(st.text(), st.sampled_from(["auto", *KNOWN]), st.sampled_from(KNOWN))
def test_any_characters_are_spoken_or_refused(text: str, language: str, fallback: str) -> None:
    try:
        script = front_end(30, 20).script(text, language, fallback)
    except InputError:
        return
    assert_chunks_are_the_source(script, text)


@given(TEXT)
def test_everything_that_can_be_read_is_said_in_order(text: str) -> None:
    plain = text.replace("<lang=es>", "").replace("</lang>", "")
    try:
        script = front_end(40, 20).script(plain, "auto", "en")
    except InputError:
        return
    letters = [c for c in plain.replace("e\u0301", "é") if c.isalnum()]
    assert [c for c in said(script) if c.isalnum()] == letters


def test_reader_without_words_makes_one_of_what_it_read() -> None:
    front = FrontEnd({"en": lambda text: Spoken(text.strip())}, Limits(500, 150), len)
    text = "  “Hello you.” "
    script = front.script(text, "auto", "en")
    assert written(script, text) == [("Hello you", "“Hello you.”")]


def test_words_of_joined_sentences_are_counted_through() -> None:
    text = "One two. Three.\nFour 五"
    script = front_end().script(text, "auto", "en")
    assert [c.phonemes for c in script.chunks] == ["One two. Three. Four 五"]
    assert written(script, text) == [(w, w) for w in ["One", "two", "Three", "Four", "五"]]


def test_replacement_longer_than_the_model_takes_is_cut_and_keeps_its_place() -> None:
    source = f'<speak>a <sub alias="{"b " * 30}">x</sub> c</speak>'
    script = front_end(most=20, preferred=10).script(source, "auto", "en", ssml=True)
    assert_chunks_are_the_source(script, source)
    assert said(script).replace(" | ", " ") == "a " + "b " * 30 + "c"
    words = [source[w.start : w.end] for c in script.chunks for w in c.words]
    assert [word for word, _ in itertools.groupby(words)] == ["a", "x", "c"]
    assert all(chunk.words for chunk in script.chunks)


def test_given_sound_longer_than_the_model_takes_is_cut_between_its_words() -> None:
    source = f'<speak><phoneme alphabet="x-kokoro" ph="{"abc " * 10}">x</phoneme></speak>'
    script = front_end(most=10, preferred=10).script(source, "auto", "en", ssml=True)
    assert_chunks_are_the_source(script, source)
    assert [c.phonemes.strip() for c in script.chunks] == ["abc abc"] * 5


def test_punctuation_before_a_full_chunk_loses_no_words() -> None:
    text = "... " + "a" * 20
    assert said(front_end(most=20, preferred=10).script(text, "auto", "en")).count("a") == 20


@pytest.mark.parametrize("ssml", [False, True])
@pytest.mark.parametrize(
    "text", ["", " ", "\n\n\t", "...", "?!", "😀👨‍👩‍👧", "“”", "\u200b\u202e\u2066", "\ud800\udc00", "—", "।"]
)
def test_text_without_sound_is_refused(text: str, ssml: bool) -> None:
    with pytest.raises(InputError) as refused:
        front_end().script(f"<speak>{text}</speak>" if ssml else text, "auto", "en", ssml=ssml)
    assert refused.value.reason == ("InputRefused" if ssml and "\ud800" in text else "TextEmpty")


@pytest.mark.parametrize(
    ("piece", "language"),
    [
        *((piece, "auto") for piece in ["a", "我", "あ", "한", "ह", "1", ".", ",", "a.", "A. ", "我，", "1,", "?a", "”", "a b ", "我a", "<", "a\u200b", "a\n", "e\u0301", "…"]),
        *((piece, language) for piece in ["ñ", "ß, "] for language in ("es", "fr", "it", "pt")),
    ],
)  # fmt: skip
def test_ten_thousand_characters_are_read_a_few_times_and_said_whole(piece: str, language: str) -> None:
    text = piece * (10_000 // len(piece))
    readers = {name: Spelling() for name in KNOWN}
    front = FrontEnd(readers, Limits(510, 150), len)
    if any(char.isalnum() for char in text):
        script = front.script(text, language, "en")
        assert_chunks_are_the_source(script, text)
        assert all(len(chunk.phonemes) <= 510 for chunk in script.chunks)
    else:
        with pytest.raises(InputError, match="none of them can be spoken"):
            front.script(text, language, "en")
    asked = [part for reader in readers.values() for part in reader.asked]
    assert sum(map(len, asked)) <= 4 * len(text)
