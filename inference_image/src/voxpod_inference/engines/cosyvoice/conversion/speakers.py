"""The speakers of a checkpoint: which there are, what requests call them, and their rows in the bundle."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voxpod_inference.engines.cosyvoice.conversion.checkpoint import Archive, CheckpointError, Floats, Tensor
from voxpod_inference.engines.cosyvoice.conversion.encoders import Tensors, embedded
from voxpod_inference.text.languages import language_of

PUBLISHED = {
    "中文女": ("zh_female", "zh"),
    "中文男": ("zh_male", "zh"),
    "英文女": ("en_female", "en"),
    "英文男": ("en_male", "en"),
    "日语男": ("ja_male", "ja"),
    "粤语女": ("yue_female", "yue"),
    "韩语女": ("ko_female", "ko"),
}
"""What the makers call them; what requests do, since a voice's name is of ASCII letters; and the language of each."""
_GIVEN = re.compile(r"(?P<id>.+)=(?P<name>[A-Za-z0-9_-]{1,64}):(?P<language>[A-Za-z-]+)")


@dataclass(frozen=True, slots=True)
class Speaker:
    """One voice."""

    name: str
    language: str
    vector: Floats
    """[speaker], of length 1."""


def read_speakers(path: Path, width: int, given: Sequence[str]) -> list[Speaker]:
    """The speakers of spk2info.pt; CheckpointError when there are none, one has no name here, or `given` names one that is not there."""
    names = {**PUBLISHED, **_given(given)}
    with Archive(path) as archive:
        content = archive.content()
        if not isinstance(content, dict) or not content:
            raise CheckpointError(
                f"{path} names no speaker: CosyVoice-300M-SFT has seven; other checkpoints take a voice from a recording,"
                " which is not supported"
            )
        if missing := [known for known in _given(given) if known not in content]:
            raise CheckpointError(f"{path} has no speaker {missing[0]!r}; it has {', '.join(map(str, content))}")
        for known in content:
            if known not in names:
                how = f"--voice '{known}=NAME:LANGUAGE' names it"
                raise CheckpointError(f"{path} has a speaker {known!r} that has no name here: {how}")
        return [Speaker(*names[known], _vector(path, known, said, width)) for known, said in content.items()]


def rows_of(speakers: Sequence[Speaker], llm: Tensors, flow: Tensors) -> Floats:
    """A row for each: what the language model is given, then what the flow is."""
    vectors = np.stack([speaker.vector for speaker in speakers])
    for_model, for_flow = (
        vectors @ part["spk_embed_affine_layer.weight"].read().T + part["spk_embed_affine_layer.bias"].read()
        for part in (llm, flow)
    )
    return np.concatenate([embedded(llm, "llm", for_model, relu=True), for_flow], axis=1).astype(np.float32)


def _given(given: Sequence[str]) -> dict[str, tuple[str, str]]:
    found = {}
    for text in given:
        match = _GIVEN.fullmatch(text)
        language = language_of(match["language"]) if match else None
        if match is None or language is None:
            raise CheckpointError(f"--voice is {text!r}, expected ID=NAME:LANGUAGE such as 中文女=anna:zh")
        found[match["id"]] = match["name"], match["language"]
    return found


def _vector(path: Path, known: object, said: object, width: int) -> Floats:
    embedding = said.get("embedding") if isinstance(said, dict) else None
    if not isinstance(embedding, Tensor) or embedding.shape != (1, width):
        shape = list(embedding.shape) if isinstance(embedding, Tensor) else type(embedding).__name__
        raise CheckpointError(f"{path}: speaker {known!r} has embedding {shape}, expected [1, {width}]")
    vector = embedding.read()[0]
    length = float(np.linalg.norm(vector))
    if not np.isfinite(length) or length == 0:
        raise CheckpointError(f"{path}: the embedding of speaker {known!r} is no direction")
    return np.asarray(vector / length, np.float32)
