"""The credentials that count: files, read again when they change (a mounted Secret's do, some time after the Secret), and an issuer's keys."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from voxpod_api import metrics
from voxpod_api.auth.issuer import IssuerKeys
from voxpod_api.auth.keys import ApiKeys, read_keys
from voxpod_api.auth.problem import CredentialsProblem
from voxpod_api.auth.revoked import read_revoked
from voxpod_api.auth.signing_keys import read_webhook_keys
from voxpod_api.auth.tokens import TokenKeys, read_published_keys, read_token_keys
from voxpod_api.settings import ApiSettings

logger = logging.getLogger(__name__)

LOOK_SECONDS = 5.0

T = TypeVar("T")


class _File(Generic[T]):
    """A file and what was read from it; what cannot be read leaves the version before in force."""

    def __init__(self, path: Path, read: Callable[[str], T]) -> None:
        """Raises CredentialsProblem."""
        self._path, self._read = path, read
        self._text = self._load()
        self.value = read(self._text)

    def _load(self) -> str:
        try:
            return self._path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CredentialsProblem(f"{self._path}: {type(error).__name__}") from None

    def look(self) -> None:
        """Take over what is in the file now. Raises CredentialsProblem."""
        text = self._load()
        if text != self._text:
            self.value = self._read(text)
            self._text = text
            logger.info("credentials read", extra={"file": str(self._path)})


class Credentials:
    """What is in force."""

    def __init__(self, settings: ApiSettings) -> None:
        """Read the files that the settings name. Raises CredentialsProblem."""
        keys, jwks, s = settings.keys_file, settings.jwks_file, settings
        if keys is None and jwks is None and not s.jwks_url:
            raise CredentialsProblem(
                "none of VOXPOD_API_KEYS_FILE, VOXPOD_API_JWKS_FILE and VOXPOD_API_JWKS_URL is set: nobody could call"
            )
        if jwks is not None and s.jwks_url:
            raise CredentialsProblem("VOXPOD_API_JWKS_FILE and VOXPOD_API_JWKS_URL exclude each other")
        if (jwks is not None or s.jwks_url) and not s.jwt_issuer:
            raise CredentialsProblem("VOXPOD_API_JWT_ISSUER is empty: whose tokens count has to be said")

        known = (s.jwt_issuer, s.jwt_audience, s.jwt_tenant_claim, s.jwt_leeway_seconds)

        self._keys = _File(keys, read_keys) if keys is not None else None
        self._tokens = _File(jwks, lambda text: read_token_keys(text, *known)) if jwks is not None else None
        self.issuer = (
            IssuerKeys(s.jwks_url, s.jwks_ca_pem, lambda text: read_published_keys(text, *known))
            if s.jwks_url
            else None
        )
        """Where tokens' keys are fetched; None where they lie in a file."""
        webhooks = s.webhooks_key_file
        self._webhooks = _File(webhooks, read_webhook_keys) if webhooks is not None else None
        self._revoked = _File(s.revoked_file, read_revoked) if s.revoked_file is not None else None

    @property
    def keys(self) -> ApiKeys | None:
        """The API keys; None when the facade takes none."""
        return self._keys.value if self._keys else None

    @property
    def tokens(self) -> TokenKeys | None:
        """Whose tokens count; None when the facade takes none, or knows no key of the issuer's (any more)."""
        if self.issuer is not None:
            return self.issuer.keys
        return self._tokens.value if self._tokens else None

    @property
    def revoked(self) -> frozenset[str]:
        """Ids of tokens that count no more."""
        return self._revoked.value if self._revoked else frozenset()

    @property
    def webhook_keys(self) -> tuple[bytes, ...] | None:
        """What webhooks are signed with, the newest first; None where there are none."""
        return self._webhooks.value if self._webhooks else None

    def look(self) -> None:
        """Take over what the files hold now, as far as it can be read."""
        problems = []
        for file in (self._keys, self._tokens, self._revoked, self._webhooks):
            try:
                if file is not None:
                    file.look()
            except CredentialsProblem as problem:
                problems.append(str(problem))
                logger.error("credentials not read, those before stay", extra={"error": str(problem)})
        metrics.CREDENTIALS_UNREADABLE.set(bool(problems))

    async def keep(self) -> None:
        """Look every few seconds, and at the issuer every few minutes, until cancelled."""
        async with asyncio.TaskGroup() as group:
            if self.issuer is not None:
                group.create_task(self.issuer.keep())
            while True:
                await asyncio.sleep(LOOK_SECONDS)
                await asyncio.to_thread(self.look)
