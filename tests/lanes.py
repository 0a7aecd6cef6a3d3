"""Runs make targets in lanes: `python tests/lanes.py "lint unit" "inference quality"`.

The targets of a lane run one after another, the lanes beside each other: one computes while another waits for its cluster.
What a target prints goes to build/lanes/TARGET.log, and here too if it fails; the others go on, so that one run tells all
that is wrong. Ctrl-C or SIGTERM is passed on as Ctrl-C, and nothing is left running. Exit code: 0, 1 when a target failed, 130.
"""

import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

LOGS = Path("build") / "lanes"
INTERRUPTED = 130


@dataclass
class Target:
    """One that runs, or ran."""

    name: str
    lane: "deque[str]"
    """What comes after it."""
    process: "subprocess.Popen[bytes]"
    began: float

    @property
    def log(self) -> Path:
        """What it printed."""
        return LOGS / f"{self.name}.log"

    def signal(self, number: int) -> None:
        """To all of its process group."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)


@dataclass
class Lanes:
    """The targets that run now, by process ID, and what became of the others."""

    began: float = field(default_factory=time.monotonic)
    running: dict[int, Target] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    failed: bool = False
    ending: bool = False

    def start_next(self, lane: "deque[str]") -> None:
        """The lane's next target, if there is one and nobody wants an end."""
        if not lane or self.ending:
            return
        name = lane.popleft()
        with (LOGS / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                ["make", "--no-print-directory", name],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,
            )
        target = self.running[process.pid] = Target(name, lane, process, time.monotonic())
        if self.ending:  # told to end while it started
            target.signal(signal.SIGINT)
        self._say(f"{name} begins")

    def end(self, *_: object) -> None:
        """What Ctrl-C does: each target may take down what it started."""
        self.ending = True
        for target in list(self.running.values()):
            target.signal(signal.SIGINT)

    def wait(self) -> None:
        """Until one target has ended; tell how."""
        pid, status, used = os.wait4(-1, 0)
        target = self.running.pop(pid, None)
        if target is None:
            return
        target.signal(signal.SIGKILL)  # what it left
        code = target.process.returncode = os.waitstatus_to_exitcode(status)
        self.failed |= code != 0
        printed = target.log.read_text(errors="replace")
        if code and not self.ending:
            self._say(f"{target.name} failed; all that it printed:\n{printed}\nend of what {target.name} printed")
        wall, processor = time.monotonic() - target.began, used.ru_utime + used.ru_stime
        last = next((line for line in reversed(printed.splitlines()) if not line.startswith("make:")), "")
        line = f"{target.name:<14}{'failed' if code else 'passed'} {wall:5.0f} s, processor {processor:5.0f} s: {last}"
        self.told.append(line)
        self._say(line)
        self.start_next(target.lane)

    def _say(self, what: str) -> None:
        minutes, seconds = divmod(round(time.monotonic() - self.began), 60)
        print(f"[{minutes:2}:{seconds:02}] {what}", flush=True)


def run(lanes: Sequence[str]) -> int:
    """Run them all; the exit code."""
    LOGS.mkdir(parents=True, exist_ok=True)
    state = Lanes()
    signal.signal(signal.SIGINT, state.end)
    signal.signal(signal.SIGTERM, state.end)
    for lane in lanes:
        state.start_next(deque(lane.split()))
    while state.running:
        state.wait()
    print(f"\n{'interrupted' if state.ending else 'failed' if state.failed else 'passed'}; logs are in {LOGS}")
    print("\n".join(state.told))
    return INTERRUPTED if state.ending else int(state.failed)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
