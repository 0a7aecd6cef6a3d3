"""Weights are made ready, made anew and removed without harm to anybody."""

import dataclasses
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from file_damage import cut, flip, in_the_middle
from voxpod_inference.bundle import Bundle, open_bundle
from voxpod_inference.engines.kokoro_files import KOKORO
from voxpod_inference.errors import SpeechError
from voxpod_inference.prepare import prepare, prune
from voxpod_inference.prepared import MANIFEST, Fit, PreparedWeights, find, fit_of, to_json, verify

pytestmark = pytest.mark.model


def test_preparing_again_keeps_what_is_there(kokoro_bundle: Bundle, root: Path) -> None:
    before = find(root, fit_of(kokoro_bundle), KOKORO.recipe)
    assert prepare(kokoro_bundle, root, print).root == before.root
    assert len(list(root.iterdir())) == 2


def test_damaged_weights_are_made_anew_beside_the_old_ones(kokoro_bundle: Bundle, copied: Path) -> None:
    fit = fit_of(kokoro_bundle)
    old = find(copied, fit, KOKORO.recipe)
    in_the_middle(old.root / "front.onnx.data", flip)
    new = prepare(kokoro_bundle, copied, print)
    assert new.root != old.root and old.root.is_dir()
    assert prune(kokoro_bundle, copied) == [old.root.name]
    assert sorted(p.name for p in copied.iterdir()) == [fit.name, new.root.name]


def weights_for(fit: Fit, root: Path, folder: str = "", link: bool = True) -> None:
    """What `prepare` leaves for another kind of node, without the files."""
    folder = folder or f"{fit.name}.01234567"
    (root / folder).mkdir()
    (root / folder / MANIFEST).write_text(to_json(fit, {}))
    if link:
        (root / fit.name).symlink_to(folder)


def test_prune_removes_outdated_weights_and_spares_other_processors_bundles_and_what_is_in_the_making(
    kokoro_bundle: Bundle, copied: Path
) -> None:
    fit = fit_of(kokoro_bundle)
    older = dataclasses.replace(fit, onnxruntime="1.31.0")
    spared = [
        dataclasses.replace(fit, processor="aarch64-01234567"),
        dataclasses.replace(fit, bundle="0" * 64, onnxruntime="1.31.0"),
    ]
    for made_for in (older, *spared):
        weights_for(made_for, copied)
    weights_for(fit, copied, f"{fit.name}.76543210", link=False)
    (copied / f".{fit.name}.76543210").symlink_to(f"{fit.name}.76543210")
    (copied / ".unfinished-abcd_123").mkdir()
    (copied / ".unfinished-abcd_123" / ".generator.packed.17").write_text("?")
    before = {p.name for p in copied.iterdir()}
    assert prune(kokoro_bundle, copied) == [older.name, f"{older.name}.01234567"]
    assert before - {p.name for p in copied.iterdir()} == {older.name, f"{older.name}.01234567"}
    for name in (".unfinished-abcd_123", f".{fit.name}.76543210"):
        os.utime(copied / name, (0, 0), follow_symlinks=False)
    gone = [f".{fit.name}.76543210", ".unfinished-abcd_123", f"{fit.name}.76543210"]
    assert prune(kokoro_bundle, copied) == gone


def test_prune_touches_nothing_that_prepare_did_not_make(kokoro_bundle: Bundle, copied: Path, tmp_path: Path) -> None:
    fit = fit_of(kokoro_bundle)
    older = dataclasses.replace(fit, onnxruntime="1.31.0")
    (copied / "precious").mkdir()
    (copied / "mylink").symlink_to(tmp_path)
    (copied / f"{older.name}.bak").mkdir()
    (copied / f"{older.name}.01234567").mkdir()
    (copied / f"{older.name}.01234567" / "notes").write_text("named like weights, and is none")
    (copied / older.name).symlink_to(tmp_path)
    (copied / ".unfinished-novel").mkdir()
    (copied / ".unfinished-novel" / "chapter").write_text("?")
    os.utime(copied / ".unfinished-novel", (0, 0))
    before = sorted(copied.iterdir())
    assert prune(kokoro_bundle, copied) == []
    assert sorted(copied.iterdir()) == before


def test_weights_of_a_copy_that_kept_no_links_are_used_kept_and_made_anew(
    kokoro_bundle: Bundle, root: Path, tmp_path: Path
) -> None:
    name = fit_of(kokoro_bundle).name
    copied = tmp_path / "prepared"
    shutil.copytree(root, copied, copy_function=os.link)
    assert (copied / name).is_dir() and not (copied / name).is_symlink()
    assert prepare(kokoro_bundle, copied, print).root == copied / name
    assert len(prune(kokoro_bundle, copied)) == 1  # what the link led to is there twice
    assert [p.name for p in copied.iterdir()] == [name]
    in_the_middle(copied / name / "front.onnx.data", flip)
    made = prepare(kokoro_bundle, copied, print)
    assert (copied / name).resolve() == made.root
    assert len(prune(kokoro_bundle, copied)) == 1
    assert sorted(p.name for p in copied.iterdir()) == [name, made.root.name]


def test_prepared_folder_is_open_to_any_user_whatever_the_umask(kokoro_bundle: Bundle, tmp_path: Path) -> None:
    mask = os.umask(0o077)
    try:
        made = prepare(kokoro_bundle, tmp_path / "prepared", print)
    finally:
        os.umask(mask)
    for path in (tmp_path / "prepared", made.root, *made.root.iterdir()):
        assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644), path


def test_two_that_prepare_at_once_do_each_other_no_harm(kokoro_bundle: Bundle, tmp_path: Path) -> None:
    made: list[PreparedWeights] = []
    threads = [threading.Thread(target=lambda: made.append(prepare(kokoro_bundle, tmp_path, print))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=300)
    assert len(made) == 2
    assert all(verify(weights) == [] for weights in made)
    prune(kokoro_bundle, tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
    assert verify(find(tmp_path, fit_of(kokoro_bundle), KOKORO.recipe)) == []


def test_failed_preparation_leaves_nothing(kokoro_bundle: Bundle, damaged: Path, tmp_path: Path) -> None:
    in_the_middle(damaged / "generator.weights", cut)
    with pytest.raises(SpeechError, match=r"generator\.weights has"):
        prepare(open_bundle(damaged), tmp_path / "new", print)
    assert not (tmp_path / "new").exists()


def test_bundle_with_prepared_weights_inside_is_still_whole(damaged: Path) -> None:
    (damaged / "prepared" / "x").mkdir(parents=True)
    (damaged / "prepared" / "x" / "front.onnx").write_text("?")
    assert open_bundle(damaged).complaints() == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of 40 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "none", folder], check=False).returncode:
        pytest.skip("only root can mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def test_full_disk_is_told_as_such_and_nothing_is_left(kokoro_bundle: Bundle, small_disk: Path) -> None:
    with pytest.raises(OSError, match="No space left"):
        prepare(kokoro_bundle, small_disk, print)
    assert not list(small_disk.iterdir())
