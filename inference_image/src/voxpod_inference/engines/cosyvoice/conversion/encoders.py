"""Graphs of the three transformers with relative positions: text encoder, language model, encoder of speech tokens.

A score is (q + u) k + (q + v) p, with p the projected embedding of the distance between the two positions, over the root of the
head's width. Upstream projects the embeddings of all distances in each layer for each token. They are constants: the graphs hold p
itself for every distance, u in the bias of q, and v - u beside it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from voxpod_inference.engines.cosyvoice.conversion.checkpoint import Floats, Tensor
from voxpod_inference.engines.cosyvoice.conversion.graph import MICROSOFT, Graph
from voxpod_inference.engines.cosyvoice.conversion.layout import CONFORMER_NORMS, TRANSFORMER_NORMS

_LAYER_EPSILON, _EPSILON = 1e-12, 1e-5

Tensors = Mapping[str, Tensor]


@dataclass(frozen=True, slots=True)
class Stack:
    """Layers of one transformer."""

    prefix: str
    """Of its tensors' names."""
    layers: int
    width: int
    heads: int
    norms: tuple[str, str]
    """What the norms before attention and before the feed-forward part are called."""
    silu: bool
    """Whether the feed-forward part has SiLU, else ReLU."""

    @property
    def head(self) -> int:
        """Width of a head."""
        return self.width // self.heads

    @property
    def scale(self) -> float:
        """Factor of what goes into the first layer."""
        return math.sqrt(self.width)


def text_stack(layers: int, width: int, heads: int) -> Stack:
    """The encoder of text."""
    return Stack("text_encoder", layers, width, heads, CONFORMER_NORMS, silu=True)


def speech_stack(layers: int, width: int, heads: int) -> Stack:
    """The language model over speech tokens."""
    return Stack("llm", layers, width, heads, TRANSFORMER_NORMS, silu=False)


def flow_stack(layers: int, width: int, heads: int) -> Stack:
    """The encoder of speech tokens."""
    return Stack("encoder", layers, width, heads, CONFORMER_NORMS, silu=True)


def positions(distances: np.ndarray, width: int) -> Floats:
    """Embeddings of distances, [distances, width]: sine and cosine in turn."""
    rates = np.exp(np.arange(0, width, 2, dtype=np.float64) * -(math.log(10_000.0) / width))
    angles = distances.astype(np.float64)[:, None] * rates
    found = np.empty((len(distances), width))
    found[:, 0::2], found[:, 1::2] = np.sin(angles), np.cos(angles)
    return np.asarray(found, dtype=np.float32)


def embedded(tensors: Tensors, prefix: str, rows: Floats, *, relu: bool) -> Floats:
    """What the embedding layer of a transformer makes of rows [n, in]: a table in the place of a product for each token."""
    weight, bias = (tensors[f"{prefix}.embed.out.0.{part}"].read() for part in ("weight", "bias"))
    gain, offset = (tensors[f"{prefix}.embed.out.1.{part}"].read() for part in ("weight", "bias"))
    x = rows.astype(np.float64) @ weight.T.astype(np.float64) + bias
    x = (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + _EPSILON) * gain + offset
    return np.asarray((np.maximum(x, 0) if relu else x) * math.sqrt(len(gain)), np.float32)


class Layers:
    """Writes the layers of a stack into a graph."""

    def __init__(self, graph: Graph, tensors: Tensors, stack: Stack) -> None:
        self._graph, self._tensors, self._stack = graph, tensors, stack

    def read(self, name: str) -> Floats:
        """A tensor of the stack."""
        return self._tensors[f"{self._stack.prefix}.{name}"].read()

    def linear(self, x: str, name: str) -> str:
        """A product with its bias."""
        return self._graph.linear(x, self.read(f"{name}.weight"), self.read(f"{name}.bias"))

    def norm(self, x: str, name: str, epsilon: float) -> str:
        """A layer norm."""
        return self._graph.norm(x, self.read(f"{name}.weight"), self.read(f"{name}.bias"), epsilon)

    def embedding(self, x: str, *, relu: bool) -> str:
        """See `embedded`, for rows that are not known before."""
        x = self.norm(self.linear(x, "embed.out.0"), "embed.out.1", _EPSILON)
        x = self._graph("Relu", x) if relu else x
        return str(self._graph("Mul", x, self._graph.constant(self._stack.scale)))

    @property
    def norms(self) -> tuple[str, str]:
        """What the two norms of a layer are called."""
        return self._stack.norms

    def queries(self, at: int) -> tuple[Floats, Floats, Floats]:
        """Weight and bias of queries with u, keys and values in one product, and v - u [heads, head]."""
        layer = f"encoders.{at}.self_attn"
        u, v = (self.read(f"{layer}.pos_bias_{name}") for name in ("u", "v"))
        weights = [self.read(f"{layer}.linear_{part}.weight") for part in ("q", "k", "v")]
        biases = [self.read(f"{layer}.linear_{part}.bias") for part in ("q", "k", "v")]
        biases[0] = biases[0] + u.reshape(-1)
        return np.concatenate(weights), np.concatenate(biases), v - u

    def before_attention(self, x: str, at: int) -> tuple[str, str, str, str]:
        """Queries with u, keys and values, [1, n, width], and queries with v, [1, heads, n, head]."""
        g, s = self._graph, self._stack
        x = self.norm(x, f"encoders.{at}.{s.norms[0]}", _LAYER_EPSILON)
        weight, bias, apart = self.queries(at)
        q, k, value = g("Split", g.linear(x, weight, bias), outputs=3, axis=-1, num_outputs=3)
        heads = g("Transpose", g("Reshape", q, g.lengths(1, -1, s.heads, s.head)), perm=[0, 2, 1, 3])
        return q, k, value, g("Add", heads, g.weight(apart[None, :, None, :]))

    def after_attention(self, x: str, attended: str, at: int) -> str:
        """Output of the layer, from what came into it and what its attention found."""
        g, layer = self._graph, f"encoders.{at}"
        x = g("Add", x, self.linear(attended, f"{layer}.self_attn.linear_out"))
        inner = self.linear(
            self.norm(x, f"{layer}.{self._stack.norms[1]}", _LAYER_EPSILON), f"{layer}.feed_forward.w_1"
        )
        inner = g.silu(inner) if self._stack.silu else g("Relu", inner)
        return str(g("Add", x, self.linear(inner, f"{layer}.feed_forward.w_2")))

    def distances(self, at: int, distances: np.ndarray) -> Floats:
        """p of each distance, over the root of the head's width: [heads, distances, head]."""
        s = self._stack
        p = positions(distances, s.width) @ self.read(f"encoders.{at}.self_attn.linear_pos.weight").T
        table = p.reshape(len(distances), s.heads, s.head).transpose(1, 0, 2) / np.float32(math.sqrt(s.head))
        return np.ascontiguousarray(table, dtype=np.float32)

    def projected(self, at: int, distances: np.ndarray) -> str:
        """The same as a weight, of which a run takes a stretch.

        In this order the stretch is one piece a head: 1 ms a token at 300 positions, where columns of rows took 4.
        """
        return self._graph.weight(self.distances(at, distances))


class Shift:
    """Moves scores by distance [1, heads, n, m] so that column j becomes the score for position j.

    Row i has the distance of its first position i columns further left than the last row has. One more column in front, and the
    same numbers read in rows of another length, do that; what wraps around is of positions that are masked, or cut off.
    """

    def __init__(self, graph: Graph, heads: int, rows: str, columns: str) -> None:
        """`rows` and `columns` are values [1]."""
        self._graph = graph
        wider = graph("Add", columns, graph.lengths(1))
        self._turned = graph("Concat", graph.lengths(1, heads), wider, rows, axis=0)
        self._back = graph("Concat", graph.lengths(1, heads), rows, columns, axis=0)

    def __call__(self, scores: str) -> str:
        """The scores by position; as many columns as there were."""
        g = self._graph
        padded = g("Pad", scores, g.lengths(0, 0, 0, 1, 0, 0, 0, 0))
        turned = g("Reshape", padded, self._turned)
        cut = g("Slice", turned, g.lengths(1), g.lengths(np.iinfo(np.int64).max), g.lengths(2))
        return str(g("Reshape", cut, self._back))


def causal(layers: Layers, graph: Graph, stack: Stack, x: str, total: str, most: int, caches: bool) -> str:
    """All layers, each position seeing those before it; with `caches` keys and values of earlier runs as well.

    `total` is a value [1]: how many positions there are with those before; `most` of them are possible.
    """
    g = graph
    rows = g("Slice", g("Shape", x), g.lengths(1), g.lengths(2))
    shift = Shift(g, stack.heads, rows, total)
    first = g("Sub", g.lengths(most), total)
    last = g("Cast", g("Sub", total, g.lengths(1)), to=6)  # int32
    count = g("Cast", g("Squeeze", total), to=6)
    for at in range(stack.layers):
        q, k, value, by_distance = layers.before_attention(x, at)
        table = layers.projected(at, np.arange(most - 1, -1, -1))
        near = g("Slice", table, first, g.lengths(most), g.lengths(1))
        bias = shift(g("FusedMatMul", by_distance, near, transB=1, domain=MICROSOFT))
        past = [f"past_k_{at}", f"past_v_{at}"] if caches else ["", ""]
        now = [f"now_k_{at}", f"now_v_{at}"]
        attended = f"attended_{at}"
        inputs = [q, k, value, *past, last, count, "", "", "", bias]
        options = {"num_heads": stack.heads, "kv_num_heads": stack.heads, "domain": MICROSOFT}
        if caches:
            shape: list[int | str] = [1, stack.heads, "buffer", stack.head]
            for name in past:
                g.input(name, shape)
            g.node("GroupQueryAttention", inputs, [attended, *now], **options)
            for name in now:
                g.declare_output(name, shape)
        else:
            g.node("GroupQueryAttention", inputs, [attended, *now], **options)
        x = layers.after_attention(x, attended, at)
    return x


def text_graph(tensors: Tensors, stack: Stack, given: int, most: int, *, eight_bits: bool) -> Graph:
    """text [1, n, given], rows of the table of text tokens, to rows of the language model, rows [1, n, width]."""
    g = Graph("text", eight_bits=eight_bits)
    text = g.input("text", [1, "n", given])
    layers = Layers(g, tensors, stack)
    x = layers.embedding(text, relu=False)
    total = g("Slice", g("Shape", text), g.lengths(1), g.lengths(2))
    x = causal(layers, g, stack, x, total, most, caches=False)
    x = layers.norm(x, "after_norm", _EPSILON)
    weight, bias = (tensors[f"text_encoder_affine_layer.{part}"].read() for part in ("weight", "bias"))
    x = Layers(g, tensors, speech_stack(0, stack.width, stack.heads)).embedding(g.linear(x, weight, bias), relu=True)
    g.output(x, "rows", [1, "n", stack.width])
    return g


def speech_graph(tensors: Tensors, stack: Stack, most: int, *, eight_bits: bool) -> Graph:
    """rows [1, n, width] after those of earlier runs, total int64 [1] with these, to the scores of the next token, [1, tokens].

    Keys and values are written where they are read: `now_...` has to be the same memory as `past_...`.
    """
    g = Graph("speech", eight_bits=eight_bits)
    rows = g.input("rows", [1, "n", stack.width])
    total = g.input("total", [1], np.int64)
    layers = Layers(g, tensors, stack)
    x = causal(layers, g, stack, rows, total, most, caches=True)
    x = g("Squeeze", g("Slice", x, g.lengths(-1), g.lengths(np.iinfo(np.int64).max), g.lengths(1)), g.lengths(1))
    x = layers.norm(x, "after_norm", _EPSILON)
    weight, bias = (tensors[f"llm_decoder.{part}"].read() for part in ("weight", "bias"))
    g.output(g.linear(x, weight, bias), "scores", [1, len(bias)])
    return g


def everywhere(layers: Layers, graph: Graph, stack: Stack, x: str, most: int) -> str:
    """All layers, each position seeing all others; `most` positions are possible."""
    g = graph
    rows = g("Slice", g("Shape", x), g.lengths(1), g.lengths(2))
    columns = g("Sub", g("Mul", rows, g.lengths(2)), g.lengths(1))
    shift = Shift(g, stack.heads, rows, columns)
    first, end = g("Sub", g.lengths(most), rows), g("Add", g.lengths(most - 1), rows)
    for at in range(stack.layers):
        q, k, value, by_distance = layers.before_attention(x, at)
        table = layers.projected(at, np.arange(most - 1, -most, -1))
        near = g("Slice", table, first, end, g.lengths(1))
        scores = g("FusedMatMul", by_distance, near, transB=1, domain=MICROSOFT)
        bias = g("Slice", shift(scores), g.lengths(0), rows, g.lengths(3))
        attended = g("MultiHeadAttention", q, k, value, "", "", bias, num_heads=stack.heads, domain=MICROSOFT)
        x = layers.after_attention(x, attended, at)
    return x
