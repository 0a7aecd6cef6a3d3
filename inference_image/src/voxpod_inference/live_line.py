"""Sends a sound to who listens while it is made: never in the way of the sound that is stored.

The worker appends to a file, a thread sends from it: a listener who is slow costs scratch space, and of that a bounded part.
Whatever goes wrong here ends the line and nothing else: the connection breaks off, so that nobody takes a part for the whole.
"""

import http.client
import tempfile
import threading
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from voxpod_crds.sandbox_protocol import Live
from voxpod_inference import log
from voxpod_inference.errors import SpeechError
from voxpod_inference.http_client import TransportError, tls_context

MOST_BYTES = 1 << 26
"""64 MiB of what is not stored at the most: 23 minutes as pcm at 24 kHz. Scratch holds it beside a request's longest sound."""
DRAIN_SECONDS = 8.0
"""After the report; the operator ends a sandbox ten seconds after it."""
_BLOCK = 1 << 14
_CONNECT_SECONDS = 5.0
_STALL_SECONDS = 60.0
"""How long the listener may take none of it."""


class LiveLine:
    """One connection, kept by a thread."""

    def __init__(self, live: Live) -> None:
        """Connect, beside the work."""
        self._live = live
        self._file: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `drain`
        self._news = threading.Condition()
        self._written = 0
        self._complete = self._broken = False
        self._thread = threading.Thread(target=self._run, name="live", daemon=True)
        self._thread.start()

    @property
    def listens(self) -> bool:
        """Whether anybody takes what is sent."""
        return not self._broken

    def send(self, data: bytes) -> None:
        """Add to the stream; nothing waits."""
        with self._news:
            if self._broken:
                return
            try:
                if self._written + len(data) > MOST_BYTES:
                    raise OSError("too long for a listener")
                self._file.seek(self._written)
                self._file.write(data)
            except OSError as problem:
                self._break(str(problem))
            self._written += len(data)
            self._news.notify()

    def complete(self) -> None:
        """That was all of it."""
        with self._news:
            self._complete = True
            self._news.notify()

    def cut(self, why: str) -> None:
        """There will be no more of it: the listener must not take what there is for the whole."""
        with self._news:
            if not self._complete:
                self._break(why)

    def drain(self) -> None:
        """Give the listener a moment to take what is left; for more the operator would not wait."""
        self._thread.join(DRAIN_SECONDS)
        with self._news:
            self._broken = True
            self._file.close()

    def _run(self) -> None:
        parts = urlsplit(self._live.url)
        try:
            connection = http.client.HTTPSConnection(
                parts.hostname or "", parts.port, timeout=_CONNECT_SECONDS, context=tls_context(self._live.ca_pem)
            )
            try:
                self._talk(connection, parts.path)
            finally:
                connection.close()
        except (*TransportError, SpeechError) as error:
            with self._news:
                self._break(type(error).__name__)

    def _talk(self, connection: Any, path: str) -> None:
        connection.putrequest("POST", path, skip_accept_encoding=True)
        connection.putheader("Authorization", f"Bearer {self._live.token}")
        connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders()
        connection.sock.settimeout(_STALL_SECONDS)
        sent = 0
        while block := self._next(sent):
            connection.send(b"%x\r\n%b\r\n" % (len(block), block))
            if not sent:
                log.event("live audio begins")
            sent += len(block)
        if self._broken:
            return
        connection.send(b"0\r\n\r\n")
        status = connection.getresponse().status
        log.event("live audio sent" if status == 204 else "live audio refused", bytes=sent, status=status)

    def _next(self, sent: int) -> bytes:
        """What comes after so many bytes, once it is there; nothing at the end."""
        with self._news:
            self._news.wait_for(lambda: self._written > sent or self._complete or self._broken)
            if self._broken:
                return b""
            self._file.seek(sent)
            return self._file.read(min(_BLOCK, self._written - sent))

    def _break(self, why: str) -> None:
        if not self._broken:
            self._broken = True
            self._news.notify()
            log.event("live audio ends early", "WARNING", error=why)
