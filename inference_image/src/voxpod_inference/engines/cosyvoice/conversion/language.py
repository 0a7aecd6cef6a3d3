"""Weights of the language model for the native library: bytes, and what belongs to them; laid out for every kind of processor.

The same numbers as in the graph (`encoders.speech_graph`, which tells what u, v and p are), but for p, which is kept in half the bits.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voxpod_inference.engines.cosyvoice.conversion.checkpoint import Floats
from voxpod_inference.engines.cosyvoice.conversion.encoders import Layers, Stack, Tensors
from voxpod_inference.engines.cosyvoice.conversion.graph import Graph, eight_bit
from voxpod_inference.engines.cosyvoice.conversion.layout import Sizes
from voxpod_inference.engines.vocoder_weights import ANY_CLASS, write_packed

FAMILY = 2
"""Of a packed file, beside those of generators."""
_COLUMNS, _PANEL, _FOUR = 64, 16, 4
_POSITIONS_AT_ONCE = 64

Named = Iterator[tuple[str, Floats]]


def computes(sizes: Sizes) -> bool:
    """Whether the library computes a model of these sizes."""
    return all(length % _PANEL == 0 for length in (sizes.width // sizes.heads, sizes.width, sizes.inner))


def write_language_weights(
    tensors: Tensors, stack: Stack, sizes: Sizes, positions: int, target: Path, kernels: str = ANY_CLASS
) -> None:
    """The file; `positions` of the model are possible. `kernels` are those of one kind of processor, else the best there are."""
    layers = Layers(Graph("", eight_bits=True), tensors, stack)
    write_packed(_tensors(layers, tensors, sizes, positions), target, kernels, FAMILY)


def _tensors(layers: Layers, tensors: Tensors, sizes: Sizes, positions: int) -> Named:
    s = sizes
    yield (
        "sizes",
        np.array([s.layers, s.heads, s.width // s.heads, s.inner, positions, s.speech_tokens + 1], np.float32),
    )
    for at in range(s.layers):
        weight, bias, apart = layers.queries(at)
        yield from _product(f"{at}.queries", weight, bias)
        yield f"{at}.other", apart.reshape(-1)
        yield f"{at}.near", _near(layers.distances(at, np.arange(positions - 1, -1, -1)))
        layer = f"encoders.{at}"
        for ours, theirs in zip(("norm1", "norm2"), layers.norms, strict=True):
            yield from ((f"{at}.{ours}.{part}", layers.read(f"{layer}.{theirs}.{part}")) for part in ("weight", "bias"))
        linears = {"out": "self_attn.linear_out", "inner": "feed_forward.w_1", "outer": "feed_forward.w_2"}
        for ours, theirs in linears.items():
            weight, bias = (layers.read(f"{layer}.{theirs}.{part}") for part in ("weight", "bias"))
            yield from _product(f"{at}.{ours}", weight, bias)
    yield from ((f"norm.{part}", layers.read(f"after_norm.{part}")) for part in ("weight", "bias"))
    yield from _product("scores", *(tensors[f"llm_decoder.{part}"].read() for part in ("weight", "bias")))


def _product(name: str, weight: Floats, bias: Floats) -> Named:
    """Of weight [out, in]: [out / 16][in / 4][16][4] bytes; scale and sum of each row, and bias, zeros after the last."""
    small, scale = eight_bit(weight)
    more = -len(small) % _COLUMNS
    small = np.pad(small, ((0, more), (0, 0)))
    panels = small.reshape(len(small) // _PANEL, _PANEL, -1, _FOUR).transpose(0, 2, 1, 3)
    yield f"{name}.weight", as_floats(panels)
    yield f"{name}.scale", np.pad(scale, (0, more))
    yield f"{name}.sum", small.sum(axis=1, dtype=np.int32).astype(np.float32)
    yield f"{name}.bias", np.pad(bias, (0, more))


def _near(table: Floats) -> Floats:
    """p [heads, distances, head] as bfloat16 [heads][head][distances + 64]: behind a run's own position as many are read as at once."""
    columns = np.pad(table.transpose(0, 2, 1), ((0, 0), (0, 0), (0, _POSITIONS_AT_ONCE)))
    bits = np.ascontiguousarray(columns, np.float32).view(np.uint32)
    return as_floats(((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16))


def as_floats(array: NDArray[np.generic]) -> Floats:
    """Its bytes as what a packed file holds."""
    return np.frombuffer(array.tobytes(), np.float32)
