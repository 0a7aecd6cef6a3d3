"""From what hibari's graph tells of each 12.5 ms to samples.

The graph gives no samples but the parts of a short-time spectrum. Of frame t and frequency bin k the spectrum is

    e^lh * e^(i pi tanh theta) * P  +  e^ln * N  +  e^lr * e^(i phi)

with P the spectrum of a train of pulses at the pitch f0 (what a voice is before the mouth shapes it), N complex noise (breath,
hiss), and the last term whatever else there is. Overlapped and added, the inverse of that spectrum is the sound. The formula
is the model's (its package's documentation, "ONNX interface"); computing it in blocks keeps the memory of a long chunk small.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from voxpod_inference.audio import Samples
from voxpod_inference.errors import ENGINE_FAILED, SpeechError

Floats = NDArray[np.float32]

RATE = 24_000
SAMPLES_A_FRAME, WINDOW = 300, 1200
_OVERLAP = WINDOW // SAMPLES_A_FRAME
_BINS = WINDOW // 2 + 1
_BLOCK = 64
"""Frames at once: their spectra fit into the processor's own memory."""
_LOUDEST = np.float32(7.0)
"""Of a magnitude's logarithm."""
_LEAST_PITCH, _MOST_HARMONIC = 40.0, 11_000.0
"""Hz: below the first a frame is unvoiced; above the second pulses have nothing."""
_SEED = 0x68696261
"""The noise of every chunk is the same, so that a text always sounds alike."""
_HANN = (np.sin(np.pi * np.arange(WINDOW) / WINDOW) ** 2).astype(np.float32)


class Spectra(NamedTuple):
    """What the graph gives out, by the names of its outputs; float32 [601, frames]."""

    lh: Floats
    """Logarithm of the magnitude that shapes the pulses."""
    theta: Floats
    """Their phase, before tanh."""
    ln: Floats
    """Logarithm of the noise's magnitude."""
    lr: Floats
    """Logarithm of the rest's magnitude."""
    phi: Floats
    """The rest's phase."""
    f0: Floats
    """Pitch in Hz, [frames]; 0 where nothing sings."""


def sound(spectra: Spectra, stopped: Callable[[], bool] = lambda: False) -> Samples:
    """The samples, 300 for each frame; SpeechError as soon as `stopped` says so."""
    frames = len(spectra.f0)
    half = WINDOW // 2
    source = np.pad(pulses(spectra.f0), half, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(source, WINDOW)[::SAMPLES_A_FRAME]
    noise = np.random.default_rng(_SEED)
    added = np.zeros((frames + _OVERLAP - 1, SAMPLES_A_FRAME), np.float32)
    weight = np.zeros_like(added)
    for start in range(0, frames, _BLOCK):
        if stopped():
            raise SpeechError("engine", ENGINE_FAILED, "stopped in the middle of a chunk")
        end = min(start + _BLOCK, frames)
        spectrum = _spectrum(Spectra(*(part[..., start:end] for part in spectra)), windows[start:end], noise)
        pieces = np.fft.irfft(spectrum, WINDOW, axis=1)
        pieces *= _HANN
        for part in range(_OVERLAP):
            at = slice(part * SAMPLES_A_FRAME, (part + 1) * SAMPLES_A_FRAME)
            added[start + part : end + part] += pieces[:, at]
            weight[start + part : end + part] += _HANN[at] ** 2
    added /= np.maximum(weight, np.float32(1e-9))
    return added.reshape(-1)[half : half + frames * SAMPLES_A_FRAME]


def pulses(f0: Floats) -> Floats:
    """A pulse at each period of the pitch, [300 frames]: of all harmonics up to 11 kHz, each as loud as the others.

    The sum of cos(h x) for h = 1..H is (sin((H + 1/2) x) / sin(x / 2) - 1) / 2.
    """
    centres = (np.arange(len(f0)) + 0.5) * SAMPLES_A_FRAME
    pitch = np.interp(np.arange(len(f0) * SAMPLES_A_FRAME) + 0.5, centres, f0)
    voiced = pitch > _LEAST_PITCH
    np.maximum(pitch, _LEAST_PITCH, out=pitch)
    x = np.cumsum(pitch / RATE)
    x = (2 * np.pi * (x % 1.0)).astype(np.float32)
    harmonics = np.floor(_MOST_HARMONIC / pitch).astype(np.float32)
    below = np.sin(x / 2)
    at_a_pulse = np.abs(below) < 1e-3  # where the quotient is 0 / 0; its limit is 2 H + 1
    quotient = np.sin((harmonics + np.float32(0.5)) * x) / np.where(at_a_pulse, 1, below)
    train = (np.where(at_a_pulse, 2 * harmonics + 1, quotient) - 1) / 2
    return np.where(voiced, train, 0).astype(np.float32)


def _spectrum(part: Spectra, windows: Floats, noise: "np.random.Generator") -> NDArray[np.complex64]:
    """Of a block of frames, [frames, 601]; `windows` are the samples of the pulses in each frame."""
    # A cosine of amplitude 1 has a peak of half the window's sum: divided by it, e^lh is the magnitude in the harmonic's bin.
    spectrum = np.fft.rfft(windows * (_HANN / np.float32(WINDOW / 4)), axis=1).astype(np.complex64, copy=False)
    spectrum *= _polar(part.lh.T, np.float32(np.pi) * np.tanh(part.theta.T))
    hiss = noise.standard_normal((len(windows), 2 * _BINS), np.float32).view(np.complex64)
    hiss *= _magnitude(part.ln.T)
    spectrum += hiss
    spectrum += _polar(part.lr.T, part.phi.T)
    return spectrum


def _magnitude(logarithm: Floats) -> Floats:
    return np.exp(np.minimum(logarithm, _LOUDEST))


def _polar(logarithm: Floats, angle: Floats) -> NDArray[np.complex64]:
    magnitude = _magnitude(logarithm)
    polar = np.empty(angle.shape, np.complex64)
    np.multiply(np.cos(angle), magnitude, out=polar.real)
    np.multiply(np.sin(angle), magnitude, out=polar.imag)
    return polar
