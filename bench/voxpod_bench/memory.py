"""Memory of processes in the cluster's pods, read from /proc of the machine that they run on."""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Self

PROC = Path("/proc")
LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Memory:
    """Of one process, in bytes: resident now, the most ever resident, and of now's the private (anonymous) part."""

    resident: int
    peak: int
    private: int


def find_process(module: str, cluster: str, proc: Path = PROC) -> int | None:
    """The pid of the process that runs `python -m module` in a pod of the cluster; None where there is none."""
    return next(iter(find_processes(module, cluster, proc)), None)


def find_processes(module: str, cluster: str, proc: Path = PROC) -> list[int]:
    """The pids of all of them."""
    found = []
    for folder in sorted(proc.glob("[0-9]*")):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            if module.encode() in words and f"/voxpod-{cluster}/" in (folder / "cgroup").read_text():
                found.append(int(folder.name))
        except OSError:  # it ended while we looked
            continue
    return found


def read_memory(pid: int, proc: Path = PROC) -> Memory | None:
    """Of the process, None when it has ended."""
    try:
        lines = (proc / str(pid) / "status").read_text().splitlines()
    except OSError:
        return None
    kilobytes = {
        name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines) if rest.endswith(" kB")
    }
    if "VmRSS" not in kilobytes:  # a zombie has none
        return None
    return Memory(kilobytes["VmRSS"] * 1024, kilobytes["VmHWM"] * 1024, kilobytes["RssAnon"] * 1024)


class Watch:
    """Calls `_look` again and again in a thread of its own while the `with` block runs."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(self._seconds):
            self._look()

    def _look(self) -> None:
        raise NotImplementedError


class PeakMemory(Watch):
    """Looks for a process until it is there and at its memory until it ends: `with PeakMemory(...) as peak`."""

    def __init__(self, module: str, cluster: str) -> None:
        super().__init__(LOOK_SECONDS)
        self._module, self._cluster = module, cluster
        self._pid: int | None = None
        self.resident = 0
        """The most that was ever resident, as the kernel counted it up to the last look; bytes."""
        self.private = 0
        """The most that was private in any look; bytes."""

    def _look(self) -> None:
        self._pid = self._pid or find_process(self._module, self._cluster)
        if self._pid is not None and (now := read_memory(self._pid)) is not None:
            self.resident = max(self.resident, now.peak)
            self.private = max(self.private, now.private)
