"""Rewritten text still knows what was written."""

import re

from hypothesis import given
from hypothesis import strategies as st

from source_places import assert_words_in_order
from voxpod_inference.text.spoken import PUNCTUATION, Word, spoken
from voxpod_inference.text.traced import Traced

TEXT = st.text(alphabet="ab1, .x", max_size=30)
RULES = (
    (re.compile(r"\d+"), "one two"),
    (re.compile(r"(a)( ?)(b)"), lambda m: [("A", 1), ("-", 0), ("B", 3)]),
    (re.compile(r"two|x"), ""),
    (re.compile(r"(?<=a)(?=b)"), " "),
    (re.compile(r" +"), " "),
)


@given(TEXT)
def test_what_was_rewritten_ascends_and_lies_inside_what_was_written(text: str) -> None:
    rewritten = Traced.of(text)
    for pattern, replacement in RULES:
        rewritten = rewritten.sub(pattern, replacement)  # type: ignore[arg-type]
    assert len(rewritten.text) == len(rewritten.starts) == len(rewritten.ends)
    assert list(rewritten.starts) == sorted(rewritten.starts)
    assert list(rewritten.ends) == sorted(rewritten.ends)
    assert all(0 <= start <= end <= len(text) for start, end in zip(rewritten.starts, rewritten.ends, strict=True))


@given(TEXT)
def test_substitution_writes_what_the_regular_expression_module_would(text: str) -> None:
    pattern, replacement = re.compile(r"(\d)(a?)"), r"<\2\1>"
    assert Traced.of(text).sub(pattern, replacement).text == pattern.sub(replacement, text)


def test_parts_of_a_replacement_come_from_the_groups_they_name() -> None:
    date = Traced.of("on Nov. 24 now").sub(
        re.compile(r"(Nov)\. (\d+)"), lambda m: [("November", 1), (" ", 0), ("twenty fourth", 2)]
    )
    assert date.text == "on November twenty fourth now"
    assert date.source(3, 11) == (3, 6)
    assert date.source(12, 25) == (8, 10)
    assert date.source(26, 29) == (11, 14)


def test_rewriting_what_was_rewritten_keeps_the_whole_source() -> None:
    text = Traced.of("costs $5!").sub(re.compile(r"\$(\d)"), r"\1 dollars").sub(re.compile(r"5 d"), "five d")
    assert text.text == "costs five dollars!"
    assert text.source(6, 10) == (6, 8)
    assert text.source(18, 19) == (8, 9)


def test_spoken_words_are_grouped_by_what_was_written() -> None:
    said = spoken(Traced.joined([("wʌn", (0, 2)), (" ", (0, 2)), ("tu", (0, 2)), (", ", (2, 3)), ("θɹi ", (4, 5))]), ())
    assert said.phonemes == "wʌn tu, θɹi"
    assert said.words == (Word(0, 2, 0, 6), Word(4, 5, 8, 11))


def test_words_that_touch_are_one_only_where_the_language_says_so() -> None:
    phonemes = Traced.joined([("a", (0, 1)), ("b", (1, 2)), (" c", (2, 3)), ("d", (4, 5))])
    assert [(w.start, w.end) for w in spoken(phonemes, ()).words] == [(0, 1), (1, 2), (2, 3), (4, 5)]
    assert [(w.start, w.end) for w in spoken(phonemes, (), glued=True).words] == [(0, 3), (4, 5)]


@given(st.lists(st.tuples(st.sampled_from(["ab", " ", ", ", "c d", "“"]), st.integers(0, 3)), max_size=12))
def test_words_ascend_and_hold_all_sound(pieces: list[tuple[str, int]]) -> None:
    made, at = [], 0
    for text, length in pieces:
        made.append((text, (at, at + length + 1)))
        at += length + 1
    said = spoken(Traced.joined(made), ())
    assert_words_in_order(said, 0, at)
    heard = {i for w in said.words for i in range(w.first, w.last)}
    assert all(i in heard for i, p in enumerate(said.phonemes) if p not in PUNCTUATION)
