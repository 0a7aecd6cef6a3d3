"""Files that PyTorch saved are read without it, run nothing, and are refused by name when they are others than expected."""

import re
import zipfile
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
    a_checkpoint,
    a_tokenizer,
    random_tensors,
    save,
    save_speakers,
)
from voxpod_inference.engines.cosyvoice.conversion.bundle import Choices, convert
from voxpod_inference.engines.cosyvoice.conversion.checkpoint import Archive, CheckpointError, tensors_of
from voxpod_inference.engines.cosyvoice.conversion.layout import PUBLISHED, checked, expected
from voxpod_inference.errors import BundleError

REBUILD = Global("torch._utils", "_rebuild_tensor_v2")


def content_of(path: Path) -> Any:
    with Archive(path) as archive:
        return archive.content()


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    return a_checkpoint(tmp_path / "checkpoint")


def converted(checkpoint: Path, folder: Path, **choices: Any) -> None:
    tokenizer = a_tokenizer(checkpoint.parent / "pairs.tiktoken")
    convert(checkpoint, folder, Choices(steps=2, tokenizer=tokenizer, **choices), lambda _what, _share: None, SMALL)


@pytest.mark.parametrize(
    ("array", "kind", "expected_numbers"),
    [
        pytest.param(np.array([[1.5, -2.0]], "<f4"), "FloatStorage", [[1.5, -2.0]], id="float32"),
        pytest.param(np.array([[1.5, -2.0]], "<f2"), "HalfStorage", [[1.5, -2.0]], id="float16"),
        pytest.param(np.array([[0x3FC0, 0xC000]], "<u2"), "BFloat16Storage", [[1.5, -2.0]], id="bfloat16"),
        pytest.param(np.array([[3, -4]], "<i8"), "LongStorage", [[3, -4]], id="int64"),
    ],
)
def test_numbers_of_each_kind_are_read(
    tmp_path: Path, array: np.ndarray, kind: str, expected_numbers: list[list[float]]
) -> None:
    save(tmp_path / "x.pt", OrderedDict(a=Saved(array, kind)))
    with Archive(tmp_path / "x.pt") as archive:
        read = tensors_of(archive)["a"].read()
    assert (read.dtype, read.tolist()) == (np.float32, expected_numbers)


def test_a_tensor_that_lies_turned_in_its_numbers_is_read_as_it_was(tmp_path: Path) -> None:
    turned = np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3))
    flat = Saved(np.arange(6, dtype=np.float32).reshape(3, 2).T.copy(order="K"))
    assert flat.array.strides == (4, 8)
    stored = Call(
        REBUILD, (("storage of", Saved(np.arange(6, dtype=np.float32))), 1, (2, 2), (1, 2), False, OrderedDict())
    )
    save(tmp_path / "x.pt", {"a": stored})
    with Archive(tmp_path / "x.pt") as archive:
        assert tensors_of(archive)["a"].read().tolist() == [[1, 3], [2, 4]]
    assert turned.flags.f_contiguous


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param(Call(Global("os", "system"), ("touch /tmp/voxpod-was-here",)), id="a shell"),
        pytest.param(Call(Global("builtins", "eval"), ("1",)), id="eval"),
        pytest.param(Call(Global("builtins", "getattr"), ("", "join")), id="getattr"),
        pytest.param(
            Call(Global("torch._utils", "_rebuild_tensor"), ()), id="a function of PyTorch that is not needed"
        ),
        pytest.param(Global("torch.nn.modules.linear", "Linear"), id="a whole module was saved"),
    ],
)
def test_a_pickle_that_asks_for_code_is_refused_before_anything_is_called(
    tmp_path: Path, asked: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[Any] = []
    monkeypatch.setattr("os.system", called.append)
    save(tmp_path / "evil.pt", {"a": asked})
    name = asked.what if isinstance(asked, Call) else asked
    said = rf"evil\.pt asks for {re.escape(f'{name.module}.{name.name}')}, which is no part of a checkpoint"
    with pytest.raises(CheckpointError, match=said):
        content_of(tmp_path / "evil.pt")
    assert called == []


@pytest.mark.parametrize(
    "given",
    [
        pytest.param((1, (2,), (1,)), id="larger than its numbers"),
        pytest.param((-1, (1,), (1,)), id="before its numbers"),
        pytest.param((0, (2,), (-1,)), id="backwards"),
        pytest.param((0, (2, 2), (1,)), id="without all steps"),
        pytest.param((0, ("2",), (1,)), id="of a length that is none"),
    ],
)
def test_a_tensor_that_reaches_beyond_its_numbers_is_refused(tmp_path: Path, given: tuple[Any, ...]) -> None:
    numbers = ("storage of", Saved(np.zeros(2, np.float32)))
    save(tmp_path / "x.pt", {"a": Call(REBUILD, (numbers, *given, False, OrderedDict()))})
    with pytest.raises(CheckpointError, match=r"x\.pt (describes a tensor|cannot be understood)"):
        content_of(tmp_path / "x.pt")


def test_a_file_that_is_cut_says_so(checkpoint: Path, tmp_path: Path) -> None:
    raw = (checkpoint / "flow.pt").read_bytes()
    for length in (0, 100, len(raw) // 2, len(raw) - 10):
        (checkpoint / "flow.pt").write_bytes(raw[:length])
        with pytest.raises(CheckpointError, match=r"flow\.pt is cut, or was not saved by torch\.save"):
            converted(checkpoint, tmp_path / "bundle")
    assert not (tmp_path / "bundle").exists()


def test_numbers_that_were_damaged_on_the_way_are_noticed(checkpoint: Path, tmp_path: Path) -> None:
    file = checkpoint / "hift.pt"
    with zipfile.ZipFile(file) as archive:
        entry = archive.getinfo("hift/data/40")
    raw = bytearray(file.read_bytes())
    raw[entry.header_offset + 60] ^= 1
    file.write_bytes(raw)
    with pytest.raises(CheckpointError, match=r"hift\.pt entry hift/data/40 is damaged \(BadZipFile\)"):
        converted(checkpoint, tmp_path / "bundle")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkpoint", "pairs.tiktoken"]


Change = Callable[[dict[str, Any]], Any]


@pytest.mark.parametrize(
    ("file", "change", "said"),
    [
        pytest.param(
            "llm.pt",
            lambda t: t.pop("llm.encoders.1.norm2.weight"),
            r"llm\.pt has no tensor llm\.encoders\.1\.norm2\.weight",
            id="a tensor is missing",
        ),
        pytest.param(
            "flow.pt",
            lambda t: t.update({"encoder_proj.bias": Saved(np.zeros(81, np.float32))}),
            r"flow\.pt: tensor encoder_proj\.bias has shape \[81\], expected \[8\]",
            id="another shape",
        ),
        pytest.param(
            "hift.pt",
            lambda t: t.update({"more.weight": Saved(np.zeros(1, np.float32))}),
            r"hift\.pt has a tensor more\.weight, which CosyVoice-300M-SFT has not",
            id="one more",
        ),
        pytest.param(
            "llm.pt",
            lambda t: t.update({"llm.model.lm_head.weight": Saved(np.zeros(1, np.float32))}),
            r"llm\.pt is of CosyVoice 2 or 3, whose language model is Qwen's; this converter is for CosyVoice-300M-SFT",
            id="CosyVoice 2",
        ),
        pytest.param(
            "llm.pt",
            lambda t: t.update({"text_embedding.weight": Saved(np.zeros((60_515, 1), np.float32))}),
            r"llm\.pt is of CosyVoice-300M-25Hz",
            id="25 Hz",
        ),
        pytest.param(
            "flow.pt",
            lambda t: t.update({"encoder.up_layer.conv.weight": Saved(np.zeros(1, np.float32))}),
            r"flow\.pt is of CosyVoice 2 or 3",
            id="CosyVoice 2's flow",
        ),
        pytest.param(
            "llm.pt", lambda t: t.update({"epoch": 12}), r"llm\.pt holds 'epoch', which is no tensor", id="a number"
        ),
    ],
)
def test_another_checkpoint_is_refused_by_name(
    checkpoint: Path, tmp_path: Path, file: str, change: Change, said: str
) -> None:
    content: dict[str, Any] = {name: Saved(array) for name, array in random_tensors(file, SMALL).items()}
    change(content)
    save(checkpoint / file, OrderedDict(content))
    with pytest.raises(CheckpointError, match=said):
        converted(checkpoint, tmp_path / "bundle")
    assert not (tmp_path / "bundle").exists()


def test_older_names_of_weight_norms_and_a_prefix_are_the_same_checkpoint(checkpoint: Path, tmp_path: Path) -> None:
    converted(checkpoint, tmp_path / "today")
    older = {
        "generator."
        + name.replace(".parametrizations.weight.original0", ".weight_g").replace(
            ".parametrizations.weight.original1", ".weight_v"
        ): Saved(array)
        for name, array in random_tensors("hift.pt", SMALL).items()
    }
    save(checkpoint / "hift.pt", OrderedDict(older))
    converted(checkpoint, tmp_path / "older")
    for graph in ("pitch.onnx", "sound.onnx"):
        assert (tmp_path / "today" / graph).read_bytes() == (tmp_path / "older" / graph).read_bytes()


def test_the_published_sizes_are_those_of_the_published_files() -> None:
    counted = {file: expected(file, PUBLISHED) for file in ("llm.pt", "flow.pt", "hift.pt")}
    numbers = {file: sum(int(np.prod(shape)) for shape in shapes.values()) for file, shapes in counted.items()}
    assert {file: len(shapes) for file, shapes in counted.items()} == {"llm.pt": 401, "flow.pt": 1185, "hift.pt": 227}
    assert numbers == {"llm.pt": 310_718_465, "flow.pt": 104_874_752, "hift.pt": 20_460_591}
    assert checked("x", {}, {}) == {}


@pytest.mark.parametrize(
    ("speakers", "voices", "said"),
    [
        pytest.param((), (), r"spk2info\.pt names no speaker: CosyVoice-300M-SFT has seven", id="a checkpoint without voices"),
        pytest.param(("anna",), (), r"has a speaker 'anna' that has no name here: --voice 'anna=NAME", id="a speaker of one's own"),
        pytest.param(("中文女",), ("bob=bob:en",), r"has no speaker 'bob'; it has 中文女", id="one that is not there"),
        pytest.param(("anna",), ("anna=anna",), "--voice is 'anna=anna', expected ID=NAME:LANGUAGE", id="no language"),
        pytest.param(("anna",), ("anna=änna:de",), "--voice is 'anna=änna:de', expected", id="no name that a request may have"),
    ],
)  # fmt: skip
def test_speakers_that_cannot_be_voices_are_refused(
    checkpoint: Path, tmp_path: Path, speakers: tuple[str, ...], voices: tuple[str, ...], said: str
) -> None:
    save_speakers(checkpoint, speakers)
    with pytest.raises(CheckpointError, match=said):
        converted(checkpoint, tmp_path / "bundle", voices=voices)


def test_an_embedding_of_another_kind_is_refused(checkpoint: Path, tmp_path: Path) -> None:
    save(checkpoint / "spk2info.pt", {"中文女": {"embedding": Saved(np.zeros((1, 5), np.float32))}})
    with pytest.raises(CheckpointError, match=r"speaker '中文女' has embedding \[1, 5\], expected \[1, 12\]"):
        converted(checkpoint, tmp_path / "bundle")
    save(checkpoint / "spk2info.pt", {"中文女": {"embedding": Saved(np.zeros((1, 12), np.float32))}})
    with pytest.raises(CheckpointError, match="embedding of speaker '中文女' is no direction"):
        converted(checkpoint, tmp_path / "bundle")


def test_a_missing_file_or_tokenizer_is_named_and_a_folder_that_is_there_is_kept(
    checkpoint: Path, tmp_path: Path
) -> None:
    (tmp_path / "bundle").mkdir()
    with pytest.raises(CheckpointError, match="bundle is there already"):
        converted(checkpoint, tmp_path / "bundle")
    pairs = tmp_path / "few.tiktoken"
    pairs.write_text("YQ== 0\n")
    for tokenizer, said in ((pairs, "has 1 byte pairs, expected 280"), (tmp_path / "none", "cannot be read")):
        choices = Choices(tokenizer=tokenizer)
        with pytest.raises(CheckpointError, match=said):
            convert(checkpoint, tmp_path / "other", choices, lambda _what, _share: None, SMALL)
    (checkpoint / "hift.pt").unlink()
    with pytest.raises(BundleError, match=r"hift\.pt is missing"):
        converted(checkpoint, tmp_path / "other")
