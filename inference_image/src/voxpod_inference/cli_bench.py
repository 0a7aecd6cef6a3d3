"""`voxpod-model bench`: how fast this machine speaks, and in how much memory."""

import argparse
import json
import os
import platform
import time
from pathlib import Path
from typing import Any

from voxpod_inference.cli_model import BUNDLE_HELP, chosen_bundle, loaded_engine, usage_error
from voxpod_inference.engines.base import Synthesizer

_SENTENCE = "The ferry leaves at noon, and nobody wants to miss it. "
_LENGTHS = (40, 100, 400)
_MEBIBYTE = 1 << 20


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's options."""
    bench = commands.add_parser("bench", help="measure speed and memory on this machine")
    bench.add_argument("--bundle", type=Path, metavar="DIR", help=BUNDLE_HELP)
    bench.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)), help="default: all cores")
    bench.add_argument("--repeat", type=int, default=3, metavar="N", help="the fastest of N runs counts; default 3")
    bench.add_argument("--json", action="store_true", help="print one JSON line instead of a table")
    bench.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Measure; returns the exit code."""
    for name in ("threads", "repeat"):
        if getattr(options, name) < 1:
            return usage_error(f"--{name} is {getattr(options, name)}, expected at least 1")
    bundle = chosen_bundle(options.bundle)
    if bundle is None:
        return 1
    started = time.monotonic()
    engine = loaded_engine(bundle, options.threads)
    load = time.monotonic() - started
    rows = [_measured(engine, (_SENTENCE * 9)[:length].strip(), options.repeat) for length in _LENGTHS]
    facts = {
        "machine": f"{_processor()}, {options.threads} of {os.cpu_count()} cores",
        "bundle": f"{bundle.manifest.name} {bundle.manifest.version}",
        "weights": engine.weights,
        "load_seconds": round(load, 3),
    }
    if options.json:
        print(json.dumps({**facts, "runs": rows}))
        return 0
    print("\n".join(f"{name.replace('_', ' ')}: {value}" for name, value in facts.items()))
    print(
        f"\n{'characters':>10} {'audio s':>8} {'time s':>7} {'RTF':>6} {'first s':>8} {'private MiB':>12}"
        f" {'shared MiB':>11}"
    )
    for r in rows:
        print(
            f"{r['characters']:>10} {r['audio_seconds']:>8.2f} {r['seconds']:>7.2f} {r['rtf']:>6.3f}"
            f" {r['first_seconds']:>8.2f} {r['private_mib']:>12} {r['shared_mib']:>11}"
        )
    return 0


def _measured(engine: Synthesizer, text: str, repeat: int) -> dict[str, Any]:
    """The fastest of `repeat` runs, and the memory after them: private to this process, and mapped from files."""
    best, first, audio = float("inf"), 0.0, 0.0
    for _ in range(repeat):
        started, heard, samples = time.monotonic(), 0.0, 0
        for utterance in engine.speak(engine.prepare(text)):
            heard = heard or time.monotonic() - started
            samples += len(utterance.samples)
        if (seconds := time.monotonic() - started) < best:
            best, first, audio = seconds, heard, samples / engine.sample_rate
    private, shared = _memory()
    return {
        "characters": len(text),
        "audio_seconds": round(audio, 3),
        "seconds": round(best, 3),
        "rtf": round(best / audio, 4),
        "first_seconds": round(first, 3),
        "private_mib": private,
        "shared_mib": shared,
    }


def _memory() -> tuple[int | None, int | None]:
    """MiB that are this process's own, and that are pages of files, which others may share; None where the kernel hides it."""
    try:
        lines = Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
    except OSError:
        return None, None
    sizes = {name: int(value.split()[0]) * 1024 for name, _, value in (line.partition(":") for line in lines)}
    return sizes["Anonymous"] // _MEBIBYTE, (sizes["Rss"] - sizes["Anonymous"]) // _MEBIBYTE


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
