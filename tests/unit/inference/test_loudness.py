"""Loudness is measured as ITU-R BS.1770 says, and sound is brought to it without peaks above -1 dB."""

import numpy as np
import pytest
import soxr

from voxpod_inference.audio.loudness import Meter, applied, gains

RATES = [8_000, 16_000, 22_050, 24_000, 44_100, 48_000]


def sine(decibels: float, seconds: float, rate: int = 48_000, frequency: float = 997.0) -> np.ndarray:
    """A tone whose peak is at `decibels` of full scale."""
    t = np.arange(round(seconds * rate)) / rate
    return (10 ** (decibels / 20) * np.sin(2 * np.pi * frequency * t)).astype(np.float32)


def speechlike(seconds: float, rate: int, level: float = 0.1) -> np.ndarray:
    """Noise with syllables and a sharp peak now and then."""
    rng = np.random.default_rng(7)
    t = np.arange(round(seconds * rate)) / rate
    sound = level * rng.standard_normal(len(t)) * np.clip(np.sin(2 * np.pi * 3 * t), 0.02, 1)
    for at in range(rate // 2, len(t) - 100, rate):
        sound[at : at + 40] += 3 * level * np.hanning(40) * np.sin(np.arange(40))
    return sound.astype(np.float32)


def measured(sound: np.ndarray, rate: int = 48_000, chunk: int = 1 << 20) -> Meter:
    meter = Meter(rate)
    for start in range(0, len(sound), chunk):
        meter.feed(sound[start : start + chunk])
    meter.finish()
    return meter


def levelled(sound: np.ndarray, rate: int, target: float | None, chunk: int = 4_097) -> np.ndarray:
    meter = measured(sound, rate)
    gain = gains(meter, target)
    return np.concatenate(
        [sound[:0], *(applied(gain, meter.peak_samples, sound[i : i + chunk], i) for i in range(0, len(sound), chunk))]
    )


def true_peak(sound: np.ndarray, rate: int) -> float:
    """In dB, read at eight times the rate by another resampler than the one under test, which reads at four."""
    return float(20 * np.log10(np.abs(soxr.resample(sound.astype(np.float64), rate, 8 * rate, "VHQ")).max()))


@pytest.mark.parametrize("rate", RATES)
def test_full_scale_tone_has_the_loudness_that_the_standard_gives(rate: int) -> None:
    assert measured(sine(0, 5, rate), rate).loudness() == pytest.approx(-3.01, abs=0.05)


# EBU Tech 3341, minimum requirements: its stereo tones of -23 dBFS have the loudness of one channel at -20 dBFS.
GATING = {
    "steady": ([(-20, 20)], -23.0),
    "soft ends": ([(-33, 10), (-20, 60), (-33, 10)], -23.0),
    "nearly silent ends": ([(-69, 10), (-33, 10), (-20, 60), (-33, 10), (-69, 10)], -23.0),
    "three levels": ([(-23, 20), (-17, 20.1), (-23, 20)], -23.0),
}


@pytest.mark.parametrize(("parts", "loudness"), GATING.values(), ids=GATING.keys())
def test_soft_passages_are_gated_as_the_broadcasters_test_signals_demand(
    parts: list[tuple[float, float]], loudness: float
) -> None:
    sound = np.concatenate([sine(level, seconds, frequency=1000) for level, seconds in parts])
    assert measured(sound).loudness() == pytest.approx(loudness, abs=0.1)


def test_chunks_of_any_size_measure_the_same() -> None:
    sound = speechlike(3.3, 22_050)
    whole = measured(sound, 22_050)
    for chunk in (1, 313, 2_205, 30_000):
        part = measured(sound if chunk > 1 else sound[:5_000], 22_050, chunk)
        other = whole if chunk > 1 else measured(sound[:5_000], 22_050)
        assert part.loudness() == pytest.approx(other.loudness(), abs=1e-6)
        assert part.peaks() == pytest.approx(other.peaks(), rel=1e-5)


@pytest.mark.parametrize("rate", RATES)
def test_peak_between_two_samples_is_seen(rate: int) -> None:
    tone = sine(0, 1, rate, frequency=rate / 4) * np.hanning(rate).astype(np.float32)
    shifted = (np.sin(np.pi / 2 * np.arange(rate) + np.pi / 4) * np.hanning(rate)).astype(np.float32)
    assert np.abs(shifted).max() < 0.72
    assert 20 * np.log10(measured(shifted, rate).peaks().max()) == pytest.approx(0, abs=0.1)
    assert 20 * np.log10(measured(tone, rate).peaks().max()) == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize("target", [-30.0, -23.0, -16.0])
@pytest.mark.parametrize("rate", RATES)
def test_sound_is_brought_to_the_loudness_that_was_asked_for(rate: int, target: float) -> None:
    result = levelled(speechlike(6, rate), rate, target)
    assert measured(result, rate).loudness() == pytest.approx(target, abs=0.6)
    assert (
        true_peak(result, rate) <= -0.6
    )  # noise up to half the rate is the worst case of reading at four times the rate


def test_peaks_are_turned_down_only_so_far_and_the_rest_stays_quieter() -> None:
    sound = sine(-40, 4)
    sound[48_000:48_020] = 0.9
    result = levelled(sound, 48_000, -10.0)
    assert -40 < 20 * np.log10(result[:24_000].max()) < -30
    assert true_peak(result, 48_000) <= -0.8


def test_one_factor_does_where_no_peak_is_in_the_way() -> None:
    sound = speechlike(4, 24_000)
    result = levelled(sound, 24_000, -30.0)
    loud = np.abs(sound) > 0.01
    assert np.ptp(result[loud] / sound[loud]) < 1e-4


def test_limiting_a_peak_leaves_what_is_away_from_it_alone() -> None:
    rate = 24_000
    sound = sine(-30, 4, rate)
    sound[2 * rate : 2 * rate + 20] = 0.9
    result = levelled(sound, rate, -16.0)
    factor = result[rate // 2] / sound[rate // 2]
    away = np.r_[0 : 2 * rate - 2_400, 2 * rate + 2_400 : 4 * rate]
    assert result[away] == pytest.approx(factor * sound[away], abs=2e-3)
    assert true_peak(result, rate) <= -0.8


@pytest.mark.parametrize(
    "sound",
    [np.zeros(48_000, np.float32), sine(-20, 0.39), np.zeros(0, np.float32), sine(-80, 2)],
    ids=["silence", "short", "nothing", "hardly anything"],
)
def test_what_has_no_loudness_keeps_its_level(sound: np.ndarray) -> None:
    assert measured(sound).loudness() is None
    assert levelled(sound, 48_000, -16.0) == pytest.approx(sound, abs=1e-7)


def test_without_a_target_only_peaks_are_turned_down() -> None:
    quiet, loud = sine(-30, 1), sine(0, 1)
    assert levelled(quiet, 48_000, None) == pytest.approx(quiet, abs=1e-7)
    assert true_peak(levelled(loud, 48_000, None), 48_000) <= -0.8
