"""Compiles the native vocoder into the package folder: `python3 build.py [--output FILE] [--variant release|test|sanitized]`.

Needs g++ (or clang++: set CXX) and Python's standard library. `test` adds the entry points of single kernels; `sanitized`
is that with AddressSanitizer and UBSan. Nothing is compiled when the library is newer than its sources.
"""

import argparse
import os
import platform
import shlex
import subprocess
import sys
import tempfile
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
COMMON = ("packed.cpp", "weights.cpp", "norm.cpp", "pool.cpp", "dispatch.cpp", "generator.cpp", "api.cpp")
TARGETS = {
    "kernels_baseline.cpp": (),
    "kernels_avx2.cpp": ("-mavx2", "-mfma"),
    "kernels_avx512.cpp": ("-mavx512f", "-mfma"),
}
TEST_TARGETS = {"testing.cpp": (), "kernels_wide.cpp": ("-mavx2", "-mfma")}


def build(output: Path, variant: str = "release", jobs: int = 2) -> Path:
    """Compile `output` if a source is newer; subprocess.CalledProcessError when the compiler fails (it says why itself)."""
    sources = _sources(variant)
    newest = max(path.stat().st_mtime for path in (*HERE.glob("*.h"), *HERE.glob("*.cpp"), Path(__file__)))
    if output.exists() and output.stat().st_mtime >= newest:
        return output
    compiler = shlex.split(os.environ.get("CXX", "g++"))
    level = SANITIZERS if variant == "sanitized" else ("-O3",)
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="voxpod-native-") as scratch, ThreadPoolExecutor(jobs) as workers:
        objects = [Path(scratch) / f"{name}.o" for name in sources]
        commands = [
            [*compiler, *FLAGS, *WARNINGS, *level, *flags, "-c", str(HERE / name), "-o", str(target)]
            for (name, flags), target in zip(sources.items(), objects, strict=True)
        ]
        list(workers.map(_run, commands))
        linked = Path(scratch) / output.name
        strip = () if variant == "sanitized" else ("-s",)
        options = ("-shared", "-Wl,-z,defs", "-Wl,-z,noexecstack", "-static-libgcc", "-static-libstdc++")
        if variant == "sanitized":
            options = ("-shared", "-Wl,-z,noexecstack")
        _run([*compiler, *FLAGS, *level, *strip, *options, *map(str, objects), "-o", str(linked)])
        # A process that has the old library mapped keeps it: the name is moved to a new file.
        fresh = output.with_name(f".{output.name}.{os.getpid()}")
        fresh.write_bytes(linked.read_bytes())
        fresh.chmod(0o755)
        fresh.replace(output)
    return output


def _sources(variant: str) -> dict[str, tuple[str, ...]]:
    x86 = platform.machine() in ("x86_64", "AMD64")
    wanted = dict.fromkeys(COMMON, ()) | TARGETS | ({} if variant == "release" else TEST_TARGETS)
    return {name: flags if x86 else () for name, flags in wanted.items()}


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True)


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
        sys.stderr.write(f"{error.cmd[0]} failed on {error.cmd[-3]}\n")
        return 1
    sys.stdout.write(f"{output}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
