"""What this processor can: what decides which kernels fast code picks, and so how weights must be laid out for it."""

import hashlib
import platform
from pathlib import Path

_MATTERS = ("avx", "fma", "f16c", "sse4", "amx", "bmi", "asimd", "sve", "sme", "i8mm", "bf16", "fphp", "dotprod")
"""Beginnings of the kernel's names for instruction sets that ONNX Runtime's kernels and ours ask for."""
_CPUINFO = Path("/proc/cpuinfo")


def features(cpuinfo: Path = _CPUINFO) -> tuple[str, ...]:
    """The instruction sets that matter, sorted; empty where the kernel does not tell."""
    try:
        with cpuinfo.open(encoding="utf-8", errors="replace") as file:
            for line in file:
                name, _, value = line.partition(":")
                if name.strip() in ("flags", "Features"):
                    return tuple(sorted(flag for flag in value.split() if flag.startswith(_MATTERS)))
    except OSError:
        pass
    return ()


def fingerprint(cpuinfo: Path = _CPUINFO) -> str:
    """Two processors with the same fingerprint can share weights: `x86_64-1f2e3d4c`."""
    digest = hashlib.sha256(" ".join(features(cpuinfo)).encode()).hexdigest()
    return f"{platform.machine() or 'unknown'}-{digest[:8]}"
