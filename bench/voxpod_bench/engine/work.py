"""How much work Kokoro's graph is, counted operator by operator from the shapes that ONNX Runtime meets while it runs."""

import json
import math
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

Shape = Sequence[int]

_CONVOLUTIONS = ("Conv", "ConvInteger", "FusedConv", "QLinearConv")
_PRODUCTS = (
    "MatMul",
    "MatMulInteger",
    "Gemm",
    "FusedMatMul",
    "DynamicQuantizeMatMul",
    "MatMulIntegerToFloat",
    "FusedGemm",
)


@dataclass(frozen=True, slots=True)
class Work:
    """Of one run; operations are multiplications and additions."""

    audio_seconds: float
    operations: dict[str, float]
    """By kind of operator: `convolution`, `product`, `transposed convolution`, `LSTM`."""
    weight_bytes: float
    """Read once by every run."""
    activation_bytes: float
    """Read and written between operators, were each to go through memory."""

    @property
    def per_audio_second(self) -> float:
        """Operations."""
        return sum(self.operations.values()) / self.audio_seconds


def count(model: Path, tokens: Sequence[int], style: np.ndarray[Any, Any]) -> Work:
    """Run the whole graph (one thread) with ONNX Runtime's profiler and add up."""
    import onnxruntime

    from voxpod_inference.engines.onnx import InferenceSession

    with tempfile.TemporaryDirectory() as scratch:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        options.add_session_config_entry(
            "session.disable_prepacking", "1"
        )  # else the shapes of packed weights are hidden
        options.enable_profiling = True
        options.profile_file_prefix = f"{scratch}/profile"
        session = InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        feeds = {"tokens": np.array([[0, *tokens, 0]], np.int64), "style": style, "speed": np.ones(1, np.float32)}
        samples, *_ = session.run(None, feeds)
        events = json.loads(Path(session.end_profiling()).read_text(encoding="utf-8"))
    return added_up(events, np.asarray(samples).size / 24_000)


def added_up(events: Sequence[dict[str, Any]], audio_seconds: float) -> Work:
    """The work in a profile of one run."""
    operations: defaultdict[str, float] = defaultdict(float)
    weights = activations = 0.0
    for event in events:
        told = event.get("args", {})
        if event.get("cat") != "Node" or not event["name"].endswith("_kernel_time"):
            continue
        inputs = [shape for tensor in told["input_type_shape"] for shape in tensor.values()]
        outputs = [shape for tensor in told["output_type_shape"] for shape in tensor.values()]
        kind, amount = _operations(told["op_name"], inputs, outputs)
        operations[kind] += amount
        weights += float(told.get("parameter_size", 0))
        activations += float(told.get("activation_size", 0)) + float(told.get("output_size", 0))
    operations.pop("", None)
    return Work(audio_seconds, dict(operations), weights, activations)


def _operations(name: str, inputs: Sequence[Shape], outputs: Sequence[Shape]) -> tuple[str, float]:
    if name in _CONVOLUTIONS:
        return "convolution", 2.0 * math.prod(outputs[0]) * math.prod(inputs[1][1:])
    if name == "ConvTranspose":
        return "transposed convolution", 2.0 * math.prod(inputs[0]) * math.prod(inputs[1][1:])
    if name in _PRODUCTS:
        # by elements, since the first factor may be transposed
        return "product", 2.0 * math.prod(inputs[0]) * outputs[0][-1]
    if name in ("LSTM", "DynamicQuantizeLSTM"):
        length, batch, width = inputs[0]
        directions, hidden = outputs[0][1], outputs[0][-1]
        return "LSTM", 2.0 * length * batch * directions * 4 * hidden * (width + hidden)
    return "", 0.0
