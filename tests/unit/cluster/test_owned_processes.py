import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcluster.processes import end_all, last_lines, main_process, marked_environment, owned, start

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    end_all(tmp_path)


def wait_for(state: Path, component: str) -> None:
    deadline = time.monotonic() + 10
    while main_process(owned(state), component) is None:
        assert time.monotonic() < deadline, f"{component} did not start"
        time.sleep(0.01)


def test_processes_are_found_by_their_cluster_and_ended(state: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    with (
        start(SLEEP, state / "a.log", marked_environment(state, "a")) as first,
        start(SLEEP, other / "b.log", marked_environment(other, "b")) as stranger,
    ):
        try:
            wait_for(state, "a")
            wait_for(other, "b")
            assert [one.pid for one in owned(state)] == [first.pid]
            end_all(state)
            assert first.wait(timeout=10) == -signal.SIGKILL
            assert owned(state) == []
            assert [one.pid for one in owned(other)] == [stranger.pid]
        finally:
            end_all(other)


def test_state_folder_that_begins_with_the_name_of_another_is_not_mixed_up(state: Path) -> None:
    longer = Path(f"{state}-2")
    with start(SLEEP, state / "a.log", marked_environment(longer, "a")):
        try:
            wait_for(longer, "a")
            assert owned(state) == []
        finally:
            end_all(longer)


def test_nothing_of_the_callers_environment_is_passed_on(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_THE_CALLER", "x")
    with start(
        [sys.executable, "-c", "import os; print(sorted(os.environ))"], state / "a.log", marked_environment(state, "a")
    ) as one:
        assert one.wait(timeout=10) == 0
    assert "SECRET_OF_THE_CALLER" not in last_lines(state / "a.log")
    assert "VOXPOD_CLUSTER_STATE" in last_lines(state / "a.log")


def test_ended_process_that_nobody_waited_for_is_not_counted(state: Path) -> None:
    with start([sys.executable, "-c", ""], state / "a.log", marked_environment(state, "a")) as one:
        os.waitid(os.P_PID, one.pid, os.WEXITED | os.WNOWAIT)  # it is a zombie now
        assert owned(state) == []


def test_end_of_a_log_is_its_last_lines(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    log.write_text("\n".join(str(number) for number in range(100)))
    assert last_lines(log, 2) == "98\n99"
    assert last_lines(tmp_path / "missing.log") == ""


def test_command_line_tells_its_commands_without_root_or_cluster() -> None:
    program = Path(__file__).parents[2] / "cluster"
    done = subprocess.run([sys.executable, str(program), "--help"], capture_output=True, text=True, check=True)
    for command in ("requirements", "build", "up", "down", "status", "load-image", "kubeconfig", "paths", "logs"):
        assert command in done.stdout
