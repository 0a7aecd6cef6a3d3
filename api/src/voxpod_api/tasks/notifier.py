"""Tell receivers of the ends of tasks: the only place that calls addresses that callers name."""

import asyncio
import heapq
import json
import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from voxpod_api import metrics
from voxpod_api.auth.credentials import Credentials
from voxpod_api.cluster.gateway import REQUESTS, ClusterGateway, Json
from voxpod_api.errors import ClusterError, Conflict, Unavailable
from voxpod_api.settings import ApiSettings
from voxpod_api.tasks.documents import task_of
from voxpod_api.webhooks.address import guarded_sockets, problem_of
from voxpod_api.webhooks.delivery import MOST_ATTEMPTS, STATE_ANNOTATION, Delivery, after, claimed, delivery_of, due
from voxpod_api.webhooks.signing import headers_of, secrets_of
from voxpod_crds.base import ResourceKey

logger = logging.getLogger(__name__)

ATTEMPT_SECONDS = 15.0
AT_ONCE = 32
AT_ONCE_PER_NAMESPACE = 4
"""A tenant whose receiver hangs waits for itself."""
CLUSTER_PAUSE = timedelta(seconds=5)
CROWD_PAUSE = timedelta(seconds=1)
SETTLE_TRIES, SETTLE_PAUSE_SECONDS = 3, 1.0
"""What is not written down is told again."""


class Notifier:
    """One for the process, fed by the watch on requests (a Follower)."""

    def __init__(
        self, gateway: ClusterGateway, credentials: Credentials, settings: ApiSettings, now: Callable[[], datetime]
    ) -> None:
        self._gateway, self._credentials, self._settings, self._now = gateway, credentials, settings, now
        self._due: dict[ResourceKey, datetime] = {}
        self._order: list[tuple[datetime, ResourceKey]] = []
        self._stale: set[ResourceKey] = set()
        self._under_way: Counter[str] = Counter()
        self._busy: set[ResourceKey] = set()
        self._bell = asyncio.Event()

    def list_begins(self) -> None:
        """See Follower."""
        self._stale = set(self._due)

    def put(self, raw: Json) -> None:
        """See Follower."""
        if self._credentials.webhook_keys is None:
            return
        key = _key(raw)
        self._stale.discard(key)
        when = due(raw, self._settings.pod_name)
        if when is None:
            self._due.pop(key, None)
        else:
            self._plan(key, when)

    def list_ends(self) -> None:
        """See Follower."""
        for key in self._stale:
            self._due.pop(key, None)
        self._stale = set()

    def gone(self, raw: Json) -> None:
        """See Follower."""
        self._due.pop(_key(raw), None)

    def _plan(self, key: ResourceKey, when: datetime) -> None:
        if self._due.get(key) != when:
            self._due[key] = when
            heapq.heappush(self._order, (when, key))
        self._bell.set()

    async def run(self) -> None:
        """Tell what is due, until cancelled."""
        connector = aiohttp.TCPConnector(
            socket_factory=guarded_sockets(self._settings.webhooks_allow_cidrs), force_close=True
        )
        limits = aiohttp.ClientTimeout(total=ATTEMPT_SECONDS)
        async with aiohttp.ClientSession(connector=connector, timeout=limits) as http, asyncio.TaskGroup() as group:
            while True:
                self._bell.clear()
                while len(self._busy) < AT_ONCE and (key := self._next()) is not None:
                    self._busy.add(key)
                    self._under_way[key.namespace] += 1
                    group.create_task(self._tell(http, key))
                await self._until_due()

    def _next(self) -> ResourceKey | None:
        """A task that is to be told now; those of a namespace with enough under way come later."""
        now = self._now()
        while self._order and self._order[0][0] <= now:
            when, key = heapq.heappop(self._order)
            if self._due.get(key) != when:
                continue
            if key in self._busy or self._under_way[key.namespace] >= AT_ONCE_PER_NAMESPACE:
                self._plan(key, now + CROWD_PAUSE)
                continue
            del self._due[key]
            return key
        return None

    async def _until_due(self) -> None:
        wait = (self._order[0][0] - self._now()).total_seconds() if self._order else None
        if len(self._busy) >= AT_ONCE:
            wait = None
        try:
            async with asyncio.timeout(None if wait is None else max(wait, 0.01)):
                await self._bell.wait()
        except TimeoutError:
            return

    async def _tell(self, http: aiohttp.ClientSession, key: ResourceKey) -> None:
        try:
            await self._attempt(http, key)
        except Conflict:  # another replica's, or the request changed: look again
            self._plan(key, self._now() + CROWD_PAUSE)
        except ClusterError as error:
            logger.warning("webhook not tried", extra={"request": str(key), "error": str(error)})
            self._plan(key, self._now() + CLUSTER_PAUSE)
        except Exception as error:  # one that nobody can tell of must not end the facade; its message may hold a text
            logger.error("webhook given up", extra={"request": str(key), "error": type(error).__name__})
        finally:
            self._busy.discard(key)
            self._under_way[key.namespace] -= 1
            self._bell.set()

    async def _attempt(self, http: aiohttp.ClientSession, key: ResourceKey) -> None:
        """One attempt, if it is still ours to make. Raises ClusterError."""
        raw = await self._gateway.get(REQUESTS, *key)
        found = delivery_of(raw) if raw is not None else None
        if raw is None or found is None:
            return
        when = due(raw, self._settings.pod_name)
        if when is None or when > self._now():
            self.put(raw)
            return
        if found.attempts >= MOST_ATTEMPTS:  # whoever made the last one did not live to tell
            await self._settle(key, after(found, found.error or "nobody knows what came of the last attempt", False))
            return
        claim = claimed(found, self._now())
        raw = await self._write(key, claim, raw["metadata"]["resourceVersion"])
        error, gone = await self._sent(http, raw, claim)
        await self._settle(key, after(claim, error, gone))

    async def _sent(self, http: aiohttp.ClientSession, raw: Json, claim: Delivery) -> tuple[str, bool]:
        """What is wrong with an attempt, empty for nothing; and whether the receiver wants to hear no more."""
        settings, keys = self._settings, self._credentials.webhook_keys or ()
        # the annotation is its tenant's to write
        if problem := problem_of(claim.url, settings.webhooks_allow_http, settings.webhooks_allow_cidrs):
            return problem, True
        body = json.dumps(message_of(raw, self._now())).encode()
        secrets = secrets_of(keys, raw["metadata"]["namespace"])
        signed = headers_of(secrets, f"msg_{raw['metadata']['uid']}", int(self._now().timestamp()), body)
        headers = {"Content-Type": "application/json", "User-Agent": "voxpod-webhooks", **signed}
        try:
            # no redirect: what it leads to was judged by nobody
            async with http.post(claim.url, data=body, headers=headers, allow_redirects=False) as answer:
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            cause = getattr(error, "os_error", None) or error
            return (str(cause) if isinstance(cause, OSError) else "") or type(error).__name__, False
        return "" if 200 <= status < 300 else f"the receiver answers {status}", status == 410

    async def _settle(self, key: ResourceKey, result: Delivery) -> None:
        metrics.WEBHOOKS.labels(result=result.status if result.status != "pending" else "again").inc()
        logger.info(
            "webhook tried",
            extra={
                "request": str(key),
                "outcome": result.status,
                "attempt": result.attempts,
                "error": result.error,
            },
        )
        for left in reversed(range(SETTLE_TRIES)):
            try:
                self.put(await self._write(key, result))
                return
            except Unavailable:
                if not left:
                    raise
                await asyncio.sleep(SETTLE_PAUSE_SECONDS)

    async def _write(self, key: ResourceKey, state: Delivery, version: str = "") -> Json:
        meta: dict[str, Any] = {"annotations": {STATE_ANNOTATION: state.state()}}
        return await self._gateway.merge(
            REQUESTS, *key, {"metadata": meta | ({"resourceVersion": version} if version else {})}
        )


def message_of(raw: Json, now: datetime) -> dict[str, Any]:
    """What a receiver is told: the task as `GET /v1/speech-tasks/{id}` has it. Pure."""
    task = task_of(raw, now)
    return {"type": f"speech_task.{task.status}", "timestamp": now.isoformat(), "data": task.model_dump()}


def _key(raw: Json) -> ResourceKey:
    return ResourceKey(raw["metadata"].get("namespace", ""), raw["metadata"]["name"])
