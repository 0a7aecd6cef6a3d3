"""The way to the API server: straight, whatever a pod's environment names, and without a change of threads."""

import threading

import pytest

from loopback_ports import free_port
from operator_world import World
from resource_bodies import a_tenant_body
from voxpod_crds.base import ResourceKey
from voxpod_operator.cluster.kinds import TENANT
from voxpod_operator.context import Context


async def test_no_proxy_of_the_environment_stands_between(
    world: World, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")  # nobody listens there
    await world.create(TENANT, a_tenant_body())
    before = threading.active_count()
    found = await ctx.gateway.get(TENANT, ResourceKey("", "acme"))
    assert found is not None
    assert threading.active_count() == before, "no other thread was asked"
