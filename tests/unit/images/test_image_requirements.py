"""Requirement files: every package pinned and hashed, none of our own, no address of any index."""

import re
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from voxpod_images.catalog import IMAGES, INFERENCE, ROOT, Image
from voxpod_images.errors import ImagesError
from voxpod_images.pip_network import settings_from_config_list
from voxpod_images.requirements import project_dependencies

IN_IMAGES = {"python_version": "3.13", "python_full_version": "3.13.0", "implementation_name": "cpython"}
EACH_IMAGE = pytest.mark.parametrize("image", [pytest.param(image, id=image.name) for image in IMAGES])


def names_in(requirements: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9._-]+)==", (ROOT / requirements).read_text(), re.MULTILINE))


def needs_of(distribution: str) -> list[str]:
    """What it depends on in an image, without extras."""
    needs = [Requirement(line) for line in metadata.requires(distribution) or ()]
    return [
        canonicalize_name(need.name)
        for need in needs
        if need.marker is None or need.marker.evaluate({**IN_IMAGES, "extra": ""})
    ]


@EACH_IMAGE
def test_every_requirement_is_pinned_and_hashed(image: Image):
    text = (ROOT / image.requirements).read_text()
    entries = re.split(r"\n(?=[a-z0-9])", text.partition("\n")[2].strip())

    assert len(entries) > 10
    assert [
        entry
        for entry in entries
        if not re.fullmatch(r"[a-z0-9._-]+==[^ ]+( \\\n    --hash=sha256:[0-9a-f]{64})+", entry)
    ] == []


@EACH_IMAGE
def test_requirements_hold_no_address_and_none_of_our_own(image: Image):
    text = (ROOT / image.requirements).read_text()

    assert "://" not in text
    assert "--index" not in text
    assert "voxpod-" not in text.partition("\n")[2]


@EACH_IMAGE
def test_direct_dependencies_are_pinned(image: Image):
    pinned = names_in(image.requirements)
    named = {re.match(r"[A-Za-z0-9._-]+", line)[0].lower() for line in project_dependencies(ROOT / image.project)}  # type: ignore[index]

    assert named <= pinned


@EACH_IMAGE
def test_what_something_depends_on_is_there_or_left_out_for_a_reason(image: Image):
    pinned = names_in(image.requirements)
    needed = {name for one in pinned for name in needs_of(one)}

    assert needed - pinned == image.left_out.keys()
    assert all(len(reason.split()) > 10 for reason in image.left_out.values())


def test_development_environment_lacks_what_images_leave_out():
    assert INFERENCE.left_out
    assert [name for image in IMAGES for name in image.left_out if name in names_in("requirements/dev.txt")] == []


def test_own_distributions_are_not_resolved(tmp_path: Path):
    (tmp_path / "pyproject.toml").write_text(
        '[project]\ndependencies = ["voxpod-crds", "Voxpod_Api>=1", "kopf>=1.45", "voxpodlike"]\n'
    )

    assert project_dependencies(tmp_path / "pyproject.toml") == ["kopf>=1.45", "voxpodlike"]


@pytest.mark.parametrize("content", ["[project]\n", "not toml [", None])
def test_project_without_dependencies_is_an_error_that_names_it(tmp_path: Path, content: str | None):
    if content is not None:
        (tmp_path / "pyproject.toml").write_text(content)

    with pytest.raises(ImagesError, match=r"pyproject.toml: no project.dependencies"):
        project_dependencies(tmp_path / "pyproject.toml")


def test_pip_settings_of_the_host_go_by_rank_and_only_those_of_the_network():
    listing = "\n".join(
        [
            ":env:.default-timeout='180'",
            ":env:.find-links='/opt/wheels'",
            ":env:.index-url='https://from.environment.example/simple'",
            "global.index-url='https://from.file.example/simple'",
            "global.cert='/etc/ssl/ca.crt'",
            "global.trusted-host='a.example b.example'",
            "install.trusted-host='c.example'",
            "download.proxy='http://nobody.example'",
        ]
    )

    assert settings_from_config_list(listing) == {
        "timeout": "180",
        "index-url": "https://from.environment.example/simple",
        "trusted-host": "c.example",
    }
