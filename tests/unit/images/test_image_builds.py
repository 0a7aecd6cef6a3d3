"""What is in the cache is not built again; what is new is checked, exported, measured; what is old goes."""

import gzip
import io
import json
import os
import tarfile
from pathlib import Path

import pytest

from voxpod_images.archive import sizes
from voxpod_images.build import KEPT, build_all
from voxpod_images.catalog import OPERATOR, ROOT, Image
from voxpod_images.engine import Base
from voxpod_images.errors import ImagesError


def docker_archive(path: Path, layers: dict[str, dict[str, bytes]]) -> None:
    """A docker-archive with these layers (digest to files)."""
    with tarfile.open(path, "w") as archive:

        def add(name: str, content: bytes) -> None:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))

        for digest, files in layers.items():
            layer = io.BytesIO()
            with tarfile.open(fileobj=layer, mode="w") as inner:
                for name, content in files.items():
                    member = tarfile.TarInfo(name)
                    member.size = len(content)
                    inner.addfile(member, io.BytesIO(content))
            add(f"{digest}.tar", layer.getvalue())
        add("config.json", json.dumps({"rootfs": {"diff_ids": list(layers)}}).encode())
        add(
            "manifest.json",
            json.dumps([{"Config": "config.json", "Layers": [f"{digest}.tar" for digest in layers]}]).encode(),
        )


class MemoryEngine:
    """An engine that keeps references and writes real archives."""

    name = "memory"

    def __init__(self) -> None:
        self.identity = "base"
        self.built: list[str] = []
        self.checked: list[str] = []
        self.kept: set[str] = set()
        self.broken = ""

    def base(self) -> Base:
        return Base("runtime", "build", self.identity)

    def build(self, root: Path, image: Image, reference: str, base: Base) -> None:
        self.built.append(reference)

    def export(self, reference: str, tar: Path) -> None:
        docker_archive(tar, {"base": {"bin/sh": bytes(1000)}, reference.rpartition(":")[2]: {"code.py": b"x" * 10}})

    def check(self, reference: str, code: str) -> None:
        self.checked.append(code)
        if self.broken:
            raise ImagesError(self.broken)

    def prune(self, repository: str, keep: set[str]) -> None:
        self.kept = keep


def test_unchanged_tree_is_not_built_again(tmp_path: Path):
    engine = MemoryEngine()

    first = build_all((OPERATOR,), engine, ROOT, tmp_path)
    second = build_all((OPERATOR,), engine, ROOT, tmp_path)

    assert engine.built == [first[0].reference]
    assert second == first
    assert Path(second[0].tar).is_file()


def test_lost_tar_is_built_again(tmp_path: Path):
    engine = MemoryEngine()
    os.unlink(build_all((OPERATOR,), engine, ROOT, tmp_path)[0].tar)

    build_all((OPERATOR,), engine, ROOT, tmp_path)

    assert len(engine.built) == 2


def test_image_that_cannot_import_its_modules_is_not_exported(tmp_path: Path):
    engine = MemoryEngine()
    engine.broken = "ModuleNotFoundError"

    with pytest.raises(ImagesError, match="ModuleNotFoundError"):
        build_all((OPERATOR,), engine, ROOT, tmp_path)

    assert "kopf" in engine.checked[0]
    assert not list(tmp_path.glob("*.tar"))


def test_only_the_newest_builds_stay(tmp_path: Path):
    engine = MemoryEngine()
    built = []
    for number in range(KEPT + 2):
        engine.identity = f"base {number}"
        built += build_all((OPERATOR,), engine, ROOT, tmp_path)
        # a time of its own for each: file systems' clocks may be coarser than this loop
        os.utime(Path(built[-1].tar).with_suffix(".json"), (number, number))

    assert {path.name for path in tmp_path.glob("*.tar")} <= {Path(image.tar).name for image in built[-KEPT - 1 :]}
    assert len(list(tmp_path.glob("operator-*.tar"))) == KEPT
    assert built[-1].reference in engine.kept


def test_sizes_are_those_of_the_files_and_of_gzip(tmp_path: Path):
    content = bytes(range(256)) * 4000
    docker_archive(tmp_path / "image.tar", {"one": {"a": content, "b": b"12345"}, "two": {"c": b"1"}})
    known = {"two": 77}

    found = sizes(tmp_path / "image.tar", known)

    assert found.unpacked == len(content) + 6
    assert known.keys() == {"one", "two"}
    assert found.compressed == known["one"] + 77
    assert known["one"] == pytest.approx(len(gzip.compress(content)), rel=0.2)


def test_file_that_is_no_image_is_said_to_be_none(tmp_path: Path):
    with tarfile.open(tmp_path / "x.tar", "w"):
        pass

    with pytest.raises(ImagesError, match=r"no file manifest.json, so this is no docker-archive"):
        sizes(tmp_path / "x.tar", {})
