"""Each bad input of docs/engines.md's table: what is said, word for word, on the page as well, and nothing is left behind."""

import dataclasses
import json
import re
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cosyvoice_checkpoint import (
    SMALL,
    Call,
    Global,
    Saved,
    a_bundle,
    a_checkpoint,
    a_tokenizer,
    random_tensors,
    save,
    save_speakers,
)
from voxpod_inference.bundle import MANIFEST, Bundle, open_bundle, write_manifest
from voxpod_inference.cli import main
from voxpod_inference.engines.cosyvoice.engine import LIMITS
from voxpod_inference.engines.cosyvoice.spectra import frames_of
from voxpod_inference.engines.registry import load_engine
from voxpod_inference.errors import BundleError, InputError

PAGE = (Path(__file__).parents[3] / "docs" / "engines.md").read_text(encoding="utf-8")
Spoil = Callable[[Path], object]


def with_tensor(file: str, name: str, *shape: int) -> Spoil:
    """A file of the checkpoint with one more tensor, or another one of that name."""

    def spoil(checkpoint: Path) -> None:
        tensors = {known: Saved(array) for known, array in random_tensors(file, SMALL).items()}
        save(checkpoint / file, OrderedDict(tensors | {name: Saved(np.zeros(shape or (1,), np.float32))}))

    return spoil


def cut(checkpoint: Path) -> None:
    """A download that broke off."""
    file = checkpoint / "flow.pt"
    file.write_bytes(file.read_bytes()[:1000])


def with_code(checkpoint: Path) -> None:
    """A pickle that runs a shell where it is loaded."""
    save(checkpoint / "llm.pt", {"a": Call(Global("os", "system"), ("touch /tmp/voxpod-was-here",))})


CHECKPOINTS: dict[str, tuple[Spoil, str]] = {
    "CosyVoice 2 or 3: its language model": (
        with_tensor("llm.pt", "llm.model.lm_head.weight"),
        "llm.pt is of CosyVoice 2 or 3, whose language model is Qwen's; this converter is for CosyVoice-300M-SFT",
    ),
    "CosyVoice 2: its flow": (
        with_tensor("flow.pt", "encoder.up_layer.conv.weight"),
        "flow.pt is of CosyVoice 2 or 3; this converter is for CosyVoice-300M-SFT",
    ),
    "CosyVoice 3: its flow": (
        with_tensor("flow.pt", "decoder.estimator.transformer_blocks.0.attn.to_q.weight"),
        "flow.pt is of CosyVoice 2 or 3; this converter is for CosyVoice-300M-SFT",
    ),
    "CosyVoice 2 or 3: its vocoder": (
        with_tensor("hift.pt", "ups.2.parametrizations.weight.original1"),
        "hift.pt is of CosyVoice 2 or 3, whose vocoder makes 24 kHz; this converter is for CosyVoice-300M-SFT",
    ),
    "the 25 Hz variant": (
        with_tensor("llm.pt", "text_embedding.weight", 60_515, 1),
        "llm.pt is of CosyVoice-300M-25Hz, whose tokenizer and frame rate are others; this converter is for CosyVoice-300M-SFT",
    ),
    "a file that is cut": (
        cut,
        "flow.pt is cut, or was not saved by torch.save: its table of contents is not at its end",
    ),
    "a pickle with code": (
        with_code,
        "llm.pt asks for os.system, which is no part of a checkpoint of tensors: not opened",
    ),
    "no spk2info.pt": (lambda checkpoint: (checkpoint / "spk2info.pt").unlink(), "spk2info.pt is missing"),
    "spk2info.pt without speakers": (
        lambda checkpoint: save_speakers(checkpoint, ()),
        "spk2info.pt names no speaker: CosyVoice-300M-SFT has seven; other checkpoints take a voice from a recording, which is not supported",
    ),
    "a speaker of one's own": (
        lambda checkpoint: save_speakers(checkpoint, ("anna",)),
        "spk2info.pt has a speaker 'anna' that has no name here: --voice 'anna=NAME:LANGUAGE' names it",
    ),
}


@pytest.mark.parametrize(("spoil", "said"), CHECKPOINTS.values(), ids=CHECKPOINTS)
def test_a_checkpoint_that_cannot_be_one_is_refused_in_these_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], spoil: Spoil, said: str
) -> None:
    monkeypatch.setattr("voxpod_inference.engines.cosyvoice.conversion.bundle.convert.__defaults__", (SMALL,))
    checkpoint, pairs = a_checkpoint(tmp_path / "checkpoint"), a_tokenizer(tmp_path / "pairs")
    spoil(checkpoint)
    command = ["convert-cosyvoice", checkpoint, "--to", tmp_path / "made", "--tokenizer", pairs, "--quiet"]
    assert main(list(map(str, command))) == 1
    assert capsys.readouterr().err == f"voxpod-model: {checkpoint}/{said}\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkpoint", "pairs"]
    assert f"`{said}`" in PAGE


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return a_bundle(tmp_path_factory.mktemp("cosyvoice"), eight_bits=True)


@pytest.fixture(scope="module")
def engine(bundle: Bundle) -> Any:
    return load_engine(bundle, 1, tell=lambda *_: None)


def of_another_version(bundle: Bundle, **manifest: Any) -> Bundle:
    """The bundle as if another version had written its manifest."""
    return dataclasses.replace(bundle, manifest=dataclasses.replace(bundle.manifest, **manifest))


def refused(bundle: Bundle) -> str:
    """What is said when it is loaded, without its path."""
    with pytest.raises(BundleError) as caught:
        load_engine(bundle, 1, tell=lambda *_: None)
    return str(caught.value).removeprefix(f"{bundle.root}: ").removeprefix(f"{bundle.root}/")


def test_a_bundle_without_a_file_of_this_version_says_which_and_how_to_get_it(bundle: Bundle) -> None:
    files = {name: entry for name, entry in bundle.manifest.files.items() if name != "features.onnx"}
    said = refused(of_another_version(bundle, files=files, version="0.9.0"))
    assert said == (
        "version 0.9.0 of cosyvoice-300m-sft has no features.onnx; this version of Voxpod needs a bundle of its own"
        " convert-cosyvoice"
    )
    assert f"`{said}`" in PAGE


def test_a_manifest_without_steps_is_of_another_version(bundle: Bundle) -> None:
    said = refused(of_another_version(bundle, flow_steps=None))
    assert said == "the manifest has no flow_steps; this version of Voxpod needs a bundle of its own convert-cosyvoice"
    assert f"`{said}`" in PAGE


@pytest.mark.parametrize("lacking", ["instruction_tokens", "format"])
def test_settings_of_another_version_are_told_by_what_they_lack(bundle: Bundle, tmp_path: Path, lacking: str) -> None:
    root = tmp_path / "older"
    root.mkdir()
    for path in bundle.root.iterdir():
        (root / path.name).write_bytes(path.read_bytes())
    settings = json.loads((root / "settings.json").read_text())
    del settings[lacking]
    (root / "settings.json").write_text(json.dumps(settings))
    fields = json.loads((root / MANIFEST).read_text())
    (root / MANIFEST).unlink()
    write_manifest(root, **fields)
    said = refused(open_bundle(root))
    told = "settings.json has no instruction_tokens; this version of Voxpod needs a bundle of its own convert-cosyvoice"
    assert said == told.replace("instruction_tokens", lacking)
    assert f"`{told}`" in PAGE


def test_a_voice_that_the_checkpoint_had_not_is_refused_with_those_that_it_had(engine: Any) -> None:
    with pytest.raises(InputError) as caught:
        engine.prepare("Hello.", voice="ja_male")
    assert str(caught.value).startswith("voice is 'ja_male'; ")
    assert re.search("zh_female.*en_male|en_male.*zh_female", str(caught.value))


def test_a_language_that_a_voice_never_spoke_is_spoken_with_the_model_s_mark_for_it(engine: Any) -> None:
    """No refusal: one voice speaks all five, and no bundle tells which a speaker vector was taken from more than one of."""
    for text in ("Hello there.", "안녕하세요.", "こんにちは。", "<lang=yue>你好。</lang>"):
        (spoken,) = engine.speak(engine.prepare(text, voice="zh_female"))
        assert spoken.spoken_seconds > 0


def test_ten_thousand_characters_take_no_more_at_once_than_a_chunk_of_them(
    engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What memory grows with, where speech is as long as it may be: text tokens and positions of a run, tokens of the flow's."""
    language, flow, vocoder, settings = engine._language, engine._flow, engine._vocoder, engine._settings
    positions, tokens = [], []

    def longest(rows: np.ndarray, limits: Any, random: Any) -> list[int]:
        positions.append(len(rows) + limits.most)
        return [1] * limits.most

    def aim(given: list[int]) -> np.ndarray:
        tokens.append(len(given))
        return np.zeros((frames_of(len(given)), settings.mel), np.float32)

    monkeypatch.setattr(language, "_made", longest)
    monkeypatch.setattr(flow, "_aim", aim)
    monkeypatch.setattr(flow, "_solved", lambda noise, aim, speaker: noise)
    monkeypatch.setattr(vocoder, "samples", lambda spectra, random: [np.ones(256 * len(spectra), np.float32)])
    prepared = engine.prepare(("Word after word goes by. " * 400)[:10_000])
    assert max(engine._count(chunk.phonemes) for chunk in prepared.script.chunks) <= LIMITS.most
    spans = [(spoken.start, spoken.end) for spoken in engine.speak(prepared)]
    assert (spans[0][0], spans[-1][1]) == (0, 10_000)
    assert len(positions) == len(prepared.script.chunks) > 50
    assert max(positions) <= settings.positions
    assert max(tokens) <= settings.flow_positions < max(positions)
