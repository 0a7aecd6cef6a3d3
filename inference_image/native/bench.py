"""How fast the kernels are: effective GFLOP (of the direct convolution) per core second and shape, beside a plain product.

    python3 bench.py [--classes avx2,avx512] [--threads 1] [--rounds 7]

All candidates run in turn in each round. Processor time is taken, so that a busy neighbour matters little. Needs the project's virtual environment and a compiler.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
from kernel_library import Kernels, Snake, library

SHAPES = tuple((channels, taps, dilation) for channels in (128, 256) for taps in (3, 7, 11) for dilation in (1, 5))
FRAMES = {128: 14401, 256: 2400}  # three seconds


Timed = dict[str, tuple[float, Callable[[], object]]]
"""Label -> (floating point operations, what to time)."""


def candidates(kernels: Kernels, threads: int) -> Timed:
    """Every shape of the generator's residual blocks, three seconds of it."""
    random = np.random.default_rng(1)
    made: Timed = {}
    for channels, taps, dilation in SHAPES:
        frames = FRAMES[channels]
        x = random.standard_normal((frames, channels)).astype(np.float32)
        weight = random.standard_normal((channels, channels, taps)) / np.sqrt(channels * taps)
        bias, alpha = (random.uniform(0.5, 1.5, channels).astype(np.float32) for _ in range(2))
        call = kernels.prepared_convolution(
            x, weight, bias, dilation=dilation, snake=Snake(alpha, bias, alpha), residual=x, threads=threads
        )
        label = f"{channels} channels, {taps:2} taps, dilation {dilation}"
        made[label] = (2.0 * channels * channels * taps * frames, call)
    return made


def main() -> int:
    """The command line."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--classes", default="avx2")
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--rounds", type=int, default=7)
    given = options.parse_args()
    tables: dict[str, Timed] = {
        name: candidates(Kernels(name, library()), given.threads) for name in given.classes.split(",")
    }
    a = np.random.default_rng(0).standard_normal((1024, 1024)).astype(np.float32)
    tables["numpy"] = {"sgemm 1024": (2.0 * 1024**3, lambda: a @ a)}
    times: dict[tuple[str, str], list[float]] = {}
    for _ in range(given.rounds):
        for name, table in tables.items():
            for label, (_, call) in table.items():
                begin = time.process_time()
                call()
                times.setdefault((name, label), []).append(time.process_time() - begin)
    for name, table in tables.items():
        for label, (work, _) in table.items():
            took = times[name, label]
            best, middle = work / min(took) / 1e9, work / statistics.median(took) / 1e9
            sys.stdout.write(f"{name:7} {label:34} {middle:6.0f} GFLOP/s median, {best:6.0f} best\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
