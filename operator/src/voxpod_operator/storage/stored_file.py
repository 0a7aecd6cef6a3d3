"""An object of the store as it was read once: its sums, and its two ends, which is where sound files tell what they are."""

import hashlib
from dataclasses import dataclass

HEAD_BYTES = 4096
"""Of the beginning: holds every header that is read here."""
TAIL_BYTES = 65_536
"""Of the end: holds the last page of an Ogg stream (RFC 3533: 65,307 bytes at most)."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """An object of the store that was read once, and what was kept of it."""

    size: int
    """In bytes."""
    sha256: str
    md5: str
    """Both hexadecimal."""
    head: bytes
    """The first HEAD_BYTES."""
    tail: bytes
    """The last TAIL_BYTES."""


class Reading:
    """A StoredFile in the making: takes an object a chunk at a time."""

    def __init__(self) -> None:
        self._sha256, self._md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
        self._head = self._tail = b""
        self.size = 0

    def take(self, chunk: bytes) -> None:
        """The next chunk."""
        self._sha256.update(chunk)
        self._md5.update(chunk)
        self._head += chunk[: HEAD_BYTES - len(self._head)]
        self._tail = (self._tail + chunk)[-TAIL_BYTES:]
        self.size += len(chunk)

    def file(self) -> StoredFile:
        """What was read."""
        return StoredFile(self.size, self._sha256.hexdigest(), self._md5.hexdigest(), self._head, self._tail)
