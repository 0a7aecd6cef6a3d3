"""How much memory this process takes, looked at all the time by a thread of its own: a peak between two awaits counts too."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

EVERY_SECONDS = 0.01
MEGABYTE = 1 << 20


def resident_bytes() -> int:
    """VmRSS of this process."""
    found = re.search(r"^VmRSS:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert found is not None, "Linux tells it"
    return int(found[1]) * 1024


class MemoryWatch:
    """What was seen since the watch began."""

    def __init__(self) -> None:
        self.before = self.peak = resident_bytes()

    def look(self) -> None:
        self.peak = max(self.peak, resident_bytes())

    @property
    def growth(self) -> int:
        """Bytes of the peak above what there was at first."""
        return self.peak - self.before


@contextmanager
def memory_watched() -> Iterator[MemoryWatch]:
    """Watch until the block ends."""
    watch, ended = MemoryWatch(), threading.Event()

    def run() -> None:
        while not ended.wait(EVERY_SECONDS):
            watch.look()

    thread = threading.Thread(target=run, name="memory watch", daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        ended.set()
        thread.join()
        watch.look()
