"""The demo: see docs/demo.md. Usage: python demo up|say|down|shell|kubeconfig|s3."""

import sys

from voxpod_demo.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
