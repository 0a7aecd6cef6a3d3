"""kube-proxy for one Service on loopback: TCP goes where its EndpointSlice leads, and comes from the address it came from."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

from kube_api import KubeApi
from voxpod_operator.cluster.kinds import ENDPOINT_SLICE

LOOK_SECONDS = 0.5
BLOCK = 1 << 16


class ServiceProxy:
    """Leads each new connection to the endpoint of the moment; those that stand stay where they are."""

    def __init__(self, api: KubeApi, slice_path: str, ports: Mapping[str, int]) -> None:
        """`ports`: by pod address, which port of loopback stands for it."""
        self._api = api
        self._slice_path = slice_path
        self._ports = ports
        self._address = ""

    async def look(self) -> None:
        """Follow the EndpointSlice until cancelled."""
        while True:
            found = await asyncio.to_thread(self._api.get, self._slice_path)
            self._address = found["endpoints"][0]["addresses"][0] if found else ""
            await asyncio.sleep(LOOK_SECONDS)

    async def forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side ends it."""
        peer = writer.get_extra_info("peername")[0]
        with suppress(OSError, KeyError):
            port = self._ports[self._address]
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(peer, 0))
            try:
                await asyncio.gather(_copy(reader, up_writer), _copy(up_reader, writer))
            finally:
                up_writer.transport.abort()
        writer.transport.abort()


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while block := await source.read(BLOCK):
        sink.write(block)
        await sink.drain()
    if sink.can_write_eof():
        sink.write_eof()


@asynccontextmanager
async def service_proxy(
    api: KubeApi, namespace: str, slice_name: str, port: int, ports: Mapping[str, int]
) -> AsyncIterator[None]:
    """A Service's cluster address, played on a port of loopback."""
    proxy = ServiceProxy(api, ENDPOINT_SLICE.path(namespace, slice_name), ports)
    calls: set[asyncio.Task[None]] = set()

    def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        call = asyncio.get_running_loop().create_task(proxy.forward(reader, writer))
        calls.add(call)
        call.add_done_callback(calls.discard)

    looking = asyncio.get_running_loop().create_task(proxy.look())
    server = await asyncio.start_server(take, "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()
        for task in (looking, *calls):
            task.cancel()
        await asyncio.gather(looking, *calls, return_exceptions=True)
