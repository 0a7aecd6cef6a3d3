"""Answers that hold audio: sent as it is fetched, cut off where the store fails, so that a part is never taken for the whole."""

import base64
import json
import logging
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from typing import Any, Protocol

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from voxpod_api.audio_store import StoredAudio
from voxpod_api.errors import ApiError, AudioError, StoreError
from voxpod_api.web.leaving import leaving

logger = logging.getLogger(__name__)

MEDIA_TYPES = {
    "mp3": "audio/mpeg",
    "opus": "audio/opus",
    "ogg": "audio/ogg",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "pcm": "audio/pcm",
}
"""By format; opus as OpenAI has it."""


EVENTS = "text/event-stream"


def answers(*media_types: str) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of a call that answers with one of these."""
    sound = {"schema": {"type": "string", "format": "binary"}}
    content = {one: sound if one.startswith("audio/") else {} for one in sorted(media_types)}
    return {200: {"description": "The audio, or what belongs to it.", "content": content}}


class Audio(Protocol):
    """What is sent: an object of the store, or speech that is not at its end."""

    @property
    def size(self) -> int | None:
        """Bytes in all, where that is known."""
        ...

    def chunks(self) -> AsyncGenerator[bytes, None]:
        """All of it. Raises AudioError where it breaks off."""
        ...

    def close(self) -> None:
        """Nobody takes any more of it."""
        ...


class AudioAnswer(Response):
    """The audio itself. Where its length is known it is told beforehand; without the last chunk of an answer that has none an
    HTTP client notices as well that some is missing."""

    def __init__(self, audio: Audio, media_type: str, headers: dict[str, str]) -> None:
        self._audio = audio
        self.status_code = 200
        self.media_type = media_type
        self.background = None
        length = self._length()
        self.init_headers(headers if length is None else {**headers, "content-length": str(length)})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; return without an end where the audio breaks off, and the server cuts the connection."""
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            async with leaving(receive) as left, aclosing(self._pieces()) as pieces:
                async for piece in pieces:
                    if left.done():
                        return  # uvicorn would go on taking what nobody gets
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        except AudioError as error:
            logger.warning("answer cut", extra={"error": str(error)})
            if last_words := self._last_words(error):
                await send({"type": "http.response.body", "body": last_words, "more_body": True})
        finally:
            self._audio.close()

    def _length(self) -> int | None:
        """Bytes of the body; None where nobody needs it to see that some are missing."""
        return self._audio.size

    def _last_words(self, error: AudioError) -> bytes:
        """What is sent before the connection is cut."""
        return b""

    def _pieces(self) -> AsyncGenerator[bytes, None]:
        return self._audio.chunks()


class Base64Answer(AudioAnswer):
    """JSON with the audio in base64 under `audio`, and whatever else beside it; never all of it in memory."""

    def __init__(self, audio: StoredAudio, beside: dict[str, object], headers: dict[str, str]) -> None:
        self._before, self._size = b'{"audio":"', audio.size
        self._after = f'",{json.dumps(beside)[1:]}'.encode()
        super().__init__(audio, "application/json", headers)

    def _length(self) -> int:
        return len(self._before) + 4 * ((self._size + 2) // 3) + len(self._after)

    async def _pieces(self) -> AsyncGenerator[bytes, None]:
        yield self._before
        async for chunk in self._audio.chunks():
            yield base64.b64encode(chunk)
        yield self._after


DELTA_BYTES = 12_288
"""Audio of one event: its line stays far below the 64 KiB that aiohttp reads as one."""


class EventsAnswer(AudioAnswer):
    """Server-sent events as OpenAI's speech call has them. One that ends without `speech.audio.done` was cut off."""

    def __init__(self, audio: Audio, usage: Callable[[], dict[str, int]], headers: dict[str, str]) -> None:
        self._usage = usage
        super().__init__(audio, EVENTS, {**headers, "cache-control": "no-store"})

    def _length(self) -> None:
        return None

    def _last_words(self, error: AudioError) -> bytes:
        code = "store_unavailable" if isinstance(error, StoreError) else "audio_broke_off"
        told = ApiError(503, code, "the audio could not be had to its end", "server_error")
        return _event({"type": "speech.audio.error", **told.envelope()})

    async def _pieces(self) -> AsyncGenerator[bytes, None]:
        async for chunk in self._audio.chunks():
            for event in delta_events(chunk):
                yield event
        yield done_event(self._usage())


def delta_events(audio: bytes) -> Iterator[bytes]:
    """Some audio, as events of a good size."""
    return (delta_event(audio[start : start + DELTA_BYTES]) for start in range(0, len(audio), DELTA_BYTES))


def delta_event(audio: bytes) -> bytes:
    """Some audio."""
    return _event({"type": "speech.audio.delta", "audio": base64.b64encode(audio).decode()})


def done_event(usage: dict[str, int]) -> bytes:
    """All of it was sent."""
    return _event({"type": "speech.audio.done", "usage": usage})


def task_event(task: dict[str, object]) -> bytes:
    """A task as it is now."""
    return _event({"type": "speech_task", "task": task})


def _event(document: dict[str, object]) -> bytes:
    return f"data: {json.dumps(document)}\n\n".encode()
