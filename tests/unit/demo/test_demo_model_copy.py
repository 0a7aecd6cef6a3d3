import os
from pathlib import Path

import pytest

from voxpod_demo.artifacts import ModelBundle, copy_model


@pytest.fixture
def bundle(tmp_path: Path) -> ModelBundle:
    folder = tmp_path / "cache" / "kokoro-1.0"
    (folder / "voices").mkdir(parents=True)
    (folder / "manifest.json").write_text("{}")
    (folder / "voices" / "a.npy").write_bytes(b"abc")
    return ModelBundle(folder, f"sha256:{'ab' * 32}")


def test_copy_holds_all_files_and_is_named_after_the_digest(bundle: ModelBundle, tmp_path: Path) -> None:
    placed = copy_model(bundle, tmp_path)
    assert placed == tmp_path / "kokoro-1.0-abababababab"
    assert (placed / "voices" / "a.npy").read_bytes() == b"abc"
    assert sorted(os.listdir(tmp_path)) == ["cache", placed.name]


def test_second_copy_is_the_first(bundle: ModelBundle, tmp_path: Path) -> None:
    first = copy_model(bundle, tmp_path)
    (first / "mark").touch()
    assert copy_model(bundle, tmp_path) == first
    assert (first / "mark").exists()


def test_failed_copy_leaves_nothing_behind(bundle: ModelBundle, tmp_path: Path) -> None:
    (bundle.folder / "dangling").symlink_to(tmp_path / "nowhere")
    with pytest.raises(Exception, match=r"nowhere|dangling"):
        copy_model(bundle, tmp_path)
    assert os.listdir(tmp_path) == ["cache"]
