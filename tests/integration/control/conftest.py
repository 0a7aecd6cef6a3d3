import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from kmock import Server

from kube_emulator import KubeEmulator
from operator_harness import a_world
from operator_world import World


@pytest.fixture
def free_port() -> int:
    """A loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
async def world(tmp_path: Path, free_port: int) -> AsyncIterator[World]:
    """An emulated cluster without an operator."""
    async with KubeEmulator() as kube, Server(kube), a_world(kube, tmp_path, free_port) as made:
        yield made
