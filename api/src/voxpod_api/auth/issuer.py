"""The keys of an issuer, fetched from where it publishes them: kept while it is away, looked at again when a token names another."""

import asyncio
import logging
import time
from collections.abc import Callable

import aiohttp

from voxpod_api import metrics
from voxpod_api.auth.problem import CredentialsProblem
from voxpod_api.auth.tokens import TokenKeys
from voxpod_crds.trust import client_tls

logger = logging.getLogger(__name__)

REFRESH_SECONDS = 300.0
"""So long a key that the issuer took back may go on counting."""
RETRY_SECONDS = 15.0
LEAST_PAUSE_SECONDS = 10.0
"""Tokens with made-up key ids must not turn the facade against its issuer."""
KEPT_SECONDS = 86_400.0
"""An issuer that is away for longer could not take a stolen key back: its tokens count no more."""
MAX_BYTES = 1 << 18


class IssuerKeys:
    """One issuer."""

    def __init__(
        self, url: str, ca_pem: str, read: Callable[[str], TokenKeys], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._url, self._read, self._clock = url, read, clock
        self._tls = client_tls(ca_pem)
        self._keys: TokenKeys | None = None
        self._fetched = self._tried = float("-inf")
        self._one_at_a_time = asyncio.Lock()

    @property
    def keys(self) -> TokenKeys | None:
        """Whose tokens count; None where the issuer was never reached, or not for a day."""
        return self._keys if self._clock() - self._fetched < KEPT_SECONDS else None

    async def keep(self) -> None:
        """Fetch them again and again, until cancelled."""
        while True:
            good = await self._fetch()
            await asyncio.sleep(REFRESH_SECONDS if good else RETRY_SECONDS)

    async def look_again(self) -> bool:
        """Fetch them for a token whose key is not known; whether there is something newer than before. Many callers ask once."""
        before = self._fetched
        async with self._one_at_a_time:
            if self._fetched == before and self._clock() - self._tried >= LEAST_PAUSE_SECONDS:
                await self._fetch()
        return self._fetched != before

    async def _fetch(self) -> bool:
        self._tried = self._clock()
        try:
            self._keys = self._read(await self._text())
        except (aiohttp.ClientError, TimeoutError, OSError, UnicodeDecodeError, CredentialsProblem) as error:
            metrics.ISSUER_FAILURES.inc()
            told = str(error) if isinstance(error, CredentialsProblem) else type(error).__name__
            logger.warning("issuer's keys not fetched", extra={"error": told, "url": self._url})
            return False
        self._fetched = self._clock()
        return True

    async def _text(self) -> str:
        limits = aiohttp.ClientTimeout(total=10)
        async with (
            aiohttp.ClientSession(timeout=limits, connector=aiohttp.TCPConnector(ssl=self._tls)) as http,
            # no redirect: whose keys count is the administrator's word, not the issuer's
            http.get(self._url, allow_redirects=False) as answer,
        ):
            if answer.status != 200:
                raise CredentialsProblem(f"the issuer answers {answer.status}")
            content = await answer.content.read(MAX_BYTES + 1)
            while len(content) <= MAX_BYTES and (more := await answer.content.read(MAX_BYTES)):
                content += more
            if len(content) > MAX_BYTES:
                raise CredentialsProblem(f"the issuer's JWK set has more than {MAX_BYTES} bytes")
            return content.decode()
