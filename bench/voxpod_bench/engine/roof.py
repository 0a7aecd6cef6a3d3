"""What one core reaches: dense single-precision products and copies through memory. Run as a program, a line of JSON out."""

import json
import os
import sys
import time
from collections.abc import Callable

SIZE = 1024
COPY_BYTES = 256 << 20
SECONDS = 2.0


def main(core: int) -> None:
    """Measure on that core alone, half the time each."""
    os.sched_setaffinity(0, [core])
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    import numpy as np

    a, b, c = (np.ones((SIZE, SIZE), np.float32) for _ in range(3))
    source, target = (np.ones(COPY_BYTES // 8) for _ in range(2))
    np.matmul(a, b, out=c)

    def rate(work: float, do: Callable[[], object]) -> float:
        times = []
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            began = time.perf_counter()
            do()
            times.append(time.perf_counter() - began)
        return work / sorted(times)[len(times) // 2] / 1e9

    gflops = rate(2.0 * SIZE**3, lambda: np.matmul(a, b, out=c))
    print(json.dumps({"gflops": gflops, "copy": rate(2.0 * COPY_BYTES, lambda: np.copyto(target, source))}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
