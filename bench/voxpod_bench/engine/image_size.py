"""How large the inference image is, and what in it takes the space."""

import json
import re
import subprocess
import sys
import tarfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from voxpod_bench.engine.page import Log, Page, megabytes, verdict
from voxpod_bench.errors import BenchError
from voxpod_bench.markdown import table
from voxpod_demo.settings import ROOT

BAR_UNPACKED_MB, BAR_COMPRESSED_MB = 450.0, 180.0
LARGEST = 25
_PLACES = re.compile(r"(?:.*/site-packages/[^/]+|usr/lib/x86_64-linux-gnu/[^/]+|(?:[^/]+/){0,3}[^/]+)")


@dataclass(frozen=True, slots=True)
class Image:
    """As the images tool built it; bytes."""

    reference: str
    unpacked: int
    compressed: int
    places: tuple[tuple[str, int], ...]
    """The largest folders and files, the largest first."""


def measure(log: Log) -> Image:
    """Of the image of this work tree, built first where it has changed."""
    log("building the inference image")
    done = subprocess.run(
        [sys.executable, "images", "build", "--only", "inference"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BenchError("the inference image cannot be built: see above")
    (built,) = (image for image in json.loads(done.stdout)["images"] if image["name"] == "inference")
    sizes = places(_files(Path(built["tar"])))
    return Image(
        built["reference"], built["unpacked_bytes"], built["compressed_bytes"], tuple(sizes.most_common(LARGEST))
    )


def places(files: Iterable[tuple[str, int]]) -> Counter[str]:
    """Sizes of files by the package or folder that they belong to."""
    sizes: Counter[str] = Counter()
    for name, size in files:
        found = _PLACES.match(name)
        sizes[re.sub(r"^.*/site-packages/", "", found.group()) if found else name] += size
    return sizes


def _files(archive: Path) -> Iterator[tuple[str, int]]:
    """All files of all layers of a docker-archive."""
    with tarfile.open(archive) as outer:
        for layer in json.loads(_content(outer, "manifest.json"))[0]["Layers"]:
            file = outer.extractfile(layer)
            assert file is not None
            with tarfile.open(fileobj=file) as inner:
                yield from ((member.name.removeprefix("./"), member.size) for member in inner if member.isfile())


def _content(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    assert file is not None
    return file.read()


def page(image: Image) -> Page:
    """The table and the bars."""
    listed = sum(size for _, size in image.places)
    rows = [
        *((name, f"{size / 1e6:.1f}") for name, size in image.places),
        ("everything else", f"{(image.unpacked - listed) / 1e6:.1f}"),
    ]
    lines = [
        (
            f"{image.reference}, without a model: {megabytes(image.unpacked)} MB unpacked,"
            f" {megabytes(image.compressed)} MB compressed (gzip), all languages."
        ),
        "",
        *table(("what", "MB unpacked"), rows),
        "",
        verdict("unpacked", image.unpacked / 1e6, BAR_UNPACKED_MB, " MB"),
        verdict("compressed", image.compressed / 1e6, BAR_COMPRESSED_MB, " MB"),
    ]
    return Page("image-size", "Size of the inference image", lines)
