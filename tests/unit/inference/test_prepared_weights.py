"""Prepared weights are used only where they fit and only when they are whole; what is wrong is named."""

import dataclasses
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from voxpod_inference.prepared import (
    MANIFEST,
    Fit,
    NothingPrepared,
    PreparedError,
    PreparedFile,
    find,
    quick_sum,
    to_json,
    verify,
)

FIT = Fit("ab" * 32, "1.32.0", "x86_64-01234567", "avx2.1")
CONTENT = bytes(range(256)) * 100


def place(root: Path, fit: Fit = FIT, made_for: Fit | None = None) -> Path:
    """Weights of one file below `root`, under the link of `fit`."""
    folder = root / f"{fit.name}.1"
    folder.mkdir(parents=True)
    weights = folder / "generator.packed"
    weights.write_bytes(CONTENT)
    entry = PreparedFile(len(CONTENT), quick_sum(weights), hashlib.sha256(CONTENT).hexdigest())
    (folder / MANIFEST).write_text(to_json(made_for or fit, {"generator.packed": entry}))
    (root / fit.name).symlink_to(folder.name)
    return folder


def test_what_was_written_is_found_and_whole(tmp_path: Path) -> None:
    folder = place(tmp_path)
    weights = find(tmp_path, FIT)
    assert weights.root == folder.resolve()
    assert weights.path("generator.packed") == folder / "generator.packed"
    assert weights.path("generator.onnx") is None
    assert verify(weights) == []


@pytest.mark.parametrize("other", [{"bundle": "cd" * 32}, {"onnxruntime": "1.33.0"}, {"processor": "x86_64-89abcdef"}, {"vocoder": "avx512.1"}])
def test_weights_for_anything_else_are_not_used(tmp_path: Path, other: dict[str, str]) -> None:
    place(tmp_path, dataclasses.replace(FIT, **other))
    with pytest.raises(NothingPrepared, match=r"there are weights for .*voxpod-model prepare makes it"):
        find(tmp_path, FIT)


def test_weights_under_a_name_that_is_not_theirs_are_not_used(tmp_path: Path) -> None:
    place(tmp_path, made_for=dataclasses.replace(FIT, onnxruntime="1.31.0"))
    with pytest.raises(PreparedError, match=r"was made for onnxruntime 1\.31\.0, here is 1\.32\.0"):
        find(tmp_path, FIT)


def change_a_bit(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def swap_two_blocks(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[4096:8192] + b"x" + content[1:4096] + content[8192:])


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda f: f.write_bytes(CONTENT[:-1]), r"generator\.packed has 25599 bytes, its manifest says 25600"),
        (change_a_bit, r"generator\.packed has changed"),
        (swap_two_blocks, r"generator\.packed has changed"),
        (lambda f: f.write_bytes(bytes(len(CONTENT))), r"generator\.packed has changed"),
        (lambda f: f.unlink(), r"generator\.packed is missing"),
        (lambda f: (f.unlink(), f.mkdir()), r"generator\.packed (has|cannot be read)"),
        (lambda f: f.with_name(MANIFEST).unlink(), r"prepared\.json cannot be read"),
        (lambda f: f.with_name(MANIFEST).write_text("{"), r"prepared\.json is not a manifest"),
        (lambda f: f.with_name(MANIFEST).write_text('{"schema": 1, "fit": {"x": 1}, "files": {}}'), r"prepared\.json is not a manifest"),
        (lambda f: f.with_name(MANIFEST).write_text('{"schema": 9}'), r"prepared\.json has schema 9, this version reads 1"),
        (lambda f: f.with_name(MANIFEST).write_bytes(b"\xff\xfe"), r"prepared\.json is not a manifest"),
    ],
)
def test_damage_is_named(tmp_path: Path, harm: Callable[[Path], object], said: str) -> None:
    harm(place(tmp_path) / "generator.packed")
    with pytest.raises(PreparedError, match=said):
        find(tmp_path, FIT)


def test_manifest_cannot_lead_out_of_its_folder(tmp_path: Path) -> None:
    folder = place(tmp_path)
    (folder / MANIFEST).write_text(to_json(FIT, {"../../secret": PreparedFile(1, "", "")}))
    with pytest.raises(PreparedError, match=r"lists \.\./\.\./secret"):
        find(tmp_path, FIT)


def test_nothing_and_a_dangling_link_are_nothing(tmp_path: Path) -> None:
    with pytest.raises(NothingPrepared):
        find(tmp_path / "nowhere", FIT)
    (tmp_path / FIT.name).symlink_to("gone")
    with pytest.raises(NothingPrepared):
        find(tmp_path, FIT)
