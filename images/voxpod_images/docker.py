"""A docker engine with BuildKit, on the base images that the Dockerfiles name by default."""

import os
import tempfile
from pathlib import Path

from voxpod_images import pip_network
from voxpod_images.catalog import Image
from voxpod_images.commands import output, run
from voxpod_images.engine import Base

DEFAULT_BASE = "python:3.13-slim-trixie"
"""As in the Dockerfiles, so that `docker build` by hand gives the same."""


class Docker:
    """The docker command."""

    name = "docker"

    def __init__(self, *, fresh_base: bool, base: Base | None) -> None:
        """`fresh_base` pulls the base images again."""
        self._pull = ["--pull"] if fresh_base else []
        self._base = base or Base(DEFAULT_BASE, DEFAULT_BASE, f"{DEFAULT_BASE} {DEFAULT_BASE}")
        self._environment = {**os.environ, "DOCKER_BUILDKIT": "1"}

    def base(self) -> Base:
        """The references that docker pulls."""
        return self._base

    def build(self, root: Path, image: Image, reference: str, base: Base) -> None:
        """`docker build` with the host's pip settings as build secrets."""
        with tempfile.TemporaryDirectory() as folder:
            secrets = pip_network.write_secrets(Path(folder))
            mounts = [f"--secret=id={name},src={path}" for name, path in secrets.items()]
            arguments = [f"--build-arg=BASE_IMAGE={base.runtime}", f"--build-arg=BUILD_IMAGE={base.build}"]
            self._run(
                "build", *self._pull, *mounts, *arguments, "--file", root / image.dockerfile, "--tag", reference, root
            )

    def export(self, reference: str, tar: Path) -> None:
        """`docker save`."""
        self._run("save", "--output", tar, reference)

    def check(self, reference: str, code: str) -> None:
        """Runs the code with python3, without network and with a read-only root."""
        limits = ["--network=none", "--read-only", "--tmpfs=/tmp", "--cap-drop=ALL", "--pids-limit=64", "--memory=1g"]
        self._run("run", "--rm", *limits, "--entrypoint=python3", reference, "-c", code)

    def prune(self, repository: str, keep: set[str]) -> None:
        """Untags the repository's other images."""
        for reference in output(["docker", "images", "--format", "{{.Repository}}:{{.Tag}}", repository]).splitlines():
            if reference not in keep:
                self._run("rmi", reference)

    def _run(self, *arguments: str | Path) -> None:
        run(["docker", *arguments], environment=self._environment)
