"""Base images from Debian packages, for machines that reach a Debian mirror and no image registry."""

import hashlib
import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from voxpod_images.commands import output, run
from voxpod_images.content import file_sha256
from voxpod_images.errors import ImagesError

SUITE = "trixie"
"""Debian 13: its Python is 3.13, the version that the requirement files are resolved for."""

HOST_PACKAGES = ("mmdebstrap", "buildah", "debian-archive-keyring", "ca-certificates", "espeak-ng", "g++")
"""What this way of building needs on a Debian machine; espeak-ng and g++ are for running the code and its tests there."""

_RUNTIME = ("python3", "libstdc++6", "ca-certificates", "tzdata", "media-types")
_UNUSED = ("/usr/share/man/*", "/usr/share/locale/*", "/usr/share/info/*", "/usr/share/doc/*", "/usr/share/lintian/*")


@dataclass(frozen=True, slots=True)
class BaseSystem:
    """One root file system: the essential packages (no apt) and these."""

    name: str
    packages: tuple[str, ...]

    @property
    def options(self) -> list[str]:
        """mmdebstrap's options; licence texts stay, other documentation does not come."""
        excludes = [f"--dpkgopt=path-exclude={pattern}" for pattern in _UNUSED]
        keeps = ["--dpkgopt=path-include=/usr/share/doc/*/copyright"]
        return ["--variant=essential", f"--include={','.join(self.packages)}", *excludes, *keeps]


RUNTIME_BASE = BaseSystem("runtime", _RUNTIME)
BUILD_BASE = BaseSystem("build", (*_RUNTIME, "python3-pip", "espeak-ng", "gcc", "g++", "libc6-dev"))


@dataclass(frozen=True, slots=True)
class BaseTar:
    """A bootstrapped root file system in the cache."""

    path: Path
    sha256: str


def bootstrap(base: BaseSystem, folder: Path, *, fresh: bool) -> BaseTar:
    """The tar of `base` in `folder`: from there when this recipe is in it, else made of Debian packages (about 40 s).

    `fresh` makes it anew, for security updates of its packages.
    """
    recipe = hashlib.sha256(json.dumps([SUITE, base.options]).encode()).hexdigest()[:12]
    tar, checksum = folder / f"{base.name}-{recipe}.tar", folder / f"{base.name}-{recipe}.sha256"
    if fresh or not checksum.exists() or not tar.exists():
        print(f"base {base.name}: bootstrapping Debian {SUITE} ({', '.join(base.packages)})", file=sys.stderr)
        partial = folder / f"{tar.name}.partial"
        # a fixed time stamp: the same packages give the same tar, so the same image tags on every machine
        environment = {**os.environ, "SOURCE_DATE_EPOCH": "0"}
        run(
            ["mmdebstrap", "--quiet", "--format=tar", *base.options, SUITE, partial, *_mirror()],
            environment=environment,
        )
        partial.replace(tar)
        checksum.write_text(file_sha256(tar))
        _drop_older(base, tar)
    return BaseTar(tar, checksum.read_text().strip())


def _mirror() -> list[str]:
    """VOXPOD_DEBIAN_MIRROR where it is set; mmdebstrap's default includes the security updates."""
    mirror = os.environ.get("VOXPOD_DEBIAN_MIRROR")
    return [mirror] if mirror else []


def _drop_older(base: BaseSystem, newest: Path) -> None:
    for tar in newest.parent.glob(f"{base.name}-*.tar"):
        if tar != newest:
            tar.unlink()
            tar.with_suffix(".sha256").unlink(missing_ok=True)


def missing_host_packages() -> list[str]:
    """Those of HOST_PACKAGES that dpkg does not have installed; ImagesError where there is no dpkg."""
    if shutil.which("dpkg-query") is None:
        wanted = ", ".join(HOST_PACKAGES)
        raise ImagesError(f"this machine has no dpkg: install docker, or what these Debian packages hold: {wanted}")
    known = output(["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n"]).splitlines()
    installed = {name for name, _, status in (line.partition(" ") for line in known) if status == "installed"}
    return [package for package in HOST_PACKAGES if package not in installed]


def install_host_packages(packages: list[str]) -> None:
    """apt-get update and install; ImagesError says what to run where that needs root."""
    if os.geteuid() != 0:
        raise ImagesError(
            f"installing needs root; run: sudo apt-get install --no-install-recommends {' '.join(packages)}"
        )
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "--quiet", "update"], environment=environment)
    run(["apt-get", "--quiet", "--yes", "install", "--no-install-recommends", *packages], environment=environment)
