"""buildah with chroot isolation, on bases bootstrapped from Debian packages: needs neither a daemon nor a registry."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from voxpod_images import pip_network
from voxpod_images.cache import Cache
from voxpod_images.catalog import REGISTRY, Image
from voxpod_images.commands import output, run, succeeds
from voxpod_images.debian import BUILD_BASE, RUNTIME_BASE, BaseTar, bootstrap
from voxpod_images.engine import Base

STORAGE_LIMIT = 6 << 30
"""Bytes of layers after which the storage is emptied: the next build takes a minute more, nothing is lost."""

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Buildah:
    """A buildah whose storage, temporary files and policy all lie in the cache."""

    name = "buildah"

    def __init__(self, cache: Cache, *, fresh_base: bool, base: Base | None) -> None:
        """`fresh_base` bootstraps the bases anew; `base` names others (buildah then pulls them)."""
        self._folder = cache.buildah
        self._base_folder = cache.base
        self._fresh = fresh_base
        self._base = base
        self._policy = self._folder / "policy.json"
        # only images that this tool made or that the caller named are ever used
        self._policy.write_text(json.dumps({"default": [{"type": "insecureAcceptAnything"}]}))
        temporary = self._folder / "tmp"
        temporary.mkdir(exist_ok=True)
        # cache mounts (pip's wheels) lie under TMPDIR, so they live as long as the cache does
        self._environment = {
            **os.environ,
            "TMPDIR": str(temporary),
            "BUILDAH_ISOLATION": "chroot",
            "STORAGE_DRIVER": "overlay",
        }

    def base(self) -> Base:
        """The bases that were named, else two of Debian packages."""
        if self._base is not None:
            return self._base
        runtime = bootstrap(RUNTIME_BASE, self._base_folder, fresh=self._fresh)
        build = bootstrap(BUILD_BASE, self._base_folder, fresh=self._fresh)
        self._fresh = False
        identity = f"{runtime.sha256} {build.sha256}"
        return Base(
            f"{REGISTRY}/base-runtime:{runtime.sha256[:16]}", f"{REGISTRY}/base-build:{build.sha256[:16]}", identity
        )

    def build(self, root: Path, image: Image, reference: str, base: Base) -> None:
        """Builds with layer cache; what pip needs to reach its index is mounted, not copied."""
        if self._base is None:
            self._import_base(bootstrap(RUNTIME_BASE, self._base_folder, fresh=False), base.runtime)
            self._import_base(bootstrap(BUILD_BASE, self._base_folder, fresh=False), base.build)
        with tempfile.TemporaryDirectory() as folder:
            secrets = pip_network.write_secrets(Path(folder))
            mounts = [f"--secret=id={name},src={path}" for name, path in secrets.items()]
            arguments = [f"--build-arg=BASE_IMAGE={base.runtime}", f"--build-arg=BUILD_IMAGE={base.build}"]
            files: list[str | Path] = [
                "--file",
                root / image.dockerfile,
                "--ignorefile",
                root / f"{image.dockerfile}.dockerignore",
            ]
            self._run("build", "--layers", self._signatures, *mounts, *arguments, *files, "--tag", reference, root)

    def export(self, reference: str, tar: Path) -> None:
        """A docker-archive that `ctr images import` and `docker load` read."""
        self._run("push", "--quiet", self._signatures, reference, f"docker-archive:{tar}:{reference}")

    def check(self, reference: str, code: str) -> None:
        """Runs the code with python3 in a container of the image."""
        container = output(
            self._command("from", self._signatures, "--pull-never", reference), environment=self._environment
        ).strip()
        try:
            self._run("run", container, "--", "python3", "-c", code)
        finally:
            self._run("rm", container)

    def prune(self, repository: str, keep: set[str]) -> None:
        """Untags the repository's other images; empties the whole storage when it has outgrown its limit."""
        listing = output(self._command("images", "--format", "{{.Name}}:{{.Tag}}"), environment=self._environment)
        for reference in listing.splitlines():
            if reference.rpartition(":")[0] == repository and reference not in keep:
                self._run("rmi", "--force", reference)  # with what an interrupted build left of containers
        if _bytes_in(self._folder / "storage") > STORAGE_LIMIT:
            self._run("rmi", "--all", "--force")

    @property
    def _signatures(self) -> str:
        return f"--signature-policy={self._policy}"

    def _import_base(self, tar: BaseTar, reference: str) -> None:
        if succeeds(self._command("inspect", "--type=image", reference), environment=self._environment):
            return
        dockerfile = f"FROM scratch\nADD {tar.path.name} /\nENV PATH={_PATH}\n"
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "Dockerfile").write_text(dockerfile)
            (Path(folder) / "nothing-ignored").touch()
            ignore: list[str | Path] = ["--ignorefile", Path(folder) / "nothing-ignored"]
            self._run(
                "build",
                self._signatures,
                *ignore,
                "--file",
                Path(folder) / "Dockerfile",
                "--tag",
                reference,
                tar.path.parent,
            )
        self.prune(reference.rpartition(":")[0], {reference})

    def _command(self, *arguments: str | Path) -> list[str | Path]:
        return ["buildah", "--root", self._folder / "storage", "--runroot", self._folder / "run", *arguments]

    def _run(self, *arguments: str | Path) -> None:
        run(self._command(*arguments), environment=self._environment)


def _bytes_in(folder: Path) -> int:
    """Disk usage; du because a walk in Python over layers of 10,000 files takes seconds."""
    if not folder.exists() or shutil.which("du") is None:
        return 0
    listing = subprocess.run(["du", "-s", "-B1", folder], capture_output=True, text=True, check=False).stdout
    return int(listing.split()[0]) if listing else 0
