"""An API server that does not answer costs each call little, is spared, and is used again as soon as it is back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from aiohttp import web
from kubernetes.aio.client.api_client import ApiClient
from kubernetes.aio.client.configuration import Configuration

from loopback_ports import free_port
from voxpod_api.cluster.breaker import LIMIT, PAUSE_SECONDS, Breaker
from voxpod_api.cluster.gateway import REQUESTS, ClusterGateway
from voxpod_api.errors import ClusterError, Unavailable


@dataclass
class Server:
    url: str
    status: int = 200
    asked: int = 0

    async def answer(self, _: web.Request) -> web.Response:
        self.asked += 1
        if self.status == 0:
            await asyncio.sleep(3600)
        return web.json_response({"message": "played"}, status=self.status)


@dataclass
class Stage:
    server: Server
    gateway: ClusterGateway
    now: float = 0.0

    async def ask(self, times: int) -> list[str]:
        """What became of so many calls, one after another."""
        found = []
        for _ in range(times):
            try:
                await self.gateway.create(REQUESTS, "acme", {})
                found.append("good")
            except Unavailable:
                found.append("away")
            except ClusterError:
                found.append("refused")
        return found


@asynccontextmanager
async def a_stage() -> AsyncIterator[Stage]:
    server, app = Server(f"http://127.0.0.1:{(port := free_port())}"), web.Application()
    app.router.add_route("*", "/{path:.*}", server.answer)
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    api = ApiClient(Configuration(host=server.url))
    stage = Stage(server, ClusterGateway(api, 0.2, Breaker(lambda: stage.now)))
    try:
        yield stage
    finally:
        await api.close()  # type: ignore[no-untyped-call]
        await runner.cleanup()


@pytest.mark.parametrize("status", [pytest.param(500, id="broken"), pytest.param(0, id="silent")])
async def test_it_is_spared_and_used_again(status: int) -> None:
    async with a_stage() as stage:
        stage.server.status = status
        assert await stage.ask(50) == ["away"] * 50
        assert stage.server.asked == LIMIT
        stage.now += PAUSE_SECONDS
        assert await stage.ask(50) == ["away"] * 50
        assert stage.server.asked == LIMIT + 1, "one call looks whether it is back"
        stage.server.status, stage.now = 200, stage.now + PAUSE_SECONDS
        assert await stage.ask(5) == ["good"] * 5


@pytest.mark.parametrize(
    ("status", "told"), [pytest.param(429, "away", id="flow control"), pytest.param(403, "refused", id="a refusal")]
)
async def test_one_that_answers_is_there(status: int, told: str) -> None:
    async with a_stage() as stage:
        stage.server.status = status
        assert await stage.ask(20) == [told] * 20
        assert stage.server.asked == 20
