"""Around every call: an id, what the caller's tenant has left, a limit of calls at one time, a limit for who takes nothing, one log line, metrics, and no traces."""

import asyncio
import logging
import time
import traceback
import uuid
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from voxpod_api import metrics
from voxpod_api.errors import not_now
from voxpod_api.settings import ApiSettings
from voxpod_api.web.envelopes import INTERNAL, answer_of

logger = logging.getLogger(__name__)

LOGGED = ("text_len", "voice", "request", "request_id", "audio_seconds")
"""What a call leaves in its state for the log line, as docs/logs.md names it."""


class Outermost:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, settings: ApiSettings) -> None:
        self._app, self._settings = app, settings
        self._in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call."""
        if scope["type"] != "http":
            return None
        call = _Call(scope, send, self._settings.stall_seconds)
        if self._in_flight >= self._settings.max_in_flight:
            metrics.SHED.inc()
            error = not_now(503, "overloaded", "this server answers as many calls as it may", 1)
            await answer_of(error)(scope, receive, call.send)
            return call.tell()
        self._in_flight += 1
        metrics.IN_FLIGHT.set(self._in_flight)
        try:
            await self._app(scope, receive, call.send)
        except Exception as error:
            call.cut = type(error).__name__
            if not call.status:
                await answer_of(INTERNAL)(scope, receive, call.send)
            if not isinstance(error, TimeoutError):  # that is a listener who takes nothing
                # neither the message nor values: they may hold a text
                trace = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)]
                logger.error("call failed", extra={"call_id": call.id, "error": call.cut, "trace": trace})
        finally:
            self._in_flight -= 1
            metrics.IN_FLIGHT.set(self._in_flight)
            call.tell()


class _Call:
    """One call, as far as the outside sees it."""

    def __init__(self, scope: Scope, send: Send, stall_seconds: float) -> None:
        self.id = f"req_{uuid.uuid4().hex}"
        self.status = 0
        self.cut = ""
        self._scope, self._send, self._stall_seconds = scope, send, stall_seconds
        self._began = time.monotonic()
        self._first_byte = 0.0
        scope.setdefault("state", {})

    async def send(self, message: Message) -> None:
        """Pass on a part of the answer. Raises TimeoutError where the listener does not take it."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._first_byte = time.monotonic() - self._began
            headers = MutableHeaders(scope=message)
            headers["x-request-id"] = self.id
            headers["openai-processing-ms"] = str(round(1000 * self._first_byte))
            if (allowance := self._scope["state"].get("allowance")) is not None:
                headers.update(allowance())
        async with asyncio.timeout(self._stall_seconds):
            await self._send(message)

    def tell(self) -> None:
        """One log line, and the metrics."""
        route = getattr(self._scope.get("route"), "path", "none")
        metrics.CALLS.labels(route=route, status=str(self.status)).inc()
        metrics.CALL_SECONDS.labels(route=route).observe(self._first_byte)
        said: dict[str, Any] = {"call_id": self.id, "method": self._scope["method"], "route": route}
        state = self._scope.get("state", {})
        if (caller := state.get("caller")) is not None:
            said |= {"tenant_id": caller.tenant.metadata.name, "subject": caller.subject}
        said |= {key: state[key] for key in LOGGED if key in state}
        said |= {"status": self.status, "duration": round(time.monotonic() - self._began, 3)}
        logger.info("call answered", extra=said | ({"cut": self.cut} if self.cut else {}))
