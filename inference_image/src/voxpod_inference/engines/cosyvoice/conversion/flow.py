"""Graphs of the flow: from speech tokens to what the spectra shall be like, and one step of the way from noise to spectra.

All of it lies in memory as [frames, channels]: a convolution is a product of three neighbouring frames, and nothing is transposed between
convolutions and attention.
"""

import math
from dataclasses import dataclass

import numpy as np

from voxpod_inference.engines.cosyvoice.conversion.checkpoint import Floats
from voxpod_inference.engines.cosyvoice.conversion.encoders import Layers, Stack, Tensors, everywhere
from voxpod_inference.engines.cosyvoice.conversion.graph import MICROSOFT, Graph
from voxpod_inference.engines.cosyvoice.conversion.layout import HEAD, Sizes, stages

_EPSILON = 1e-5
_GROUPS = 8
_TIME_SCALE = 1000.0


def condition_graph(tensors: Tensors, stack: Stack, mel: int, most: int) -> Graph:
    """tokens [1, n, width], rows of the table of speech tokens, to mu [1, m, mel].

    Frame i lies between tokens left[i] and right[i], so much from the left one as share[i] says: int64, int64, float32 [m].
    In float32 throughout: it runs once where a step runs ten times, and every step aims at what it says.
    """
    g = Graph("condition", eight_bits=False)
    tokens = g.input("tokens", [1, "n", stack.width])
    left, right = (g.input(name, ["m"], np.int64) for name in ("left", "right"))
    share = g.input("share", ["m"])
    layers = Layers(g, tensors, stack)
    x = everywhere(layers, g, stack, tokens, most)
    x = layers.norm(x, "after_norm", _EPSILON)
    x = g.linear(x, tensors["encoder_proj.weight"].read(), tensors["encoder_proj.bias"].read())
    before, after = (g("Gather", x, at, axis=1) for at in (left, right))
    weight = g("Unsqueeze", share, g.lengths(0, 2))
    x = g("Add", before, g("Mul", g("Sub", after, before), weight))
    for at in range(4):
        conv, norm = (_pair(tensors, f"length_regulator.model.{3 * at + i}") for i in (0, 1))
        x = g.mish(g.group_norm(g.convolution(x, *conv), *norm, groups=1))
    g.output(g.convolution(x, *_pair(tensors, "length_regulator.model.12")), "mu", [1, "m", mel])
    return g


def _pair(tensors: Tensors, name: str) -> tuple[Floats, Floats]:
    return tensors[f"{name}.weight"].read(), tensors[f"{name}.bias"].read()


@dataclass(frozen=True, slots=True)
class _Estimator:
    """Writes the network that tells the direction of a step; x is [1, frames, channels]."""

    graph: Graph
    tensors: Tensors
    sizes: Sizes

    def pair(self, name: str) -> tuple[Floats, Floats]:
        """Weight and bias."""
        return _pair(self.tensors, f"decoder.estimator.{name}")

    def time(self, moment: str) -> str:
        """What every stage is told of the moment [1]: [1, 4 channels], ready for their products."""
        g, half = self.graph, 2 * self.sizes.mel
        rates = np.exp(np.arange(half) * -(math.log(10_000.0) / (half - 1))) * _TIME_SCALE
        angles = g("Mul", g("Unsqueeze", moment, g.lengths(1)), g.weight(rates.astype(np.float32)[None]))
        x = g("Concat", g("Sin", angles), g("Cos", angles), axis=1)
        for at in (1, 2):
            weight, bias = self.pair(f"time_mlp.linear_{at}")
            x = g("Gemm", x, g.weight(weight), g.weight(bias), transB=1)
            x = g.silu(x) if at == 1 else x
        return g.mish(x)

    def stage(self, name: str, x: str, time: str, given: int | None = None) -> str:
        """A residual block and its transformers. Of the weights for what comes in the first `given` channels are used."""
        x = self.residual(f"{name}.0", x, time, given)
        for at in range(self.sizes.blocks):
            x = self.transformer(f"{name}.1.{at}", x)
        return x

    def residual(self, name: str, x: str, time: str, given: int | None) -> str:
        """Two convolutions, the moment between them, and a way around them."""
        g = self.graph
        weight, bias = self.pair(f"{name}.mlp.1")
        moment = g("Unsqueeze", g("Gemm", time, g.weight(weight), g.weight(bias), transB=1), g.lengths(0))
        h = g("Add", self.block(f"{name}.block1.block", x, given), moment)
        h = self.block(f"{name}.block2.block", h)
        weight, bias = self.pair(f"{name}.res_conv")
        return str(g("Add", h, g.convolution(x, weight[:, :given], bias)))

    def block(self, name: str, x: str, given: int | None = None) -> str:
        """A convolution, its norm and Mish."""
        g = self.graph
        weight, bias = self.pair(f"{name}.0")
        return g.mish(g.group_norm(g.convolution(x, weight[:, :given], bias), *self.pair(f"{name}.1"), groups=_GROUPS))

    def transformer(self, name: str, x: str) -> str:
        """Attention between all frames, and a feed-forward part."""
        g = self.graph
        normed = g.norm(x, *self.pair(f"{name}.norm1"), _EPSILON)
        # Three products: to take one apart costs more than to round its input three times.
        parts = (self.tensors[f"decoder.estimator.{name}.attn1.to_{part}.weight"].read() for part in ("q", "k", "v"))
        q, k, v = (g.linear(normed, part) for part in parts)
        heads = self.sizes.attention // HEAD
        attended = g("MultiHeadAttention", q, k, v, num_heads=heads, domain=MICROSOFT)
        x = g("Add", x, g.linear(attended, *self.pair(f"{name}.attn1.to_out.0")))
        inner = g.linear(g.norm(x, *self.pair(f"{name}.norm3"), _EPSILON), *self.pair(f"{name}.ff.net.0.proj"))
        return str(g("Add", x, g.linear(g("Gelu", inner, domain=MICROSOFT), *self.pair(f"{name}.ff.net.2"))))

    def doubled(self, x: str, frames: str) -> str:
        """Twice as many frames, of which the first `frames` are kept: a transposed convolution of four taps.

        Output 2 i is taps 1 and 3 of inputs i and i - 1, output 2 i + 1 is taps 0 and 2 of inputs i + 1 and i; so both come
        from one product over three neighbouring frames.
        """
        g = self.graph
        weight, bias = self.pair("up_blocks.0.2.conv")  # [in, out, 4]
        given, out, _ = weight.shape
        both = np.zeros((2, out, given, 3), np.float32)
        for result, tap, neighbour in ((0, 1, 1), (0, 3, 0), (1, 0, 2), (1, 2, 1)):
            both[result, :, :, neighbour] = weight[:, :, tap].T
        pairs = g.convolution(x, both.reshape(2 * out, given, 3), np.concatenate([bias, bias]))
        flat = g("Reshape", pairs, g.lengths(1, -1, out))
        return str(g("Slice", flat, g.lengths(0), frames, g.lengths(1)))


def step_graph(tensors: Tensors, sizes: Sizes, *, eight_bits: bool) -> Graph:
    """The direction of a step from x [1, m, mel] at moment [1], guided by mu [1, m, mel] and speaker [1, mel]: [1, m, mel].

    A step needs it twice, guided and with zeros in their place. As a batch of two that took two cores 1.4 times as long as two runs
    beside each other, and twice the memory on one. The network has inputs for a sample to go on from, which no voice
    of this model has: they are zeros in every step, so their weights are left out.
    """
    g = Graph("step", eight_bits=eight_bits)
    mel = sizes.mel
    x, mu = (g.input(name, [1, "m", mel]) for name in ("x", "mu"))
    moment, speaker = g.input("moment", [1]), g.input("speaker", [1, mel])
    net = _Estimator(g, tensors, sizes)
    shape = g("Shape", x)
    frames = g("Slice", shape, g.lengths(1), g.lengths(2))
    given = g("Concat", x, mu, g("Expand", g("Unsqueeze", speaker, g.lengths(1)), shape), axis=2)
    time = net.time(moment)

    names = [name for name, _ in stages(sizes)]
    whole = net.stage(names[0], given, time, given=3 * mel)
    half = net.stage(names[1], g.convolution(whole, *net.pair("down_blocks.0.2.conv"), stride=2), time)
    h = g.convolution(half, *net.pair("down_blocks.1.2"))
    for name in names[2:-2]:
        h = net.stage(name, h, time)
    h = net.stage(names[-2], g("Concat", h, half, axis=2), time)
    h = net.stage(names[-1], g("Concat", net.doubled(h, frames), whole, axis=2), time)
    h = net.block("final_block.block", g.convolution(h, *net.pair("up_blocks.1.2")))
    g.output(g.convolution(h, *net.pair("final_proj")), "direction", [1, "m", mel])
    return g
