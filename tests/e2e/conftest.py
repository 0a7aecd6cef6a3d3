"""The test cluster: started for the session, ended with it, also when a test fails."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAME = os.environ.get("VOXPOD_TEST_CLUSTER_NAME", "test")
KEEP = os.environ.get("VOXPOD_TEST_CLUSTER") == "keep"
"""Reuse the cluster if it is up and leave it up: for the second run of a developer."""

Kubectl = Callable[..., "subprocess.CompletedProcess[str]"]


def _cluster(command: str) -> str:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "cluster"), command, "--name", NAME],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.fixture(scope="session")
def cluster() -> Iterator[dict[str, Any]]:
    """What `tests/cluster paths` says: kubeconfig, bin, apiServer, nodeIP, hostIP, images ..."""
    try:
        _cluster("up")
        yield json.loads(_cluster("paths"))
    finally:
        if not KEEP:
            _cluster("down")


@pytest.fixture(scope="session")
def bin_dir(cluster: dict[str, Any]) -> Path:
    """Where kubectl, helm, ctr and minio lie."""
    return Path(cluster["bin"])


@pytest.fixture(scope="session")
def kubectl(cluster: dict[str, Any], bin_dir: Path) -> Kubectl:
    """Call kubectl on the test cluster: kubectl(*args, input=None, check=True) -> CompletedProcess with text output."""

    def run(*args: str, input: str | None = None, check: bool = True) -> "subprocess.CompletedProcess[str]":
        command = [str(bin_dir / "kubectl"), "--kubeconfig", cluster["kubeconfig"], *args]
        done = subprocess.run(command, input=input, capture_output=True, text=True)
        if check and done.returncode:
            raise AssertionError(f"kubectl {' '.join(args)} exited with {done.returncode}: {done.stderr}")
        return done

    return run
