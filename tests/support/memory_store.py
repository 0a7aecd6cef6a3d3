"""The operator's side of an object store, in memory."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime

from voxpod_crds.sandbox_protocol import Audio, TimestampsObject, Upload
from voxpod_operator.errors import StoreError, StoreUnavailable
from voxpod_operator.storage.object_store import StoredObject


class MemoryStore:
    """Holds what sandboxes uploaded, by key.

    `away`: it does not answer; `refuses`: what it says to everything, as a store does to a user without rights.
    """

    bucket = "audio"

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.public = "memory:"
        """Where somebody serves the objects."""
        self.modified: dict[str, datetime] = {}
        self.upload_seconds: dict[str, int] = {}
        """How long the permission to store a key lives."""
        self.away = False
        self.refuses = ""
        self.checks: list[bool] = []
        """Of each check, whether it was a thorough one."""
        self.looked_at = False
        self.answers = asyncio.Event()
        """Cleared: whoever looks at an object waits, as with a store that is slow."""
        self.answers.set()

    def uri(self, key: str) -> str:
        return f"s3://{self.bucket}/{key}"

    def presign_put(self, key: str, content_type: str, seconds: int) -> Upload:
        self.upload_seconds[key] = seconds
        return Upload(f"memory:{key}", {"Content-Type": content_type})

    def presign_get(self, key: str, seconds: int) -> str:
        return f"{self.public}/{key}?seconds={seconds}"

    async def problem_with(self, key: str, reported: Audio | TimestampsObject) -> str:
        self._answer()
        self.looked_at = True
        await self.answers.wait()
        found = self.objects.get(key)
        if found is None:
            return f"{self.uri(key)} is not there"
        return "" if hashlib.sha256(found).hexdigest() == reported.sha256 else "checksum"

    async def remove(self, key: str) -> None:
        self._answer()
        self.objects.pop(key, None)

    async def pages(self) -> AsyncIterator[list[StoredObject]]:
        self._answer()
        yield [StoredObject(k, len(v), self.modified.get(k, datetime.now(UTC))) for k, v in self.objects.items()]

    async def check(self, *, thorough: bool) -> None:
        self.checks.append(thorough)
        self._answer()

    def _answer(self) -> None:
        if self.away:
            raise StoreUnavailable("the store is away")
        if self.refuses:
            raise StoreError(self.refuses)

    def close(self) -> None:
        pass
