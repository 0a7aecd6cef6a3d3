"""Every call that an operator makes of the API server and of the store: noted in order, and struck at a chosen one.

A *point* is a kind of call and its number among those of its kind, so that a recording of one run names the moments of another.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from kubernetes.aio.client.api_client import ApiClient

from memory_store import MemoryStore
from voxpod_operator.errors import StoreError, StoreUnavailable

BY_THE_CLOCK = ("leases", "store.check", "store.pages", "store.folders")
"""Ends of the names of calls that come now and then whatever a request is at: renewals, looks and sweeps."""

STORE_READS = ("describe", "folders", "pages", "problem_with", "read", "under")

API_FAULTS = {"conflict": 409, "gone": 410, "throttled": 429, "broken": 500}
FAULTS = (*API_FAULTS, "timeout", "lost", "refused")
"""lost: it happens, and its answer does not come; refused: by the store, for want of a right."""


@dataclass(frozen=True, order=True)
class Point:
    """One call of a run."""

    call: str
    number: int

    @property
    def reads(self) -> bool:
        """Whether it changes nothing: to die before it is to die after the call before."""
        return self.call.startswith(("GET ", "LIST ", *(f"store.{name}" for name in STORE_READS)))

    def __str__(self) -> str:
        return f"{self.call} #{self.number}"


@dataclass
class Calls:
    """What one operator calls. `strike` chooses what becomes of one call; `began` forgets the calls before."""

    points: list[Point] = field(default_factory=list)
    struck: asyncio.Event = field(default_factory=asyncio.Event)
    dead: bool = False
    """The process is gone: nothing of it reaches anybody any more."""
    _at: tuple[Point, str] | None = None
    _counts: Counter[str] = field(default_factory=Counter)

    def begin(self, at: Point | None = None, what: str = "") -> None:
        """Count from here, and strike at a point: with a fault, or `before` or `after` it with the death of the process."""
        self.points, self._counts, self.struck = [], Counter(), asyncio.Event()
        self._at = (at, what) if at is not None else None

    def watch(self, api: ApiClient, store: MemoryStore) -> Any:
        """Have the client's calls noted; returns the store to be used, whose calls are."""
        send = api.call_api

        async def call_api(method: str, url: str, *rest: Any, **options: Any) -> Any:
            name = _name(method, urlsplit(url).path)
            return await self._call(name, lambda: send(method, url, *rest, **options), OSError, OSError)

        api.call_api = call_api
        return _WatchedStore(store, self)

    async def _call(
        self, name: str, send: Callable[[], Awaitable[Any]], away: type[Exception], refused: type[Exception]
    ) -> Any:
        if self.dead:
            raise away("this process was killed")
        self._counts[name] += 1
        point = Point(name, self._counts[name])
        self.points.append(point)
        if self._at is None or self._at[0] != point or self.struck.is_set():
            return await send()
        what = self._at[1]
        if what in ("after", "lost"):
            await send()
        self.struck.set()
        if what in ("before", "after"):
            self.dead = True
            await asyncio.Event().wait()
        if what in API_FAULTS:
            return _Answer(API_FAULTS[what])
        raise (refused if what == "refused" else away)(f"{name} failed")


class _WatchedStore:
    def __init__(self, store: MemoryStore, calls: Calls) -> None:
        self._store, self._calls = store, calls

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        if not asyncio.iscoroutinefunction(found):
            return found

        async def call(*args: Any, **options: Any) -> Any:
            return await self._calls._call(
                f"store.{name}", lambda: found(*args, **options), StoreUnavailable, StoreError
            )

        return call


class _Answer:
    """What the API server says instead."""

    def __init__(self, status: int) -> None:
        self.status, self.headers = status, {"Retry-After": "0"}
        self._body = json.dumps({"kind": "Status", "reason": "Played", "message": f"played {status}"}).encode()

    async def read(self) -> bytes:
        return self._body


def _name(method: str, path: str) -> str:
    """Such as `PATCH ttsrequests/status`, and `LIST jobs`."""
    parts = path.strip("/").split("/")
    parts = parts[2:] if parts[0] == "api" else parts[3:]
    if parts[0] == "namespaces" and len(parts) > 2:
        parts = parts[2:]
    verb = "LIST" if method == "GET" and len(parts) == 1 else method
    return f"{verb} {parts[0]}" + (f"/{parts[2]}" if len(parts) > 2 else "")


def points_of_all(recordings: list[list[Point]]) -> list[Point]:
    """The points that every recording has, in the order of the first one, without what comes by the clock."""
    common = set.intersection(*(set(recording) for recording in recordings))
    return [p for p in recordings[0] if p in common and not p.call.endswith(BY_THE_CLOCK)]
