"""The only object store I/O: read one object by its presigned URL, a chunk in memory at a time."""

from collections.abc import AsyncGenerator

import aiohttp
from yarl import URL

from voxpod_api.errors import NotStored, StoreError
from voxpod_api.speech.outcome import Spoken
from voxpod_crds.trust import client_tls

CHUNK_BYTES = 48 * 1024
"""A multiple of three, so that chunks can be written in base64 one by one."""

MAX_SMALL_BYTES = 4 << 20
"""The times of the longest text have a third of that."""


class StoredAudio:
    """An object that is being read; its first chunk is here already."""

    def __init__(self, response: aiohttp.ClientResponse, first: bytes, size: int) -> None:
        self._response, self.first = response, first
        self.size = size

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """All of it, in chunks of CHUNK_BYTES but for the last. Raises StoreError where it has another length than verified."""
        chunk, left = self.first, self.size
        while chunk and (left := left - len(chunk)) >= 0:
            yield chunk
            chunk = await _chunk(self._response)
        if left:
            raise StoreError(f"the object has another length than {self.size} bytes")

    def close(self) -> None:
        """Read no further."""
        self._response.close()


class AudioStore:
    """One connection pool.

    A URL is signed for the address that listeners know. This process goes another way where `store_url` names one, and says
    the listeners' name in the Host header, which is part of what was signed.
    """

    def __init__(self, store_url: str = "", ca_pem: str = "") -> None:
        self._store_url, self._tls = store_url, client_tls(ca_pem)
        self._http: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Let the connections go."""
        if self._http is not None:
            await self._http.close()

    async def open(self, audio: Spoken) -> StoredAudio:
        """The audio, with its first bytes. Raises StoreError; who gets it closes it."""
        response = await self._get(audio.url)
        try:
            if response.content_length not in (None, audio.bytes):
                raise StoreError(f"the object has {response.content_length} bytes instead of {audio.bytes}")
            return StoredAudio(response, await _chunk(response), audio.bytes)
        except BaseException:
            response.close()
            raise

    async def read(self, url: str) -> bytes:
        """A small object as a whole, by its presigned URL. Raises StoreError, NotStored."""
        response = await self._get(url)
        try:
            content = await response.content.read(MAX_SMALL_BYTES + 1)
            while len(content) <= MAX_SMALL_BYTES and (more := await response.content.read(MAX_SMALL_BYTES)):
                content += more
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise StoreError(f"the object store stopped sending: {type(error).__name__}") from error
        finally:
            response.close()
        if len(content) > MAX_SMALL_BYTES:
            raise StoreError(f"the object has more than {MAX_SMALL_BYTES} bytes")
        return content

    async def _get(self, signed: str) -> aiohttp.ClientResponse:
        url, host = route(signed, self._store_url)
        try:
            # no redirect: the URL is one of the operator's, and whoever answers it is the store
            response = await self._session().get(url, headers={"Host": host}, allow_redirects=False)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise StoreError(f"the object store does not answer: {type(error).__name__}") from error
        if response.status != 200:
            response.close()
            kind = NotStored if response.status == 404 else StoreError
            raise kind(f"the object store answers {response.status}")
        return response

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None:  # needs a running loop
            self._http = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=3, sock_read=20),
                # as many as there are listeners, who are limited
                connector=aiohttp.TCPConnector(limit=0, ssl=self._tls),
                auto_decompress=False,
            )
        return self._http


def route(signed: str, store_url: str) -> tuple[URL, str]:
    """Where to ask for what a presigned URL names, and as which host: the signature holds for that name only. Pure."""
    url = URL(signed, encoded=True)  # not quoted anew: the signature is of what is written
    host = url.host_port_subcomponent or ""
    if store_url:
        near = URL(store_url)
        url = url.with_scheme(near.scheme).with_host(near.host or "").with_port(near.explicit_port)
    return url, host


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
