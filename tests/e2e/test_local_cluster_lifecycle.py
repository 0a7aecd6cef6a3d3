"""Clusters come up beside each other, and whatever happens to one, `down` leaves nothing of it on the host."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from localcluster.build import bin_dir
from localcluster.processes import owned

pytestmark = pytest.mark.e2e

PROGRAM = Path(__file__).parents[1] / "cluster"
NAME = "e2e-life"
BESIDE = "e2e-beside"

Command = Callable[..., "subprocess.CompletedProcess[str]"]


def command(*words: str, check: bool = True, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, str(PROGRAM), *words],
        capture_output=True,
        text=True,
        check=check,
        env={**os.environ, **environment},
    )


@pytest.fixture
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the state of the cluster NAME lies while it is there; the cluster is gone after the test."""
    folder = Path(os.environ.get("VOXPOD_CLUSTERS", "/var/lib/voxpod")) / NAME
    try:
        yield folder
    finally:
        command("down", "--name", NAME)


def paths(name: str = NAME) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(command("paths", "--name", name).stdout)
    return found


def start_a_pod(facts: dict[str, Any]) -> None:
    kubectl = [str(bin_dir() / "kubectl"), "--kubeconfig", facts["kubeconfig"]]
    for words in (
        ["run", "sleeper", "--image=voxpod.local/probe:1", "--command", "--", "/probe", "sleep"],
        ["wait", "--for=condition=Ready", "pod/sleeper", "--timeout=60s"],
    ):
        subprocess.run([*kubectl, *words], check=True, stdout=subprocess.DEVNULL)


def network_namespaces(state: Path) -> set[str]:
    """The cluster's network namespaces, those of its pods included."""
    init = next(one.pid for one in owned(state) if one.command == "pause" and one.component == "init")
    inside = os.readlink(f"/proc/{init}/ns/pid")
    return {net for _, pid_namespace, net in running() if pid_namespace == inside} | _net_of_pods(init)


def _net_of_pods(init: int) -> set[str]:
    # pods have PID namespaces of their own: theirs are the ones below the cluster's mount namespace's netns mounts
    return {
        f"net:[{line.rsplit('net:[', 1)[1].split(']')[0]}]"
        for line in Path(f"/proc/{init}/mountinfo").read_text().splitlines()
        if "net:[" in line
    }


def running() -> Iterator[tuple[int, str, str]]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            yield int(folder.name), os.readlink(folder / "ns/pid"), os.readlink(folder / "ns/net")
        except OSError:
            continue


def left_on_host(state: Path, name: str, namespaces: set[str]) -> dict[str, list[str]]:
    """All that a cluster leaves behind, by kind."""
    return {
        "processes": [f"{one.component} {one.pid}" for one in owned(state)],
        "processes in its networks": [str(pid) for pid, _, net in running() if net in namespaces],
        "mounts": [line for line in Path("/proc/self/mountinfo").read_text().splitlines() if str(state) in line],
        "named networks": [str(path) for path in Path("/run/netns").glob("cni-*")],
        "links": [path.name for path in Path("/sys/class/net").glob(f"vp-{name}")],
        "cgroups": [str(path) for path in Path("/sys/fs/cgroup").glob(f"**/voxpod-{name}")],
        "state": [str(state)] if state.exists() else [],
    }


def assert_nothing_is_left(state: Path, name: str, namespaces: set[str]) -> None:
    left = left_on_host(state, name, namespaces)
    assert left == {kind: [] for kind in left}


def test_cluster_comes_up_once_beside_another_and_goes_without_a_trace(state: Path) -> None:
    beside = state.with_name(BESIDE)
    try:
        command("up", "--name", NAME)
        assert "healthy" in command("status", "--name", NAME).stdout
        pids = paths()["pids"]
        again = command("up", "--name", NAME)
        assert f"cluster {NAME} is already up" in again.stdout
        assert paths()["pids"] == pids, "the second up started nothing"

        command("up", "--name", BESIDE)
        assert paths(BESIDE)["nodeIP"] != paths()["nodeIP"]
        start_a_pod(paths(BESIDE))
        start_a_pod(paths())
        networks = network_namespaces(state)
        assert len(networks) >= 2, "the node's network and the pod's"

        command("down", "--name", NAME)
        assert_nothing_is_left(state, NAME, networks)
        assert "healthy" in command("status", "--name", BESIDE).stdout
        assert command("status", "--name", NAME, check=False).returncode == 1
        assert "is not there" in command("down", "--name", NAME).stdout
    finally:
        command("down", "--name", BESIDE)
    assert_nothing_is_left(beside, BESIDE, set())


def kill_everything(state: Path) -> None:
    for one in owned(state):
        with contextlib.suppress(ProcessLookupError):  # init took it along
            os.kill(one.pid, signal.SIGKILL)


def kill_components_but_not_containers(state: Path) -> None:
    for one in owned(state):
        if one.component != "init" and not one.command.startswith("containerd-shim"):
            with contextlib.suppress(ProcessLookupError):  # the one killed before took it along
                os.kill(one.pid, signal.SIGKILL)


def kill_only_init(state: Path) -> None:
    init = next(one.pid for one in owned(state) if one.command == "pause" and one.component == "init")
    os.kill(init, signal.SIGKILL)


def lose_the_record(state: Path) -> None:
    (state / "cluster.json").unlink()


@pytest.mark.parametrize("harm", [kill_everything, kill_components_but_not_containers, kill_only_init, lose_the_record])
def test_down_leaves_nothing_after(harm: Callable[[Path], None], state: Path) -> None:
    command("up", "--name", NAME)
    start_a_pod(paths())
    networks = network_namespaces(state)
    harm(state)
    command("down", "--name", NAME)
    assert_nothing_is_left(state, NAME, networks)


def test_up_replaces_a_cluster_that_lost_a_component(state: Path) -> None:
    command("up", "--name", NAME)
    os.kill(paths()["pids"]["scheduler"], signal.SIGKILL)
    deadline = time.monotonic() + 10
    while "not running: scheduler" not in (told := command("status", "--name", NAME, check=False)).stdout:
        assert time.monotonic() < deadline, told.stdout
    assert told.returncode == 1
    again = command("up", "--name", NAME)
    assert "not healthy (not running: scheduler): starting it anew" in again.stdout
    assert "healthy" in command("status", "--name", NAME).stdout


def test_two_ups_of_one_name_at_once_start_one_cluster(state: Path) -> None:
    words = [sys.executable, str(PROGRAM), "up", "--name", NAME]
    both = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    told = [process.communicate(timeout=180)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sorted("is already up" in text for text in told) == [False, True]
    assert len([one for one in owned(state) if one.component == "etcd" and one.command == "etcd"]) == 1


def test_component_that_dies_is_named_with_the_end_of_its_log_and_nothing_is_left(state: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cluster"
    broken = cache / bin_dir().name
    broken.mkdir(parents=True)
    for artifact in bin_dir().parent.iterdir():
        if artifact.is_dir() and artifact != bin_dir():
            (cache / artifact.name).symlink_to(artifact)
    for program in bin_dir().iterdir():
        (broken / program.name).symlink_to(program)
    (broken / "etcd").unlink()
    (broken / "etcd").write_text("#!/bin/sh\necho no room on the disk\nexit 7\n")
    (broken / "etcd").chmod(0o755)

    told = command("up", "--name", NAME, check=False, VOXPOD_CACHE=str(tmp_path))

    assert told.returncode == 1
    assert "etcd ended with exit code 7" in told.stderr
    assert "no room on the disk" in told.stderr
    assert "Traceback" not in told.stderr
    assert_nothing_is_left(state, NAME, set())


def test_folder_that_is_no_clusters_is_left_alone(tmp_path: Path) -> None:
    precious = tmp_path / "models" / "weights.onnx"
    precious.parent.mkdir()
    precious.write_text("weights")
    for word in ("up", "down"):
        told = command(word, "--name", "models", check=False, VOXPOD_CLUSTERS=str(tmp_path))
        assert told.returncode == 1
        assert "is no cluster's" in told.stderr
    assert precious.read_text() == "weights"
