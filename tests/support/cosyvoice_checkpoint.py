"""Checkpoints such as PyTorch saves them, of random numbers, made without PyTorch."""

import base64
import pickle
import sys
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxpod_inference.bundle import Bundle
from voxpod_inference.engines.cosyvoice.conversion.bundle import Choices, convert
from voxpod_inference.engines.cosyvoice.conversion.layout import PUBLISHED, Sizes, expected

Floats = NDArray[np.float32]

SMALL = Sizes(
    text_tokens=280 + 1_609,
    speech_tokens=40,
    speaker=12,
    text_width=24,
    width=32,
    heads=2,
    inner=48,
    text_layers=2,
    layers=3,
    flow_width=16,
    flow_heads=2,
    flow_inner=24,
    flow_layers=2,
    mel=8,
    channels=16,
    attention=128,
    middle=2,
    blocks=2,
    base=32,
    pitch=16,
)
"""Of a model with every part of the published one, and none of its size."""


@dataclass(frozen=True)
class Global:
    """A name in a pickle."""

    module: str
    name: str


@dataclass(frozen=True)
class Call:
    """What a pickle asks to be called."""

    what: Global
    arguments: tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Saved:
    """A tensor on its way into a file."""

    array: NDArray[Any]
    kind: str = "FloatStorage"


class _Pickler(pickle._Pickler):  # type: ignore[misc,name-defined]
    """Writes names as they are, whether there is such a module or not."""

    dispatch = pickle._Pickler.dispatch.copy()  # type: ignore[attr-defined]

    def __init__(self, file: Any, keep: Callable[[NDArray[Any]], str]) -> None:
        super().__init__(file, protocol=2)
        self._keep = keep

    def persistent_id(self, obj: Any) -> Any:
        """Storages lie outside of the pickle."""
        if isinstance(obj, tuple) and len(obj) == 2 and obj[0] == "storage of":
            saved = obj[1]
            return ("storage", Global("torch", saved.kind), self._keep(saved.array), "cpu", saved.array.size)
        return None

    def save_name(self, obj: Global) -> None:
        """GLOBAL."""
        self.write(pickle.GLOBAL + f"{obj.module}\n{obj.name}\n".encode())

    def save_call(self, obj: Call) -> None:
        """Function, arguments, REDUCE."""
        self.save(obj.what)
        self.save(obj.arguments)
        self.write(pickle.REDUCE)

    def save_tensor(self, obj: Saved) -> None:
        """As torch.save writes one."""
        stride = tuple(step // obj.array.itemsize for step in obj.array.strides)
        given = (("storage of", obj), 0, obj.array.shape, stride, False, OrderedDict())
        self.save_call(Call(Global("torch._utils", "_rebuild_tensor_v2"), given))

    dispatch[Global] = save_name
    dispatch[Call] = save_call
    dispatch[Saved] = save_tensor


def save(path: Path, content: Any) -> None:
    """Write `content` as torch.save does; arrays of `Saved` become tensors."""
    kept: list[NDArray[Any]] = []

    def keep(array: NDArray[Any]) -> str:
        kept.append(array)
        return str(len(kept) - 1)

    def entry(name: str) -> zipfile.ZipInfo:
        return zipfile.ZipInfo(f"{path.stem}/{name}")  # of 1980, so that the same content makes the same file

    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        with archive.open(entry("data.pkl"), "w") as file:
            _Pickler(file, keep).dump(content)
        archive.writestr(entry("byteorder"), "little")
        for at, array in enumerate(kept):
            archive.writestr(entry(f"data/{at}"), array.tobytes())
        archive.writestr(entry("version"), "3\n")


def random_tensors(file: str, sizes: Sizes, seed: int = 1) -> dict[str, Floats]:
    """Numbers of a size that keeps activations near one; what knows positions is larger, so that an error of positions shows."""
    random = np.random.default_rng([seed, *file.encode()])
    made = {}
    for name, shape in expected(file, sizes).items():
        numbers = random.standard_normal(shape, dtype=np.float32)
        if name.endswith("original0") or ("norm" in name and name.endswith("weight")) or name.endswith("alpha"):
            numbers = np.abs(1 + np.float32(0.2) * numbers)
        elif name.endswith(("bias", "pos_bias_u", "pos_bias_v")):
            numbers *= np.float32(1.0 if "pos_bias" in name else 0.1)
        elif len(shape) > 1 and "embedding" not in name:
            fan = int(np.prod(shape[1:]))
            numbers *= np.float32((3.0 if "linear_pos" in name else 1.0) / np.sqrt(fan))
        made[name] = numbers
    if file == "hift.pt":
        made["f0_predictor.classifier.bias"][:] = 150.0
        made["f0_predictor.classifier.weight"] *= np.float32(60.0)
        made["conv_post.parametrizations.weight.original0"] *= np.float32(0.3)
    return made


def a_checkpoint(folder: Path, sizes: Sizes = SMALL, seed: int = 1) -> Path:
    """A folder with all files of a checkpoint, two speakers in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in ("llm.pt", "flow.pt", "hift.pt"):
        save(folder / file, OrderedDict((name, Saved(x)) for name, x in random_tensors(file, sizes, seed).items()))
    save_speakers(folder, ("中文女", "英文男"), sizes, seed)
    return folder


def save_speakers(folder: Path, names: tuple[str, ...], sizes: Sizes = SMALL, seed: int = 1) -> Mapping[str, Floats]:
    """spk2info.pt, and what it says."""
    random = np.random.default_rng([seed, 7])
    made = {name: random.standard_normal((1, sizes.speaker), dtype=np.float32) for name in names}
    save(folder / "spk2info.pt", {name: {"embedding": Saved(vector)} for name, vector in made.items()})
    return made


def a_tokenizer(file: Path) -> Path:
    """Byte pairs as in multilingual.tiktoken: 256 bytes, 23 pairs of letters, and last a rank for nothing."""
    parts = [bytes([at]) for at in range(256)]
    parts += [a + b for a in (b"t", b"h", b"e", b"o") for b in (b"h", b"e", b"n", b" ", b"r", b"o")]
    lines = [f"{base64.b64encode(part).decode()} {rank}" for rank, part in enumerate(parts[:-1])]
    lines.append(f"= {len(lines)}")
    file.write_text("\n".join(lines) + "\n", encoding="ascii")
    return file


def a_bundle(folder: Path, *, eight_bits: bool = False, sizes: Sizes = SMALL, instruct: bool = False) -> Bundle:
    """A bundle of a small model, made below `folder`; with `instruct` of one that follows instructions."""
    checkpoint = a_checkpoint(folder / "checkpoint", sizes)
    pairs = a_tokenizer(folder / "pairs.tiktoken")
    choices = Choices(steps=3, eight_bits=eight_bits, tokenizer=pairs, instruct=instruct)
    return convert(checkpoint, folder / "bundle", choices, lambda _what, _share: None, sizes)


if __name__ == "__main__":
    a_checkpoint(Path(sys.argv[1]), PUBLISHED)
