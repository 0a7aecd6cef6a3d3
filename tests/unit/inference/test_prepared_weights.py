"""Prepared weights are used only where they fit and only when they are whole; what is wrong is named."""

import contextlib
import dataclasses
import hashlib
import itertools
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from voxpod_inference.engines.kokoro_files import KOKORO
from voxpod_inference.prepared import (
    MANIFEST,
    NAME,
    Fit,
    NothingPrepared,
    PreparedError,
    PreparedFile,
    find,
    needed,
    quick_sum,
    to_json,
    verify,
)

RECIPE = KOKORO.recipe
FIT = Fit("ab" * 32, "1.32.0", "x86_64-01234567", "avx2.1")
CONTENT = bytes(range(256)) * 100


def put(file: Path) -> PreparedFile:
    file.write_bytes(CONTENT)
    return PreparedFile(len(CONTENT), quick_sum(file), hashlib.sha256(CONTENT).hexdigest())


def place(root: Path, fit: Fit = FIT, made_for: Fit | None = None) -> Path:
    """Weights below `root`, under the link of `fit`, each file with the same content."""
    folder = root / f"{fit.name}.1"
    folder.mkdir(parents=True)
    (folder / MANIFEST).write_text(to_json(made_for or fit, {name: put(folder / name) for name in needed(fit, RECIPE)}))
    (root / fit.name).symlink_to(folder.name)
    return folder


def test_what_was_written_is_found_and_whole(tmp_path: Path) -> None:
    folder = place(tmp_path)
    weights = find(tmp_path, FIT, RECIPE)
    assert weights.root == folder.resolve()
    assert weights.path("generator.packed") == folder / "generator.packed"
    assert weights.path("generator.onnx") is None
    assert verify(weights) == []


@pytest.mark.parametrize(
    "other",
    [{"bundle": "cd" * 32}, {"onnxruntime": "1.33.0"}, {"processor": "x86_64-89abcdef"}, {"vocoder": "avx512.1"}],
)
def test_weights_for_anything_else_are_not_used(tmp_path: Path, other: dict[str, str]) -> None:
    place(tmp_path, dataclasses.replace(FIT, **other))
    with pytest.raises(NothingPrepared, match=r"there are weights for .*voxpod-model prepare makes it"):
        find(tmp_path, FIT, RECIPE)


def test_weights_under_a_name_that_is_not_theirs_are_not_used(tmp_path: Path) -> None:
    place(tmp_path, made_for=dataclasses.replace(FIT, onnxruntime="1.31.0"))
    with pytest.raises(PreparedError, match=r"was made for onnxruntime 1\.31\.0, here is 1\.32\.0"):
        find(tmp_path, FIT, RECIPE)


def change_a_bit(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def swap_two_blocks(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[:4096], content[4096:8192] = content[4096:8192], bytes([*content[:4095], 0])
    file.write_bytes(content)


def swap_two_words_of_a_block(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[:8], content[8:16] = content[8:16], content[:8]
    file.write_bytes(content)


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda f: f.write_bytes(CONTENT[:-1]), r"generator\.packed has 25599 bytes, its manifest says 25600"),
        (change_a_bit, r"generator\.packed has changed"),
        (swap_two_blocks, r"generator\.packed has changed"),
        (swap_two_words_of_a_block, r"generator\.packed has changed"),
        (lambda f: f.write_bytes(bytes(len(CONTENT))), r"generator\.packed has changed"),
        (lambda f: f.unlink(), r"generator\.packed is missing"),
        (lambda f: (f.unlink(), f.mkdir()), r"generator\.packed (has|cannot be read)"),
        (lambda f: f.with_name(MANIFEST).unlink(), r"prepared\.json cannot be read"),
        (lambda f: f.with_name(MANIFEST).write_text("{"), r"prepared\.json is not a manifest"),
        (
            lambda f: f.with_name(MANIFEST).write_text('{"schema": 2, "fit": {"x": 1}, "files": {}}'),
            r"prepared\.json is not a manifest",
        ),
        (
            lambda f: f.with_name(MANIFEST).write_text('{"schema": 9}'),
            r"prepared\.json has schema 9, this version reads 2",
        ),
        (lambda f: f.with_name(MANIFEST).write_bytes(b"\xff\xfe"), r"prepared\.json is not a manifest"),
    ],
)
def test_damage_is_named(tmp_path: Path, harm: Callable[[Path], object], said: str) -> None:
    harm(place(tmp_path) / "generator.packed")
    with pytest.raises(PreparedError, match=said):
        find(tmp_path, FIT, RECIPE)


def test_manifest_cannot_lead_out_of_its_folder(tmp_path: Path) -> None:
    folder = place(tmp_path)
    (folder / MANIFEST).write_text(to_json(FIT, {"../../secret": PreparedFile(1, "", "")}))
    with pytest.raises(PreparedError, match=r"lists \.\./\.\./secret"):
        find(tmp_path, FIT, RECIPE)


def test_nothing_and_a_dangling_link_are_nothing(tmp_path: Path) -> None:
    with pytest.raises(NothingPrepared):
        find(tmp_path / "nowhere", FIT, RECIPE)
    (tmp_path / FIT.name).symlink_to("gone")
    with pytest.raises(NothingPrepared):
        find(tmp_path, FIT, RECIPE)


@pytest.mark.parametrize("vocoder", ["avx2.1", "none"])
def test_manifest_that_lists_not_all_that_is_needed_is_refused(tmp_path: Path, vocoder: str) -> None:
    fit = dataclasses.replace(FIT, vocoder=vocoder)
    folder = place(tmp_path, fit)
    files = find(tmp_path, fit, RECIPE).files
    for name in needed(fit, RECIPE):
        (folder / MANIFEST).write_text(to_json(fit, {n: entry for n, entry in files.items() if n != name}))
        with pytest.raises(PreparedError, match=rf"{MANIFEST} lists no {name}$"):
            find(tmp_path, fit, RECIPE)


def test_kind_of_weights_tells_whether_the_native_library_made_them(tmp_path: Path) -> None:
    without = dataclasses.replace(FIT, vocoder="none")
    place(tmp_path)
    place(tmp_path, without)
    assert (find(tmp_path, FIT, RECIPE).kind, find(tmp_path, without, RECIPE).kind) == ("prepared", "prepared-onnx")


def test_quick_sum_sees_every_exchange_of_two_words(tmp_path: Path) -> None:
    words = list(range(1, 1 + 3 * (1 << 20) // 8))  # three pieces
    file = tmp_path / "file"

    def sum_of(numbers: list[int]) -> str:
        file.write_bytes(b"".join(n.to_bytes(8, "little") for n in numbers))
        return quick_sum(file)

    seen = {sum_of(words)}
    places = [0, 1, 512, 1023, 1 << 17, (1 << 17) + 512]  # of one block, of one piece, of two; in one column and in two
    exchanges = list(itertools.combinations(places, 2))
    for a, b in exchanges:
        words[a], words[b] = words[b], words[a]
        seen.add(sum_of(words))
        words[a], words[b] = words[b], words[a]
    assert len(seen) == 1 + len(exchanges)


def test_folder_that_a_copy_put_in_place_of_the_link_is_used(tmp_path: Path) -> None:
    folder = place(tmp_path)
    (tmp_path / FIT.name).unlink()
    folder.rename(tmp_path / FIT.name)
    assert find(tmp_path, FIT, RECIPE).root == (tmp_path / FIT.name).resolve()


@contextlib.contextmanager
def not_as_root() -> Iterator[None]:
    """Permissions say nothing to root."""
    user = os.geteuid()
    os.seteuid(user or 65534)
    try:
        yield
    finally:
        os.seteuid(user)


def closed(root: Path) -> None:
    root.chmod(0)


def link_to_itself(root: Path) -> None:
    (root / FIT.name).unlink()
    (root / FIT.name).symlink_to(FIT.name)


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        pytest.param(closed, r"cannot be opened \(Permission denied\)", id="closed root"),
        pytest.param(
            lambda root: closed(root / f"{FIT.name}.1"), r"cannot be \w+ \(Permission denied\)", id="closed folder"
        ),
        pytest.param(
            lambda root: (closed(root), (root / FIT.name).unlink()),
            r"cannot be \w+ \(Permission denied\)",
            id="closed root, no link",
        ),
        pytest.param(link_to_itself, r"cannot be opened", id="link in a circle"),
    ],
)
def test_folder_that_cannot_be_entered_is_no_more_than_unusable(harm: Callable[[Path], object], said: str) -> None:
    with tempfile.TemporaryDirectory() as folder:  # pytest's own have parents that are closed
        Path(folder).chmod(0o755)
        place(root := Path(folder) / "prepared")
        harm(root)
        with not_as_root(), pytest.raises(PreparedError, match=said):
            find(root, FIT, RECIPE)
        root.chmod(0o755)


def test_verification_names_a_file_that_it_cannot_read(tmp_path: Path) -> None:
    folder = place(tmp_path)
    weights = find(tmp_path, FIT, RECIPE)
    (folder / "front.onnx").unlink()
    (folder / "front.onnx").mkdir()
    (folder / "front.onnx.data").unlink()
    assert verify(weights) == [
        f"{folder.name}/front.onnx cannot be read (Is a directory)",
        f"{folder.name}/front.onnx.data cannot be read (No such file or directory)",
    ]


@pytest.mark.parametrize("vocoder", ["none", "scalar.2", "avx512.11"])
def test_names_of_weights_are_told_from_others(vocoder: str) -> None:
    fit = dataclasses.replace(FIT, vocoder=vocoder, onnxruntime="1.33.0.dev20261101+cpu")
    assert NAME.fullmatch(fit.name)
    for other in ("precious", "mylink", f"{fit.name}.bak", f"my-{fit.name}", fit.name[1:], f"{fit.name}.1234abcd"):
        assert not NAME.fullmatch(other), other
