"""Tasks in the cluster: made, found, listed, cancelled. A task is a TTSRequest with a label, in its caller's namespace."""

import asyncio
import re
import uuid
from contextlib import ExitStack
from dataclasses import dataclass

from voxpod_api.auth.caller import Caller
from voxpod_api.cluster.board import RequestBoard, Seat
from voxpod_api.cluster.gateway import REQUESTS, ClusterGateway, Json
from voxpod_api.errors import AlreadyExists, ApiError, ClusterError, Unavailable
from voxpod_api.live.listening import LiveListener
from voxpod_api.live.port import LivePort
from voxpod_api.speech import outcome
from voxpod_api.speech.order import BODY_LABEL, SELECTOR, TASK_LABEL, Task, digest, task_body, task_name
from voxpod_crds.base import ResourceKey

TASK_ID = re.compile(r"task-[0-9a-f]{32}(?:[0-9a-f]{8})?")
TASKS = f"{SELECTOR},{TASK_LABEL}=true"

AT_ONCE = 10
"""Tasks of a list that are read at one time."""
MOST_LOOKED_AT = 200
"""Tasks that are read for one page: with a filter it may hold fewer than were asked for."""

AGAIN_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Found:
    """Some tasks, the newest first."""

    items: list[Json]
    last: str
    """Where the next page begins: behind this one."""
    more: bool


@dataclass(frozen=True, slots=True)
class Followed:
    """A task that somebody listens to."""

    seat: Seat
    listener: LiveListener | None
    """None where live audio is off. A task that a key stood for already is heard by whoever made it."""
    kept: ExitStack
    """Let go at the end."""


class TaskService:
    """One for the process."""

    def __init__(
        self, gateway: ClusterGateway, board: RequestBoard, replica: str, live: LivePort | None = None
    ) -> None:
        self._gateway, self._board, self._replica, self._live = gateway, board, replica, live

    async def create(self, caller: Caller, task: Task, key: str) -> Json:
        """The task, new or the one that the key stands for already. Raises ApiError."""
        return await self._made(caller, task, _name(caller, key))

    async def follow(self, caller: Caller, task: Task, key: str) -> Followed:
        """As `create`, with what is told and heard of it from then on; who gets it closes it. Raises ApiError."""
        name, live, listener = _name(caller, key), "", None
        with ExitStack() as kept:
            seat = kept.enter_context(self._board.seat(ResourceKey(caller.namespace, name)))
            if self._live is not None:
                listener = kept.enter_context(self._live.listeners.listening())
                listener.seat = seat
                live = self._live.annotation(caller.namespace, name, listener)
            seat.take(await self._made(caller, task, name, live))
            return Followed(seat, listener, kept.pop_all())

    async def _made(self, caller: Caller, task: Task, name: str, live: str = "") -> Json:
        body = task_body(name, caller, task, self._replica, live)
        try:
            try:
                return await self._gateway.create(REQUESTS, caller.namespace, body)
            except Unavailable:
                await asyncio.sleep(AGAIN_SECONDS)
                return await self._gateway.create(REQUESTS, caller.namespace, body)
        except AlreadyExists:
            found = await self.find(caller, name)
        except ClusterError as error:
            raise outcome.error_of_refusal(error.status, str(error)) from None
        if found["metadata"]["labels"].get(BODY_LABEL) != digest(caller, task):
            raise ApiError(422, "idempotency_key_reused", "the Idempotency-Key was used for another task before")
        return found

    async def find(self, caller: Caller, task_id: str) -> Json:
        """The caller's task of that id. Raises ApiError: 404 for another tenant's as for none."""
        raw = None
        if TASK_ID.fullmatch(task_id):
            try:
                raw = await self._gateway.get(REQUESTS, caller.namespace, task_id)
            except ClusterError as error:
                raise outcome.error_of_refusal(error.status, str(error)) from None
        if raw is None or TASK_LABEL not in (raw["metadata"].get("labels") or {}):
            raise ApiError(404, "task_not_found", "there is no such task of yours")
        return raw

    async def ended(self, caller: Caller, task_id: str, seconds: float) -> Json:
        """The task once it has ended, or as it is after so many seconds. Raises ApiError."""
        with self._board.seat(ResourceKey(caller.namespace, task_id)) as seat:
            seat.take(await self.find(caller, task_id))
            try:
                async with asyncio.timeout(seconds):
                    return await seat.until(outcome.ended)
            except TimeoutError:
                return seat.latest

    async def cancel(self, caller: Caller, task_id: str) -> Json:
        """The task, told to end unless it has; again as often as one likes. Raises ApiError."""
        raw = await self.find(caller, task_id)
        if outcome.ended(raw) or raw["spec"].get("cancel"):
            return raw
        try:
            return await self._gateway.merge(REQUESTS, caller.namespace, task_id, {"spec": {"cancel": True}})
        except ClusterError as error:
            raise outcome.error_of_refusal(error.status, str(error)) from None

    async def page(self, caller: Caller, status: str, after: str, limit: int) -> Found:
        """At most `limit` tasks with that status (any, if empty) that are older than `after`. Raises ApiError."""
        try:
            listed = await self._gateway.metadata(REQUESTS, caller.namespace, TASKS)
            ids = sorted((_age(meta) for meta in listed if TASK_ID.fullmatch(meta["name"])), reverse=True)
            ids = [one for one in ids if not after or one < after]
            items: list[Json] = []
            for start in range(0, min(len(ids), MOST_LOOKED_AT), AT_ONCE):
                for one, raw in zip(ids[start:], await self._read(caller, ids[start : start + AT_ONCE]), strict=False):
                    if raw is not None and status in ("", outcome.standing(raw)):
                        items.append(raw)
                    if len(items) == limit:
                        return Found(items, one, one != ids[-1])
        except ClusterError as error:
            raise outcome.error_of_refusal(error.status, str(error)) from None
        looked_at = ids[:MOST_LOOKED_AT]
        return Found(items, looked_at[-1] if looked_at else "", len(ids) > len(looked_at))

    async def _read(self, caller: Caller, ids: list[str]) -> list[Json | None]:
        """Those that are still there."""
        names = [one.partition(" ")[2] for one in ids]
        return await asyncio.gather(*(self._gateway.get(REQUESTS, caller.namespace, name) for name in names))


def _name(caller: Caller, key: str) -> str:
    return task_name(caller, key) if key else f"task-{uuid.uuid4().hex}"


def _age(meta: Json) -> str:
    """When and which, so that texts sort as the tasks were made."""
    return f"{meta['creationTimestamp']} {meta['name']}"
