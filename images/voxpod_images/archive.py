"""Reading a docker-archive: how much its layers take, unpacked and compressed."""

import json
import tarfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from voxpod_images.errors import ImagesError

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes of an image."""

    unpacked: int
    """Sum of the files of all layers, as a node's disk holds them."""
    compressed: int
    """Sum of the layers after gzip at its default level, as a registry would hold them."""


def sizes(tar: Path, known: dict[str, int]) -> Sizes:
    """Sizes of the first image in the archive.

    `known` maps layer digests to compressed bytes; what is missing there is measured (20 MB/s) and added.
    """
    with tarfile.open(tar) as archive:
        manifest = json.load(_member(archive, "manifest.json"))[0]
        digests: list[str] = json.load(_member(archive, manifest["Config"]))["rootfs"]["diff_ids"]
        unpacked = 0
        for digest, name in zip(digests, manifest["Layers"], strict=True):
            unpacked += _unpacked(_member(archive, name))
            if digest not in known:
                known[digest] = _compressed(_member(archive, name))
    return Sizes(unpacked, sum(known[digest] for digest in digests))


def _member(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    try:
        member = archive.extractfile(name)
    except KeyError:
        member = None
    if member is None:
        raise ImagesError(f"{archive.name!r}: no file {name}, so this is no docker-archive")
    return member


def _unpacked(layer: IO[bytes]) -> int:
    with tarfile.open(fileobj=layer) as files:
        return sum(member.size for member in files if member.isfile())


def _compressed(layer: IO[bytes]) -> int:
    compressor = zlib.compressobj()
    total = 0
    while chunk := layer.read(_CHUNK):
        total += len(compressor.compress(chunk))
    return total + len(compressor.flush())
