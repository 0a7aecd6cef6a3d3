"""Content hashes: the tag of an image says what went in, so that an unchanged tree is never rebuilt."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from voxpod_images.catalog import Image
from voxpod_images.errors import ImagesError

TAG_LENGTH = 16
"""Hexadecimal digits of SHA-256: 64 bits tell some thousands of builds apart with room to spare."""


def image_tag(root: Path, image: Image, base: str) -> str:
    """The tag for these inputs on this base; `base` names the base's content or reference."""
    digest = hashlib.sha256(f"{image.name}\0{base}\0".encode())
    for path in input_files(root, image):
        name = path.relative_to(root).as_posix()
        mode = "x" if path.stat().st_mode & 0o100 else "-"
        digest.update(f"{name}\0{mode}\0{file_sha256(path)}\0".encode())
    return digest.hexdigest()[:TAG_LENGTH]


def input_files(root: Path, image: Image) -> Iterator[Path]:
    """Every file that the image is built from, sorted, nothing compiled; ImagesError when one is not there."""
    for name in sorted(image.inputs):
        path = root / name
        if path.is_file():
            yield path
        elif path.is_dir():
            yield from sorted(
                file for file in path.rglob("*") if file.is_file() and not _compiled(file.relative_to(root))
            )
        else:
            raise ImagesError(f"{name} is missing: the {image.name} image is built from it")


def _compiled(file: Path) -> bool:
    return file.suffix == ".so" or not {"__pycache__", "build"}.isdisjoint(file.parts)


def file_sha256(path: Path) -> str:
    """SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
