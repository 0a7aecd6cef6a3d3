"""slim.py leaves what runs, compiled, and says when a pattern no longer fits."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

SLIM = Path(__file__).resolve().parents[3] / "images" / "slim.py"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for name in (
        "package/__init__.py",
        "package/data.json",
        "package/stub.pyi",
        "package/fast.pyx",
        "package/include/fast.h",
        "package/tests/test_it.py",
        "package/deep/tests/data.bin",
        "package/grammars/unused.fst",
        "package/grammars/used.fst",
        "tests_of_somebody.py",
        "bin/script",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("VALUE = 1\n")
    return tmp_path


def slim(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, SLIM, *arguments], capture_output=True, text=True, check=False)


def files(site: Path) -> set[str]:
    return {
        path.relative_to(site).as_posix()
        for path in site.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_only_what_runs_is_left(site: Path):
    done = slim(site, "package/grammars/unused*")

    assert done.returncode == 0, done.stderr
    assert files(site) == {
        "package/__init__.py",
        "package/data.json",
        "package/grammars/used.fst",
        "tests_of_somebody.py",
    }


def test_byte_code_is_there_and_is_not_checked_against_the_source(site: Path):
    slim(site)
    cached = Path(importlib.util.cache_from_source(str(site / "package" / "__init__.py")))

    # PEP 552: bit 0 says hash-based, bit 1 says check the source
    assert int.from_bytes(cached.read_bytes()[4:8], "little") == 0b01


def test_pattern_that_fits_nothing_fails_the_build(site: Path):
    done = slim(site, "package/gone/*")

    assert done.returncode == 1
    assert "nothing fits 'package/gone/*'" in done.stderr


def test_module_that_does_not_compile_fails_the_build(site: Path):
    (site / "package" / "broken.py").write_text("def\n")

    assert slim(site).returncode == 1


def test_without_a_folder_it_says_how_to_call_it(tmp_path: Path):
    done = slim(tmp_path / "nothing-here")

    assert done.returncode == 2
    assert "usage: slim.py FOLDER" in done.stderr
