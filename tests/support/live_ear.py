"""A facade's ear as a sandbox meets it: a TLS server on loopback that keeps what one connection says, as it was said."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

NO_CONTENT = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"


@dataclass
class Ear:
    """What was heard; `deaf` until it is told to listen: then nothing is read."""

    ca_pem: str
    url: str = ""
    raw: bytearray = field(default_factory=bytearray)
    listens: threading.Event = field(default_factory=threading.Event)
    gone: threading.Event = field(default_factory=threading.Event)
    """Set when the sandbox has closed its side, or has said all."""

    @property
    def head(self) -> str:
        """Request line and headers."""
        return bytes(self.raw).partition(b"\r\n\r\n")[0].decode()

    @property
    def ended(self) -> bool:
        """Whether the body came to its end, rather than broke off."""
        return bytes(self.raw).endswith(b"\r\n0\r\n\r\n")

    @property
    def body(self) -> bytes:
        """The chunks that arrived, joined."""
        rest, body = bytes(self.raw).partition(b"\r\n\r\n")[2], b""
        while b"\r\n" in rest:
            size, _, rest = rest.partition(b"\r\n")
            body, rest = body + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
        return body

    def hear(self, connection: ssl.SSLSocket) -> None:
        """One connection to its end."""
        self.listens.wait(30)
        try:
            while not self.ended and (data := connection.recv(1 << 16)):
                self.raw += data
            if self.ended:
                connection.sendall(NO_CONTENT)
        except OSError:
            pass
        finally:
            connection.close()
            self.gone.set()


@contextmanager
def listening(context: ssl.SSLContext, ca_pem: str) -> Iterator[Ear]:
    """One that takes the first connection."""
    ear, server = Ear(ca_pem), socket.create_server(("127.0.0.1", 0))
    ear.url = f"https://127.0.0.1:{server.getsockname()[1]}/v1/live/name"

    def take() -> None:
        try:
            plain, _ = server.accept()
            plain.settimeout(30)
            ear.hear(context.wrap_socket(plain, server_side=True))
        except OSError:
            ear.gone.set()

    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    try:
        yield ear
    finally:
        ear.listens.set()
        server.shutdown(socket.SHUT_RDWR)  # wakes who accepts
        server.close()
        thread.join(30)
