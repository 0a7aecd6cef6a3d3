"""Makes `generator.weights` out of Kokoro's ONNX graph: the weights of its iSTFTNet generator, flat, under plain names.

Done once, when a bundle is fetched; only this module needs the `onnx` package. The file is `MAGIC`, the length of a JSON
header (u32), the header, then raw little-endian tensors at multiples of 64 bytes. What the graph keeps in eight bits stays
so, with the scale and zero point to get back to floats: value = (stored - zero_point) * scale.
"""

import json
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import onnx  # type: ignore[import-not-found, unused-ignore]

MAGIC = b"VPGW"
VERSION = 1
ALIGNMENT = 64
GENERATOR = "/decoder/decoder/generator/"
RESIDUAL_BLOCKS = (*(f"noise_res.{i}" for i in range(2)), *(f"resblocks.{i}" for i in range(6)))
DILATIONS = (1, 3, 5)


@dataclass(frozen=True, slots=True)
class Tensor:
    """A weight as the graph stores it; `scale` and `zero_point` are empty for floats, else one entry or one per last index."""

    data: NDArray[Any]
    scale: NDArray[np.float32]
    zero_point: NDArray[Any]


def write_generator_weights(model: "onnx.ModelProto", target: Path) -> None:
    """Write the generator's weights of `model`, the whole Kokoro graph or its second half, to `target`.

    ValueError when the graph is not the generator that the native library computes.
    """
    write_tensors(dict(_tensors(_Graph(model))), target)


def write_tensors(tensors: Mapping[str, Tensor], target: Path, family: int = 0) -> None:
    """The file itself; what `vocoder_weights.read_weights` reads. `family` is the kind of generator (`vocoder.FAMILIES`)."""
    entries: dict[str, dict[str, object]] = {}
    end = 0
    for name, tensor in tensors.items():
        entries[name] = {
            "dtype": tensor.data.dtype.name,
            "shape": list(tensor.data.shape),
            "scale": [float(s) for s in tensor.scale],
            "zero_point": [int(z) for z in tensor.zero_point],
            "offset": end,
        }
        end += -(-tensor.data.nbytes // ALIGNMENT) * ALIGNMENT
    kind = {"family": family} if family else {}
    header = json.dumps({"version": VERSION, **kind, "tensors": entries}, separators=(",", ":")).encode()
    header += b" " * (-(len(MAGIC) + 4 + len(header)) % ALIGNMENT)
    with target.open("wb") as file:
        file.write(MAGIC + struct.pack("<I", len(header)) + header)
        for tensor in tensors.values():
            data = np.ascontiguousarray(tensor.data, tensor.data.dtype.newbyteorder("<")).tobytes()
            file.write(data + b"\0" * (-len(data) % ALIGNMENT))


def _tensors(graph: "_Graph") -> Iterator[tuple[str, Tensor]]:
    for i in range(2):
        yield from graph.transposed_convolution(f"ups.{i}", stride=(10, 6)[i])
        yield from graph.convolution(f"noise_convs.{i}", stride=(6, 1)[i])
    for block in RESIDUAL_BLOCKS:
        for i, dilation in enumerate(DILATIONS):
            yield from graph.convolution(f"{block}.convs1.{i}", dilation=dilation)
            yield from graph.convolution(f"{block}.convs2.{i}")
            for half in (1, 2):
                yield from graph.linear(f"{block}.adain{half}.{i}.fc")
                yield from graph.snake(block, half, i)
    yield from graph.convolution("conv_post")
    yield "stft.inverse_basis", graph.parameter("stft.istft.stft.inverse_basis")
    yield "stft.window_sum", graph.parameter("stft.istft.stft.window_sum")


class _Graph:
    """Finds weights by the names that torch's exporter gave to nodes, whatever the initializers are called."""

    def __init__(self, model: "onnx.ModelProto") -> None:
        self._nodes: dict[str, onnx.NodeProto] = {node.name: node for node in model.graph.node}
        self._weights = {weight.name: weight for weight in model.graph.initializer}

    def convolution(self, name: str, *, stride: int = 1, dilation: int = 1) -> Iterator[tuple[str, Tensor]]:
        """`weight` [out, in, taps] and `bias` [out], of a quantised or a float convolution."""
        path = GENERATOR + name.replace(".convs", "/convs")
        plain = self._nodes.get(f"{path}/Conv")
        node = plain or self._node(f"{path}/Conv_quant")
        self._expect(node, strides=[stride], dilations=[dilation], group=1)
        if plain is not None:
            yield f"{name}.weight", self._float(node.input[1])
            yield f"{name}.bias", self._float(node.input[2])
            return
        # The scale of products is activation times weight; its node is the only one that names the weight's.
        scale = self._node(f"decoder.decoder.generator.{name}.bias_scale_node").input[1]
        yield f"{name}.weight", self._quantised(node.input[1], scale, node.input[3])
        yield f"{name}.bias", self.parameter(f"{name}.bias")

    def transposed_convolution(self, name: str, *, stride: int) -> Iterator[tuple[str, Tensor]]:
        """`weight` [in, out, taps] and `bias` [out]."""
        node = self._node(f"{GENERATOR}{name}/ConvTranspose")
        self._expect(node, strides=[stride], dilations=[1], group=1)
        yield f"{name}.weight", self._float(node.input[1])
        yield f"{name}.bias", self._float(node.input[2])

    def linear(self, name: str) -> Iterator[tuple[str, Tensor]]:
        """`weight` [in, out] and `bias` [out]."""
        path = GENERATOR + name.replace(".adain", "/adain").replace(".fc", "/fc/Gemm_MatMul_quant")
        node = self._node(path)
        scale = self._node(f"{path}_scales_mul").input[1]
        yield f"{name}.weight", self._quantised(node.input[1], scale, node.input[3])
        yield f"{name}.bias", self.parameter(f"{name}.bias")

    def snake(self, block: str, half: int, index: int) -> Iterator[tuple[str, Tensor]]:
        """`alpha` [channels] of x + sin(alpha x)^2 / alpha."""
        name = f"{block}.alpha{half}.{index}"
        alpha = self.parameter(name)
        yield name, Tensor(alpha.data.reshape(-1), alpha.scale, alpha.zero_point)

    def parameter(self, name: str) -> Tensor:
        """A float weight that kept its name in the graph."""
        return self._float(f"decoder.decoder.generator.{name}")

    def _node(self, name: str) -> "onnx.NodeProto":
        if name not in self._nodes:
            raise ValueError(f"the graph has no node {name}; it is not Kokoro's generator in 8 bits")
        return self._nodes[name]

    def _expect(self, node: "onnx.NodeProto", **wanted: object) -> None:
        from onnx.helper import get_attribute_value  # type: ignore[import-not-found, unused-ignore]

        found = {a.name: get_attribute_value(a) for a in node.attribute}
        for name, value in wanted.items():
            if name in found and found[name] != value:
                raise ValueError(f"{node.name} has {name}={found[name]}; the native generator computes {value}")

    def _quantised(self, weight: str, scale: str, zero_point: str) -> Tensor:
        return Tensor(self._array(weight), self._array(scale).reshape(-1), self._array(zero_point).reshape(-1))

    def _float(self, name: str) -> Tensor:
        array = self._array(name)
        if array.dtype != np.float32:
            raise ValueError(f"{name} is {array.dtype}; float32 is expected")
        return Tensor(array, np.empty(0, np.float32), np.empty(0, np.int8))

    def _array(self, name: str) -> NDArray[Any]:
        from onnx.numpy_helper import to_array  # type: ignore[import-not-found, unused-ignore]

        if name not in self._weights:
            raise ValueError(f"the graph has no weight {name}")
        array: NDArray[Any] = to_array(self._weights[name])
        return array
