"""Puts what was made into the object store through a presigned URL. The URL is a permission: it is never logged nor quoted."""

import base64
import hashlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from voxpod_crds.sandbox_protocol import Upload
from voxpod_inference.errors import UPLOAD_FAILED, SpeechError
from voxpod_inference.http_client import Response, TransportError, send, tls_context
from voxpod_inference.progress import Pulse

_ATTEMPT_TIMEOUT = 60.0
_FIRST_DELAY, _LONGEST_DELAY = 0.2, 5.0
_BLOCK = 1 << 18
_S3_CODE = re.compile(rb"<Code>([A-Za-z0-9]{1,64})</Code>")
_PASSING = {"409 ConditionalRequestConflict", "409 OperationAborted"}
"""What S3 says of a key that another upload, perhaps the one whose answer was lost, is being written to (RFC 9110 would call
it 412 a moment later); it asks to try again."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What an object is now."""

    sha256: str
    md5: str
    """Both hexadecimal."""
    bytes: int


def put(
    upload: Upload,
    file: BinaryIO,
    pulse: Pulse,
    *,
    ca_pem: str,
    seconds_left: Callable[[], float],
    sleep: Callable[[float], None] = time.sleep,
) -> Stored:
    """Store all of `file` with the headers of `upload`; SpeechError when the store refuses or stays away.

    Server errors and lost connections are tried again until `seconds_left` runs out. Where the headers ask for a key that
    does not exist yet: if an answer was lost and the next try finds the key taken, the lost one has stored it: that is
    success, and the operator compares the checksum anyway. `pulse` is told of each block and of each try that failed.
    """
    stored = _measured(file)
    headers = {
        **upload.headers,
        "Content-Length": str(stored.bytes),
        "Content-MD5": base64.b64encode(bytes.fromhex(stored.md5)).decode(),
    }
    context = tls_context(ca_pem) if upload.url.startswith("https:") else None
    delay, answer_lost, problem = _FIRST_DELAY, False, "no time left"
    while (left := seconds_left()) > 0:
        try:
            timeout = min(left, _ATTEMPT_TIMEOUT)
            file.seek(0)
            body = _Blocks(file, pulse)
            response = send("PUT", upload.url, headers, body=body, context=context, timeout=timeout)
        except TransportError as error:
            answer_lost, problem = True, type(error).__name__
        else:
            if response.status in (200, 201, 204) or (response.status == 412 and answer_lost):
                return stored
            problem = _problem(response)
            _raise_if_final(response.status, problem)
        pulse.failed(problem)
        sleep(min(delay, max(0.0, seconds_left())))
        delay = min(_LONGEST_DELAY, delay * 2)
    # Fault "input", since no other attempt has more time: the deadline is the request's own.
    raise SpeechError(
        "input", UPLOAD_FAILED, f"the object store did not take the upload before the deadline (last: {problem})"
    )


class _Blocks:
    """A file as `send` reads it: each block is a step."""

    def __init__(self, file: BinaryIO, pulse: Pulse) -> None:
        self._file = file
        self._pulse = pulse

    def read(self, size: int = -1, /) -> bytes:
        """The next block."""
        self._pulse.step()
        return self._file.read(size)


def _problem(response: Response) -> str:
    """Status and S3's own word for it."""
    code = _S3_CODE.search(response.body)
    return f"{response.status} {code.group(1).decode() if code else ''}".strip()


def _raise_if_final(status: int, problem: str) -> None:
    """SpeechError when the store will say the same to any further try of this sandbox."""
    if status == 412:
        raise _failed(f"an object exists already under this request's key ({problem})")
    if status == 501:
        raise _failed(f"the object store does not know a header of the upload ({problem}): If-None-Match, most likely")
    if status < 500 and status not in (408, 429) and problem not in _PASSING:
        raise _failed(f"the object store refused the upload ({problem})")


def _measured(file: BinaryIO) -> Stored:
    file.seek(0)
    sha256, md5, size = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
    while block := file.read(_BLOCK):
        sha256.update(block)
        md5.update(block)
        size += len(block)
    return Stored(sha256.hexdigest(), md5.hexdigest(), size)


def _failed(message: str) -> SpeechError:
    return SpeechError("infrastructure", UPLOAD_FAILED, message)
