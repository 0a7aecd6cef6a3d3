"""Rows of signs put no word into what is heard, and figures are heard as written.

After 20 exclamation marks the model said words that nobody wrote; 14B was heard as fourteen billion, 25 µg as 25 g.
"""

import re
from collections.abc import Callable

import pytest
from voxpod_bench.quality.recogniser import Recogniser
from voxpod_bench.quality.speaking import speaker

from voxpod_inference.engines.base import Synthesizer

pytestmark = [pytest.mark.model, pytest.mark.quality, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

ROWS = [
    "!" * 20,
    "!" * 30,
    "." * 40,
    "?" * 40,
    "…" * 12,
    '"' * 40,
    "?!" * 15,
    " — " * 12,
    "=" * 30,
    "*" * 20,
    ". " * 20,
]
TEXT = "Please wait for me at the station{} and then we go home together"
FORMS = [
    ("Your seat is 14B, please go to gate 12B.", "14b 12b"),
    ("Give the patient 25 µg of it now.", "25 micrograms"),
    ("The lake has about 10²³ drops of water in it.", "10 23rd"),
    ("They left at 7:42 in the morning.", "7 42"),
    ("It cost him $1,249.50 last year.", "1 249 50"),
    ("The temperature fell to -12°C at night.", "minus 12"),
    ("She won 52.3% of the vote.", "52 3"),
    ("The flight takes 2h30m from here.", "hours 30 minutes"),
    ("We are open Mon-Fri from nine to five.", "monday friday"),
    ("The card ending in 4242 was charged.", "4242"),
]


def words(heard: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", heard.lower())


@pytest.fixture(scope="module")
def heard(engine: Synthesizer, recogniser: Recogniser) -> Callable[[str], list[str]]:
    """The words that are heard of a text."""
    speak = speaker(engine, "af_heart")
    return lambda text: words(recogniser.hear(speak(text), engine.sample_rate, "en"))


@pytest.fixture(scope="module")
def plain(heard: Callable[[str], list[str]]) -> list[str]:
    """What is heard with a full stop in the place of the row."""
    return heard(TEXT.format("."))


@pytest.mark.parametrize("row", ROWS)
def test_row_of_signs_adds_no_word(heard: Callable[[str], list[str]], plain: list[str], row: str) -> None:
    assert heard(TEXT.format(f"{row} ")) == plain
    assert heard(f"Hello my friend{row}") == ["hello", "my", "friend"]


def test_figures_are_heard_as_written(engine: Synthesizer, recogniser: Recogniser, measured: dict[str, str]) -> None:
    speak = speaker(engine, "af_heart")
    heard = {text: recogniser.hear(speak(text), engine.sample_rate, "en") for text, _ in FORMS}
    missing = {heard[text]: wanted for text, wanted in FORMS if not _in_order(wanted, heard[text])}
    measured["figures understood, en"] = f"{len(FORMS) - len(missing)} of {len(FORMS)}"
    assert not missing


def _in_order(wanted: str, heard: str) -> bool:
    plain = heard.lower().replace("°", " degrees").replace("µ", "micro")
    at = 0
    for word in wanted.split():
        at = plain.find(word, at)
        if at < 0:
            return False
        at += len(word)
    return True
