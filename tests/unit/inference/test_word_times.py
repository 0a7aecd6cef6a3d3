"""Word times are sums of the model's frames, corrected for what was cut off and stretched."""

import numpy as np

from voxpod_inference.engines.word_times import Timeline, word_times
from voxpod_inference.text.frontend import Chunk
from voxpod_inference.text.spoken import Word

# "to be. It" at 5 in the text; `7` is a phoneme that the model has no token for. A frame is 25 ms.
CHUNK = Chunk("to be. It", 5, "tu7 bi. it", 0.3, words=(Word(5, 7, 0, 3), Word(8, 10, 4, 6), Word(11, 13, 8, 10)))
DURATIONS = np.array([10, 2, 3, 1, 4, 5, 6, 1, 5, 2, 8])  # silence, t u _ b i . _ i t, silence


def times(cut: int = 0, stretch: float = 1.0, begins: float = 0.0, ends: float = 100.0) -> list[tuple[float, float]]:
    timeline = Timeline(600, cut, stretch, 24_000, begins, ends)
    found = list(word_times(CHUNK, "tu bi.".__contains__, DURATIONS, timeline))
    assert [(w.start, w.end) for w in found] == [(5, 7), (8, 10), (11, 13)]
    return [(round(w.begins, 6), round(w.ends, 6)) for w in found]


def test_word_lasts_as_long_as_its_tokens_and_half_the_spaces_and_the_outer_ones_reach_to_where_there_is_sound() -> (
    None
):
    assert times(begins=0.2, ends=1.1) == [(0.2, 0.3875), (0.3875, 0.625), (0.7875, 1.1)]


def test_times_count_from_the_first_sample_that_is_left() -> None:
    assert times(cut=2400)[1] == (0.2875, 0.525)


def test_times_follow_the_stretch() -> None:
    assert times(cut=2400, stretch=2.0)[1] == (0.575, 1.05)


def test_no_word_is_heard_before_or_after_the_sound() -> None:
    assert times(cut=14_000, begins=0.06, ends=0.2) == [(0.06, 0.06), (0.06, 0.06), (0.2, 0.2)]


def test_word_without_a_token_has_no_time() -> None:
    silent = Chunk("\u2602 be", 0, "7 bi", 0.0, words=(Word(0, 1, 0, 1), Word(2, 4, 2, 4)))
    timeline = Timeline(600, 0, 1.0, 24_000, 0.0, 0.5)
    found = list(word_times(silent, "tu bi.".__contains__, np.array([10, 1, 4, 5, 8]), timeline))
    assert [(w.start, w.begins, w.ends) for w in found] == [(2, 0.2625, 0.5)]
