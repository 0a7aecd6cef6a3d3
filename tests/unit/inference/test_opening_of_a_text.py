"""What somebody who listens hears first: where a text is parted for it."""

import pytest

from voxpod_inference.text.chunks import Chunk
from voxpod_inference.text.opening import LEAST, MOST, opening_of
from voxpod_inference.text.spoken import Word


def a_chunk(text: str) -> Chunk:
    """Each letter is a phoneme of its own."""
    words, at = [], 0
    for written in text.split(" "):
        letters = written.rstrip(",.;")
        words.append(Word(at, at + len(letters), at, at + len(letters)))
        at += len(written) + 1
    return Chunk(text, 0, text, 0.3, tuple(words))


@pytest.mark.parametrize(
    ("text", "opening"),
    [
        pytest.param(
            "When all the guests had left, she opened the window and looked out at the harbour.",
            "When all the guests had left, ",
            id="a clause",
        ),
        pytest.param(
            "It was late already. She opened the window and looked out at the harbour.",
            "It was late already. ",
            id="a sentence",
        ),
        pytest.param(
            "Yes, she opened windows and looked out at the dark harbour for some time.",
            "Yes, she opened windows ",
            id="not a lone word, but before one that joins",
        ),
        pytest.param(
            "The train to London leaves from platform nine at twelve minutes past four in the afternoon.",
            "The train to London ",
            id="not after a word that leads on to the next",
        ),
        pytest.param(
            "The station master opened every window of the building that looked out at the dark harbour.",
            "The station ",
            id="sooner, where a better place is far",
        ),
        pytest.param(
            "Seventeen engineers inspected nineteen bridges yesterday afternoon somewhere.",
            "Seventeen engineers ",
            id="before any word where there is none",
        ),
        pytest.param(
            "The old harbour bridge, and all that belonged to it, was closed for the whole of that winter.",
            "The old harbour bridge, ",
            id="the first of several",
        ),
    ],
)
def test_text_is_parted_where_it_can_be_heard_as_natural(text: str, opening: str) -> None:
    found = opening_of(a_chunk(text), "en")
    assert found is not None
    assert found.text == opening
    assert LEAST <= len(found.phonemes) <= MOST


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Good evening.", id="short"),
        pytest.param("She opened windows.", id="not worth saying it twice"),
        pytest.param("x" * 150, id="one word"),
        pytest.param("", id="nothing"),
    ],
)
def test_short_text_has_no_opening(text: str) -> None:
    assert opening_of(a_chunk(text), "en") is None


def test_opening_begins_where_the_chunk_does_and_has_its_words() -> None:
    chunk = a_chunk("When all the guests had left, she opened the window and looked out at the harbour.")
    found = opening_of(chunk, "en")
    assert found is not None
    assert (found.start, found.words) == (0, chunk.words[:6])
    assert found.pause > 0
