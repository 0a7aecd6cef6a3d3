"""Slower and faster sound keeps its pitch, its level and its smoothness."""

import numpy as np
import pytest

from voxpod_inference.audio.stretch import stretched

RATE = 24_000
FACTORS = [0.4, 0.5, 0.8, 1.25, 2.0, 3.0]


def voiced(pitch: float, seconds: float = 1.0) -> np.ndarray:
    """A tone with overtones, as a voice has."""
    t = np.arange(round(seconds * RATE)) / RATE
    return sum(0.3 / k * np.sin(2 * np.pi * pitch * k * t) for k in (1, 2, 3)).astype(np.float32)  # type: ignore[union-attr]


def loudest_frequency(sound: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 8 * RATE))
    return float(np.argmax(spectrum)) / 8


@pytest.mark.parametrize("factor", FACTORS)
@pytest.mark.parametrize("pitch", [75.0, 130.0, 240.0])
def test_sound_of_another_length_keeps_its_pitch(pitch: float, factor: float) -> None:
    sound = voiced(pitch)
    result = stretched(sound, RATE, factor)
    assert len(result) == round(len(sound) * factor)
    assert abs(loudest_frequency(result[1200:-1200]) - pitch) < 0.02 * pitch


@pytest.mark.parametrize("factor", FACTORS)
def test_frames_meet_without_clicks(factor: float) -> None:
    sound = voiced(110.0)
    result = stretched(sound, RATE, factor)
    assert np.abs(np.diff(result)).max() <= 1.05 * np.abs(np.diff(sound, prepend=np.float32(0))).max()
    assert 0.95 < np.std(result) / np.std(sound) < 1.05


@pytest.mark.parametrize("factor", FACTORS)
def test_what_is_heard_in_the_middle_stays_in_the_middle(factor: float) -> None:
    sound = np.zeros(RATE, np.float32)
    sound[RATE // 2 : RATE // 2 + RATE // 10] = voiced(200.0, 0.1)
    loud = np.flatnonzero(np.abs(stretched(sound, RATE, factor)) > 0.02) / RATE
    assert abs(loud[0] - 0.5 * factor) < 0.03
    assert abs(loud[-1] - 0.6 * factor) < 0.03


def test_silence_and_very_short_sound_have_the_length_that_was_asked_for() -> None:
    assert not stretched(np.zeros(1000, np.float32), RATE, 1.5).any()
    assert [len(stretched(np.ones(n, np.float32), RATE, 2.0)) for n in (0, 1, 7)] == [0, 2, 14]


@pytest.mark.parametrize("factor", [0.0, -1.0, float("nan")])
def test_a_factor_without_meaning_is_refused(factor: float) -> None:
    with pytest.raises(ValueError, match="factor"):
        stretched(voiced(100.0, 0.1), RATE, factor)
