"""What is missing on the machine is said in a sentence, without a traceback."""

import subprocess
import sys
from pathlib import Path

import pytest

from voxpod_images.engine import choose
from voxpod_images.errors import ImagesError

ROOT = Path(__file__).resolve().parents[3]


def images(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, str(ROOT / "images"), *arguments], capture_output=True, text=True, env=environment, check=False
    )


def test_without_any_engine_the_way_to_get_one_is_named(tmp_path: Path):
    done = images("build", PATH=str(tmp_path), HOME=str(tmp_path))

    assert done.returncode == 1
    assert done.stdout == ""
    assert (
        done.stderr
        == "images: buildah and mmdebstrap not found: `python3 images requirements-host --install` installs them on"
        " Debian\n"
    )


def test_docker_that_does_not_answer_is_no_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    program = tmp_path / "docker"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(ImagesError, match="no docker engine answers"):
        choose("docker")


def test_docker_that_answers_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    program = tmp_path / "docker"
    program.write_text("#!/bin/sh\nexit 0\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert choose("auto") == "docker"


def test_without_dpkg_the_needed_packages_are_named(tmp_path: Path):
    done = images("requirements-host", PATH=str(tmp_path), HOME=str(tmp_path))

    assert done.returncode == 1
    assert (
        "this machine has no dpkg: install docker, or what these Debian packages hold: mmdebstrap, buildah"
        in done.stderr
    )


def test_nothing_is_written_where_only_help_is_asked(tmp_path: Path):
    done = images("--help", PATH="/usr/bin:/bin", HOME=str(tmp_path))

    assert done.returncode == 0
    assert "requirements-host" in done.stdout
    assert not list(tmp_path.iterdir())
