"""One HTTP request on a connection of its own, by the standard library: it imports in 35 ms, requests in 250."""

import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from voxpod_crds.trust import client_tls
from voxpod_inference.errors import SANDBOX_REFUSED, SpeechError

_MAX_BODY = 1 << 20
_BLOCK = 1 << 17
TransportError = (OSError, http.client.HTTPException)
"""What `send` raises when there is no answer: refused, reset, timed out, bad certificate, garbage."""


class Readable(Protocol):
    """A file, as far as sending it goes."""

    def read(self, size: int = -1, /) -> bytes:
        """The next block."""
        ...


@dataclass(frozen=True, slots=True)
class Response:
    """Status and at most 1 MiB of body."""

    status: int
    body: bytes


def tls_context(ca_pem: str) -> ssl.SSLContext:
    """A client context that trusts only `ca_pem`, or the system's authorities when it is empty; SpeechError when it is none."""
    try:
        return client_tls(ca_pem)
    except ValueError as error:
        raise SpeechError("infrastructure", SANDBOX_REFUSED, f"no usable CA certificate was given: {error}") from None


def send(
    method: str,
    url: str,
    headers: Mapping[str, str],
    *,
    body: bytes | Readable | None = None,
    context: ssl.SSLContext | None,
    timeout: float,
) -> Response:
    """Send a request and read the answer; raises one of TransportError. No redirects, no proxies, no retries.

    A file as `body` is sent from where it stands, block by block; the headers then give its Content-Length.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    connection = (
        http.client.HTTPSConnection(host, port, timeout=timeout, blocksize=_BLOCK, context=context)
        if parts.scheme == "https"
        else http.client.HTTPConnection(host, port, timeout=timeout, blocksize=_BLOCK)
    )
    try:
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        connection.request(method, target, body=body, headers=dict(headers))
        response = connection.getresponse()
        return Response(response.status, response.read(_MAX_BODY))
    finally:
        connection.close()
