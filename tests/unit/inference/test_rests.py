"""Sentences and lines that a model runs together get the silence that is due between them, and words keep their times."""

import numpy as np
import pytest

from spelling_reader import front_end
from voxpod_inference.audio.samples import quiet_end
from voxpod_inference.engines.base import WordTime
from voxpod_inference.engines.rests import Gap, moved, with_rests
from voxpod_inference.text.chunks import cut_in_two

RATE = 1_000


def sound(*seconds: float) -> np.ndarray:
    """Noise and silence in turn, of so many seconds each."""
    noise = np.random.default_rng(1).uniform(0.2, 0.5, 10_000).astype(np.float32)
    parts = [noise[: round(s * RATE)] if at % 2 == 0 else np.zeros(round(s * RATE)) for at, s in enumerate(seconds)]
    return np.concatenate(parts).astype(np.float32)


@pytest.mark.parametrize("there", [0.05, 0.1, 0.2])
def test_what_is_missing_of_a_silence_is_put_in(there: float) -> None:
    longer, (rest,) = with_rests(sound(1.0, there, 1.0), [Gap(1.0, 1.0 + there, 0.3, 2)], RATE)
    assert len(longer) == 2_300
    assert not longer[1_005:1_295].any()
    assert rest.seconds == pytest.approx(0.3 - there)


def test_a_silence_that_is_long_enough_stays() -> None:
    written = sound(1.0, 0.4, 1.0)
    same, rests = with_rests(written, [Gap(1.0, 1.4, 0.3, 2)], RATE)
    assert len(same) == len(written)
    assert not rests


def test_sounds_without_any_silence_are_parted_where_it_is_softest() -> None:
    written = sound(2.0)
    written[995:1_005] *= 0.1
    longer, (rest,) = with_rests(written, [Gap(1.0, 1.0, 0.3, 2)], RATE)
    assert rest.at == pytest.approx(1.0, abs=0.01)
    assert quiet_end(longer[:1_290], RATE) == pytest.approx(0.29, abs=0.02)


def test_words_end_before_a_rest_and_begin_after_it() -> None:
    _, rests = with_rests(sound(1.0, 0.1, 1.0), [Gap(1.0, 1.1, 0.5, 2)], RATE)
    words = [WordTime(0, 1, 0.1, 0.6), WordTime(1, 2, 0.6, 1.07), WordTime(2, 3, 0.98, 1.5), WordTime(3, 4, 1.5, 2.0)]
    times = [(round(w.begins, 2), round(w.ends, 2)) for w in moved(words, rests)]
    assert times == [(0.1, 0.6), (0.6, 1.05), (1.45, 1.9), (1.9, 2.4)]


@pytest.mark.parametrize(
    ("text", "ssml", "rests"),
    [
        ("Yes. No, I do. Maybe", False, [(5, 0.30), (15, 0.30)]),
        ("Milk\nEggs", False, [(6, 0.55)]),
        ("<speak><s>One</s> <s>Two</s></speak>", True, [(5, 0.30)]),
        ("<speak><p>One</p><p>Two</p></speak>", True, [(5, 0.55)]),
        ("One, two; three", False, []),
    ],
    ids=["sentences", "lines", "s", "p", "clauses"],
)
def test_a_chunk_knows_where_silence_is_due(text: str, ssml: bool, rests: list[tuple[int, float]]) -> None:
    (chunk,) = front_end().script(text, "en", "en", ssml=ssml).chunks
    assert [(place, round(silence, 2)) for place, silence in chunk.rests] == rests


def test_a_chunk_that_is_cut_keeps_its_rests() -> None:
    (chunk,) = front_end().script("One. Two. Three. Four", "en", "en").chunks
    first, second = cut_in_two(chunk)
    assert first.phonemes + " " + second.phonemes == chunk.phonemes
    assert first.pause == 0.30
    assert len(first.rests) + len(second.rests) == 2
    for part in (first, second):
        assert all(part.phonemes[place - 2 : place] == ". " for place, _ in part.rests)
