"""The port that sandboxes send live sound to: `POST /v1/live/<listener>` with the token of the pod that holds the request.

What comes in is a stranger's: a sandbox has read a tenant's text. Beyond its own listener it reaches nothing here.
"""

import asyncio
import logging
import ssl
from collections import Counter
from typing import Any, ClassVar

import uvicorn
from starlette.types import Receive, Scope, Send

from voxpod_api import metrics
from voxpod_api.errors import LiveCut
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
MAX_CONNECTIONS = 512
MAX_CONNECTIONS_PER_ADDRESS = 8
"""A sandbox needs one; where pods come by their node's address, a node's sandboxes have so many live at one time."""


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


class CrowdedProtocol(ImpatientProtocol):
    """As ImpatientProtocol; one address holds so many connections and no more."""

    held: ClassVar[Counter[str]]
    header_seconds = HEADER_SECONDS
    _address = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count it, or close it."""
        super().connection_made(transport)
        self._address = str((transport.get_extra_info("peername") or ("",))[0])
        self.held[self._address] += 1
        if self.held[self._address] > MAX_CONNECTIONS_PER_ADDRESS:
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """It counts no more."""
        self.held[self._address] -= 1
        if not self.held[self._address]:
            del self.held[self._address]
        super().connection_lost(exc)


def live_config(listeners: LiveListeners, tls: ssl.SSLContext, host: str, port: int) -> uvicorn.Config:
    """The server's configuration."""
    protocol: type[Any] = type("Live", (CrowdedProtocol,), {"held": Counter()})
    config = uvicorn.Config(
        LiveApp(listeners),
        host=host,
        port=port,
        http=protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        h11_max_incomplete_event_size=MAX_HEAD_BYTES,
        limit_concurrency=MAX_CONNECTIONS,
        timeout_graceful_shutdown=1,
    )
    config.load()
    config.ssl = tls
    return config
