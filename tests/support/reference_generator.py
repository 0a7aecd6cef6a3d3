"""Kokoro's iSTFTNet generator in numpy and float64, as the ONNX graph computes it; and weights that no model has.

Activations are [channels, frames], weights in torch's layouts, as in `generator.weights`.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voxpod_inference.engines.vocoder_source import DILATIONS, RESIDUAL_BLOCKS, Tensor, write_tensors

Doubles = NDArray[np.float64]
Floats = NDArray[np.float32]
CHANNELS = {"noise_res.0": 256, "noise_res.1": 128} | {f"resblocks.{i}": 256 if i < 3 else 128 for i in range(6)}
TAPS = {"noise_res.0": 7, "noise_res.1": 11} | {f"resblocks.{i}": (3, 7, 11)[i % 3] for i in range(6)}
NO_FLOATS, NO_BYTES = np.empty(0, np.float32), np.empty(0, np.uint8)


def generated(weights: Mapping[str, Doubles], features: Floats, timbre: Floats, source: Floats) -> Doubles:
    """Samples of features [512, frames], timbre [128], source [22, 60 frames + 1]."""
    x = features.astype(np.float64)
    for stage, (stride, noise_stride) in enumerate(((10, 6), (6, 1))):
        pad = 3 if stage == 0 else 0
        noise = convolution(source.astype(np.float64), weights, f"noise_convs.{stage}", stride=noise_stride, pad=pad)
        noise = residual_block(noise, weights, f"noise_res.{stage}", timbre)
        x = transposed(leaky(x, 0.1), weights, f"ups.{stage}", stride)
        if stage == 1:
            x = np.concatenate([x[:, 1:2], x], axis=1)
        x = x + noise
        x = sum(residual_block(x, weights, f"resblocks.{3 * stage + i}", timbre) for i in range(3)) / 3.0
    last = convolution(leaky(x, 0.01), weights, "conv_post", pad=3)
    size, phase = np.exp(last[:11]), np.sin(last[11:])
    return synthesized(np.concatenate([size * np.cos(phase), size * np.sin(phase)]), weights)


def residual_block(x: Doubles, weights: Mapping[str, Doubles], name: str, timbre: Floats) -> Doubles:
    for i, dilation in enumerate(DILATIONS):
        taps = TAPS[name]
        first = snake(x, weights, f"{name}.adain1.{i}", f"{name}.alpha1.{i}", timbre)
        between = convolution(first, weights, f"{name}.convs1.{i}", dilation=dilation, pad=dilation * (taps - 1) // 2)
        second = snake(between, weights, f"{name}.adain2.{i}", f"{name}.alpha2.{i}", timbre)
        x = x + convolution(second, weights, f"{name}.convs2.{i}", pad=(taps - 1) // 2)
    return x


def snake(x: Doubles, weights: Mapping[str, Doubles], norm: str, alpha_name: str, timbre: Floats) -> Doubles:
    style = timbre.astype(np.float64) @ weights[f"{norm}.fc.weight"] + weights[f"{norm}.fc.bias"]
    gain, offset = np.split(style[:, np.newaxis], 2)
    normal = (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + 1e-5)
    v = (1.0 + gain) * normal + offset
    alpha = weights[alpha_name][:, np.newaxis]
    return v + np.sin(alpha * v) ** 2 / alpha


def convolution(
    x: Doubles, weights: Mapping[str, Doubles], name: str, *, stride: int = 1, dilation: int = 1, pad: int = 0
) -> Doubles:
    weight = weights[f"{name}.weight"]
    padded = np.pad(x, ((0, 0), (pad, pad)))
    frames = (padded.shape[1] - dilation * (weight.shape[2] - 1) - 1) // stride + 1
    reach = (frames - 1) * stride + 1
    taps = (weight[:, :, k] @ padded[:, k * dilation : k * dilation + reach : stride] for k in range(weight.shape[2]))
    return sum(taps, weights[f"{name}.bias"][:, np.newaxis])


def transposed(x: Doubles, weights: Mapping[str, Doubles], name: str, stride: int) -> Doubles:
    weight, pad = weights[f"{name}.weight"], stride // 2
    return overlap_added(x, weight, stride)[:, pad:-pad] + weights[f"{name}.bias"][:, np.newaxis]


def overlap_added(x: Doubles, weight: Doubles, stride: int) -> Doubles:
    taps, frames = weight.shape[2], x.shape[1]
    whole = np.zeros((weight.shape[1], (frames - 1) * stride + taps))
    for k in range(taps):
        whole[:, k : k + (frames - 1) * stride + 1 : stride] += weight[:, :, k].T @ x
    return whole


def synthesized(spectra: Doubles, weights: Mapping[str, Doubles]) -> Doubles:
    whole = overlap_added(spectra, weights["stft.inverse_basis"], 5)[0]
    divisor = weights["stft.window_sum"]
    known = divisor > np.finfo(np.float32).tiny
    whole[:20][known] /= divisor[known]
    return (whole * 4.0)[10:-10]


def leaky(x: Doubles, slope: float) -> Doubles:
    return np.where(x < 0, slope * x, x)


def write_random_weights(target: Path) -> None:
    """A `generator.weights` of the right shapes, some of it in eight bits, that keeps signals at a sane loudness."""
    write_tensors(dict(_random_tensors(np.random.default_rng(7))), target)


def _random_tensors(random: np.random.Generator) -> Iterator[tuple[str, Tensor]]:
    def floats(*shape: int, size: float) -> Tensor:
        return Tensor((random.standard_normal(shape) * size).astype(np.float32), NO_FLOATS, NO_BYTES)

    def layer(name: str, *shape: int, out: int, fan_in: int) -> Iterator[tuple[str, Tensor]]:
        yield f"{name}.weight", floats(*shape, size=fan_in**-0.5)
        yield f"{name}.bias", floats(out, size=0.1)

    yield from layer("ups.0", 512, 256, 20, out=256, fan_in=1024)
    yield from layer("ups.1", 256, 128, 12, out=128, fan_in=512)
    yield from layer("noise_convs.0", 256, 22, 12, out=256, fan_in=264)
    yield from layer("noise_convs.1", 128, 22, 1, out=128, fan_in=22)
    for name in RESIDUAL_BLOCKS:
        channels, taps = CHANNELS[name], TAPS[name]
        for half in "12":
            for i in range(3):
                stored = random.integers(0, 256, (channels, channels, taps), np.uint8)
                scale = np.array([0.3 / 74.0 / np.sqrt(channels * taps)], np.float32)
                yield f"{name}.convs{half}.{i}.weight", Tensor(stored, scale, np.array([128], np.uint8))
                yield f"{name}.convs{half}.{i}.bias", floats(channels, size=0.1)
                yield from layer(f"{name}.adain{half}.{i}.fc", 128, 2 * channels, out=2 * channels, fan_in=2048)
                alpha = random.uniform(0.3, 2.0, channels).astype(np.float32)
                yield f"{name}.alpha{half}.{i}", Tensor(alpha, NO_FLOATS, NO_BYTES)
    yield from layer("conv_post", 22, 128, 7, out=22, fan_in=8000)
    yield "stft.inverse_basis", floats(22, 1, 20, size=0.1)
    window = (np.sin(np.pi * np.arange(20) / 20) ** 4).astype(np.float32)
    yield "stft.window_sum", Tensor(window, NO_FLOATS, NO_BYTES)
