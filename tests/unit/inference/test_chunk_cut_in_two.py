"""A chunk that would last too long is said in two parts, which together are the chunk."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_places import assert_words_in_order
from voxpod_inference.text.chunks import Chunk, cut_in_two
from voxpod_inference.text.spoken import Word

START = 7


@st.composite
def chunks(draw: st.DrawFn) -> Chunk:
    """Of words that are said as they are written, in capitals, and of marks, some of which are silent."""
    text, phonemes, words = "", "", []
    for letters, mark in draw(st.lists(st.tuples(st.text("abc", min_size=1, max_size=9), st.sampled_from([" ", ", ", "", "-"])), max_size=12)):
        words.append(Word(START + len(text), START + len(text + letters), len(phonemes), len(phonemes + letters)))
        text, phonemes = f"{text}{letters}{mark}", f"{phonemes}{letters.upper()}{mark.replace('-', '')}"
    return Chunk(text, START, phonemes, 0.3, tuple(words), 0.5, 2.0)


@given(chunk=chunks())
def test_parts_are_the_whole(chunk: Chunk) -> None:
    parts = cut_in_two(chunk)
    assert len(parts) == (2 if len(chunk.words) > 1 else 1)
    assert "".join(part.text for part in parts) == chunk.text
    assert "".join(part.phonemes for part in parts).replace(" ", "") == chunk.phonemes.replace(" ", "")
    assert [part.pause for part in parts] == [0.0, 0.3][-len(parts) :]
    assert {(part.rate, part.gain) for part in parts} == {(0.5, 2.0)}
    said = [(word.start, word.end, part.phonemes[word.first : word.last]) for part in parts for word in part.words]
    assert said == [(word.start, word.end, chunk.phonemes[word.first : word.last]) for word in chunk.words]
    start = START
    for part in parts:
        assert part.words or part == chunk
        assert part.start == start
        assert_words_in_order(part, start, start + len(part.text))
        start += len(part.text)


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        pytest.param("aaaa bbbb cccc dddd", ["aaaa bbbb ", "cccc dddd"], id="in the middle"),
        pytest.param("a, bbbb cccc dddd eeee", ["a, bbbb cccc ", "dddd eeee"], id="not at a comma far away"),
        pytest.param("aaaa, bbbb cccc dddd", ["aaaa, ", "bbbb cccc dddd"], id="at a comma near the middle"),
        pytest.param("aaaaaaaa", ["aaaaaaaa"], id="one word"),
    ],
)
def test_where_it_is_cut(text: str, cut: list[str]) -> None:
    words, at = [], 0
    for word in text.replace(",", " ").split():
        at = text.index(word, at)
        words.append(Word(at, at + len(word), at, at + len(word)))
    chunk = Chunk(text, 0, text, 0.0, tuple(words))
    assert [part.text for part in cut_in_two(chunk)] == cut
    assert cut_in_two(dataclasses.replace(chunk, words=())) == (dataclasses.replace(chunk, words=()),)
