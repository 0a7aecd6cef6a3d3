"""The native vocoder's test library, compiled on first use; tests of it are skipped where there is no compiler."""

import os
import shlex
import shutil
import sys
from pathlib import Path

import pytest

NATIVE = Path(__file__).resolve().parents[2] / "inference_image" / "native"
sys.path.insert(0, str(NATIVE))

if shutil.which(shlex.split(os.environ.get("CXX", "g++"))[0]) is None:
    pytest.skip("no C++ compiler: the native vocoder cannot be built here", allow_module_level=True)

from kernel_library import CLASSES, FUNCTIONS, Floats, Kernels, Snake, library  # noqa: E402

__all__ = ["CLASSES", "FUNCTIONS", "NATIVE", "Floats", "Kernels", "Snake", "kernels", "library"]


def kernels(name: str) -> Kernels:
    """The kernels of a class; skips the test where this processor cannot run them."""
    try:
        return Kernels(name, library())
    except LookupError as error:
        pytest.skip(str(error))
