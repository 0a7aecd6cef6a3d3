"""From the parts of a spectrum to samples: pitch, level and noise are as the parts say, and blocks leave no seams."""

import numpy as np
import pytest

from voxpod_inference.engines import hibari_sound
from voxpod_inference.engines.hibari_sound import RATE, SAMPLES_A_FRAME, Floats, Spectra, pulses, sound
from voxpod_inference.errors import SpeechError

SILENT = -30.0
BIN = hibari_sound.WINDOW / 4
"""Magnitude in its bin of a cosine whose amplitude is 1."""
FRAMES = 200
"""Three blocks and a bit."""


def spectra(pitch: float | Floats = 0.0, **levels: float) -> Spectra:
    """Parts that are alike in all frames; `levels` are natural logarithms, silence where none is named."""
    parts = {name: np.full((601, FRAMES), levels.get(name, SILENT), np.float32) for name in ("lh", "ln", "lr")}
    flat = np.zeros((601, FRAMES), np.float32)
    return Spectra(theta=flat, phi=flat, f0=np.full(FRAMES, pitch, np.float32), **parts)


def middle(samples: Floats) -> Floats:
    """Without the edges, where only some windows overlap."""
    return samples[RATE // 4 : -RATE // 4]


def test_there_are_as_many_samples_as_the_frames_say() -> None:
    assert len(sound(spectra(100.0, lh=0.0))) == FRAMES * SAMPLES_A_FRAME


@pytest.mark.parametrize("pitch", [50.0, 120.0, 375.5])
def test_a_voice_has_its_pitch_and_all_harmonics_up_to_11_khz_at_the_level_that_is_asked(pitch: float) -> None:
    level = 0.02
    samples = middle(sound(spectra(pitch, lh=float(np.log(BIN * level)))))
    window = np.hanning(len(samples))
    found = np.abs(np.fft.rfft(samples * window)) * 2 / window.sum()
    for harmonic in (1, 2, int(11_000 // pitch)):
        at = round(harmonic * pitch * len(samples) / RATE)
        assert found[at - 2 : at + 3].max() == pytest.approx(level, rel=0.2)
    above = round(11_500 * len(samples) / RATE)
    assert found[above:].max() < level / 20


def test_where_no_pitch_is_there_are_no_pulses() -> None:
    assert not pulses(np.array([0.0, 20.0, 39.0], np.float32)).any()
    changing = pulses(np.concatenate([np.zeros(20), np.full(20, 100.0)]).astype(np.float32))
    assert not changing[: 19 * SAMPLES_A_FRAME].any()
    assert changing[21 * SAMPLES_A_FRAME :].any()


def test_pulses_stay_finite_and_bounded_at_any_pitch() -> None:
    swept = pulses(np.geomspace(41, 12_000, 300).astype(np.float32))
    assert np.isfinite(swept).all()
    assert np.abs(swept).max() <= 11_000 / 40 + 1


def test_noise_is_as_loud_as_asked_and_the_same_each_time() -> None:
    once, again, softer = (sound(spectra(ln=level)) for level in (0.0, 0.0, -1.0))
    assert (once == again).all()
    ratio = np.std(middle(once)) / np.std(middle(softer))
    assert ratio == pytest.approx(np.e, rel=0.01)


def test_blocks_leave_no_seams(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = spectra(np.linspace(90, 220, FRAMES).astype(np.float32), lh=2.0, lr=1.0)
    in_blocks = sound(parts)
    monkeypatch.setattr(hibari_sound, "_BLOCK", FRAMES)
    assert np.abs(sound(parts) - in_blocks).max() < 1e-5


@pytest.mark.parametrize("frames", [1, 2, 3, 64, 65])
def test_any_number_of_frames_makes_sound(frames: int) -> None:
    parts = Spectra(*(part[..., :frames] for part in spectra(100.0, lh=2.0, ln=1.0)))
    samples = sound(parts)
    assert len(samples) == frames * SAMPLES_A_FRAME
    assert np.isfinite(samples).all()


def test_a_logarithm_without_bounds_does_not_overflow() -> None:
    assert np.isfinite(sound(spectra(100.0, lh=1e4, ln=1e4, lr=1e4))).all()


def test_stopped_it_ends_within_a_block() -> None:
    answers = iter([False, True])
    with pytest.raises(SpeechError, match="stopped"):
        sound(spectra(100.0, lh=0.0), lambda: next(answers))
