"""What is told of a seam is right for sounds whose silence, pitch and level are known."""

import numpy as np
import pytest
from voxpod_bench.quality.seams import join, level, pitch

RATE = 24_000


def a_tone(hertz: float, seconds: float = 0.5, height: float = 0.2) -> np.ndarray:
    """With three overtones, as a voice has."""
    at = np.arange(round(seconds * RATE)) / RATE
    return (height * sum(np.sin(2 * np.pi * hertz * n * at) / n for n in (1, 2, 3, 4))).astype(np.float32)


def silence(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * RATE), np.float32)


@pytest.mark.parametrize("hertz", [90.0, 120.0, 210.0, 330.0])
def test_pitch_is_that_of_the_voice(hertz: float) -> None:
    assert pitch(a_tone(hertz), RATE) == pytest.approx(hertz, rel=0.02)


def test_noise_and_silence_have_none() -> None:
    assert pitch(np.random.default_rng(1).normal(0, 0.1, RATE).astype(np.float32), RATE) is None
    assert pitch(silence(0.5), RATE) is None


def test_silence_and_jump_of_both_sides_count() -> None:
    found = join(np.concatenate([a_tone(100), silence(0.05)]), np.concatenate([silence(0.07), a_tone(200)]), RATE)
    assert found.silence == pytest.approx(0.12, abs=0.005)
    assert found.pitch == pytest.approx(12.0, abs=0.4)


def test_level_is_of_what_is_heard() -> None:
    tone = a_tone(100)
    assert level(np.concatenate([tone, silence(2.0)])) == pytest.approx(level(tone), abs=0.1)
