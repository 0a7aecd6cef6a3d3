"""Answers that hold audio: sent as it is fetched, cut off where the store fails, so that a part is never taken for the whole."""

import base64
import json
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from voxpod_api.audio_store import StoredAudio
from voxpod_api.errors import StoreError
from voxpod_api.web.leaving import leaving

logger = logging.getLogger(__name__)


class AudioAnswer(Response):
    """The audio itself. Its length is told beforehand: an HTTP client notices when some of it is missing."""

    def __init__(self, audio: StoredAudio, media_type: str, headers: dict[str, str]) -> None:
        self._audio = audio
        self.status_code = 200
        self.media_type = media_type
        self.background = None
        self.body = b""
        self.init_headers({**headers, "content-length": str(self._length())})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; return without an end where the store fails, and the server cuts the connection."""
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            async with leaving(receive) as left, aclosing(self._pieces()) as pieces:
                async for piece in pieces:
                    if left.done():
                        return  # uvicorn would go on taking what nobody gets
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        except StoreError as error:
            logger.warning("answer cut", extra={"error": str(error)})
        finally:
            self._audio.close()

    def _length(self) -> int:
        return self._audio.size

    def _pieces(self) -> AsyncGenerator[bytes, None]:
        return self._audio.chunks()


class Base64Answer(AudioAnswer):
    """JSON with the audio in base64 under `audio`, and whatever else beside it; never all of it in memory."""

    def __init__(self, audio: StoredAudio, beside: dict[str, object], headers: dict[str, str]) -> None:
        self._before = b'{"audio":"'
        self._after = f'",{json.dumps(beside)[1:]}'.encode()
        super().__init__(audio, "application/json", headers)

    def _length(self) -> int:
        return len(self._before) + 4 * ((self._audio.size + 2) // 3) + len(self._after)

    async def _pieces(self) -> AsyncGenerator[bytes, None]:
        yield self._before
        async for chunk in self._audio.chunks():
            yield base64.b64encode(chunk)
        yield self._after
