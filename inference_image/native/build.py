"""Compiles the native vocoder into the package folder: `python3 build.py [--output FILE] [--variant release|test|sanitized]`.

Needs g++ (or clang++: set CXX) and Python's standard library. `test` adds the entry points of single kernels; `sanitized`
is that with AddressSanitizer and UBSan. Nothing is compiled when the library is newer than its sources.
"""

import argparse
import fcntl
import os
import platform
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGE = HERE.parent / "src" / "voxpod_inference" / "engines"
LIBRARY = "libvoxpod_vocoder.so"
# Fused multiply-add is wanted wherever the target has it; errno of math functions is never looked at.
FLAGS = ("-std=c++20", "-fPIC", "-fvisibility=hidden", "-ffp-contract=fast", "-fno-math-errno", "-pthread")
# psABI: vectors are passed between inlined functions only.
WARNINGS = ("-Wall", "-Wextra", "-Werror", "-Wno-psabi")
SANITIZERS = ("-g", "-O1", "-fno-omit-frame-pointer", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
SHARED = ("-shared", "-Wl,-z,noexecstack")
STANDALONE = ("-s", "-Wl,-z,defs", "-static-libgcc", "-static-libstdc++")
COMMON = (
    "packed.cpp",
    "weights.cpp",
    "norm.cpp",
    "pool.cpp",
    "dispatch.cpp",
    "generator.cpp",
    "language.cpp",
    "api.cpp",
)
TARGETS = {
    "kernels_baseline.cpp": (),
    "kernels_avx2.cpp": ("-mavx2", "-mfma"),
    "kernels_avx512.cpp": ("-mavx512f", "-mfma"),
    "kernels_vnni.cpp": ("-mavx512f", "-mavx512bw", "-mavx512vl", "-mavx512vnni", "-mfma"),
}
TEST_TARGETS = {"testing.cpp": (), "kernels_wide.cpp": ("-mavx2", "-mfma")}


def build(output: Path, variant: str = "release", jobs: int = 2) -> Path:
    """Compile what is older than its sources; subprocess.CalledProcessError when the compiler fails (it says why itself).

    Who builds at the same time waits: tests that run in several processes would each compile all of it.
    """
    (HERE / "build").mkdir(exist_ok=True)
    with (HERE / "build" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _build(output, variant, jobs)


def _build(output: Path, variant: str, jobs: int) -> Path:
    compiler = shlex.split(os.environ.get("CXX", "g++"))
    level = SANITIZERS if variant == "sanitized" else ("-O3",)
    objects = (
        HERE / "build" / "objects" / f"{Path(compiler[0]).name}-{'sanitized' if variant == 'sanitized' else 'plain'}"
    )
    objects.mkdir(parents=True, exist_ok=True)
    # Every source includes most headers: one newer header compiles all of them, half a minute on one core.
    newest = max(path.stat().st_mtime for path in (*HERE.glob("*.h"), Path(__file__)))
    compiled, commands = [], []
    for name, flags in _sources(variant).items():
        target, source = objects / f"{name}.o", HERE / name
        compiled.append(target)
        if not target.exists() or target.stat().st_mtime < max(newest, source.stat().st_mtime):
            commands.append(([*compiler, *FLAGS, *WARNINGS, *level, *flags, "-c", str(source)], target))
    with ThreadPoolExecutor(jobs) as workers:
        list(workers.map(lambda command: _make(*command), commands))
    if commands or not output.exists() or output.stat().st_mtime < max(path.stat().st_mtime for path in compiled):
        options = SHARED if variant == "sanitized" else (*SHARED, *STANDALONE)
        output.parent.mkdir(parents=True, exist_ok=True)
        _make([*compiler, *FLAGS, *level, *options, *map(str, compiled)], output)
    return output


def _make(command: list[str], target: Path) -> None:
    """Run the compiler; `target` is replaced by a new file when that is whole, so a process that mapped the old one keeps it."""
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        subprocess.run([*command, "-o", str(fresh)], check=True)
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)


def _sources(variant: str) -> dict[str, tuple[str, ...]]:
    x86 = platform.machine() in ("x86_64", "AMD64")
    wanted = dict.fromkeys(COMMON, ()) | TARGETS | ({} if variant == "release" else TEST_TARGETS)
    return {name: flags if x86 else () for name, flags in wanted.items()}


def main() -> int:
    """The command line; 0, or 1 after a message."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--output", type=Path)
    options.add_argument("--variant", choices=("release", "test", "sanitized"), default="release")
    options.add_argument("--jobs", type=int, default=2)
    given = options.parse_args()
    output = given.output or (PACKAGE if given.variant == "release" else HERE / "build" / given.variant) / LIBRARY
    try:
        build(output, given.variant, given.jobs)
    except FileNotFoundError as error:
        sys.stderr.write(f"{error.filename} is not there; install g++, or name a compiler with CXX=...\n")
        return 1
    except subprocess.CalledProcessError as error:
        sys.stderr.write(f"{error.cmd[0]} failed: {shlex.join(error.cmd)}\n")
        return 1
    sys.stdout.write(f"{output}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
