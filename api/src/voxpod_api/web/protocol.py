"""uvicorn's HTTP protocol with a limit for who opens a connection and says nothing, or its request's head a byte at a time.

uvicorn ends idle connections only once a request was answered on them (0.54).
"""

import asyncio
from typing import ClassVar

from uvicorn.protocols.http.h11_impl import H11Protocol


class ImpatientProtocol(H11Protocol):
    """As H11Protocol; `header_seconds` is set on a subclass."""

    header_seconds: ClassVar[float] = 10.0
    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a head from the first moment on."""
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing to wait for."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """A head that is complete has a cycle; one that has begun after an answer is waited for anew."""
        super().data_received(data)
        if self.cycle is None or self.cycle.response_complete:
            self._wait_for_head()
        else:
            self._stop_waiting()

    def _wait_for_head(self) -> None:
        if self._patience is None:
            self._patience = self.loop.call_later(self.header_seconds, self._give_up)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _give_up(self) -> None:
        self._patience = None
        if not self.transport.is_closing() and (self.cycle is None or self.cycle.response_complete):
            self.transport.close()


def impatient(header_seconds: float) -> type[ImpatientProtocol]:
    """The protocol with this limit."""
    return type("Impatient", (ImpatientProtocol,), {"header_seconds": header_seconds})
