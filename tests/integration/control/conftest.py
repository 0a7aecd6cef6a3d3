from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from kmock import Server

from kube_emulator import KubeEmulator
from loopback_ports import free_port
from operator_harness import a_world
from operator_world import World
from voxpod_operator.policy import retries


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request does not wait for seconds after a sandbox of it that failed."""
    monkeypatch.setattr(retries, "FIRST_PAUSE_SECONDS", 0.2)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """An emulated cluster without an operator."""
    async with KubeEmulator() as kube, Server(kube), a_world(kube, tmp_path, free_port()) as made:
        yield made
