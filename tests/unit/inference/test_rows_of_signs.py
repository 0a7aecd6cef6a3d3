"""No long row of signs reaches the model: after 20 exclamation marks it says words that nobody wrote."""

import re

import pytest

from voxpod_inference.text.frontend import FrontEnd, Limits
from voxpod_inference.text.spoken import PUNCTUATION, Spoken, plain_punctuation, spoken, tidy
from voxpod_inference.text.traced import Traced

LONG = re.compile(r"(?:[;:,.!?—…] ?){4,}|(?:[()\"“”] ?){4,}")


def letters(text: str) -> Spoken:
    """A reader that says what is written."""
    return spoken(Traced.of(text).each(plain_punctuation), ())


@pytest.mark.parametrize("sign", [*sorted(PUNCTUATION - {" "}), "?!", ". ", "— ", "!\n", "...\n", '"("', "！"])
@pytest.mark.parametrize("times", [1, 3, 4, 20, 200])
@pytest.mark.parametrize(("before", "after"), [("Hello", ""), ("", "hello"), ("one", "two"), ("One. ", " Two.")])
def test_model_gets_few_signs_in_a_row(sign: str, times: int, before: str, after: str) -> None:
    text = before + sign * times + after
    script = FrontEnd({"en": letters, "zh": letters}, Limits(180, 150), len).script(text, "en", "en")
    said = " ".join(chunk.phonemes for chunk in script.chunks)
    assert not LONG.search(said), said
    assert re.findall(r"\w+", said) == re.findall(r"\w+", text)
    assert [chunk.text[w.start - chunk.start : w.end - chunk.start] for chunk in script.chunks for w in chunk.words]
    for chunk in script.chunks:
        for word in chunk.words:
            assert chunk.phonemes[word.first : word.last] == text[word.start : word.end]


@pytest.mark.parametrize("written", ["a...", "a?!", "(“a.”) “b”", "a!!! b", "a.” — “b”"])
def test_what_people_write_is_kept(written: str) -> None:
    assert tidy(written) == written
