"""What every build engine can do, and which one this machine has."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from voxpod_images.catalog import Image
from voxpod_images.commands import succeeds
from voxpod_images.errors import ImagesError


@dataclass(frozen=True, slots=True)
class Base:
    """The base images of one build."""

    runtime: str
    build: str
    identity: str
    """What the image tag depends on: the content of the bases where it is known, else their references."""


class Engine(Protocol):
    """docker or buildah."""

    name: str

    def base(self) -> Base:
        """The base images, made or named."""

    def build(self, root: Path, image: Image, reference: str, base: Base) -> None:
        """Builds and tags."""

    def export(self, reference: str, tar: Path) -> None:
        """Writes a docker-archive."""

    def check(self, reference: str, code: str) -> None:
        """Runs Python code in the image as its own user; ImagesError when it fails."""

    def prune(self, repository: str, keep: set[str]) -> None:
        """Forgets the images of a repository that are not in `keep` (references)."""


def choose(name: str) -> str:
    """`docker` or `buildah` for `auto`; ImagesError says what is missing."""
    if name == "docker" and not _docker_answers():
        raise ImagesError("no docker engine answers `docker version`: start one, or use --engine buildah")
    if name == "buildah":
        _require_buildah()
    if name != "auto":
        return name
    if _docker_answers():
        return "docker"
    _require_buildah()
    return "buildah"


def _docker_answers() -> bool:
    return succeeds(["docker", "version", "--format", "{{.Server.Version}}"])


def _require_buildah() -> None:
    missing = [program for program in ("buildah", "mmdebstrap") if shutil.which(program) is None]
    if missing:
        raise ImagesError(
            f"{' and '.join(missing)} not found: `python3 images requirements-host --install` installs them on Debian"
        )
    if os.geteuid() != 0:
        raise ImagesError(
            "building with buildah in a chroot needs root (mounts): run as root, or start a docker engine"
        )
