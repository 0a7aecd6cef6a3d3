"""Another sample rate changes neither pitch nor length, whatever chunks the sound comes in."""

import itertools
import subprocess
import sys

import numpy as np
import pytest

from voxpod_inference.audio.resample import resampled

RATES = [8_000, 16_000, 22_050, 24_000, 44_100, 48_000]


def sweep(rate: int, seconds: float = 2.0) -> np.ndarray:
    """A tone that rises from 100 Hz to 3 kHz, below half of the lowest rate."""
    t = np.arange(round(seconds * rate)) / rate
    return (0.5 * np.sin(2 * np.pi * (100 * t + 725 * t * t)) * np.hanning(len(t))).astype(np.float32)


def chunks_of(sound: np.ndarray, sizes: list[int]) -> list[np.ndarray]:
    cuts = np.cumsum([0, *itertools.takewhile(lambda _: True, sizes)])
    return [sound[a:b] for a, b in itertools.pairwise([*cuts[cuts < len(sound)], len(sound)])]


@pytest.mark.parametrize("to_rate", RATES)
@pytest.mark.parametrize("from_rate", [22_050, 24_000])
def test_sound_is_the_same_at_another_rate(from_rate: int, to_rate: int) -> None:
    sound = sweep(from_rate)
    result = np.concatenate(list(resampled([sound], from_rate, to_rate)))
    wanted = sweep(to_rate)
    assert len(result) == round(len(sound) * to_rate / from_rate)
    assert np.std(result - wanted) < 0.003 * np.std(wanted)


@pytest.mark.parametrize("to_rate", RATES)
def test_chunks_leave_no_seam(to_rate: int) -> None:
    sound = sweep(24_000)
    whole = np.concatenate(list(resampled([sound], 24_000, to_rate)))
    parts = np.concatenate(list(resampled(chunks_of(sound, [1, 10, 0, 999, 7_000, 13, 20_000]), 24_000, to_rate)))
    assert len(parts) == len(whole)
    assert parts == pytest.approx(whole, abs=1e-6)


@pytest.mark.parametrize("length", [0, 1, 2, 31, 24_001])
@pytest.mark.parametrize("to_rate", RATES)
def test_length_is_exact(length: int, to_rate: int) -> None:
    result = np.concatenate([np.zeros(0, np.float32), *resampled([np.ones(length, np.float32)], 24_000, to_rate)])
    assert len(result) == round(length * to_rate / 24_000)


def test_what_the_lower_rate_cannot_hold_is_removed_rather_than_folded() -> None:
    t = np.arange(24_000) / 24_000
    high = (0.5 * np.sin(2 * np.pi * 6_000 * t) * np.hanning(24_000)).astype(np.float32)
    assert np.abs(np.concatenate(list(resampled([high], 24_000, 8_000)))).max() < 1e-4


def test_the_engines_own_rate_costs_no_import() -> None:
    code = (
        "import io, sys, numpy as np\n"
        "from voxpod_inference.audio.writer import write_audio\n"
        "write_audio(io.BytesIO(), [np.zeros(24000, np.float32)], 24000)\n"
        "print('soxr' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
