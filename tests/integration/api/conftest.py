"""One operator and one facade for a module of tests: each test gets them without a request and without a fault."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from kmock import Server

from facade_harness import Served, served_world
from kube_emulator import KubeEmulator
from loopback_ports import free_port
from operator_harness import a_world
from operator_world import World


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """An emulated cluster of the test's own, without an operator."""
    async with KubeEmulator() as kube, Server(kube), a_world(kube, tmp_path, free_port()) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    folder = tmp_path_factory.mktemp("facade")
    async with (
        KubeEmulator() as kube,
        Server(kube),
        a_world(kube, folder, free_port()) as world,
        served_world(world, folder) as made,
    ):
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def served(stage: Served) -> AsyncIterator[Served]:
    """A facade beside a whole operator, whose modules say `pytest.mark.asyncio(loop_scope="module")`."""
    await stage.forget()
    yield stage
    assert stage.world.errors == [], "the played parts stumbled"
