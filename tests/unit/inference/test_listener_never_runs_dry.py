"""What is said beforehand bridges the time until the first chunk is made, on a machine of any speed that is faster than speech."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from lettered_chunk import a_chunk
from voxpod_inference.audio import Samples
from voxpod_inference.engines.base import Prepared, Utterance, WordTime
from voxpod_inference.overheard import overheard
from voxpod_inference.text.frontend import Script

RATE = 1_000
SECONDS_A_PHONEME = 0.06
TEXT = (
    "When all the guests had left, she opened the window and looked out at the harbour, where the last of the ships "
    "that had come in before the storm were being unloaded by tired men."
)


class PlayedVoice:
    """Speaks so many times as fast as it is heard, by a clock of its own; a phoneme is a letter."""

    engine = SimpleNamespace(tells_words=True)
    sample_rate = RATE

    def __init__(self, times: float) -> None:
        self.times, self.now = times, 0.0
        self.said: list[str] = []

    def speak(self, prepared: Prepared) -> Iterator[Utterance]:
        for chunk in prepared.script.chunks:
            self.said.append(chunk.text)
            seconds = SECONDS_A_PHONEME * len(chunk.phonemes)
            self.now += seconds / self.times + 0.02
            words = tuple(
                WordTime(w.start, w.end, SECONDS_A_PHONEME * w.first, SECONDS_A_PHONEME * w.last) for w in chunk.words
            )
            samples = np.full(round(RATE * seconds), 0.1, np.float32)
            yield Utterance(samples, chunk.start, chunk.start + len(chunk.text), seconds, words)


def listened(times: float) -> tuple[PlayedVoice, list[tuple[float, float]], list[Utterance]]:
    """The voice, when which seconds of sound came, and what is stored."""
    voice: Any = PlayedVoice(times)
    chunk = a_chunk(TEXT)
    prepared = Prepared(Script((chunk,), (), "en", frozenset({"en"}), ()), "", 1.0, 0, 0.0)
    came: list[tuple[float, float]] = []

    def hear(samples: Samples) -> None:
        came.append((voice.now, len(samples) / RATE))

    return voice, came, list(overheard(voice, prepared, hear, lambda: voice.now))


@pytest.mark.parametrize("times", [1000.0, 10.0, 5.0, 3.0])
def test_listener_has_something_to_play_until_the_first_chunk_is_made(times: float) -> None:
    _, came, _ = listened(times)
    has_until = came[0][0]
    for moment, seconds in came:
        assert moment <= has_until + 0.05
        has_until = max(has_until, moment) + seconds


def test_a_fast_machine_says_one_opening_and_a_slow_one_more() -> None:
    fast, slow = listened(1000.0)[0], listened(3.0)[0]

    assert fast.said == ["When all the guests had left, ", TEXT]
    assert len(slow.said) >= 3
    assert TEXT.startswith("".join(slow.said[:-1]))


@pytest.mark.parametrize("times", [1000.0, 3.0, 0.5])
def test_all_of_the_text_is_heard_once_and_stored_in_one_piece(times: float) -> None:
    voice, came, stored = listened(times)
    heard = sum(seconds for _, seconds in came)

    assert [utterance.end for utterance in stored] == [len(TEXT)]
    assert heard == pytest.approx(SECONDS_A_PHONEME * len(TEXT), abs=0.3 * len(voice.said))
    assert voice.said[-1] == TEXT
