"""The benchmarks: see docs/benchmarks/README.md. Usage: python bench cold-path|all."""

import sys
from pathlib import Path

# the cluster, images, model and chart come up exactly as they do in the demo
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "demo"))

from voxpod_bench.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
