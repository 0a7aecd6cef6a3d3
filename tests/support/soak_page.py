"""docs/benchmarks/soak.md, from what a soak saw."""

import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path


def page(rows: Mapping[str, str]) -> str:
    """The page."""
    cpu = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        "",
    )
    facts = {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": f"{cpu}, {os.cpu_count()} cores",
        "kernel": platform.release(),
        **rows,
    }
    return "\n".join(
        [
            "# Soak",
            "",
            "Written by `make soak`: a real API server, etcd and MinIO, two operators as processes of their own, sandboxes played",
            "over the real dispatch endpoint (no pods run). Meanwhile the leading operator is killed every 20 s, its certificate is",
            "renewed every 15 s, each second time by another authority, the store hangs for 5 s of each 22, and a stranger opens connections, silent ones and ones with",
            "garbage. At the end: every request Succeeded, its object is there with the reported SHA-256, no work was handed over",
            "more often than there were attempts, no sandbox and no slot is left. The gap is processor time between two beats.",
            "",
            "| | |",
            "|---|---|",
            *(f"| {name} | {value} |" for name, value in facts.items()),
            "",
        ]
    )
