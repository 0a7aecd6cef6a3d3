"""A task that is told of as it goes: what becomes of it, and its sound while it is spoken, as server-sent events."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from datetime import datetime

from voxpod_api.errors import LiveCut
from voxpod_api.speech import outcome
from voxpod_api.speech.tasks import Followed
from voxpod_api.tasks.documents import task_of
from voxpod_api.tasks.schemas import TaskAnswer
from voxpod_api.web.answers import delta_events, task_event

QUIET_SECONDS = 15.0
"""After so long a comment is sent: proxies cut connections that are quiet for a minute."""
COMMENT = b": it goes on\n\n"

AHEAD = 4
"""Events that wait for a slow client; what else is spoken waits with the listener, who is bounded."""

Events = asyncio.Queue[bytes | None]


class TaskStream:
    """Its events. The last one is the task as it ended; a client that leaves before takes nothing away from it."""

    size = None

    def __init__(self, followed: Followed, now: Callable[[], datetime]) -> None:
        self._seat, self._listener, self._kept = followed.seat, followed.listener, followed.kept
        self._now = now
        self._told: TaskAnswer | None = None

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """One event at a time."""
        events: Events = asyncio.Queue(AHEAD)
        sound = asyncio.create_task(self._hear(events))
        news = asyncio.create_task(self._look(events, sound))
        try:
            while True:
                try:
                    async with asyncio.timeout(QUIET_SECONDS):
                        event = await events.get()
                except TimeoutError:
                    event = COMMENT
                if event is None:
                    return
                yield event
        finally:
            sound.cancel()
            news.cancel()

    def close(self) -> None:
        """Nobody listens any more."""
        self._kept.close()

    async def _look(self, events: Events, sound: "asyncio.Task[None]") -> None:
        """The task each time that it is another, and at last as it ended, once all sound was told."""
        try:
            while not self._over():
                self._told = task_of(self._seat.latest, self._now())
                await events.put(task_event(self._told.model_dump()))
                await self._seat.until(lambda raw: task_of(raw, self._now()) != self._told)
            if self._listener is not None and self._listener.began:
                if outcome.spoken(self._seat.latest) is None:
                    self._listener.cut()
                await sound
            await events.put(task_event(task_of(self._seat.latest, self._now()).model_dump()))
        finally:
            await events.put(None)

    async def _hear(self, events: Events) -> None:
        if self._listener is None:
            return
        try:
            while piece := await self._listener.next():
                for event in delta_events(piece):
                    await events.put(event)
        except LiveCut:
            return  # the task tells how it ended, and its audio is where it says

    def _over(self) -> bool:
        return self._seat.gone or outcome.ended(self._seat.latest)
