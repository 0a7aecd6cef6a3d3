from collections.abc import AsyncIterator
from pathlib import Path

import kopf
import pytest
from kmock import Server
from kubernetes.aio.client.api_client import ApiClient
from kubernetes.aio.client.configuration import Configuration

from kube_emulator import KubeEmulator
from loopback_ports import free_port
from operator_harness import a_world, settings_for
from operator_world import World
from plain_kube import PlainKube
from voxpod_operator.app import assemble
from voxpod_operator.context import Context
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


@pytest.fixture
async def crowded(tmp_path: Path) -> AsyncIterator[World]:
    """An emulated cluster that many requests at once fit into, without an operator and without faults."""
    async with PlainKube() as kube, a_world(kube, tmp_path, free_port()) as made:  # type: ignore[arg-type]
        yield made


@pytest.fixture
async def ctx(world: World) -> AsyncIterator[Context]:
    """The parts of an operator on the emulated cluster, none of them running: a test does one step of its work."""
    url = str(world.kube.url).rstrip("/")
    api = ApiClient(Configuration(host=url))
    made = assemble(settings_for(world), api, lambda **_: kopf.ConnectionInfo(server=url), world.store)  # type: ignore[arg-type]
    made.ctx.queue.open()
    yield made.ctx
    await api.close()
