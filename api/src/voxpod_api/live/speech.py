"""An answer that is spoken while it is heard."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import ExitStack

from voxpod_api.errors import ApiError, LiveCut
from voxpod_api.live.listening import LiveListener
from voxpod_api.speech.outcome import Spoken


class LiveSpeech:
    """Sound on its way, of a request that has not ended; who gets it closes it.

    Its end is in order only when the request has Succeeded: what a client takes for the whole is stored and charged.
    """

    size = None

    def __init__(
        self,
        request: str,
        voice: str,
        listener: LiveListener,
        ended: "asyncio.Task[Spoken]",
        kept: ExitStack,
        left: Callable[[], None],
    ) -> None:
        """`kept` is let go at the end; `left` is told when the listener leaves before."""
        self.request, self.voice = request, voice
        self._listener, self._ended, self._kept, self._left = listener, ended, kept, left
        self._over = False
        ended.add_done_callback(self._look_at_end)

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """The sound as it comes. Raises LiveCut where it breaks off, or the request ends without audio."""
        while piece := await self._listener.next():
            yield piece
        try:
            await self._ended
        except ApiError as error:
            raise LiveCut(error.code) from None
        self._over = True

    def seconds(self) -> float:
        """How long it is, once all was told."""
        return self._ended.result().seconds

    def close(self) -> None:
        """Listen no further."""
        if not self._over and not (self._ended.done() and not self._ended.cancelled()):
            self._left()
        self._ended.cancel()
        self._kept.close()

    def _look_at_end(self, ended: "asyncio.Task[Spoken]") -> None:
        if not ended.cancelled() and ended.exception() is not None:
            self._listener.cut()
