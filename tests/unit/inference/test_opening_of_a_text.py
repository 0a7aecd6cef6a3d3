"""What somebody who listens hears first: where a text is parted for it."""

import pytest

from lettered_chunk import a_chunk
from voxpod_inference.text.opening import LEAST, MOST, continuation_of, opening_of


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
            "This train is very modern beside what ran on the old line along the harbour for some time.",
            "This train ",
            id="not after a word that leads on to the next",
        ),
        pytest.param(
            "The station master opened every window of the building that looked out at the dark harbour.",
            "The station ",
            id="sooner, where a better place is far",
        ),
        pytest.param(
            "Yesterday engineers inspected nineteen bridges near Rotterdam harbour somewhere.",
            "Yesterday ",
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
    assert found[0].text == opening
    assert LEAST <= len(found[0].phonemes) <= MOST
    assert found[0].text + found[1].text == text


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


@pytest.mark.parametrize(
    ("language", "text", "opening"),
    [
        pytest.param(
            "en", "All of the old harbour was closed for some time.", "All of the old harbour ", id="en, short words"
        ),
        pytest.param(
            "en", "Flight 12345678 leaves for Rotterdam and Antwerp.", "Flight 12345678 leaves ", id="en, a figure"
        ),
        pytest.param(
            "ja",
            "としょかんでこどもたち が まいにちしずかにほんをよんでいます",
            "としょかんでこどもたち が ",
            id="ja, a particle",
        ),
    ],
)
def test_phrase_stays_together(language: str, text: str, opening: str | None) -> None:
    found = opening_of(a_chunk(text), language)
    assert (found[0].text if found else None) == opening


def test_opening_begins_where_the_chunk_does_and_has_its_words() -> None:
    chunk = a_chunk("When all the guests had left, she opened the window and looked out at the harbour.")
    found = opening_of(chunk, "en")
    assert found is not None
    opening, rest = found
    assert (opening.start, opening.words) == (0, chunk.words[:6])
    assert opening.pause > 0
    assert (rest.start, len(rest.words)) == (len(opening.text), len(chunk.words) - 6)


@pytest.mark.parametrize(
    ("most", "piece"),
    [
        pytest.param(40, "When all the guests had left, ", id="to the end of a clause"),
        pytest.param(64, "When all the guests had left, she opened the window ", id="as much as there is time for"),
        pytest.param(24, "When all the guests ", id="less, and not after a word that leads on"),
        pytest.param(8, None, id="nothing so short"),
    ],
)
def test_what_follows_an_opening_is_as_long_as_there_is_time_for(most: int, piece: str | None) -> None:
    chunk = a_chunk("When all the guests had left, she opened the window and looked out at the harbour.")
    found = continuation_of(chunk, "en", most)
    assert (found[0].text if found else None) == piece
