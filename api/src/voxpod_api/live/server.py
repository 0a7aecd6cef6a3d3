"""The port that sandboxes send live sound to: `POST /v1/live/<listener>` with the token of the pod that holds the request.

What comes in is a stranger's: a sandbox has read a tenant's text. Beyond its own listener it reaches nothing here.
"""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from voxpod_api import metrics
from voxpod_api.errors import LiveCut
from voxpod_api.live.door import open_door
from voxpod_api.live.listening import LiveListener, LiveListeners
from voxpod_api.web.protocol import ImpatientProtocol
from voxpod_crds.live_audio import PATH

logger = logging.getLogger(__name__)

HEADER_SECONDS = 5.0
QUIET_SECONDS = 60.0
"""A sandbox that sends nothing for so long is given up: it speaks a piece in seconds."""
MOST_BYTES = 1 << 26
"""As a sandbox sends at most."""
MAX_HEAD_BYTES = 4096
LEAST_LINE_BYTES, SPARE_LINES = 128, 256
"""A chunk has two line ends and costs some 30 us to read: 64 MiB in chunks of a byte would keep this process busy for half an hour.
Sandboxes send 500 bytes or more in one; so many bytes there are for each line end, but for the head's and a few more."""


class LiveApp:
    """ASGI application."""

    def __init__(self, listeners: LiveListeners) -> None:
        self._listeners = listeners

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one sandbox's sound."""
        if scope["type"] != "http":
            return
        status = await self._status(scope, receive)
        metrics.LIVE_STREAMS.labels(status=str(status)).inc()
        if status != 204:
            logger.warning("live audio not taken", extra={"status": status, "peer": (scope.get("client") or [""])[0]})
        await send({"type": "http.response.start", "status": status, "headers": [(b"connection", b"close")]})
        await send({"type": "http.response.body", "body": b""})

    async def _status(self, scope: Scope, receive: Receive) -> int:
        """204 all taken; 403 not the pod that holds the request; 404 nobody listens; 409 somebody sends or sent; 410 the
        listener left; 413 too much; 499 the sandbox broke off."""
        path: str = scope["path"]
        if scope["method"] != "POST" or not path.startswith(PATH):
            return 404
        listener = self._listeners.named(path.removeprefix(PATH))
        if listener is None:
            return 404
        if not await listener.admits(_token(scope)):
            return 403
        if not listener.connect():
            return 409
        try:
            return await _taken(listener, receive)
        finally:
            listener.cut()


async def _taken(listener: LiveListener, receive: Receive) -> int:
    size = 0
    try:
        while True:
            async with asyncio.timeout(QUIET_SECONDS):
                message = await receive()
            if message["type"] == "http.disconnect":
                return 499
            piece = message.get("body", b"")
            size += len(piece)
            if size > MOST_BYTES:
                return 413
            await listener.put(piece)
            if not message.get("more_body", False):
                listener.finish()
                return 204
    except TimeoutError:
        return 408
    except LiveCut:
        return 410


def _token(scope: Scope) -> str:
    """What is said to be the pod's; empty without."""
    headers = dict(scope["headers"])
    said: str = headers.get(b"authorization", b"").decode("latin-1")
    return said.removeprefix("Bearer ")


class VisitorProtocol(ImpatientProtocol):
    """As ImpatientProtocol; says when its connection is lost, and hangs up on who sends crumbs."""

    header_seconds = HEADER_SECONDS
    leave: Callable[[], None]
    _bytes = _lines = 0

    def data_received(self, data: bytes) -> None:
        """Take it in."""
        self._bytes += len(data)
        self._lines += data.count(b"\r\n")
        if self._lines > SPARE_LINES + self._bytes // LEAST_LINE_BYTES:
            self.transport.abort()
            return
        super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """It counts no more."""
        self.leave()
        super().connection_lost(exc)


@asynccontextmanager
async def hearing(listeners: LiveListeners, tls: ssl.SSLContext, address: str, port: int) -> AsyncIterator[None]:
    """The live port, while the block runs. Raises OSError when it is taken."""
    config = uvicorn.Config(
        LiveApp(listeners),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        h11_max_incomplete_event_size=MAX_HEAD_BYTES,
    )
    config.load()
    state = ServerState()

    def protocol(leave: Callable[[], None]) -> asyncio.Protocol:
        made = VisitorProtocol(config=config, server_state=state, app_state={})
        made.leave = leave
        return made

    async with open_door(address, port, tls, protocol):
        try:
            yield
        finally:
            for connection in list(state.connections):
                connection.transport.abort()
            for task in (tasks := list(state.tasks)):
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
