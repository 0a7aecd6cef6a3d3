import os
from pathlib import Path

import pytest
from voxpod_bench.memory import find_process, read_memory


def a_process(proc: Path, pid: int, command: str, cgroup: str) -> None:
    folder = proc / str(pid)
    folder.mkdir()
    (folder / "cmdline").write_bytes(command.replace(" ", "\0").encode() + b"\0")
    (folder / "cgroup").write_text(cgroup)


POD = "4:memory:/voxpod-bench/kubepods/burstable/pod1/abc\n"


def test_memory_of_this_process_is_read() -> None:
    memory = read_memory(os.getpid())
    assert memory is not None
    assert 0 < memory.private < memory.resident <= memory.peak


def test_a_process_that_ended_has_none(tmp_path: Path) -> None:
    assert read_memory(1, tmp_path) is None


def test_a_zombie_has_none(tmp_path: Path) -> None:
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "status").write_text("Name:\tpython3\nState:\tZ (zombie)\nThreads:\t1\n")
    assert read_memory(7, tmp_path) is None


@pytest.mark.parametrize(
    ("command", "cgroup", "found"),
    [
        pytest.param("python3 -m voxpod_operator", POD, 12, id="in the cluster"),
        pytest.param(
            "python3 -m voxpod_operator", POD.replace("voxpod-bench", "voxpod-demo"), None, id="in another cluster"
        ),
        pytest.param("python3 -m voxpod_operator", "0::/voxpod-bench/pod1\n", 12, id="cgroup v2"),
        pytest.param("python3 -m voxpod_operator_tool", POD, None, id="another module"),
        pytest.param("vim voxpod_operator/app.py", POD, None, id="only about it"),
    ],
)
def test_the_process_of_a_module_is_found_in_its_own_cluster(
    tmp_path: Path, command: str, cgroup: str, found: int | None
) -> None:
    a_process(tmp_path, 12, command, cgroup)
    assert find_process("voxpod_operator", "bench", tmp_path) == found
