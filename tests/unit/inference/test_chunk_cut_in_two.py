"""A chunk that would last too long is said in two parts, which together are the chunk."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_places import assert_words_in_order
from voxpod_inference.text.chunks import CLAUSE_PAUSE, SENTENCE_PAUSE, Chunk, cut_in_two
from voxpod_inference.text.spoken import Word

START = 7
MARKS = (" ", ", ", "", "-", " “", " (", ") ", ". ")


def chunk_of(pieces: list[tuple[str, str]]) -> Chunk:
    """Of words that are said as they are written, in capitals, and of the marks after them, of which the hyphen is silent."""
    text, phonemes, words = "", "", []
    for letters, mark in pieces:
        words.append(Word(START + len(text), START + len(text + letters), len(phonemes), len(phonemes + letters)))
        text, phonemes = f"{text}{letters}{mark}", f"{phonemes}{letters.upper()}{mark.replace('-', '')}"
    return Chunk(text, START, phonemes, 0.7, tuple(words), 0.5, 2.0)


@given(
    pieces=st.lists(st.tuples(st.text("abc", min_size=1, max_size=9), st.sampled_from(MARKS)), min_size=2, max_size=12)
)
def test_parts_are_the_whole(pieces: list[tuple[str, str]]) -> None:
    chunk = chunk_of(pieces)
    parts = cut_in_two(chunk)
    assert "".join(part.text for part in parts) == chunk.text
    assert "".join(part.phonemes for part in parts).replace(" ", "") == chunk.phonemes.replace(" ", "")
    assert parts[1].pause == 0.7
    assert {(part.rate, part.gain) for part in parts} == {(0.5, 2.0)}
    said = [(word.start, word.end, part.phonemes[word.first : word.last]) for part in parts for word in part.words]
    assert said == [(word.start, word.end, chunk.phonemes[word.first : word.last]) for word in chunk.words]
    start = START
    for part in parts:
        assert part.words
        assert part.start == start
        assert_words_in_order(part, start, start + len(part.text))
        start += len(part.text)
    assert not parts[0].phonemes.endswith(("(", "“"))


@pytest.mark.parametrize(
    ("text", "cut", "pause"),
    [
        pytest.param("aaaa bbbb cccc dddd", ["aaaa bbbb ", "cccc dddd"], 0, id="in the middle"),
        pytest.param("a, bbbb cccc dddd eeee", ["a, bbbb cccc ", "dddd eeee"], 0, id="not at a comma far away"),
        pytest.param(
            "aaaa, bbbb cccc dddd", ["aaaa, ", "bbbb cccc dddd"], CLAUSE_PAUSE, id="at a comma near the middle"
        ),
        pytest.param("aaaa bbbb. cccc dddd", ["aaaa bbbb. ", "cccc dddd"], SENTENCE_PAUSE, id="after a sentence"),
        pytest.param(
            "aaaa, bb “cccc dddd", ["aaaa, ", "bb “cccc dddd"], CLAUSE_PAUSE, id="an opening quote is no clause"
        ),
        pytest.param("aaaa bbbb (cccc dddd", ["aaaa bbbb ", "(cccc dddd"], 0, id="a bracket goes with what it opens"),
    ],
)
def test_where_it_is_cut(text: str, cut: list[str], pause: float) -> None:
    words, at = [], 0
    for word in "".join(c if c.isalpha() else " " for c in text).split():
        at = text.index(word, at)
        words.append(Word(at, at + len(word), at, at + len(word)))
    first, second = cut_in_two(Chunk(text, 0, text, 0.0, tuple(words)))
    assert [first.text, second.text] == cut
    assert first.phonemes == first.text.rstrip()
    assert first.pause == pause


@pytest.mark.parametrize(
    ("phonemes", "parts"),
    [
        pytest.param("wˈʌn tˈuː, θɹˈiː", ["wˈʌn tˈuː,", "θɹˈiː"], id="at a space, after a comma"),
        pytest.param("aaaaaaaaa", ["aaaaa", "aaaa"], id="anywhere"),
    ],
)
def test_what_is_one_word_is_cut_within(phonemes: str, parts: list[str]) -> None:
    chunk = Chunk("<sub>x</sub>", 3, phonemes, 0.0, (Word(8, 9, 0, len(phonemes)),))
    first, second = cut_in_two(chunk)
    assert [first.phonemes, second.phonemes] == parts
    assert (first.text, second.text, second.start) == (chunk.text, "", 15)
    assert first.words == (Word(8, 9, 0, len(first.phonemes)),)
    assert second.words == (Word(8, 9, 0, len(second.phonemes)),)
