"""An event loop whose time passes when nobody has anything to do: waits take no time, and every run of a seed is the same."""

import asyncio
import selectors
from datetime import UTC, datetime, timedelta
from typing import Any

BEGINNING = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)


class _Selector(selectors.DefaultSelector):
    """Looks what is ready, and has time pass instead of waiting."""

    passed = 0.0

    def select(self, timeout: float | None = None) -> Any:
        self.passed += max(0.0, timeout or 0.0)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """`time()` counts from 0."""

    def __init__(self) -> None:
        self._virtual = _Selector()
        super().__init__(self._virtual)

    def time(self) -> float:
        return self._virtual.passed

    def now(self) -> datetime:
        """The same as a moment."""
        return BEGINNING + timedelta(seconds=self.time())
