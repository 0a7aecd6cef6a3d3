"""The operator's side of an object store, in memory."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime

from voxpod_crds.sandbox_protocol import Audio, TimestampsObject, Upload
from voxpod_operator.errors import StoreError, StoreUnavailable
from voxpod_operator.policy import usage_files
from voxpod_operator.storage.object_store import StoredObject
from voxpod_operator.storage.stored_file import Reading, StoredFile


class MemoryStore:
    """Holds what sandboxes uploaded, by key.

    `away`: it does not answer; `refuses`: what it says to everything, as a store does to a user without rights.
    """

    bucket = "audio"

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.archive: dict[str, bytes] = {}
        """What the operator stored itself, by key."""
        self.public = "memory:"
        """Where somebody serves the objects."""
        self.takes = "memory:"
        """Where somebody stores them."""
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

    def records(self, tenant: str) -> dict[str, bytes]:
        """A tenant's records of use, by key; summaries of them are not among them."""
        folder = usage_files.folder(tenant)
        found = sorted(self.archive.items())
        return {key: content for key, content in found if key.startswith(folder) and usage_files.last_end_in(key)}

    def uri(self, key: str) -> str:
        return f"s3://{self.bucket}/{key}"

    def presign_put(self, key: str, content_type: str, seconds: int) -> Upload:
        self.upload_seconds[key] = seconds
        return Upload(f"{self.takes}{key}", {"Content-Type": content_type})

    def presign_get(self, key: str, seconds: int, since: datetime | None = None) -> str:
        return f"{self.public}/{key}?seconds={seconds}"

    async def problem_with(self, key: str, reported: Audio | TimestampsObject) -> str:
        self._answer()
        self.looked_at = True
        await self.answers.wait()
        found = self.objects.get(key)
        if found is None:
            return f"{self.uri(key)} is not there"
        return "" if hashlib.sha256(found).hexdigest() == reported.sha256 else "checksum"

    async def describe(self, key: str) -> StoredFile | None:
        self._answer()
        if key not in self.objects:
            return None
        reading = Reading()
        reading.take(self.objects[key])
        return reading.file()

    async def create(self, key: str, content: bytes, content_type: str) -> None:
        self._answer()
        if key not in self.archive:
            self.archive[key], self.modified[key] = content, datetime.now(UTC)

    async def replace(self, key: str, content: bytes, content_type: str) -> None:
        self._answer()
        self.archive[key], self.modified[key] = content, datetime.now(UTC)

    async def read(self, key: str) -> bytes:
        self._answer()
        return self.archive[key]

    async def under(self, prefix: str, after: str = "") -> list[StoredObject]:
        self._answer()
        found = sorted(key for key in self.archive if key.startswith(prefix) and key > after)
        return [StoredObject(key, len(self.archive[key]), self._modified(key)) for key in found]

    async def folders(self, prefix: str) -> list[str]:
        self._answer()
        behind = (key[len(prefix) :] for key in self.archive if key.startswith(prefix))
        return sorted({rest.partition("/")[0] for rest in behind if "/" in rest})

    async def remove(self, key: str) -> None:
        self._answer()
        self.objects.pop(key, None)

    async def pages(self) -> AsyncIterator[list[StoredObject]]:
        self._answer()
        yield [StoredObject(k, len(v), self._modified(k)) for k, v in {**self.objects, **self.archive}.items()]

    def _modified(self, key: str) -> datetime:
        return self.modified.get(key, datetime.now(UTC))

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
