"""Chunks become one sound without clicks or lost ends."""

import numpy as np

from voxpod_inference.audio import audible, faded

RATE = 24_000


def tone(seconds: float, level: float = 0.5) -> np.ndarray:
    return (level * np.sin(2 * np.pi * 220 * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


def test_silence_at_the_ends_goes_and_quiet_speech_stays() -> None:
    silence = np.zeros(RATE, np.float32)
    quiet = tone(0.2, level=0.004)
    sound = np.concatenate([silence, quiet, tone(0.5), quiet, silence])
    kept = sound[audible(sound, RATE)]
    assert 0.9 * RATE <= len(kept) <= 1.05 * RATE
    assert np.abs(kept).max() == np.abs(sound).max()


def test_silent_sound_is_kept_whole() -> None:
    silence = np.zeros(100, np.float32)
    assert audible(silence, RATE) == slice(0, 100)


def test_joints_start_and_end_at_zero() -> None:
    joint = faded(np.full(1000, 0.5, np.float32), RATE)
    assert joint[0] == joint[-1] == 0
    assert joint[500] == 0.5


def test_very_short_sound_survives_fading() -> None:
    assert len(faded(np.ones(1, np.float32), RATE)) == 1
