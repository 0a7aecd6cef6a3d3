"""Who waits for which TTSRequest. One watch feeds all of them; nothing is kept of a request that nobody waits for."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from voxpod_api.cluster.gateway import Json
from voxpod_crds.base import ResourceKey


class Seat:
    """One who waits: the request's last version, and a bell."""

    def __init__(self, key: ResourceKey) -> None:
        self.key = key
        self.latest: Json = {}
        self.gone = False
        """Whether the request was deleted."""
        self._version = -1
        self._bell = asyncio.Event()

    def take(self, raw: Json) -> None:
        """A version of the request: from the watch, or from the answer to a call of ours. Older ones change nothing."""
        version = _number(raw)
        if version < self._version:
            return
        self.latest, self._version = raw, version
        self._bell.set()

    def end(self) -> None:
        """The request is gone."""
        self.gone = True
        self._bell.set()

    async def until(self, done: Callable[[Json], bool]) -> Json:
        """The first version that is `done`, or the last one of a request that is gone."""
        while not self.gone and not (self.latest and done(self.latest)):
            self._bell.clear()
            await self._bell.wait()
        return self.latest


class RequestBoard:
    """The seats, by request."""

    def __init__(self) -> None:
        self._seats: dict[ResourceKey, list[Seat]] = {}
        self._unseen: set[ResourceKey] = set()

    @contextmanager
    def seat(self, key: ResourceKey) -> Iterator[Seat]:
        """A seat for as long as the block runs; take it before the request is made, so that no event is missed."""
        seat = Seat(key)
        self._seats.setdefault(key, []).append(seat)
        try:
            yield seat
        finally:
            self._seats[key].remove(seat)
            if not self._seats[key]:
                del self._seats[key]

    def listens(self, key: ResourceKey) -> bool:
        """Whether anybody waits for the request."""
        return key in self._seats

    def list_begins(self) -> None:
        """See Follower. Only a request that was there before the list began can be missing in it."""
        self._unseen = {key for key, seats in self._seats.items() if any(seat.latest for seat in seats)}

    def put(self, raw: Json) -> None:
        """See Follower."""
        key = _key(raw)
        self._unseen.discard(key)
        for seat in self._seats.get(key, ()):
            seat.take(raw)

    def list_ends(self) -> None:
        """See Follower."""
        for key in self._unseen:
            self._end(key)
        self._unseen = set()

    def gone(self, raw: Json) -> None:
        """See Follower."""
        self._end(_key(raw))

    def _end(self, key: ResourceKey) -> None:
        for seat in self._seats.get(key, ()):
            seat.end()


def _key(raw: Json) -> ResourceKey:
    meta: dict[str, Any] = raw["metadata"]
    return ResourceKey(meta.get("namespace", ""), meta["name"])


def _number(raw: Json) -> int:
    """resourceVersions of one object can be compared as integers (KEP-5504); where one is none, the order of arrival counts."""
    version = str((raw.get("metadata") or {}).get("resourceVersion") or "")
    return int(version) if version.isdecimal() else 0
