"""One build: what is in the cache stays, the rest is built, exported, checked, measured and recorded."""

import dataclasses
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from voxpod_images.archive import sizes
from voxpod_images.catalog import REGISTRY, Image
from voxpod_images.content import image_tag
from voxpod_images.engine import Base, Engine

KEPT = 3
"""Builds of each image that stay in the cache: this one, and two to go back to."""


@dataclass(frozen=True, slots=True)
class Built:
    """An exported image."""

    name: str
    reference: str
    tar: str
    unpacked_bytes: int
    compressed_bytes: int


def build_all(images: tuple[Image, ...], engine: Engine, root: Path, folder: Path) -> list[Built]:
    """Every image, exported into `folder`."""
    base = engine.base()
    return [_build(image, engine, base, root, folder) for image in images]


def _build(image: Image, engine: Engine, base: Base, root: Path, folder: Path) -> Built:
    tag = image_tag(root, image, base.identity)
    reference, tar = f"{REGISTRY}/{image.name}:{tag}", folder / f"{image.name}-{tag}.tar"
    record = tar.with_suffix(".json")
    if record.exists() and tar.exists():
        record.touch()
        built = Built(**{**json.loads(record.read_text()), "tar": str(tar)})
        _say(f"{built.reference}: unchanged, in the cache")
        return built
    started = time.monotonic()
    _say(f"{reference}: building with {engine.name}")
    engine.build(root, image, reference, base)
    engine.check(reference, f"import {', '.join(image.imports)}\n{image.tried}")
    partial = tar.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    engine.export(reference, partial)
    partial.replace(tar)
    built = _measured(image, reference, tar, folder / "layers.json")
    record.write_text(json.dumps(dataclasses.asdict(built), indent=1))
    _say(
        f"{reference}: {built.unpacked_bytes / 1e6:.0f} MB unpacked, {built.compressed_bytes / 1e6:.0f} MB compressed,"
        f" built in {time.monotonic() - started:.0f} s"
    )
    _prune(image, engine, folder)
    return built


def _measured(image: Image, reference: str, tar: Path, layers: Path) -> Built:
    known: dict[str, int] = json.loads(layers.read_text()) if layers.exists() else {}
    measured = sizes(tar, known)
    layers.write_text(json.dumps(known))
    return Built(image.name, reference, str(tar), measured.unpacked, measured.compressed)


def _prune(image: Image, engine: Engine, folder: Path) -> None:
    """Only the newest few builds of the image stay, in the folder and in the engine."""
    records = sorted(folder.glob(f"{image.name}-*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for record in records[KEPT:]:
        record.with_suffix(".tar").unlink(missing_ok=True)
        record.unlink()
    kept = {f"{REGISTRY}/{image.name}:{record.stem.rpartition('-')[2]}" for record in records[:KEPT]}
    engine.prune(f"{REGISTRY}/{image.name}", kept)


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
