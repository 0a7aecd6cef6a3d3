"""An image's tag says what went in: nothing else changes it."""

import os
from pathlib import Path

import pytest

from voxpod_images.catalog import IMAGES, OPERATOR, ROOT, by_names
from voxpod_images.content import image_tag, input_files
from voxpod_images.errors import ImagesError

BASE = "base content"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository with just what the operator image is built from."""
    for name in OPERATOR.inputs:
        path = (
            tmp_path / name if "." in Path(name).name or name.endswith("Dockerfile") else tmp_path / name / "module.py"
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"content of {name}\n")
    return tmp_path


def test_same_tree_has_the_same_tag_wherever_it_lies(tree: Path, tmp_path_factory: pytest.TempPathFactory):
    elsewhere = tmp_path_factory.mktemp("clone") / "repository"
    os.rename(tree, elsewhere)
    tag = image_tag(elsewhere, OPERATOR, BASE)
    os.rename(elsewhere, tree)

    assert image_tag(tree, OPERATOR, BASE) == tag
    assert len(tag) == 16


def test_time_stamps_and_byte_code_do_not_change_the_tag(tree: Path):
    before = image_tag(tree, OPERATOR, BASE)
    module = tree / OPERATOR.sources[1] / "module.py"
    os.utime(module, (0, 0))
    (module.parent / "__pycache__").mkdir()
    (module.parent / "__pycache__" / "module.cpython-313.pyc").write_bytes(b"code")

    assert image_tag(tree, OPERATOR, BASE) == before


def test_every_input_changes_the_tag(tree: Path):
    tags = {image_tag(tree, OPERATOR, BASE)}
    files = list(input_files(tree, OPERATOR))
    for file in files:
        file.write_text(file.read_text() + "x")
        tags.add(image_tag(tree, OPERATOR, BASE))

    assert len(tags) == len(files) + 1 == len(OPERATOR.inputs) + 1


@pytest.mark.parametrize("change", ["base", "rename", "mode", "new file"])
def test_what_else_is_in_the_image_changes_the_tag(tree: Path, change: str):
    before = image_tag(tree, OPERATOR, BASE)
    module = tree / OPERATOR.sources[0] / "module.py"
    match change:
        case "rename":
            module.rename(module.with_name("other.py"))
        case "mode":
            module.chmod(0o755)
        case "new file":
            module.with_name("empty.py").touch()

    assert image_tag(tree, OPERATOR, "other base" if change == "base" else BASE) != before


def test_missing_input_is_named(tree: Path):
    (tree / OPERATOR.requirements).unlink()

    with pytest.raises(ImagesError, match=r"requirements/operator.txt is missing: the operator image"):
        image_tag(tree, OPERATOR, BASE)


def test_unknown_image_is_refused_with_those_that_exist():
    with pytest.raises(ImagesError, match="no image is named console: there are operator, inference, api"):
        by_names(["console"])


def test_all_inputs_are_in_the_repository():
    for image in IMAGES:
        assert list(input_files(ROOT, image))
