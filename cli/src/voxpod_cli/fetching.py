"""HTTP by the standard library, without what it does that a credential must not meet."""

import http.client
import urllib.request
from collections.abc import Iterator
from ssl import SSLCertVerificationError
from typing import Any

from voxpod_cli.service import Problem

TIMEOUT_SECONDS = 60.0
CHUNK_BYTES = 64 * 1024


class _AsTheyAre(urllib.request.HTTPErrorProcessor):
    """Every answer is one. So no redirect is followed either: urllib would take the Authorization header along, to any host."""

    def http_response(self, request: urllib.request.Request, response: Any) -> Any:
        """Unchanged."""
        return response

    https_response = http_response


_OPENER = urllib.request.build_opener(_AsTheyAre)


def send(request: urllib.request.Request) -> http.client.HTTPResponse:
    """The answer, whatever its status. Raises OSError or http.client.HTTPException where there is none."""
    answer: http.client.HTTPResponse = _OPENER.open(request, timeout=TIMEOUT_SECONDS)
    return answer


def chunks(answer: http.client.HTTPResponse) -> Iterator[bytes]:
    """The body. Raises Problem where it is shorter than promised, of which `read(amount)` says nothing."""
    told, got = answer.headers.get("Content-Length"), 0
    try:
        while chunk := answer.read(CHUNK_BYTES):
            got += len(chunk)
            yield chunk
    except (OSError, http.client.HTTPException) as error:
        raise Problem(f"the audio broke off after {got} bytes: {said(error)}") from None
    if told is not None and int(told) != got:
        raise Problem(f"the audio broke off after {got} of {told} bytes")


def said(error: Exception) -> str:
    """An error of the network in a few words."""
    reason = getattr(error, "reason", None) or error
    return str(reason) or type(reason).__name__


def hopeless(error: Exception) -> bool:
    """Whether the same call would fail again."""
    return isinstance(getattr(error, "reason", error), SSLCertVerificationError)
