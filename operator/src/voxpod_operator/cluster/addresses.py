"""Cluster addresses that sandboxes get by hostAliases, so that they need no DNS."""

import asyncio
import socket
import time
from collections import defaultdict

from voxpod_crds.base import ResourceKey
from voxpod_operator.cluster.gateway import ClusterGateway
from voxpod_operator.cluster.kinds import SERVICE
from voxpod_operator.errors import Unavailable

FRESH_SECONDS = 30.0


class Addresses:
    """IP address to host names: the dispatch Service by the API, other hosts by DNS; asked anew every 30 s."""

    def __init__(self, gateway: ClusterGateway, service: ResourceKey, dispatch_host: str, hosts: list[str]) -> None:
        self._gateway = gateway
        self._service = service
        self._dispatch_host = dispatch_host
        self._hosts = hosts
        self._known: dict[str, list[str]] = {}
        self._asked_at = float("-inf")

    async def host_aliases(self) -> dict[str, list[str]]:
        """What a sandbox created now should get; raises Unavailable when a name has no address."""
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
            found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except OSError as error:
            raise Unavailable("GET", "address", ResourceKey("", host), 0, f"DNS does not know it: {error}") from error
        return str(found[0][4][0])
