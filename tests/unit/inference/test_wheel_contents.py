"""A wheel has the native vocoder where it was compiled, and says then which platform it is for."""

import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[3] / "inference_image"
LIBRARY = "voxpod_inference/engines/libvoxpod_vocoder.so"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project as it is described, without most of its code."""
    for name in ("pyproject.toml", "README.md", "hatch_build.py"):
        shutil.copy(PROJECT / name, tmp_path / name)
    (tmp_path / ".gitignore").write_text("*.so\n")
    (tmp_path / "src" / LIBRARY).parent.mkdir(parents=True)
    (tmp_path / "src" / LIBRARY).with_name("__init__.py").touch()
    return tmp_path


def wheel_of(project: Path) -> Path:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel"],
        cwd=project,
        check=True,
        capture_output=True,
        timeout=60,
    )
    (wheel,) = (project / "dist").iterdir()
    return wheel


def test_compiled_library_is_in_the_wheel_of_its_platform(project: Path) -> None:
    (project / "src" / LIBRARY).write_bytes(b"ELF")
    wheel = wheel_of(project)
    platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    assert wheel.name.endswith(f"-py3-none-{platform}.whl")
    with zipfile.ZipFile(wheel) as files:
        assert files.read(LIBRARY) == b"ELF"


def test_wheel_without_the_library_is_for_every_platform(project: Path) -> None:
    wheel = wheel_of(project)
    assert wheel.name.endswith("-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as files:
        assert LIBRARY not in files.namelist()
