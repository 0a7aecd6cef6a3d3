"""A checkpoint that was taught to follow instructions: how something is to be spoken, in words before the text."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cosyvoice_checkpoint import SMALL, a_bundle, a_checkpoint, a_tokenizer
from voxpod_inference import probe
from voxpod_inference.bundle import Bundle, open_bundle
from voxpod_inference.cli import main
from voxpod_inference.engines.cosyvoice.engine import LIMITS
from voxpod_inference.engines.cosyvoice.engine import plain as plain_text
from voxpod_inference.engines.registry import load_engine
from voxpod_inference.errors import InputError
from voxpod_inference.settings import BundleSettings

TEXT = "Hello there. 你好！"
ASKED = "A tired old sailor, slow and hoarse."


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return a_bundle(tmp_path_factory.mktemp("instruct"), instruct=True)


@pytest.fixture(scope="module")
def engine(bundle: Bundle) -> Any:
    return load_engine(bundle, 1, tell=lambda *_: None)


def said(engine: Any, **asked: Any) -> np.ndarray:
    return np.concatenate([u.samples for u in engine.speak(engine.prepare(TEXT, **asked))])


def test_the_bundle_its_probe_and_the_command_tell_that_it_takes_them(
    bundle: Bundle, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (bundle.manifest.name, bundle.manifest.takes_instructions) == ("cosyvoice-300m-instruct", True)
    facts = probe.facts(BundleSettings(bundle.root, f"sha256:{bundle.manifest.digest}", 1, tmp_path / "log"))
    assert facts.takes_instructions
    assert main(["voices", str(bundle.root)]) == 0
    assert capsys.readouterr().err.endswith("; takes instructions; 3 flow steps\n")


def test_they_change_what_is_said_and_the_same_ones_change_it_alike(engine: Any) -> None:
    plain, asked = said(engine), said(engine, instructions=ASKED)
    assert not np.array_equal(plain, asked)
    assert np.array_equal(asked, said(engine, instructions=f"  {ASKED}\n"))
    assert not np.array_equal(asked, said(engine, instructions="A child at play."))
    assert np.array_equal(plain, said(engine, instructions=""))


def test_the_model_reads_them_before_the_text_and_without_the_speaker(
    engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As its makers taught it: begin, instructions and their end, the text, task."""
    language, seen = engine._language, []

    def made(rows: np.ndarray, limits: Any, random: Any) -> list[int]:
        seen.append((rows, limits))
        return [1, 2, 3]

    monkeypatch.setattr(language, "_made", made)
    said(engine, voice="en_male")
    said(engine, voice="en_male", instructions=ASKED)
    (plain, limits), (asked, limits_asked) = seen
    told = engine._pairs.encode(f"{ASKED}<endofprompt>")
    # the speaker's row is gone, the instructions' have come, and the length of speech is the text's alone
    assert len(asked) == len(plain) - 1 + len(told)
    assert limits_asked == limits
    (chunk,) = engine.prepare(TEXT).script.chunks
    text = engine._pairs.encode(plain_text(chunk.phonemes)[1])
    (read,) = language._text.run(None, {"text": language._text_table[[*told, *text]][None]})
    assert np.array_equal(asked[1:-1], read[0])
    assert np.array_equal(asked[[0, -1]], plain[[0, -1]])


def test_longer_ones_than_it_has_room_for_are_refused_with_what_is_accepted(engine: Any) -> None:
    with pytest.raises(InputError, match=r"instructions have \d+ tokens, 128 are accepted: about 96 English words"):
        engine.prepare(TEXT, instructions="slowly " * 140)


def test_the_longest_ones_fit_beside_the_longest_chunk(engine: Any) -> None:
    instructions = "x" * (128 - len("<endofprompt>"))
    assert len(engine._told(instructions)) > 120
    prepared = engine.prepare("xxxxxxx " * 6, instructions=instructions)
    assert engine._count(prepared.script.chunks[0].phonemes) == LIMITS.most - 1
    assert next(engine.speak(prepared)).spoken_seconds > 0


@pytest.mark.parametrize(
    ("folder", "options", "name"),
    [
        pytest.param("CosyVoice-300M-Instruct", [], "cosyvoice-300m-instruct", id="the makers' own name"),
        pytest.param("mine", ["--instruct"], "cosyvoice-300m-instruct", id="said"),
        pytest.param("CosyVoice-300M-SFT", [], "cosyvoice-300m-sft", id="the other one"),
    ],
)
def test_which_checkpoint_it_is_tells_its_folder_or_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, options: list[str], name: str
) -> None:
    monkeypatch.setattr("voxpod_inference.engines.cosyvoice.conversion.bundle.convert.__defaults__", (SMALL,))
    checkpoint, pairs = a_checkpoint(tmp_path / folder), a_tokenizer(tmp_path / "pairs")
    command = ["convert-cosyvoice", checkpoint, "--to", tmp_path / "made", "--tokenizer", pairs, "--quiet", *options]
    assert main(list(map(str, command))) == 0
    made = open_bundle(tmp_path / "made").manifest
    assert (made.name, made.takes_instructions) == (name, name.endswith("instruct"))
