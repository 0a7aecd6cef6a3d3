"""A sandbox or probe as the process that a container runs."""

import subprocess
import sys


def run_sandbox(environment: dict[str, str], module: str = "sandbox") -> subprocess.CompletedProcess[str]:
    """Run it to its end."""
    command = [sys.executable, "-m", f"voxpod_inference.{module}"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
