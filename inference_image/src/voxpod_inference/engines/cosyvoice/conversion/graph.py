"""Writes ONNX graphs node by node: a value is its name, a weight an array."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_OPSET, _IR = 20, 10
MICROSOFT = "com.microsoft"
"""Domain of the operators that ONNX Runtime has beside the standard's."""
_LARGEST = 64
"""Of an eight-bit weight. Where a processor has no VNNI two products are added in 16 bits, and 2 * 64 * 255 fits into them."""


class Graph:
    """Nodes and weights in the making. With `eight_bits` its large products are of eight-bit integers."""

    def __init__(self, name: str, *, eight_bits: bool) -> None:
        from onnx import helper

        self._name = name
        self._eight_bits = eight_bits
        self._helper = helper
        self._nodes: list[Any] = []
        self._weights: dict[str, Any] = {}
        self._inputs: list[Any] = []
        self._outputs: list[Any] = []
        self._constants: dict[Any, str] = {}

    def __call__(self, operator: str, *inputs: str, outputs: int = 1, **attributes: Any) -> Any:
        """A node; the name of its result, or of each of them."""
        at = f"{operator}_{len(self._nodes)}"
        names = [f"{at}:{i}" for i in range(outputs)] if outputs > 1 else [at]
        self._nodes.append(self._helper.make_node(operator, list(inputs), names, name=at, **attributes))
        return names if outputs > 1 else at

    def input(self, name: str, shape: Sequence[int | str], kind: type[np.generic] = np.float32) -> str:
        """What is handed in; a text stands for a length that may differ from run to run."""
        self._inputs.append(self._value(name, shape, kind))
        return name

    def output(self, value: str, name: str, shape: Sequence[int | str]) -> None:
        """What is handed out."""
        self._nodes.append(self._helper.make_node("Identity", [value], [name], name=f"out_{name}"))
        self._outputs.append(self._value(name, shape, np.float32))

    def node(self, operator: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: Any) -> None:
        """A node whose results are named by the caller."""
        name = f"{operator}_{len(self._nodes)}"
        self._nodes.append(self._helper.make_node(operator, list(inputs), list(outputs), name=name, **attributes))

    def declare_output(self, name: str, shape: Sequence[int | str]) -> None:
        """That a result of `node` is handed out as it is."""
        self._outputs.append(self._value(name, shape, np.float32))

    def weight(self, array: NDArray[Any]) -> str:
        """An array that belongs to the graph."""
        name = f"w{len(self._weights)}"
        self._weights[name] = self._tensor(name, array)
        return name

    def constant(self, value: Any, kind: type[np.generic] = np.float32) -> str:
        """A number or a short list, kept once."""
        array = np.asarray(value, kind)
        key = (array.tobytes(), array.shape, array.dtype.str)
        if key not in self._constants:
            self._constants[key] = self.weight(array)
        return self._constants[key]

    def lengths(self, *sizes: int) -> str:
        """A shape, axes, or bounds."""
        return self.constant(list(sizes), np.int64)

    def linear(self, x: str, weight: Floats, bias: Floats | None = None) -> str:
        """x [..., in] times weight [out, in], plus bias [out]."""
        if self._eight_bits:
            small, scale = eight_bit(weight)
            inputs = [x, self.weight(np.ascontiguousarray(small.T)), self.weight(scale)]
            if bias is not None:
                inputs += ["", self.weight(bias)]
            name: str = self("DynamicQuantizeMatMul", *inputs, domain=MICROSOFT)
            return name
        return self.product(x, weight, bias)

    def product(self, x: str, weight: Floats, bias: Floats | None = None) -> str:
        """As `linear`, in float32 in any case."""
        made: str = self("MatMul", x, self.weight(np.ascontiguousarray(weight.T)))
        return made if bias is None else str(self("Add", made, self.weight(bias)))

    def norm(self, x: str, weight: Floats, bias: Floats, epsilon: float) -> str:
        """Layer norm over the last axis."""
        return str(self("LayerNormalization", x, self.weight(weight), self.weight(bias), axis=-1, epsilon=epsilon))

    def group_norm(self, x: str, weight: Floats, bias: Floats, groups: int) -> str:
        """Norm of each group of channels over all frames of x [batch, frames, channels]."""
        channels = len(weight)
        grouped = self("Reshape", x, self.lengths(0, 0, groups, channels // groups))
        mean = self("ReduceMean", grouped, self.lengths(1, 3), keepdims=1)
        apart = self("Sub", grouped, mean)
        variance = self("ReduceMean", self("Mul", apart, apart), self.lengths(1, 3), keepdims=1)
        deviation = self("Sqrt", self("Add", variance, self.constant(1e-5)))
        plain = self("Reshape", self("Div", apart, deviation), self.lengths(0, 0, channels))
        return str(self("Add", self("Mul", plain, self.weight(weight)), self.weight(bias)))

    def mish(self, x: str) -> str:
        """x tanh(softplus(x)), as x n / (n + 2) with n = e (e + 2), e = exp(x): the runtime's own Softplus is slow."""
        e = self("Exp", self("Min", x, self.constant(20.0)))
        n = self("Mul", e, self("Add", e, self.constant(2.0)))
        return str(self("Mul", x, self("Div", n, self("Add", n, self.constant(2.0)))))

    def silu(self, x: str) -> str:
        """x sigmoid(x)."""
        return str(self("Mul", x, self("Sigmoid", x)))

    def convolution(self, x: str, weight: Floats, bias: Floats, *, stride: int = 1) -> str:
        """Over the frames of x [batch, frames, channels], zeros around: one product with what three frames hold, nothing transposed.

        weight is [out, in, taps], taps odd. Never of eight bits: in the flow that would save a ninth of the time and cost 6 dB.
        """
        out, given, taps = weight.shape
        if taps == 1:
            return self.product(x, weight[:, :, 0], bias)
        around = taps // 2
        padded = self("Pad", x, self.lengths(0, around, 0, 0, around, 0))
        last = [
            self.lengths(np.iinfo(np.int64).max) if at + 1 == taps else self.lengths(at + 1 - taps)
            for at in range(taps)
        ]
        shifted = [
            self("Slice", padded, self.lengths(at), last[at], self.lengths(1), self.lengths(stride))
            for at in range(taps)
        ]
        flat = np.ascontiguousarray(weight.transpose(0, 2, 1)).reshape(out, taps * given)
        return self.product(self("Concat", *shifted, axis=2), flat, bias)

    def save(self, path: Path) -> None:
        """Write the graph."""
        from onnx import checker

        helper = self._helper
        graph = helper.make_graph(self._nodes, self._name, self._inputs, self._outputs, list(self._weights.values()))
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(MICROSOFT, 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=_IR, producer_name="voxpod")
        checker.check_model(model)
        path.write_bytes(model.SerializeToString(deterministic=True))

    def _value(self, name: str, shape: Sequence[int | str], kind: type[np.generic]) -> Any:
        return self._helper.make_tensor_value_info(
            name, self._helper.np_dtype_to_tensor_dtype(np.dtype(kind)), list(shape)
        )

    def _tensor(self, name: str, array: NDArray[Any]) -> Any:
        from onnx import numpy_helper

        return numpy_helper.from_array(np.ascontiguousarray(array), name)


def eight_bit(weight: Floats) -> tuple[NDArray[np.int8], Floats]:
    """weight [out, in] as integers, and the factor of each row."""
    scale = np.maximum(np.abs(weight).max(axis=1), np.float32(1e-12)) / np.float32(_LARGEST)
    return np.rint(weight / scale[:, None]).astype(np.int8), scale.astype(np.float32)
