"""Who may hold a connection to the dispatch endpoint, and for how long.

A sandbox runs what a tenant wrote, and asyncio keeps 280 kB for each TLS connection (a read buffer of 256 KiB, CPython 3.11
to 3.13): 1,200 silent ones were 330 MB. So they are counted by peer address and in total before TLS begins, and one that
has no request under way is closed soon.
"""

import asyncio
import contextlib
import logging
import socket
import ssl
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from voxpod_operator import metrics

logger = logging.getLogger(__name__)

HANDSHAKE_SECONDS = 5.0

IDLE_SECONDS = 15.0
"""Without a request under way: until the head of the first one is there, and between two."""

LIFE_SECONDS = 120.0
"""Of a connection, whatever it does. The longest call is a claim: 30 s of waiting, then a review and a status write."""

SHUTDOWN_SECONDS = 1.0
"""For the peer's part of a TLS goodbye."""

Peer = tuple[str, int]
"""Address and port: one live connection."""

Protocol = Callable[[], asyncio.Protocol]
"""Makes what speaks on a new connection."""


@dataclass(slots=True)
class _Connection:
    opened_at: float
    idle_since: float | None
    """None while a request is under way."""
    transport: asyncio.WriteTransport | None = None
    """None until TLS stands."""


class Connections:
    """The book of open connections."""

    def __init__(self, total: int, per_address: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._total = total
        self._per_address = per_address
        self._clock = clock
        self._open: dict[Peer, _Connection] = {}
        """Oldest first."""
        self._held: Counter[str] = Counter()
        """How many of them by address."""

    def admit(self, peer: Peer) -> bool:
        """Whether a new connection may go on; it counts from now on. When all are taken, the address with most loses one."""
        self.gone(peer)  # the port is used anew: the connection before is closed
        if self._held[peer[0]] >= self._per_address or len(self._open) >= self._total:
            self.sweep()
        cause = ""
        if self._held[peer[0]] >= self._per_address:
            cause = "address"
        elif len(self._open) >= self._total and not self._make_room_for(peer[0]):
            cause = "total"
        if cause:
            metrics.DISPATCH_REFUSED.labels(cause=cause).inc()
            return False
        now = self._clock()
        self._open[peer] = _Connection(now, idle_since=now)
        self._held[peer[0]] += 1
        metrics.DISPATCH_CONNECTIONS.set(len(self._open))
        return True

    def secured(self, peer: Peer, transport: asyncio.WriteTransport) -> None:
        """TLS stands."""
        if (connection := self._open.get(peer)) is not None:
            connection.transport = transport

    def gone(self, peer: Peer) -> None:
        """The connection is closed."""
        if self._open.pop(peer, None) is not None:
            self._held[peer[0]] -= 1
            self._held += Counter()  # forgets addresses without any
            metrics.DISPATCH_CONNECTIONS.set(len(self._open))

    @contextlib.contextmanager
    def serving(self, peer: Peer) -> Iterator[None]:
        """While a request of the connection is under way it is not idle."""
        connection = self._open.get(peer) or _Connection(0.0, None)
        connection.idle_since = None
        try:
            yield
        finally:
            connection.idle_since = self._clock()

    def sweep(self) -> None:
        """Forget what is closed, close what is idle or old."""
        now = self._clock()
        for peer, connection in list(self._open.items()):
            if connection.transport is None:
                continue  # the handshake has a timeout of its own
            if connection.transport.is_closing():
                self.gone(peer)
            elif connection.idle_since is not None and now - connection.idle_since > IDLE_SECONDS:
                self._close(peer, connection.transport, "idle")
            elif now - connection.opened_at > LIFE_SECONDS:
                self._close(peer, connection.transport, "age")

    def _make_room_for(self, address: str) -> bool:
        crowd, most = self._held.most_common(1)[0]
        if most <= self._held[address] + 1:
            return False
        for peer, connection in self._open.items():
            if peer[0] == crowd and connection.transport is not None:
                self._close(peer, connection.transport, "total")
                return True
        return False

    def _close(self, peer: Peer, transport: asyncio.WriteTransport, cause: str) -> None:
        metrics.DISPATCH_REFUSED.labels(cause=cause).inc()
        transport.abort()
        self.gone(peer)


def listening_socket(port: int) -> socket.socket:
    """A socket that hears IPv6, where the machine has it, and IPv4. Raises OSError when the port is taken."""
    try:
        made = socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True)
    except (OSError, ValueError):
        made = socket.create_server(("", port))
    made.setblocking(False)
    return made


async def accept(
    listener: socket.socket, connections: Connections, protocol: Protocol, tls: Callable[[], ssl.SSLContext]
) -> None:
    """Take connections until cancelled; each gets the certificate of the moment. What is refused costs no TLS.

    Not by loop.sock_accept: cancelled while a connection comes in, it loses that socket and raises InvalidStateError.
    """
    loop = asyncio.get_running_loop()
    async with asyncio.TaskGroup() as parts:
        parts.create_task(_sweep_each_second(connections))

        def take() -> None:
            try:
                client, address = listener.accept()
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:  # no file descriptor left, or the client is gone again
                logger.warning("connection not accepted", extra={"error": str(error)})
                return
            client.setblocking(False)
            peer: Peer = address[:2]
            if not connections.admit(peer):
                client.close()
                return
            held = [client]
            securing = parts.create_task(_secure(held, peer, connections, protocol, tls()))
            securing.add_done_callback(lambda _: _close_all(held))  # of one that was cancelled before it began

        loop.add_reader(listener, take)
        try:
            await loop.create_future()
        finally:
            loop.remove_reader(listener)


def _close_all(sockets: list[socket.socket]) -> None:
    for one in sockets:
        one.close()


async def _secure(
    held: list[socket.socket], peer: Peer, connections: Connections, protocol: Protocol, tls: ssl.SSLContext
) -> None:
    """Bring TLS up on the socket that is handed over in `held`."""
    try:
        transport, _ = await asyncio.get_running_loop().connect_accepted_socket(
            protocol,
            held.pop(),
            ssl=tls,
            ssl_handshake_timeout=HANDSHAKE_SECONDS,
            ssl_shutdown_timeout=SHUTDOWN_SECONDS,
        )
    except Exception as error:
        # no TLS, another version of it, not in time, or our certificate is not trusted; nothing that a peer does may end
        # the leader, which an error that leaves this task would
        if not isinstance(error, OSError):
            logger.exception("TLS handshake hit a bug", extra={"peer": peer[0]})
        metrics.DISPATCH_REFUSED.labels(cause="handshake").inc()
        connections.gone(peer)
    else:
        connections.secured(peer, transport)


async def _sweep_each_second(connections: Connections) -> None:
    while True:
        await asyncio.sleep(1.0)
        connections.sweep()
