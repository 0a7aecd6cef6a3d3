from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from kmock import Server

from facade_harness import Served, served_world
from kube_emulator import KubeEmulator
from loopback_ports import free_port
from operator_harness import a_world
from operator_world import World


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """An emulated cluster without an operator."""
    async with KubeEmulator() as kube, Server(kube), a_world(kube, tmp_path, free_port()) as made:
        yield made


@pytest.fixture
async def served(world: World, tmp_path: Path) -> AsyncIterator[Served]:
    """A facade beside a whole operator."""
    async with served_world(world, tmp_path) as made:
        yield made
