"""Hold the Lease, and say when it is lost. The loop around `policy.lease`."""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import datetime

from voxpod_crds.base import ResourceKey
from voxpod_operator import metrics
from voxpod_operator.cluster.gateway import ClusterGateway, Json
from voxpod_operator.cluster.kinds import ENDPOINT_SLICE, LEASE, SERVICE
from voxpod_operator.errors import AlreadyExists, ClusterError, Conflict, Unavailable
from voxpod_operator.manifests.leader_endpoints import leader_endpoints, slice_name
from voxpod_operator.policy import lease
from voxpod_operator.settings import OperatorSettings

logger = logging.getLogger(__name__)

LEASE_NAME = "voxpod-operator"


class Leadership:
    """One candidate."""

    def __init__(self, gateway: ClusterGateway, settings: OperatorSettings, wall: Callable[[], datetime]) -> None:
        self._gateway = gateway
        self._settings = settings
        self._wall = wall
        self._key = ResourceKey(settings.namespace, LEASE_NAME)
        self._observed: lease.Observed | None = None
        self._renewed_at = float("-inf")
        self.leading = False
        self.term = 0
        """Of the Lease when this process took it: the resourceVersion, which only grows, whoever removes the Lease."""

    async def acquire(self) -> None:
        """Return when this process leads."""
        while not await self._try():  # noqa: ASYNC110 - the Lease is polled, as client-go does
            await asyncio.sleep(self._settings.lease_retry_seconds)
        self.leading = True
        assert self._observed is not None, "who took the Lease has seen it"
        self.term = int(self._observed.lease["metadata"]["resourceVersion"])
        metrics.LEADER.set(1)
        logger.info("leading", extra={"identity": self._settings.pod_name})

    @property
    def fresh(self) -> bool:
        """Whether this process may act as the leader now: it holds the Lease, and renewed it within the renew deadline.

        Asked before each write. A process that was paused finds out here, before its watches or its timers can tell.
        """
        return self.leading and self._seconds_left() > 0

    async def keep(self) -> None:
        """Renew until it cannot be done in time; then return: somebody else leads, or soon will."""
        while await self._renewed_in_time():
            pass
        self.leading = False
        metrics.LEADER.set(0)
        logger.error("leadership lost", extra={"identity": self._settings.pod_name})

    async def _renewed_in_time(self) -> bool:
        """One renewal; a single timeout spans all tries, so that a call that hangs at the end cannot outlive the deadline."""
        try:
            async with asyncio.timeout(self._seconds_left()):
                while True:
                    await asyncio.sleep(self._settings.lease_retry_seconds)
                    if await self._try():
                        return True
                    if self._held_by_another():
                        return False
        except TimeoutError:
            return False

    def _seconds_left(self) -> float:
        return self._renewed_at + self._settings.lease_renew_deadline_seconds - time.monotonic()

    async def release(self) -> None:
        """Let a follower take over at once rather than after the lease duration."""
        if not self.leading or self._observed is None:
            return
        self.leading = False
        try:
            try:
                await self._free(self._observed.lease)
            except Conflict:
                # a renewal that was cut off when this process was told to stop has arrived after all
                stored = await self._gateway.get(LEASE, self._key)
                if stored is not None and lease.holder_of(stored) == self._settings.pod_name:
                    await self._free(stored)
        except ClusterError as error:
            logger.warning("lease not released", extra={"error": str(error)})

    async def _free(self, mine: Json) -> None:
        spec = {**mine["spec"], "holderIdentity": "", "leaseDurationSeconds": 1}
        await self._gateway.replace(LEASE, self._key, {**mine, "spec": spec})

    async def publish(self) -> None:
        """Lead the dispatch Service to this pod, unless it does already. Raises ClusterError."""
        s = self._settings
        made = leader_endpoints(s.namespace, s.dispatch_service, s.pod_name, s.pod_ip, s.dispatch_port)
        wanted = lease.owned(made, await self._owner())
        key = ResourceKey(s.namespace, slice_name(s.dispatch_service))
        stored = await self._gateway.get(ENDPOINT_SLICE, key)
        if not self.fresh or (
            stored is not None
            and all(stored.get(part) == wanted[part] for part in ("addressType", "endpoints", "ports"))
            and stored["metadata"].get("ownerReferences") == wanted["metadata"]["ownerReferences"]
        ):
            return
        if stored is None:
            await self._gateway.create(ENDPOINT_SLICE, s.namespace, wanted)
        else:
            version = stored["metadata"]["resourceVersion"]
            await self._gateway.replace(
                ENDPOINT_SLICE, key, {**wanted, "metadata": {**wanted["metadata"], "resourceVersion": version}}
            )

    async def _try(self) -> bool:
        try:
            async with asyncio.timeout(self._settings.lease_renew_deadline_seconds):
                return await self._take()
        except (ClusterError, TimeoutError) as error:
            logger.warning("lease not taken", extra={"error": str(error) or "timeout"})
            return False

    async def _take(self) -> bool:
        found = await self._gateway.get(LEASE, self._key) or await self._create()
        self._observed = lease.observe(self._observed, found, time.monotonic())
        if not lease.may_take(
            self._observed, self._settings.pod_name, self._settings.lease_duration_seconds, time.monotonic()
        ):
            return False
        began = time.monotonic()
        mine = lease.taken(found, self._settings.pod_name, self._settings.lease_duration_seconds, self._wall())
        if lease.holder_of(found) != self._settings.pod_name:
            mine = lease.owned(mine, await self._owner())
        try:
            stored = await self._gateway.replace(LEASE, self._key, mine)
        except Conflict:
            return False
        self._observed = lease.Observed(stored, time.monotonic())
        self._renewed_at = began
        return True

    async def _owner(self) -> Json:
        """Reference to the dispatch Service, which comes and goes with the release. Unavailable when it is gone.

        Without an owner Lease and EndpointSlice would outlive the release, and keep a next one without a leader for a
        lease duration. Asked anew each time: a Service that was made again has another UID.
        """
        key = ResourceKey(self._settings.namespace, self._settings.dispatch_service)
        service = await self._gateway.get(SERVICE, key)
        if service is None:
            raise Unavailable("GET", SERVICE.name, key, 404, "the dispatch Service is gone; the chart makes it")
        return {"apiVersion": "v1", "kind": SERVICE.name, "name": key.name, "uid": service["metadata"]["uid"]}

    async def _create(self) -> Json:
        try:
            new = lease.owned(lease.new_lease(*self._key), await self._owner())
            return await self._gateway.create(LEASE, self._key.namespace, new)
        except AlreadyExists as error:
            found = await self._gateway.get(LEASE, self._key)
            if found is None:
                raise error
            return found

    def _held_by_another(self) -> bool:
        return self._observed is not None and lease.holder_of(self._observed.lease) not in ("", self._settings.pod_name)
