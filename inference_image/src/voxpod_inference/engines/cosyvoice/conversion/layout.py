"""Which tensors the checkpoint of CosyVoice-300M-SFT has, by name and shape, and what another one is taken for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from voxpod_inference.engines.cosyvoice.conversion.checkpoint import CheckpointError, Tensor

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Sizes:
    """Every length that shapes are made of. The defaults are those of the published model; tests have smaller ones."""

    text_tokens: int = 51_866
    speech_tokens: int = 4_096
    speaker: int = 192
    text_width: int = 512
    width: int = 1_024
    heads: int = 16
    inner: int = 4_096
    text_layers: int = 6
    layers: int = 14
    flow_width: int = 512
    flow_heads: int = 8
    flow_inner: int = 2_048
    flow_layers: int = 6
    mel: int = 80
    channels: int = 256
    attention: int = 512
    """Width inside of the estimator's attention: 8 heads of 64."""
    middle: int = 12
    blocks: int = 4
    base: int = 512
    """Channels of the vocoder before its first upsampling."""
    pitch: int = 512


PUBLISHED = Sizes()
HEAD = 64
"""Width of a head of the estimator's attention, whatever its sizes."""
KERNELS, SOURCE_KERNELS = (3, 7, 11), (7, 11)
DILATIONS = (1, 3, 5)
STRIDE, SPECTRUM, HARMONICS = 8, 18, 9
"""Of each upsampling; real and imaginary parts of a 16-point spectrum; the fundamental and eight overtones."""


def expected(file: str, sizes: Sizes) -> dict[str, Shape]:
    """The tensors of one file by name, weight norms as PyTorch writes them today."""
    return dict({"llm.pt": _llm, "flow.pt": _flow, "hift.pt": _hift}[file](sizes))


def checked(path: str, found: Mapping[str, Tensor], wanted: Mapping[str, Shape]) -> dict[str, Tensor]:
    """The tensors under today's names; CheckpointError names the first that is missing, of another shape, or not known."""
    renamed = {_current_name(name): tensor for name, tensor in found.items()}
    if other := _another_model(renamed):
        raise CheckpointError(f"{path} is {other}; this converter is for CosyVoice-300M-SFT")
    for name, shape in wanted.items():
        if name not in renamed:
            raise CheckpointError(f"{path} has no tensor {name}: it is not the one of CosyVoice-300M-SFT, or not whole")
        if renamed[name].shape != shape:
            raise CheckpointError(
                f"{path}: tensor {name} has shape {list(renamed[name].shape)}, expected {list(shape)}"
            )
    if unknown := next((name for name in renamed if name not in wanted), None):
        raise CheckpointError(f"{path} has a tensor {unknown[:120]}, which CosyVoice-300M-SFT has not")
    return renamed


def _another_model(found: Mapping[str, Tensor]) -> str | None:
    """What a checkpoint is, where that can be told from its tensors."""
    if any(name.startswith("llm.model.") for name in found):
        return "of CosyVoice 2 or 3, whose language model is Qwen's"
    if any(
        name.startswith(("encoder.up_layer", "encoder.pre_lookahead", "decoder.estimator.transformer_blocks"))
        for name in found
    ):
        return "of CosyVoice 2 or 3"
    text = found.get("text_embedding.weight")
    if text is not None and text.shape[:1] == (60_515,):
        return "of CosyVoice-300M-25Hz, whose tokenizer and frame rate are others"
    source = found.get("m_source.l_linear.weight")
    ups = found.get("ups.2.parametrizations.weight.original1")
    if source is not None and ups is not None:
        return "of CosyVoice 2 or 3, whose vocoder makes 24 kHz"
    return None


def _current_name(name: str) -> str:
    """Older saves call the parts of a weight norm otherwise, and a vocoder that was trained with its judges has a prefix."""
    name = name.removeprefix("generator.")
    for old, new in (
        (".weight_g", ".parametrizations.weight.original0"),
        (".weight_v", ".parametrizations.weight.original1"),
    ):
        if name.endswith(old):
            return name.removesuffix(old) + new
    return name


def _weight_and_bias(name: str, *shape: int) -> Iterator[tuple[str, Shape]]:
    yield f"{name}.weight", shape
    yield f"{name}.bias", shape[:1]


def _encoder(
    prefix: str, width: int, heads: int, inner: int, layers: int, norms: tuple[str, str]
) -> Iterator[tuple[str, Shape]]:
    for at in range(layers):
        layer = f"{prefix}.encoders.{at}"
        for part in ("q", "k", "v", "out"):
            yield from _weight_and_bias(f"{layer}.self_attn.linear_{part}", width, width)
        yield f"{layer}.self_attn.linear_pos.weight", (width, width)
        for bias in ("u", "v"):
            yield f"{layer}.self_attn.pos_bias_{bias}", (heads, width // heads)
        yield from _weight_and_bias(f"{layer}.feed_forward.w_1", inner, width)
        yield from _weight_and_bias(f"{layer}.feed_forward.w_2", width, inner)
        for norm in norms:
            yield from _weight_and_bias(f"{layer}.{norm}", width)


def _embedding(prefix: str, given: int, width: int) -> Iterator[tuple[str, Shape]]:
    yield from _weight_and_bias(f"{prefix}.embed.out.0", width, given)
    yield from _weight_and_bias(f"{prefix}.embed.out.1", width)
    yield from _weight_and_bias(f"{prefix}.after_norm", width)


CONFORMER_NORMS, TRANSFORMER_NORMS = ("norm_mha", "norm_ff"), ("norm1", "norm2")


def _llm(s: Sizes) -> Iterator[tuple[str, Shape]]:
    yield "text_embedding.weight", (s.text_tokens, s.text_width)
    yield from _embedding("text_encoder", s.text_width, s.width)
    yield from _encoder("text_encoder", s.width, s.heads, s.inner, s.text_layers, CONFORMER_NORMS)
    yield from _weight_and_bias("text_encoder_affine_layer", s.width, s.width)
    yield "llm_embedding.weight", (2, s.width)
    yield from _embedding("llm", s.width, s.width)
    yield from _encoder("llm", s.width, s.heads, s.inner, s.layers, TRANSFORMER_NORMS)
    yield from _weight_and_bias("llm_decoder", s.speech_tokens + 1, s.width)
    yield "speech_embedding.weight", (s.speech_tokens, s.width)
    yield from _weight_and_bias("spk_embed_affine_layer", s.width, s.speaker)


def _flow(s: Sizes) -> Iterator[tuple[str, Shape]]:
    yield "input_embedding.weight", (s.speech_tokens, s.flow_width)
    yield from _weight_and_bias("spk_embed_affine_layer", s.mel, s.speaker)
    yield from _embedding("encoder", s.flow_width, s.flow_width)
    yield from _encoder("encoder", s.flow_width, s.flow_heads, s.flow_inner, s.flow_layers, CONFORMER_NORMS)
    yield from _weight_and_bias("encoder_proj", s.mel, s.flow_width)
    for at in range(4):
        yield from _weight_and_bias(f"length_regulator.model.{3 * at}", s.mel, s.mel, 3)
        yield from _weight_and_bias(f"length_regulator.model.{3 * at + 1}", s.mel)
    yield from _weight_and_bias("length_regulator.model.12", s.mel, s.mel, 1)
    yield from _estimator("decoder.estimator", s)


def stages(s: Sizes) -> Iterator[tuple[str, int]]:
    """The stages of the estimator in order, each with the channels that come in."""
    yield "down_blocks.0", 4 * s.mel
    yield "down_blocks.1", s.channels
    for at in range(s.middle):
        yield f"mid_blocks.{at}", s.channels
    yield "up_blocks.0", 2 * s.channels
    yield "up_blocks.1", 2 * s.channels


def _estimator(prefix: str, s: Sizes) -> Iterator[tuple[str, Shape]]:
    time = 4 * s.channels
    yield from _weight_and_bias(f"{prefix}.time_mlp.linear_1", time, 4 * s.mel)
    yield from _weight_and_bias(f"{prefix}.time_mlp.linear_2", time, time)
    for stage, given in stages(s):
        resnet = f"{prefix}.{stage}.0"
        yield from _weight_and_bias(f"{resnet}.mlp.1", s.channels, time)
        for block, channels in (("block1", given), ("block2", s.channels)):
            yield from _weight_and_bias(f"{resnet}.{block}.block.0", s.channels, channels, 3)
            yield from _weight_and_bias(f"{resnet}.{block}.block.1", s.channels)
        yield from _weight_and_bias(f"{resnet}.res_conv", s.channels, given, 1)
        for at in range(s.blocks):
            yield from _transformer(f"{prefix}.{stage}.1.{at}", s)
    yield from _weight_and_bias(f"{prefix}.down_blocks.0.2.conv", s.channels, s.channels, 3)
    yield from _weight_and_bias(f"{prefix}.down_blocks.1.2", s.channels, s.channels, 3)
    yield from _weight_and_bias(f"{prefix}.up_blocks.0.2.conv", s.channels, s.channels, 4)
    yield from _weight_and_bias(f"{prefix}.up_blocks.1.2", s.channels, s.channels, 3)
    yield from _weight_and_bias(f"{prefix}.final_block.block.0", s.channels, s.channels, 3)
    yield from _weight_and_bias(f"{prefix}.final_block.block.1", s.channels)
    yield from _weight_and_bias(f"{prefix}.final_proj", s.mel, s.channels, 1)


def _transformer(block: str, s: Sizes) -> Iterator[tuple[str, Shape]]:
    yield from _weight_and_bias(f"{block}.norm1", s.channels)
    for part in ("q", "k", "v"):
        yield f"{block}.attn1.to_{part}.weight", (s.attention, s.channels)
    yield from _weight_and_bias(f"{block}.attn1.to_out.0", s.channels, s.attention)
    yield from _weight_and_bias(f"{block}.norm3", s.channels)
    yield from _weight_and_bias(f"{block}.ff.net.0.proj", 4 * s.channels, s.channels)
    yield from _weight_and_bias(f"{block}.ff.net.2", s.channels, 4 * s.channels)


def _normed(name: str, *shape: int, bias: int) -> Iterator[tuple[str, Shape]]:
    yield f"{name}.parametrizations.weight.original0", (shape[0], 1, 1)
    yield f"{name}.parametrizations.weight.original1", shape
    yield f"{name}.bias", (bias,)


def _residual(name: str, channels: int, kernel: int) -> Iterator[tuple[str, Shape]]:
    for at in range(len(DILATIONS)):
        for number in (1, 2):
            yield from _normed(f"{name}.convs{number}.{at}", channels, channels, kernel, bias=channels)
            yield f"{name}.activations{number}.{at}.alpha", (channels,)


def _hift(s: Sizes) -> Iterator[tuple[str, Shape]]:
    yield from _weight_and_bias("m_source.l_linear", 1, HARMONICS)
    yield from _normed("conv_pre", s.base, s.mel, 7, bias=s.base)
    for stage in range(2):
        given, channels = s.base >> stage, s.base >> (stage + 1)
        yield from _normed(f"ups.{stage}", given, channels, 2 * STRIDE, bias=channels)
        yield from _weight_and_bias(f"source_downs.{stage}", channels, SPECTRUM, (2 * STRIDE, 1)[stage])
        yield from _residual(f"source_resblocks.{stage}", channels, SOURCE_KERNELS[stage])
        for at, kernel in enumerate(KERNELS):
            yield from _residual(f"resblocks.{3 * stage + at}", channels, kernel)
    yield from _normed("conv_post", SPECTRUM, s.base // 4, 7, bias=SPECTRUM)
    for at in range(5):
        yield from _normed(f"f0_predictor.condnet.{2 * at}", s.pitch, s.pitch if at else s.mel, 3, bias=s.pitch)
    yield from _weight_and_bias("f0_predictor.classifier", 1, s.pitch)
