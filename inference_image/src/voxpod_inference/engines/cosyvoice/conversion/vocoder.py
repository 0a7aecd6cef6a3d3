"""The vocoder: graphs of spectra to pitch, of what its generator is given, and of the generator; and its weights for our own kernels.

Forward and inverse short-time spectra are convolutions with fixed kernels. All convolutions have a height of one, for which the
runtime has faster kernels than for rows.
"""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from voxpod_inference.engines.cosyvoice.conversion.checkpoint import Floats
from voxpod_inference.engines.cosyvoice.conversion.encoders import Tensors
from voxpod_inference.engines.cosyvoice.conversion.graph import Graph
from voxpod_inference.engines.cosyvoice.conversion.layout import (
    DILATIONS,
    KERNELS,
    SOURCE_KERNELS,
    SPECTRUM,
    STRIDE,
    Sizes,
)
from voxpod_inference.engines.vocoder_source import Tensor, write_tensors
from voxpod_inference.engines.vocoder_weights import OVERLAP

_WINDOW, _HOP = 16, 4
_BINS = _WINDOW // 2 + 1
_HANN = np.sin(np.pi * np.arange(_WINDOW) / _WINDOW) ** 2
WINDOWS = 1.5
"""Four squared windows over any sample."""
_SLOPE, _LAST_SLOPE = 0.1, 0.01
_LOUDEST, _LIMIT = 100.0, 0.99
NATIVE_BASE, NATIVE_FAMILY = 512, 1
"""Channels that the native library computes, and its number for generators of this kind."""
_AS_IT_IS = np.empty(0, np.float32), np.empty(0, np.int8)


def folded(tensors: Tensors, name: str) -> Floats:
    """A weight out of its length and direction, each row by itself."""
    length, direction = (tensors[f"{name}.parametrizations.weight.original{at}"].read() for at in (0, 1))
    norm = np.sqrt((direction.astype(np.float64) ** 2).sum(axis=(1, 2), keepdims=True))
    return np.asarray(length * direction / norm, np.float32)


def pitch_graph(tensors: Tensors) -> Graph:
    """mel [1, mel, m] to the pitch of each frame in Hz, f0 [1, m]; below 10 nothing sings."""
    g = Graph("pitch", eight_bits=False)
    weight = folded(tensors, "f0_predictor.condnet.0")
    x = g("Unsqueeze", g.input("mel", [1, weight.shape[1], "m"]), g.lengths(2))
    for at in range(5):
        name = f"f0_predictor.condnet.{2 * at}"
        x = g("Elu", _convolution(g, x, folded(tensors, name), tensors[f"{name}.bias"].read()))
    rows = g("Transpose", g("Squeeze", x, g.lengths(2)), perm=[0, 2, 1])
    last = tensors["f0_predictor.classifier.weight"].read().T
    f0 = g("Add", g("MatMul", rows, g.weight(last)), g.weight(tensors["f0_predictor.classifier.bias"].read()))
    g.output(g("Abs", g("Squeeze", f0, g.lengths(2))), "f0", [1, "m"])
    return g


def features_graph(tensors: Tensors, sizes: Sizes) -> Graph:
    """mel [1, mel, m] and source [1, 256 m] to features [1, base, m] and spectrum [1, 18, 64 m + 1]."""
    g = Graph("features", eight_bits=False)
    mel, source = g.input("mel", [1, sizes.mel, "m"]), g.input("source", [1, "s"])
    features = _normed(g, tensors, "conv_pre", g("Unsqueeze", mel, g.lengths(2)))
    g.output(g("Squeeze", features, g.lengths(2)), "features", [1, sizes.base, "m"])
    g.output(g("Squeeze", _spectrum(g, source), g.lengths(2)), "spectrum", [1, SPECTRUM, "n"])
    return g


def sound_graph(tensors: Tensors, sizes: Sizes) -> Graph:
    """features [1, base, m] and spectrum [1, 18, 64 m + 1] to samples [256 m]."""
    g = Graph("sound", eight_bits=False)
    features, spectrum = g.input("features", [1, sizes.base, "m"]), g.input("spectrum", [1, SPECTRUM, "n"])
    x, spectrum = (g("Unsqueeze", value, g.lengths(2)) for value in (features, spectrum))
    for stage in range(2):
        x = g("LeakyRelu", x, alpha=_SLOPE)
        weight, bias = folded(tensors, f"ups.{stage}"), tensors[f"ups.{stage}.bias"].read()
        pads = [0, STRIDE // 2, 0, STRIDE // 2]
        x = g(
            "ConvTranspose", x, g.weight(weight[:, :, None]), g.weight(bias), strides=[1, STRIDE], pads=pads,
            kernel_shape=[1, 2 * STRIDE],
        )  # fmt: skip
        if stage:  # as many frames as the spectrum has: one in front, the second one mirrored
            x = g("Pad", x, g.lengths(0, 0, 0, 1, 0, 0, 0, 0), mode="reflect")
        x = g("Add", x, _source(g, tensors, stage, spectrum))
        blocks = [_residual(g, tensors, f"resblocks.{3 * stage + i}", x, kernel) for i, kernel in enumerate(KERNELS)]
        x = g("Mul", g("Add", g("Add", blocks[0], blocks[1]), blocks[2]), g.constant(1 / len(KERNELS)))
    x = _normed(g, tensors, "conv_post", g("LeakyRelu", x, alpha=_LAST_SLOPE))
    g.output(_samples(g, x), "samples", ["s"])
    return g


def write_generator_weights(tensors: Tensors, target: Path) -> None:
    """The generator's weights for the native library, under the names that Kokoro's have there."""
    write_tensors({name: Tensor(array, *_AS_IT_IS) for name, array in _generator(tensors)}, target, NATIVE_FAMILY)


def _generator(tensors: Tensors) -> Iterator[tuple[str, Floats]]:
    for stage in range(2):
        yield f"ups.{stage}.weight", folded(tensors, f"ups.{stage}")
        yield f"ups.{stage}.bias", tensors[f"ups.{stage}.bias"].read()
        for part in ("weight", "bias"):
            yield f"noise_convs.{stage}.{part}", tensors[f"source_downs.{stage}.{part}"].read()
    blocks = {f"noise_res.{at}": f"source_resblocks.{at}" for at in range(2)} | {
        f"resblocks.{at}": f"resblocks.{at}" for at in range(6)
    }
    for ours, theirs in blocks.items():
        for half in (1, 2):
            for at in range(len(DILATIONS)):
                yield f"{ours}.convs{half}.{at}.weight", folded(tensors, f"{theirs}.convs{half}.{at}")
                yield f"{ours}.convs{half}.{at}.bias", tensors[f"{theirs}.convs{half}.{at}.bias"].read()
                yield f"{ours}.alpha{half}.{at}", tensors[f"{theirs}.activations{half}.{at}.alpha"].read()
    yield "conv_post.weight", folded(tensors, "conv_post")
    yield "conv_post.bias", tensors["conv_post.bias"].read()
    # What windows add up to; the library has window / hop of it for itself. Where a window is missing, `sound` knows.
    yield "stft.inverse_basis", (_inverse() / (OVERLAP * WINDOWS)).astype(np.float32)[:, None]


def _convolution(
    g: Graph, x: str, weight: Floats, bias: Floats, *, dilation: int = 1, stride: int = 1, around: int | None = None
) -> str:
    taps = weight.shape[2]
    around = (taps - 1) * dilation // 2 if around is None else around
    return str(
        g(
            "Conv", x, g.weight(weight[:, :, None]), g.weight(bias), kernel_shape=[1, taps], dilations=[1, dilation],
            strides=[1, stride], pads=[0, around, 0, around],
        )
    )  # fmt: skip


def _normed(g: Graph, tensors: Tensors, name: str, x: str, dilation: int = 1) -> str:
    return _convolution(g, x, folded(tensors, name), tensors[f"{name}.bias"].read(), dilation=dilation)


def _source(g: Graph, tensors: Tensors, stage: int, spectrum: str) -> str:
    name = f"source_downs.{stage}"
    weight, bias = tensors[f"{name}.weight"].read(), tensors[f"{name}.bias"].read()
    stride, around = ((STRIDE, STRIDE // 2), (1, 0))[stage]
    x = _convolution(g, spectrum, weight, bias, stride=stride, around=around)
    return _residual(g, tensors, f"source_resblocks.{stage}", x, SOURCE_KERNELS[stage])


def _residual(g: Graph, tensors: Tensors, name: str, x: str, kernel: int) -> str:
    for at, dilation in enumerate(DILATIONS):
        h = _snake(g, x, tensors[f"{name}.activations1.{at}.alpha"].read())
        h = _normed(g, tensors, f"{name}.convs1.{at}", h, dilation)
        h = _snake(g, h, tensors[f"{name}.activations2.{at}.alpha"].read())
        x = g("Add", _normed(g, tensors, f"{name}.convs2.{at}", h), x)
    return x


def _snake(g: Graph, x: str, alpha: Floats) -> str:
    """x + sin(alpha x)^2 / alpha."""
    rate = alpha.reshape(1, -1, 1, 1)
    wave = g("Sin", g("Mul", x, g.weight(rate)))
    return str(g("Add", x, g("Mul", g("Mul", wave, wave), g.weight(1 / (rate + np.float32(1e-9))))))


def _angles() -> np.ndarray:
    return 2 * math.pi * np.outer(np.arange(_BINS), np.arange(_WINDOW)) / _WINDOW


def _spectrum(g: Graph, source: str) -> str:
    """Real parts, then imaginary parts, [1, 18, 1, 64 m + 1]."""
    x = g(
        "Pad",
        g("Unsqueeze", source, g.lengths(1, 2)),
        g.lengths(0, 0, 0, _WINDOW // 2, 0, 0, 0, _WINDOW // 2),
        mode="reflect",
    )
    kernels = np.concatenate([np.cos(_angles()), -np.sin(_angles())]) * _HANN
    return _convolution(
        g, x, kernels[:, None].astype(np.float32), np.zeros(SPECTRUM, np.float32), stride=_HOP, around=0
    )


def _inverse() -> np.ndarray:
    """What each real and imaginary part adds to a window, [18, 16]."""
    twice = np.full((_BINS, 1), 2.0)  # all bins but the first and the last stand for two
    twice[[0, -1]] = 1.0
    parts = np.concatenate([twice * np.cos(_angles()), -twice * np.sin(_angles())])
    return np.asarray(parts * _HANN / _WINDOW)


def _samples(g: Graph, x: str) -> str:
    """The inverse of spectra whose magnitudes' logarithms and phases' sines are in x, overlapped and added."""
    loud, turned = g("Split", x, outputs=2, axis=1, num_outputs=2)
    magnitude = g("Min", g("Exp", loud), g.constant(_LOUDEST))
    phase = g("Sin", turned)
    parts = g("Concat", g("Mul", magnitude, g("Cos", phase)), g("Mul", magnitude, g("Sin", phase)), axis=1)
    options: dict[str, Any] = {
        "pads": [0, _WINDOW // 2, 0, _WINDOW // 2],
        "strides": [1, _HOP],
        "kernel_shape": [1, _WINDOW],
    }
    added = g("ConvTranspose", parts, g.weight(_inverse()[:, None, None].astype(np.float32)), **options)
    one = g("Slice", g("Mul", parts, g.constant(0.0)), g.lengths(0), g.lengths(1), g.lengths(1))
    windows = (_HANN**2)[None, None, None].astype(np.float32)
    overlap = g("ConvTranspose", g("Add", one, g.constant(1.0)), g.weight(windows), **options)
    samples = g("Reshape", g("Div", added, overlap), g.lengths(-1))
    return str(g("Clip", samples, g.constant(-_LIMIT), g.constant(_LIMIT)))
