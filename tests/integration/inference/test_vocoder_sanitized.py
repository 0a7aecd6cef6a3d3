"""The native vocoder's unit tests once more, in a build that checks every access and every arithmetic overflow."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import native_vocoder

TESTS = Path(__file__).resolve().parents[2] / "unit" / "inference"


@pytest.mark.parametrize(
    "selection",
    [
        pytest.param(["test_vocoder_files.py"], id="damaged files"),
        pytest.param(["test_vocoder_generator.py", "-k", "(float64 or thread or shapes) and not 7"], id="whole runs"),
        pytest.param(
            ["test_vocoder_kernels.py", "-k", "not 1201 and not transforms and not replace"], id="single kernels"
        ),
        pytest.param(["test_cosyvoice_native_language.py", "-k", "not prepared"], id="language model"),
    ],
)
def test_no_sanitizer_complains(selection: list[str]) -> None:
    compiler = os.environ.get("CXX", "g++")
    # The second one, so that exceptions of other libraries find what throws them.
    runtimes = [
        subprocess.run(
            [compiler, f"-print-file-name={name}"], check=True, capture_output=True, text=True
        ).stdout.strip()
        for name in ("libasan.so", "libstdc++.so")
    ]
    environment = {
        **os.environ,
        "VOXPOD_VOCODER_VARIANT": "sanitized",
        "LD_PRELOAD": " ".join(runtimes),
        # Python itself frees little at its end; interpreters and numpy are no concern of this test.
        "ASAN_OPTIONS": "detect_leaks=0:halt_on_error=1",
    }
    assert native_vocoder.NATIVE.is_dir()
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x",
        "-p",
        "no:cacheprovider",
        str(TESTS / selection[0]),
        *selection[1:],
    ]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=1200, check=False)
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    assert "passed" in done.stdout
