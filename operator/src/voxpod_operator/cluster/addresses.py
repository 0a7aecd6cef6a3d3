"""Cluster addresses that sandboxes get by hostAliases, so that they need no DNS."""

import asyncio
import logging
import socket
import time
from collections import defaultdict

from voxpod_crds.base import ResourceKey
from voxpod_operator import metrics
from voxpod_operator.cluster.gateway import ClusterGateway
from voxpod_operator.cluster.kinds import SERVICE
from voxpod_operator.errors import Unavailable

logger = logging.getLogger(__name__)

FRESH_SECONDS = 30.0
LOOK_UP_SECONDS = 10.0


class Addresses:
    """IP address to host names: the dispatch Service by the API, other hosts by DNS; asked anew every 30 s."""

    def __init__(self, gateway: ClusterGateway, service: ResourceKey, dispatch_host: str, hosts: list[str]) -> None:
        self._gateway = gateway
        self._service = service
        self._dispatch_host = dispatch_host
        self._hosts = hosts
        self._known: dict[str, list[str]] = {}
        self._last: dict[str, str] = {}
        """The last address of each host."""
        self._stale: set[str] = set()
        """Hosts that DNS did not answer for the last time."""
        self._asked_at = float("-inf")

    async def host_aliases(self) -> dict[str, list[str]]:
        """What a sandbox created now should get; raises Unavailable when a name has no address and never had one."""
        if time.monotonic() - self._asked_at > FRESH_SECONDS:
            found: dict[str, list[str]] = defaultdict(list)
            found[await self._cluster_ip()].append(self._dispatch_host)
            for host in self._hosts:
                found[await self._look_up(host)].append(host)
            self._known, self._asked_at = dict(found), time.monotonic()
        return self._known

    async def _cluster_ip(self) -> str:
        service = await self._gateway.get(SERVICE, self._service)
        address = str((service or {}).get("spec", {}).get("clusterIP", ""))
        if address in ("", "None"):
            raise Unavailable(
                "GET",
                SERVICE.name,
                self._service,
                404,
                "the dispatch Service has no cluster address; the chart creates it",
            )
        return address

    async def _look_up(self, host: str) -> str:
        try:
            async with asyncio.timeout(LOOK_UP_SECONDS):
                found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, TimeoutError) as error:
            if host not in self._last:
                said = f"DNS does not know it: {str(error) or 'no answer'}"
                raise Unavailable("GET", "address", ResourceKey("", host), 0, said) from error
            self._note(host, str(error) or "no answer")
        else:
            self._last[host] = str(found[0][4][0])
            self._note(host, "")
        return self._last[host]

    def _note(self, host: str, problem: str) -> None:
        """Say once that sandboxes get an old address of a host, and once that they do not any more."""
        if problem and host not in self._stale:
            logger.warning(
                "DNS does not answer, sandboxes get the last address",
                extra={"host": host, "address": self._last[host], "error": problem},
            )
            self._stale.add(host)
        elif not problem and host in self._stale:
            logger.info("DNS answers again", extra={"host": host})
            self._stale.discard(host)
        metrics.STALE_ADDRESSES.set(len(self._stale))
