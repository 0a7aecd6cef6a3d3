"""The cgroup in which kubelet puts all pods of a cluster: one folder in each v1 hierarchy, or one in cgroup v2."""

import contextlib
import os
import signal
import time
from pathlib import Path

from localcluster.layout import ClusterError

MOUNT = Path("/sys/fs/cgroup")
V2_CONTROLLERS = ("cpuset", "cpu", "io", "memory", "hugetlb", "pids")
V2_NEEDED = {"cpuset", "cpu", "memory", "pids"}


def is_v2(mount: Path = MOUNT) -> bool:
    """Whether this host has cgroup v2 alone (hybrid hosts count as v1, as they do for kubelet and runc)."""
    return (mount / "cgroup.controllers").exists()


def create(name: str, mount: Path = MOUNT) -> None:
    """Make the cgroup `name` below the root with every controller that kubelet asks for."""
    if is_v2(mount):
        _create_v2(name, mount)
    else:
        _create_v1(name, mount)


def _create_v2(name: str, mount: Path) -> None:
    for controller in V2_CONTROLLERS:
        with contextlib.suppress(OSError):  # what counts is what the new group has in the end
            (mount / "cgroup.subtree_control").write_text(f"+{controller}")
    group = mount / name
    group.mkdir(exist_ok=True)
    missing = V2_NEEDED - set((group / "cgroup.controllers").read_text().split())
    if missing:
        raise ClusterError(
            f"cgroup v2 controllers {', '.join(sorted(missing))} cannot be enabled in {mount}: "
            "inside a container, first move all processes out of the root group"
        )


def _create_v1(name: str, mount: Path) -> None:
    for hierarchy in sorted(path for path in mount.iterdir() if path.is_dir() and not path.is_symlink()):
        if hierarchy.name == "unified":
            continue
        group = hierarchy / name
        group.mkdir(exist_ok=True)
        if "cpuset" in hierarchy.name.split(","):  # a new v1 cpuset is empty and would take no process
            for file in ("cpuset.cpus", "cpuset.mems"):
                (group / file).write_text((hierarchy / file).read_text())


def remove(name: str, mount: Path = MOUNT, seconds: float = 5) -> None:
    """End whatever still runs in the cgroup `name` and remove it with all below it."""
    groups = [mount / name] if is_v2(mount) else list(mount.glob(f"*/{name}"))
    deadline = time.monotonic() + seconds
    for group in groups:
        while group.exists():
            for below in sorted(group.rglob("*"), key=lambda path: -len(path.parts)):
                if below.is_dir():
                    _remove_one(below)
            if _remove_one(group):
                break
            if time.monotonic() > deadline:
                raise ClusterError(f"cgroup {group} is still in use after {seconds:.0f} s")
            time.sleep(0.02)  # a cgroup stays busy for a moment after its last process


def _remove_one(group: Path) -> bool:
    with contextlib.suppress(OSError):
        for word in (group / "cgroup.procs").read_text().split():
            if (pid := int(word)) > 0:  # 0 stands for a process that our PID namespace does not see
                os.kill(pid, signal.SIGKILL)
    try:
        group.rmdir()
    except OSError:
        return not group.exists()
    return True
