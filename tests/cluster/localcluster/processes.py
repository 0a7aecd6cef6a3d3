"""Starting, finding and ending processes of a cluster.

Every process carries its cluster's state folder in its environment, so that exactly the right ones are found again:
also after a crash, and never a stranger that got a recorded pid.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

CLUSTER_MARK = "VOXPOD_CLUSTER_STATE"
COMPONENT_MARK = "VOXPOD_CLUSTER_COMPONENT"
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class Process:
    """A running process of a cluster: `command` is the kernel's short name of it, `started` is in clock ticks."""

    pid: int
    parent: int
    command: str
    component: str
    started: int
    rss_bytes: int


def marked_environment(state: Path, component: str, path: Path | None = None) -> dict[str, str]:
    """The environment that a cluster's process runs in: nothing of the caller's but the marks and a PATH."""
    search = f"{path}:{SYSTEM_PATH}" if path else SYSTEM_PATH
    return {"PATH": search, "HOME": str(state), CLUSTER_MARK: str(state), COMPONENT_MARK: component}


def start(argv: Sequence[str | Path], log: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, its output appended to `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(word) for word in argv],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=dict(environment),
            start_new_session=True,
        )


def owned(state: Path) -> list[Process]:
    """All running processes that carry the mark of this state folder, oldest first."""
    mark = f"{CLUSTER_MARK}={state}".encode()
    found = []
    for folder, environment in _environments():
        with contextlib.suppress(OSError):  # it may end while we look
            if mark in environment:
                found.append(_read(folder, environment))
    return sorted((one for one in found if one is not None), key=lambda one: (one.started, one.pid))


def any_cluster_runs() -> bool:
    """Whether a process of any cluster runs on this host, wherever its state lies."""
    prefix = f"{CLUSTER_MARK}=".encode()
    return any(word.startswith(prefix) for _, environment in _environments() for word in environment)


def _environments() -> Iterator[tuple[Path, list[bytes]]]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes()
        except OSError:  # it ended while we looked
            continue
        yield folder, environment.split(b"\0")


def _read(folder: Path, environment: Iterable[bytes]) -> Process | None:
    head, _, tail = (folder / "stat").read_text().rpartition(")")
    fields = tail.split()
    if fields[0] == "Z":
        return None
    prefix = f"{COMPONENT_MARK}=".encode()
    component = next((word[len(prefix) :].decode() for word in environment if word.startswith(prefix)), "")
    return Process(
        pid=int(folder.name),
        parent=int(fields[1]),
        command=head.partition("(")[2],
        component=component,
        started=int(fields[19]),
        rss_bytes=int(fields[21]) * os.sysconf("SC_PAGE_SIZE"),
    )


def main_process(processes: Iterable[Process], component: str) -> Process | None:
    """The component's own process: the oldest but the nsenter in front of it (containerd's shims are younger)."""
    own = (one for one in processes if one.component == component and one.command not in ("nsenter", "unshare"))
    return next(own, None)


def end_all(state: Path, seconds: float = 10) -> None:
    """Kill every process of this cluster and wait until they are gone."""
    deadline = time.monotonic() + seconds
    while left := owned(state):
        for one in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(one.pid, signal.SIGKILL)
        if time.monotonic() > deadline:
            names = ", ".join(f"{one.component} ({one.pid})" for one in left)
            raise TimeoutError(f"still running {seconds:.0f} s after SIGKILL: {names}")
        time.sleep(0.02)


def last_lines(log: Path, count: int = 20) -> str:
    """The end of a log file; empty if there is none."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-count:])
    except FileNotFoundError:
        return ""
