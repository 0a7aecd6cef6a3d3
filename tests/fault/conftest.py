from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from kmock import Server

from kube_emulator import KubeEmulator
from loopback_ports import free_port
from operator_harness import a_world
from operator_world import World
from plain_kube import PlainKube


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """An emulated cluster without an operator."""
    async with KubeEmulator() as kube, Server(kube), a_world(kube, tmp_path, free_port()) as made:
        yield made


@pytest.fixture
async def crowded(tmp_path: Path) -> AsyncIterator[World]:
    """An emulated cluster that thousands fit into, without an operator."""
    async with PlainKube() as kube, a_world(kube, tmp_path, free_port()) as made:
        yield made
