"""`make test` runs lanes beside each other, tells all that fails, and leaves nothing running."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PROGRAM = Path(__file__).resolve().parents[2] / "lanes.py"
MAKEFILE = """
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
good fine:
	@echo good is quiet; echo 12 passed
bad:
	@echo why it fails; false
here:
	@touch here; until test -e there; do sleep 0.02; done
there:
	@touch there; until test -e here; do sleep 0.02; done
after:
	@test -e here && echo 1 passed
long:
	@trap 'echo taken down > down; exit 130' INT; sleep 600 & echo $$! > long.pid; wait
careless:
	@sleep 600 & echo $$! > careless.pid
"""

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start the program with lanes of the targets above; ended after the test."""
    (tmp_path / "Makefile").write_text(MAKEFILE)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    started: list[subprocess.Popen[str]] = []

    def run(*lanes: str) -> "subprocess.Popen[str]":
        command = [sys.executable, str(PROGRAM), *lanes]
        started.append(subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield run
    for process in started:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def test_lanes_run_beside_each_other_and_the_targets_of_one_after_each_other(start: Start) -> None:
    process = start("here after", "there")
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert "after         passed" in said


def test_all_that_a_failed_target_printed_is_shown_and_the_others_go_on(start: Start, tmp_path: Path) -> None:
    process = start("bad good", "fine")
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "all that it printed:\nwhy it fails\nmake: ***" in said
    assert "bad           failed" in said
    assert "good is quiet" not in said
    summary = said.rpartition("\n\n")[2].splitlines()
    assert summary[0] == "failed; logs are in build/lanes"
    assert sorted(line.split()[0] for line in summary[1:]) == ["bad", "fine", "good"]
    assert summary[-1].endswith(": 12 passed")
    assert (tmp_path / "build/lanes/good.log").read_text() == "good is quiet\n12 passed\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_lets_every_target_take_down_what_it_started_and_begins_no_other(
    start: Start, tmp_path: Path, number: int
) -> None:
    process = start("long good", "here")
    child = process_of(tmp_path / "long.pid")
    process.send_signal(number)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert (tmp_path / "down").read_text() == "taken down\n"
    assert "good begins" not in said
    assert gone(child)


def test_what_a_target_leaves_running_is_ended(start: Start, tmp_path: Path) -> None:
    process = start("careless")
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert gone(process_of(tmp_path / "careless.pid"))


def process_of(file: Path) -> int:
    """The process ID that a target has written, or writes soon."""
    for _ in range(500):
        if file.exists() and (text := file.read_text()):
            return int(text)
        time.sleep(0.02)
    raise AssertionError(f"{file} was not written")


def gone(pid: int) -> bool:
    """Whether the process has ended, or does soon: it was killed."""
    for _ in range(500):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False
