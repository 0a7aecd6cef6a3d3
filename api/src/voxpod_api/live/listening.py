"""Who listens to which request, and what waits between a sandbox and its listener: bounded for each, and for all together."""

import asyncio
import hmac
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from voxpod_api import metrics
from voxpod_api.cluster.board import Seat
from voxpod_api.errors import LiveCut
from voxpod_api.speech import outcome
from voxpod_crds.live_audio import sandbox_token

PIECE_BYTES = 48 * 1024
"""Handed on at one time."""
LEAST_KEPT = 256 * 1024
"""Bytes that wait for any listener, however many others are slow."""
MOST_KEPT = 16 << 20
"""Bytes that wait for one: five minutes of pcm, the longest text of OpenAI's call. Speech is made faster than it is heard, and
a client that plays it as it comes takes it no faster than that."""
MOST_KEPT_IN_ALL = 64 << 20

NAMES_SECONDS = 5.0
"""The status that names a sandbox's pod is written before the sandbox gets its work; so long its news may take."""


class Shelf:
    """How much waits for all listeners of this process."""

    def __init__(self) -> None:
        self.held = 0

    def take(self, size: int) -> None:
        """So much more waits, or less."""
        self.held += size
        metrics.LIVE_HELD.set(self.held)


class LiveListener:
    """One client of one request; the request's one sandbox sends to it, once."""

    def __init__(self, secret: str, shelf: Shelf) -> None:
        self.name = uuid.uuid4().hex
        self.seat: Seat | None = None
        """The request, once it is asked for."""
        self._secret, self._shelf = secret, shelf
        self._waiting = bytearray()  # one, since a stranger may send a byte at a time
        self._news, self._room = asyncio.Event(), asyncio.Event()
        self._sender = self._began = self._complete = self._cut = self._closed = False

    async def admits(self, token: str) -> bool:
        """Whether a token is that of the pod which the request's status names; waits a moment for that news."""
        if self.seat is None:
            return False

        def names(raw: dict[str, Any]) -> bool:
            return outcome.ended(raw) or self._is_holder(raw, token)

        try:
            async with asyncio.timeout(NAMES_SECONDS):
                return self._is_holder(await self.seat.until(names), token)
        except TimeoutError:
            return False

    def connect(self) -> bool:
        """Begin to send; False where another does or did. A sandbox that sent nothing may be replaced by the next."""
        if self._sender or self._began or self._closed:
            return False
        self._sender = True
        return True

    async def put(self, piece: bytes) -> None:
        """Some sound; waits while too much of it waits. Raises LiveCut once nobody listens any more."""
        while not self._closed and self._is_full():
            self._room.clear()
            await self._room.wait()
        if self._closed or self._cut:
            raise LiveCut("nobody listens any more")
        if piece:
            self._shelf.take(len(piece))
            self._waiting += piece
            self._began = True
            self._news.set()

    def finish(self) -> None:
        """The sandbox has sent all."""
        self._complete = self._began
        self._news.set()

    def cut(self) -> None:
        """There will be no more, though it was not all."""
        if self._began and not self._complete:
            self._cut = True
        self._sender = False
        self._news.set()
        self._room.set()

    @property
    def began(self) -> bool:
        """Whether there is, or was, something to hear."""
        return self._began

    async def heard(self) -> None:
        """Return once there is something to hear."""
        while not self._began:
            self._news.clear()
            await self._news.wait()

    async def next(self) -> bytes:
        """The next piece; nothing at the end. Raises LiveCut."""
        while not (self._waiting or self._complete or self._cut):
            self._news.clear()
            await self._news.wait()
        if not self._waiting:
            if self._cut:
                raise LiveCut("the sandbox broke off")
            return b""
        piece = bytes(self._waiting[:PIECE_BYTES])
        del self._waiting[:PIECE_BYTES]
        self._shelf.take(-len(piece))
        self._room.set()
        return piece

    def close(self) -> None:
        """Nobody listens any more."""
        self._closed = True
        self._shelf.take(-len(self._waiting))
        self._waiting.clear()
        self._room.set()

    def _is_full(self) -> bool:
        crowded = self._shelf.held >= MOST_KEPT_IN_ALL
        return len(self._waiting) >= (LEAST_KEPT if crowded else MOST_KEPT)

    def _is_holder(self, raw: dict[str, Any], token: str) -> bool:
        uid, pod = outcome.uid(raw), outcome.holder(raw)
        return bool(pod) and hmac.compare_digest(sandbox_token(self._secret, uid, pod).encode(), token.encode())


class LiveListeners:
    """All that listen at this process, by name."""

    def __init__(self, secret: str) -> None:
        self._secret, self._shelf = secret, Shelf()
        self._open: dict[str, LiveListener] = {}

    def named(self, name: str) -> LiveListener | None:
        """The listener of that name."""
        return self._open.get(name)

    @contextmanager
    def listening(self) -> Iterator[LiveListener]:
        """A listener for as long as the block runs."""
        listener = LiveListener(self._secret, self._shelf)
        self._open[listener.name] = listener
        try:
            yield listener
        finally:
            del self._open[listener.name]
            listener.close()
