"""Programs of tests/support that play sandboxes for a bench: a plan goes in as JSON, what they saw comes out as JSON."""

import json
import os
import subprocess
import sys
from typing import Any

from voxpod_bench.errors import BenchError
from voxpod_demo.settings import ROOT

SUPPORT = ROOT / "tests" / "support"
PATHS = (SUPPORT, ROOT / "tests" / "cluster", ROOT / "bench", ROOT / "demo")


def run_played(program: str, plan: dict[str, Any]) -> Any:
    """What the program printed last; it says on stderr what it is at. BenchError when it fails."""
    known = os.environ.get("PYTHONPATH", "")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*map(str, PATHS), known])}
    command = [sys.executable, str(SUPPORT / program), json.dumps(plan)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise BenchError(f"{program} ended with {done.returncode}; what it said is above")
    return json.loads(done.stdout.splitlines()[-1])
