"""The only object store I/O: read one object by its presigned URL, a chunk in memory at a time."""

from collections.abc import AsyncGenerator

import aiohttp

from voxpod_api.errors import StoreError
from voxpod_api.speech.outcome import Spoken

CHUNK_BYTES = 48 * 1024
"""A multiple of three, so that chunks can be written in base64 one by one."""


class StoredAudio:
    """An object that is being read; its first chunk is here already."""

    def __init__(self, response: aiohttp.ClientResponse, first: bytes, size: int) -> None:
        self._response, self._first = response, first
        self.size = size

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """All of it, in chunks of CHUNK_BYTES but for the last. Raises StoreError where it has another length than verified."""
        chunk, left = self._first, self.size
        while chunk and (left := left - len(chunk)) >= 0:
            yield chunk
            chunk = await _chunk(self._response)
        if left:
            raise StoreError(f"the object has another length than {self.size} bytes")

    def close(self) -> None:
        """Read no further."""
        self._response.close()


class AudioStore:
    """One connection pool."""

    def __init__(self) -> None:
        self._http: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Let the connections go."""
        if self._http is not None:
            await self._http.close()

    async def open(self, audio: Spoken) -> StoredAudio:
        """The audio, with its first bytes. Raises StoreError; who gets it closes it."""
        try:
            # no redirect: the URL is one of the operator's, and whoever answers it is the store
            response = await self._session().get(audio.url, allow_redirects=False)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise StoreError(f"the object store does not answer: {type(error).__name__}") from error
        try:
            if response.status != 200:
                raise StoreError(f"the object store answers {response.status}")
            if response.content_length not in (None, audio.bytes):
                raise StoreError(f"the object has {response.content_length} bytes instead of {audio.bytes}")
            return StoredAudio(response, await _chunk(response), audio.bytes)
        except BaseException:
            response.close()
            raise

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None:  # needs a running loop
            self._http = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=3, sock_read=20),
                connector=aiohttp.TCPConnector(limit=0),  # as many as there are listeners, who are limited
                auto_decompress=False,
            )
        return self._http


async def _chunk(response: aiohttp.ClientResponse) -> bytes:
    """CHUNK_BYTES, or what is left."""
    pieces, size = [], 0
    try:
        while size < CHUNK_BYTES and (piece := await response.content.read(CHUNK_BYTES - size)):
            pieces.append(piece)
            size += len(piece)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise StoreError(f"the object store stopped sending: {type(error).__name__}") from error
    return b"".join(pieces)
