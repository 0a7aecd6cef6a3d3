"""Cuts Kokoro's exported graph in two where the features are few and small. Used when a bundle is made; needs `onnx`.

The front reads phonemes, decides how long each lasts and decodes acoustic features: a fifth of the time and most of the
weights. The generator turns features into samples: four fifths of the time, and what `engines/vocoder.py` computes without
ONNX Runtime. Cut, each has its own weights, and what the front needs can be freed before the generator begins.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto

Shape = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor at the border of a graph: what we call it, what the export calls it, and what it holds."""

    name: str
    exported: str
    type: str
    """A name of onnx.TensorProto."""
    shape: Shape


TOKENS = Tensor("tokens", "tokens", "INT64", (1, "tokens"))
STYLE = Tensor("style", "style", "FLOAT", (1, 256))
SPEED = Tensor("speed", "speed", "FLOAT", (1,))
FEATURES = Tensor("features", "/decoder/decoder/decode.3/Div_4_output_0", "FLOAT", (1, 512, "frames"))
TIMBRE = Tensor("timbre", "/decoder/Slice_output_0", "FLOAT", (1, 128))
SOURCE = Tensor("source", "/decoder/decoder/generator/Concat_3_output_0", "FLOAT", (1, 22, "source_frames"))
DURATIONS = Tensor("durations", "/encoder/Gather_output_0", "INT64", ("tokens",))
SAMPLES = Tensor("samples", "audio", "FLOAT", ("samples",))

BORDER = (FEATURES, TIMBRE, SOURCE)


def front(model: "ModelProto") -> "ModelProto":
    """tokens, style, speed -> features, timbre, source, durations (frames of 600 samples, one number a token)."""
    return _part(model, "front", (TOKENS, STYLE, SPEED), (*BORDER, DURATIONS))


def generator(model: "ModelProto") -> "ModelProto":
    """features, timbre, source -> samples."""
    return _part(model, "generator", BORDER, (SAMPLES,))


def _part(model: "ModelProto", name: str, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> "ModelProto":
    """What computes `outputs` from `inputs`, its border renamed; ValueError when it needs more than these inputs."""
    from onnx import ModelProto, TensorProto, helper

    renamed = {t.exported: t.name for t in (*inputs, *outputs)}
    wanted = _needed(model.graph, {t.exported for t in inputs}, {t.exported for t in outputs})
    part = ModelProto()
    part.CopyFrom(model)
    graph = part.graph
    for field in ("node", "initializer", "input", "output", "value_info"):
        graph.ClearField(field)
    graph.name = f"kokoro-{name}"
    for at in sorted(wanted):
        node = graph.node.add()
        node.CopyFrom(model.graph.node[at])
        _rename(node.input, renamed)
        _rename(node.output, renamed)
    used = {tensor for node in graph.node for tensor in node.input}
    graph.initializer.extend(i for i in model.graph.initializer if i.name in used)
    known = (
        {i.name for i in graph.initializer}
        | {o for node in graph.node for o in node.output}
        | {t.name for t in inputs}
        | {""}
    )
    if missing := (used | {t.name for t in outputs}) - known:
        raise ValueError(f"{name} of the model: the graph has no {', '.join(sorted(missing))}, so it is another export")
    for border, tensors in ((graph.input, inputs), (graph.output, outputs)):
        border.extend(
            helper.make_tensor_value_info(t.name, TensorProto.DataType.Value(t.type), t.shape) for t in tensors
        )
    return part


def _needed(graph: "GraphProto", inputs: set[str], outputs: set[str]) -> set[int]:
    """Positions of the nodes that lie between `inputs` and `outputs`."""
    makers = {output: at for at, node in enumerate(graph.node) for output in node.output}
    needed: set[int] = set()
    open_ends = list(outputs)
    while open_ends:
        at = makers.get(open_ends.pop())
        if at is not None and at not in needed:
            needed.add(at)
            open_ends += [i for i in graph.node[at].input if i not in inputs]
    return needed


def _rename(names: "Iterable[str]", renamed: Mapping[str, str]) -> None:
    """Replace the names in place; `names` is a repeated field."""
    for at, name in enumerate(list(names)):
        if name in renamed:
            names[at] = renamed[name]  # type: ignore[index]
