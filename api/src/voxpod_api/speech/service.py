"""Have an order spoken: make the TTSRequest or find the one that the call repeats, wait for it, give it up when nobody listens."""

import asyncio
import logging
import uuid
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from voxpod_api import metrics
from voxpod_api.auth.caller import Caller
from voxpod_api.cluster.board import RequestBoard, Seat
from voxpod_api.cluster.gateway import REQUESTS, ClusterGateway, Json
from voxpod_api.errors import AlreadyExists, ApiError, ClusterError, Unavailable, never
from voxpod_api.live.listening import LiveListener
from voxpod_api.live.port import LivePort
from voxpod_api.live.speech import LiveSpeech
from voxpod_api.settings import ApiSettings
from voxpod_api.speech import outcome
from voxpod_api.speech.order import (
    BODY_LABEL,
    GENERATIONS,
    LISTENER_ANNOTATION,
    SELECTOR,
    Order,
    digest,
    keyed_name,
    request_body,
)
from voxpod_crds.base import ResourceKey

logger = logging.getLogger(__name__)

T = TypeVar("T")

RETRY_SECONDS = 900
"""A repeat without a key is one of a call that began no longer ago: OpenAI's SDKs wait 600 s for an answer."""

CANCEL_TRIES = 5
CREATE_PAUSE_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Repeat:
    """How a call says that it is one."""

    key: str = ""
    """Idempotency-Key: the call may be one."""
    retried: bool = False
    """x-stainless-retry-count above 0: an SDK repeats a call of which it had no answer, or a bad one."""


@dataclass(frozen=True, slots=True)
class _Call:
    """One call, and the seats that it has for as long as it lasts."""

    caller: Caller
    order: Order
    seats: ExitStack
    live: LiveListener | None = None
    """Who hears it while it is spoken."""


class ClientLeft(Exception):
    """Nobody waits for the answer any more."""


class SpeechService:
    """One for the process."""

    def __init__(
        self, gateway: ClusterGateway, board: RequestBoard, settings: ApiSettings, live: LivePort | None = None
    ) -> None:
        self._gateway, self._board, self._settings, self._live = gateway, board, settings, live
        self._leaving: set[asyncio.Task[None]] = set()

    async def speak(
        self,
        caller: Caller,
        order: Order,
        repeat: Repeat,
        left: asyncio.Future[None],
        now: datetime,
        made: Callable[[Json], None],
        *,
        keep: bool = False,
    ) -> outcome.Spoken:
        """The stored audio of an order; `made` is told of its TTSRequest. Raises ApiError, or ClientLeft once `left` is done.

        A request that nobody waits for any more is cancelled, unless `keep`.
        """
        with ExitStack() as seats:
            seat = await self._seated(_Call(caller, order, seats), repeat, now)
            made(seat.latest)
            try:
                return await _unless(left, self._ended(seat))
            except (ClientLeft, asyncio.CancelledError):
                if not keep:
                    self._in_background(self._leave(seat.key))
                raise

    async def listen(
        self,
        caller: Caller,
        order: Order,
        repeat: Repeat,
        left: asyncio.Future[None],
        now: datetime,
        made: Callable[[Json], None],
        *,
        keep: bool,
    ) -> outcome.Spoken | LiveSpeech:
        """As `speak`, or the sound as it is spoken where that begins before; `keep`: the request goes on when the client leaves."""
        if self._live is None:
            return await self.speak(caller, order, repeat, left, now, made, keep=keep)
        with ExitStack() as kept:
            listener = kept.enter_context(self._live.listeners.listening())
            seat = await self._seated(_Call(caller, order, kept, listener), repeat, now)
            made(seat.latest)

            def leave() -> None:
                if not keep:
                    self._in_background(self._leave(seat.key))

            ended = asyncio.create_task(self._ended(seat))
            heard = asyncio.create_task(listener.heard())
            try:
                both: list[asyncio.Future[Any]] = [ended, heard, left]
                await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
                if ended.done():
                    return ended.result()
                if not heard.done():
                    raise ClientLeft
                voice = outcome.voice(seat.latest)
                return LiveSpeech(seat.key.name, voice, listener, ended, kept.pop_all(), leave)
            except (ClientLeft, asyncio.CancelledError):
                ended.cancel()
                leave()
                raise
            finally:
                heard.cancel()

    async def _seated(self, call: _Call, repeat: Repeat, now: datetime) -> Seat:
        try:
            return await self._place(call, repeat, now)
        except ClusterError as error:
            logger.warning("request not made", extra={"namespace": call.caller.namespace, "error": str(error)})
            raise outcome.error_of_refusal(error.status, str(error)) from None

    async def _ended(self, seat: Seat) -> outcome.Spoken:
        try:
            # the operator rejects what waits for too long (spec.maxWaitSeconds): it knows for what; this is for when it is away
            async with asyncio.timeout(self._settings.queue_seconds + self._settings.operator_seconds):
                await seat.until(outcome.has_its_turn)
        except TimeoutError:
            self._in_background(self._cancel(seat.key))
            raise outcome.error_of_wait(seat.latest) from None
        try:
            # the operator ends it at its deadline; a watch that is away must not hold the client for ever
            async with asyncio.timeout(self._settings.deadline_seconds + 10):
                raw = await seat.until(outcome.ended)
        except TimeoutError:
            raise ApiError(504, "deadline_exceeded", "the request did not end in time", "server_error") from None
        if seat.gone and not outcome.ended(raw):
            raise ApiError(410, "request_deleted", "the TTSRequest was deleted before it ended")
        if (found := outcome.spoken(raw)) is None:
            raise outcome.error_of_end(raw)
        return found

    async def _place(self, call: _Call, repeat: Repeat, now: datetime) -> Seat:
        """A seat at the request that stands for the call, made now or before."""
        if repeat.key:
            return await self._keyed(call, repeat.key, now)
        if repeat.retried and (found := await self._repeated(call, now)) is not None:
            return found
        return await self._created(call, f"api-{uuid.uuid4().hex}")

    async def _keyed(self, call: _Call, key: str, now: datetime) -> Seat:
        for generation in range(GENERATIONS):
            name = keyed_name(call.caller, key, generation)
            try:
                return await self._created(call, name)
            except AlreadyExists:
                found = await self._gateway.get(REQUESTS, call.caller.namespace, name)
            if found is None:
                continue
            if found["metadata"].get("labels", {}).get(BODY_LABEL) != digest(call.caller, call.order):
                raise ApiError(422, "idempotency_key_reused", "the Idempotency-Key was used for another request before")
            if outcome.can_be_joined(found, now):
                return await self._joined(call, found)
        raise never(
            422,
            "idempotency_key_exhausted",
            f"{GENERATIONS} requests of this Idempotency-Key ended without audio: use another",
            "invalid_request_error",
        )

    async def _repeated(self, call: _Call, now: datetime) -> Seat | None:
        """The newest request with the same order that can answer the call; None without one."""
        same = digest(call.caller, call.order)
        candidates = [
            item
            async for items, _ in self._gateway.pages(
                REQUESTS, call.caller.namespace, f"{SELECTOR},{BODY_LABEL}={same}"
            )
            for item in items
            if item["metadata"].get("labels", {}).get(BODY_LABEL) == same
            and (now - _created_at(item)).total_seconds() < RETRY_SECONDS
            and outcome.can_be_joined(item, now)
        ]
        newest = max(candidates, key=_created_at, default=None)
        return None if newest is None else await self._joined(call, newest)

    async def _joined(self, call: _Call, found: Json) -> Seat:
        """From now on it is this process that has the listener. The seat comes first: what happens meanwhile is heard."""
        metrics.REPEATS.inc()
        seat = self._seat(call, found["metadata"]["name"])
        if outcome.ended(found):
            seat.take(found)
            return seat
        mine = {"metadata": {"annotations": {LISTENER_ANNOTATION: self._settings.pod_name}}}
        seat.take(await self._gateway.merge(REQUESTS, *seat.key, mine))
        return seat

    async def _created(self, call: _Call, name: str) -> Seat:
        """A seat at a new request. Raises AlreadyExists, unless it was our own first try whose answer was lost."""
        seat, live = self._seat(call, name), ""
        if call.live is not None and self._live is not None:
            call.live.seat = seat
            live = self._live.annotation(call.caller.namespace, name, call.live)
        body = request_body(name, call.caller, call.order, self._settings, live)
        try:
            seat.take(await self._gateway.create(REQUESTS, call.caller.namespace, body))
        except Unavailable:
            await asyncio.sleep(CREATE_PAUSE_SECONDS)
            try:
                seat.take(await self._gateway.create(REQUESTS, call.caller.namespace, body))
            except AlreadyExists:
                seat.take(await self._gateway.get(REQUESTS, *seat.key) or {})
            except Unavailable:
                self._in_background(self._leave(seat.key))  # it may be there all the same
                raise
        return seat

    def _seat(self, call: _Call, name: str) -> Seat:
        return call.seats.enter_context(self._board.seat(ResourceKey(call.caller.namespace, name)))

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _leave(self, key: ResourceKey) -> None:
        """Cancel the request of a client that left, unless the call is repeated meanwhile: an SDK's timeout looks the same."""
        await asyncio.sleep(self._settings.leave_seconds)
        if not self._board.listens(key):
            await self._cancel(key)

    async def _cancel(self, key: ResourceKey) -> None:
        """Set spec.cancel if the request is still ours to cancel; who looked at an older version looks again."""
        for _ in range(CANCEL_TRIES):
            try:
                raw = await self._gateway.get(REQUESTS, *key)
                if raw is None or outcome.ended(raw) or self._board.listens(key):
                    return
                meta = raw["metadata"]
                if meta.get("annotations", {}).get(LISTENER_ANNOTATION) != self._settings.pod_name:
                    return  # the call was repeated at another replica
                patch = {"metadata": {"resourceVersion": meta["resourceVersion"]}, "spec": {"cancel": True}}
                await self._gateway.merge(REQUESTS, *key, patch)
                metrics.CANCELLED.inc()
                return
            except ClusterError as error:
                logger.info("not cancelled yet", extra={"request": str(key), "error": str(error)})
                await asyncio.sleep(0.1)


async def _unless(left: asyncio.Future[None], wanted: Coroutine[Any, Any, T]) -> T:
    """What is wanted, unless the client leaves before: ClientLeft then."""
    task = asyncio.ensure_future(wanted)
    try:
        both: list[asyncio.Future[Any]] = [task, left]
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ClientLeft
        return task.result()
    finally:
        task.cancel()


def _created_at(raw: Json) -> datetime:
    return datetime.fromisoformat(raw["metadata"]["creationTimestamp"])
