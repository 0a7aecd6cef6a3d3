"""What the numbers were measured on: a benchmark without it says nothing."""

import os
import platform
import subprocess
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from voxpod_demo.settings import ROOT

SAMPLE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Load:
    """How busy the machine was while nothing of the benchmark ran."""

    average: float
    """Over one minute, as `uptime` has it."""
    busy: float
    """Share of all cores in use, 0 to 1, over some seconds."""

    def said(self) -> str:
        """For a table."""
        return f"load average {self.average:.2f}, cores {self.busy:.0%} busy"


def load_now() -> Load:
    """Takes some seconds to look."""
    return Load(os.getloadavg()[0], busy_while_waiting(SAMPLE_SECONDS))


def busy_while_waiting(seconds: float) -> float:
    """Waits, and returns the share of all cores that was in use meanwhile, 0 to 1."""
    idle, total = _cpu_ticks()
    time.sleep(seconds)
    idle_after, total_after = _cpu_ticks()
    return 1 - (idle_after - idle) / max(1, total_after - total)


def cpu_seconds() -> float:
    """Processor time that all processes and the kernel have used since the machine started."""
    idle, total = _cpu_ticks()
    return (total - idle) / os.sysconf("SC_CLK_TCK")


def describe() -> list[tuple[str, str]]:
    """Processor, memory, kernel, date and the commit that was measured."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return [
        ("date", datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")),
        ("commit", _commit()),
        ("processor", f"{_processor()}, {os.cpu_count()} cores"),
        ("memory", f"{memory:.0f} GiB"),
        ("kernel", f"{platform.system()} {platform.release()}"),
    ]


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    words = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    family = f"family {words.get('cpu family', '?')}, model {words.get('model', '?')}"
    vector = [flag for flag in ("avx2", "avx512f", "avx512_vnni", "sha_ni") if flag in words.get("flags", "").split()]
    return f"{words.get('model name', 'unknown')} ({family}; {', '.join(vector)})"


def _cpu_ticks() -> tuple[int, int]:
    """Idle ticks and all ticks of all cores."""
    ticks = [int(word) for word in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return ticks[3] + ticks[4], sum(ticks)


def _commit() -> str:
    short = subprocess.run(
        ["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    changed = subprocess.run(
        [
            "git",
            "-C",
            ROOT,
            "status",
            "--porcelain",
            "--untracked-files=no",
            "--",
            "crds",
            "operator",
            "inference_image",
            "charts",
            "images",
        ],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    return f"{short or 'unknown'}{' with changes' if changed.strip() else ''}"
