"""The operator's side of an object store, in memory."""

import asyncio
import hashlib

from voxpod_crds.sandbox_protocol import Audio, TimestampsObject, Upload
from voxpod_operator.errors import StoreUnavailable


class MemoryStore:
    """Holds what sandboxes uploaded, by key; `away` makes every check fail as a store that does not answer."""

    bucket = "audio"

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.away = False
        self.looked_at = False
        self.answers = asyncio.Event()
        """Cleared: whoever looks at an object waits, as with a store that is slow."""
        self.answers.set()

    def uri(self, key: str) -> str:
        return f"s3://{self.bucket}/{key}"

    def presign_put(self, key: str, content_type: str, seconds: int) -> Upload:
        return Upload(f"memory:{key}", {"Content-Type": content_type})

    async def problem_with(self, key: str, reported: Audio | TimestampsObject) -> str:
        if self.away:
            raise StoreUnavailable("the store is away")
        self.looked_at = True
        await self.answers.wait()
        found = self.objects.get(key)
        if found is None:
            return f"{self.uri(key)} is not there"
        return "" if hashlib.sha256(found).hexdigest() == reported.sha256 else "checksum"

    async def remove(self, key: str) -> None:
        self.objects.pop(key, None)

    def close(self) -> None:
        pass
