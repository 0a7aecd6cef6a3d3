"""Who may hold a connection to the live port: counted before TLS begins, for asyncio keeps 280 kB for each connection.

What knocks is a sandbox, which has read a tenant's text: many connections of one that was taken over must not cost a replica its memory.
"""

import asyncio
import socket
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

from voxpod_api import metrics

HANDSHAKE_SECONDS = 5.0
GOODBYE_SECONDS = 1.0
MOST = 256
MOST_OF_AN_ADDRESS = 16
"""A sandbox needs one; where pods come by their node's address, so many sandboxes of a node are heard live at one time."""


class Door:
    """How many are in, by address."""

    def __init__(self) -> None:
        self._in: Counter[str] = Counter()

    def admit(self, address: str) -> Callable[[], None] | None:
        """What to call when a new connection is lost, until when it counts; None where there is no room for it."""
        if self._in[address] >= MOST_OF_AN_ADDRESS or self._in.total() >= MOST:
            metrics.LIVE_REFUSED.inc()
            return None
        self._in[address] += 1
        inside = [address]

        def leave() -> None:
            while inside:  # once, however often it is told
                self._in[inside.pop()] -= 1
                self._in += Counter()  # forgets addresses without any

        return leave


Protocol = Callable[[Callable[[], None]], asyncio.Protocol]
"""Makes what speaks on a new connection; takes what is called when that is lost."""


@asynccontextmanager
async def open_door(address: str, port: int, tls: ssl.SSLContext, protocol: Protocol) -> AsyncIterator[None]:
    """Take connections while the block runs. Raises OSError when the port is taken."""
    loop, door = asyncio.get_running_loop(), Door()
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, port), family=family) as listener:
        listener.setblocking(False)
        securing: set[asyncio.Task[None]] = set()

        def take() -> None:
            try:
                client, peer = listener.accept()
            except OSError:  # gone again, or no file descriptor is left
                return
            if (leave := door.admit(peer[0])) is None:
                client.close()
                return
            client.setblocking(False)
            held = [client]
            task = asyncio.create_task(_secure(held, partial(protocol, leave), leave, tls))
            securing.add(task)
            task.add_done_callback(securing.discard)
            task.add_done_callback(lambda _: _close_all(held))  # of one that was cancelled before it began

        loop.add_reader(listener, take)
        try:
            yield
        finally:
            loop.remove_reader(listener)
            for task in securing:
                task.cancel()
            await asyncio.gather(*securing, return_exceptions=True)


def _close_all(sockets: list[socket.socket]) -> None:
    for one in sockets:
        one.close()


async def _secure(
    held: list[socket.socket], make: Callable[[], asyncio.Protocol], leave: Callable[[], None], tls: ssl.SSLContext
) -> None:
    """Bring TLS up on the socket that is handed over in `held`; from then on the protocol tells when it is lost."""
    try:
        await asyncio.get_running_loop().connect_accepted_socket(
            make,
            held.pop(),
            ssl=tls,
            ssl_handshake_timeout=HANDSHAKE_SECONDS,
            ssl_shutdown_timeout=GOODBYE_SECONDS,
        )
    except OSError:  # no TLS, another version of it, not in time, or our certificate is not trusted
        leave()
    except BaseException:
        leave()
        raise
