"""What the cluster says of pods that do not start: the latest warning event about each, listed for all of them at once."""

import asyncio
import time
from dataclasses import dataclass

from voxpod_operator.cluster.gateway import ClusterGateway, Json
from voxpod_operator.cluster.kinds import EVENT

FRESH_SECONDS = 5.0
"""A list of events is a search in the API server; hundreds of pods that wait for the same thing cost one in so long."""


@dataclass(frozen=True, slots=True)
class Warned:
    """One warning event."""

    reason: str
    message: str
    at: str
    """RFC 3339, as the API server writes it; later ones sort later."""


class Warnings:
    """Warning events of one namespace."""

    def __init__(self, gateway: ClusterGateway, namespace: str) -> None:
        self._gateway = gateway
        self._namespace = namespace
        self._latest: dict[str, Warned] = {}
        self._listed_at = float("-inf")
        self._listing = asyncio.Lock()

    async def about(self, name: str) -> Warned | None:
        """The latest warning about the pod or Job of that name, at most some seconds old. Raises ClusterError."""
        async with self._listing:
            if time.monotonic() - self._listed_at > FRESH_SECONDS:
                self._latest, self._listed_at = await self._list(), time.monotonic()
        return self._latest.get(name)

    async def _list(self) -> dict[str, Warned]:
        found: dict[str, Warned] = {}
        async for page in self._gateway.pages(EVENT, self._namespace, fieldSelector="type=Warning"):
            for event in page:
                name, warned = str((event.get("involvedObject") or {}).get("name")), _warned(event)
                if event.get("type") == "Warning" and (name not in found or found[name].at <= warned.at):
                    found[name] = warned
        return found


def _warned(event: Json) -> Warned:
    at = event.get("lastTimestamp") or event.get("eventTime") or ""
    return Warned(str(event.get("reason")), str(event.get("message")), str(at))
