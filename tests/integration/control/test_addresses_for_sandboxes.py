"""DNS fails for the host of an in-cluster store: sandboxes get the last answer, and that is told."""

import asyncio
import logging
import socket
from typing import Any

import pytest
from prometheus_client import REGISTRY

from voxpod_crds.base import ResourceKey
from voxpod_operator.cluster import addresses
from voxpod_operator.cluster.addresses import Addresses
from voxpod_operator.context import Context
from voxpod_operator.errors import Unavailable

HOST = "minio.store.svc"
UNKNOWN = socket.gaierror(-3, "Temporary failure in name resolution")


class Dns:
    """What DNS says of HOST."""

    answer: "str | OSError | None" = "10.0.0.7"
    """None: nothing at all."""


@pytest.fixture
async def dns(monkeypatch: pytest.MonkeyPatch) -> Dns:
    """DNS as a test wants it, asked anew each time."""
    said, loop = Dns(), asyncio.get_running_loop()
    real = loop.getaddrinfo

    async def getaddrinfo(host: Any, *rest: Any, **named: Any) -> Any:
        if host != HOST:
            return await real(host, *rest, **named)
        if said.answer is None:
            await asyncio.Event().wait()
        if isinstance(said.answer, OSError):
            raise said.answer
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (said.answer, 0))]

    monkeypatch.setattr(loop, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(addresses, "FRESH_SECONDS", -1.0)
    monkeypatch.setattr(addresses, "LOOK_UP_SECONDS", 0.05)
    return said


@pytest.fixture
def known(ctx: Context) -> Addresses:
    return Addresses(ctx.gateway, ResourceKey("voxpod-system", "voxpod-dispatch"), "voxpod-dispatch", [HOST])


@pytest.mark.parametrize("failure", [pytest.param(UNKNOWN, id="an error"), pytest.param(None, id="no answer")])
async def test_last_answer_serves_while_dns_is_away(
    dns: Dns, known: Addresses, failure: OSError | None, caplog: pytest.LogCaptureFixture
) -> None:
    assert await known.host_aliases() == {"10.96.0.99": ["voxpod-dispatch"], "10.0.0.7": [HOST]}
    dns.answer = failure
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            assert "10.0.0.7" in await known.host_aliases()
        assert [r.levelname for r in caplog.records] == ["WARNING"], "told once"
        assert REGISTRY.get_sample_value("voxpod_stale_addresses") == 1
        dns.answer = "10.0.0.8"
        assert "10.0.0.8" in await known.host_aliases()
    assert [r.levelname for r in caplog.records] == ["WARNING", "INFO"]
    assert REGISTRY.get_sample_value("voxpod_stale_addresses") == 0


async def test_host_that_never_had_an_address_is_an_error(dns: Dns, known: Addresses) -> None:
    dns.answer = UNKNOWN
    with pytest.raises(Unavailable, match="Temporary failure in name resolution"):
        await known.host_aliases()
