"""Answers with audio: whole, or visibly not; and nothing is fetched for somebody who left."""

import asyncio
import base64
import json
from collections.abc import AsyncGenerator, MutableMapping
from typing import Any

import pytest

from voxpod_api.errors import StoreError
from voxpod_api.web.answers import AudioAnswer, Base64Answer


class PlayedAudio:
    """Pieces of a stored object; None among them: the store breaks off."""

    def __init__(self, *pieces: bytes | None) -> None:
        self._pieces = pieces
        self.size = sum(len(piece) for piece in pieces if piece)
        self.read = 0
        self.closed = False

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        for piece in self._pieces:
            await asyncio.sleep(0)
            if piece is None:
                raise StoreError("broke off")
            self.read += 1
            yield piece

    def close(self) -> None:
        self.closed = True


async def answered(answer: AudioAnswer, leaves_after: int | None = None) -> list[MutableMapping[str, Any]]:
    """What is sent; the listener leaves after so many messages."""
    sent: list[MutableMapping[str, Any]] = []
    left = asyncio.Event()

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)
        if len(sent) == leaves_after:
            left.set()

    async def receive() -> dict[str, str]:
        await left.wait()
        return {"type": "http.disconnect"}

    await answer({"type": "http"}, receive, send)
    return sent


def length_of(sent: list[MutableMapping[str, Any]]) -> int:
    return int(dict(sent[0]["headers"])[b"content-length"])


def body_of(sent: list[MutableMapping[str, Any]]) -> bytes:
    return b"".join(message["body"] for message in sent[1:])


async def test_audio_is_sent_piece_by_piece_and_its_length_beforehand() -> None:
    audio = PlayedAudio(b"abc" * 1000, b"de")
    sent = await answered(AudioAnswer(audio, "audio/mpeg", {"x-a": "b"}))  # type: ignore[arg-type]
    assert (length_of(sent), body_of(sent)) == (3002, b"abc" * 1000 + b"de")
    assert not sent[-1].get("more_body")
    assert audio.closed


@pytest.mark.parametrize("last", [b"", b"d", b"de", b"def"])
async def test_base64_has_the_length_that_was_promised(last: bytes) -> None:
    audio = PlayedAudio(*(piece for piece in (b"abc" * 1000, last) if piece))
    sent = await answered(Base64Answer(audio, {"duration": 1.5}, {}))  # type: ignore[arg-type]
    assert length_of(sent) == len(body_of(sent))
    said = json.loads(body_of(sent))
    assert (base64.b64decode(said["audio"]), said["duration"]) == (b"abc" * 1000 + last, 1.5)


async def test_a_store_that_breaks_off_leaves_the_answer_without_an_end() -> None:
    audio = PlayedAudio(b"abc", None)
    sent = await answered(AudioAnswer(audio, "audio/mpeg", {}))  # type: ignore[arg-type]
    assert sent[-1]["more_body"] is True
    assert audio.closed


async def test_nothing_more_is_fetched_for_a_listener_who_left() -> None:
    audio = PlayedAudio(*[b"abc"] * 1000)
    await answered(AudioAnswer(audio, "audio/mpeg", {}), leaves_after=3)  # type: ignore[arg-type]
    assert audio.read < 10
    assert audio.closed
