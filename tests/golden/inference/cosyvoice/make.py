"""Makes small.npz: see README.md. Modules that the published code imports and does not use here are stood in for."""

# ruff: noqa: E402
# mypy: ignore-errors

import math
import sys
import types
from pathlib import Path
from unittest.mock import MagicMock

import numpy as np
import torch
from torch import nn
from torch.nn import functional

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[3]
sys.path[:0] = [sys.argv[1], *(str(ROOT / part) for part in ("inference_image/src", "crds/src", "tests/support"))]
UNUSED = """torchaudio torchaudio.compliance torchaudio.compliance.kaldi transformers onnxruntime omegaconf tqdm whisper conformer
matcha.models.components.flow_matching diffusers diffusers.models diffusers.models.activations diffusers.models.attention
diffusers.models.attention_processor diffusers.models.lora diffusers.utils diffusers.utils.torch_utils scipy scipy.signal
voxpod_inference.packages voxpod_inference.engines.cosyvoice.conversion.bundle"""
sys.modules.update({name: MagicMock() for name in UNUSED.split()})


class Flow(nn.Module):
    """Stands for the base class of the flow."""

    def __init__(self, **_: object) -> None:
        super().__init__()


class Gelu(nn.Module):
    """A product and GELU."""

    def __init__(self, given: int, made: int, **_: object) -> None:
        super().__init__()
        self.proj = nn.Linear(given, made)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return functional.gelu(self.proj(x))


class Attention(nn.Module):
    """Attention between all frames, with a bias as mask."""

    def __init__(self, query_dim: int, heads: int, dim_head: int, bias: bool = False, **_: object) -> None:
        super().__init__()
        self.heads, inner = heads, heads * dim_head
        self.to_q, self.to_k, self.to_v = (nn.Linear(query_dim, inner, bias=bias) for _ in range(3))
        self.to_out = nn.ModuleList([nn.Linear(inner, query_dim), nn.Identity()])

    def forward(self, x: torch.Tensor, attention_mask: torch.Tensor, **_: object) -> torch.Tensor:
        b, t, _ = x.shape
        q, k, v = (part(x).view(b, t, self.heads, -1).transpose(1, 2) for part in (self.to_q, self.to_k, self.to_v))
        scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1]) + attention_mask[:, None]
        return self.to_out[0]((scores.softmax(-1) @ v).transpose(1, 2).reshape(b, t, -1))


def module(name: str, **content: object) -> None:
    """Stands for a module."""
    made = types.ModuleType(name)
    vars(made).update(content)
    sys.modules[name] = made


module("matcha.models.components.flow_matching", BASECFM=lambda *_, **__: None)
sys.modules["matcha.models.components.flow_matching"].BASECFM = Flow
module("diffusers.models.activations", get_activation=lambda _: nn.SiLU())
module(
    "diffusers.models.attention", GELU=Gelu, GEGLU=None, AdaLayerNorm=None, AdaLayerNormZero=None, ApproximateGELU=None
)
module("diffusers.models.attention_processor", Attention=Attention)
module("diffusers.models.lora", LoRACompatibleLinear=nn.Linear)
module("diffusers.utils.torch_utils", maybe_allow_in_graph=lambda made: made)
module("scipy.signal", get_window=lambda _, n, fftbins: np.sin(np.pi * np.arange(n) / n) ** 2)

from cosyvoice.flow.decoder import ConditionalDecoder
from cosyvoice.flow.flow import MaskedDiffWithXvec
from cosyvoice.flow.flow_matching import ConditionalCFM
from cosyvoice.flow.length_regulator import InterpolateRegulator
from cosyvoice.hifigan.f0_predictor import ConvRNNF0Predictor
from cosyvoice.hifigan.generator import HiFTGenerator
from cosyvoice.llm.llm import TransformerLM
from cosyvoice.transformer.encoder import ConformerEncoder, TransformerEncoder

from cosyvoice_checkpoint import SMALL as S
from cosyvoice_checkpoint import random_tensors

ENCODER = {
    "dropout_rate": 0.1,
    "positional_dropout_rate": 0.1,
    "normalize_before": True,
    "pos_enc_layer_type": "rel_pos_espnet",
    "selfattention_layer_type": "rel_selfattn",
}


def conformer(given: int, width: int, heads: int, inner: int, layers: int, chunk: int) -> nn.Module:
    """The encoder of text or of speech tokens."""
    plain = {"use_cnn_module": False, "macaron_style": False, "input_layer": "linear", "static_chunk_size": chunk}
    return ConformerEncoder(given, width, heads, inner, layers, **plain, **ENCODER)


def loaded(made: nn.Module, file: str) -> nn.Module:
    """The module with the random weights of a file."""
    state = {name: torch.from_numpy(array) for name, array in random_tensors(file, S).items()}
    older = {".parametrizations.weight.original0": ".weight_g", ".parametrizations.weight.original1": ".weight_v"}
    for name in list(state) if torch.__version__ < "2.1" else ():
        for new, old in older.items():
            if name.endswith(new):
                state[name.removesuffix(new) + old] = state.pop(name)
    made.load_state_dict(state, strict=True)
    return made.eval()


def language_model() -> nn.Module:
    """llm.pt"""
    text = conformer(S.text_width, S.width, S.heads, S.inner, S.text_layers, 1)
    speech = TransformerEncoder(
        S.width, S.width, S.heads, S.inner, S.layers, input_layer="linear_legacy", static_chunk_size=1, **ENCODER
    )
    made = TransformerLM(
        S.text_width, S.width, S.width, S.text_tokens, S.speech_tokens, text, speech, None, spk_embed_dim=S.speaker
    )
    return loaded(made, "llm.pt")


def flow() -> nn.Module:
    """flow.pt"""
    estimator = ConditionalDecoder(
        4 * S.mel, S.mel, [S.channels] * 2, 0.0, 64, S.blocks, S.middle, S.attention // 64, act_fn="gelu"
    )
    settings = types.SimpleNamespace(t_scheduler="cosine", training_cfg_rate=0.2, inference_cfg_rate=0.7)
    made = MaskedDiffWithXvec(
        S.flow_width,
        S.mel,
        S.speaker,
        vocab_size=S.speech_tokens,
        encoder=conformer(S.flow_width, S.flow_width, S.flow_heads, S.flow_inner, S.flow_layers, 0),
        length_regulator=InterpolateRegulator(S.mel, [1, 1, 1, 1]),
        decoder=ConditionalCFM(3 * S.mel, settings, 1, S.mel, estimator),
    )
    return loaded(made, "flow.pt")


def vocoder() -> nn.Module:
    """hift.pt"""
    return loaded(HiFTGenerator(S.mel, S.base, 8, f0_predictor=ConvRNNF0Predictor(1, S.mel, S.pitch)), "hift.pt")


def tensor(array: np.ndarray) -> torch.Tensor:
    """float32."""
    return torch.from_numpy(np.asarray(array, "f4"))


def spoken(random: np.random.Generator, llm: nn.Module) -> dict[str, torch.Tensor]:
    """Scores after a text, and after each of some tokens."""
    text = torch.from_numpy(random.integers(0, S.text_tokens, 13))[None]
    speaker = tensor(random.standard_normal((1, S.speaker)))
    tokens = random.integers(0, S.speech_tokens, 9)
    read, _ = llm.encode(llm.text_embedding(text), torch.tensor([13]))
    voice = llm.spk_embed_affine_layer(functional.normalize(speaker, dim=1)).unsqueeze(1)
    begin, task = (llm.llm_embedding.weight[at].reshape(1, 1, -1) for at in (0, 1))
    rows = [
        torch.cat([begin, voice, read, task], 1),
        *(llm.speech_embedding.weight[int(t)][None, None] for t in tokens),
    ]
    scores, before, kept, other = [], 0, torch.zeros(0, 0, 0, 0), torch.zeros(0, 0, 0, 0)
    for row in rows:
        mask = torch.tril(torch.ones(1, row.shape[1], row.shape[1])).bool()
        y, kept, other = llm.llm.forward_chunk(row, before, -1, kept, other, mask)
        scores.append(llm.llm_decoder(y[:, -1]))
        before += row.shape[1]
    return {"text": text, "speaker": speaker, "tokens": torch.from_numpy(tokens), "scores": torch.cat(scores)}


def moved(random: np.random.Generator, made: nn.Module, speaker: torch.Tensor, count: int) -> dict[str, torch.Tensor]:
    """Condition, and three steps from noise, of some tokens."""
    tokens = torch.from_numpy(random.integers(0, S.speech_tokens, count))[None]
    read, _ = made.encoder(made.input_embedding(tokens), torch.tensor([count]))
    read, frames = made.encoder_proj(read), int(count / 50 * 22050 / 256)
    mu = made.length_regulator.inference(read[:, :0], read, 0, frames, 50)[0].transpose(1, 2).contiguous()
    voice = made.spk_embed_affine_layer(functional.normalize(speaker, dim=1))
    noise = tensor(random.standard_normal((1, S.mel, frames)))
    when = 1 - torch.cos(torch.linspace(0, 1, 4) * 0.5 * torch.pi)
    x = noise
    for at in range(3):
        both = [torch.cat([part, part * twice]) for part, twice in ((x, 1), (mu, 0), (voice, 0))]
        guided, free = made.decoder.estimator(
            both[0], torch.ones(2, 1, frames), both[1], when[[at, at]], both[2], torch.zeros(2, S.mel, frames)
        )
        x = x + (when[at + 1] - when[at]) * (1.7 * guided - 0.7 * free)
    return {f"tokens{count}": tokens, f"mu{count}": mu, f"noise{count}": noise, f"x{count}": x}


def main() -> None:
    """Run everything."""
    random = np.random.default_rng(5)
    with torch.inference_mode():
        made = spoken(random, language_model())
        moving, sounding = flow(), vocoder()
        for count in (7, 57):
            made |= moved(random, moving, made["speaker"], count)
        mel = tensor(random.standard_normal((1, S.mel, 21)))
        source = tensor(random.uniform(-0.3, 0.3, (1, 1, 21 * 256)))
        made |= {
            "mel": mel,
            "f0": sounding.f0_predictor(mel),
            "source": source,
            "samples": sounding.decode(mel, source),
        }
    np.savez_compressed(HERE / "small.npz", **{name: value.numpy() for name, value in made.items()})


main()
