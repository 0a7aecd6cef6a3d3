"""The way of every call that speaks: may it, which model and voice, have it spoken, fetch the audio, and say what is left."""

import asyncio
import math
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

from fastapi import Request

from voxpod_api.audio_store import StoredAudio
from voxpod_api.auth.caller import Caller
from voxpod_api.cluster.gateway import Json
from voxpod_api.errors import ApiError, StoreError, not_now
from voxpod_api.live.speech import LiveSpeech
from voxpod_api.speech import outcome
from voxpod_api.speech.allowance import certain_refusal, with_room
from voxpod_api.speech.choice import Choice, choose
from voxpod_api.speech.order import Order
from voxpod_api.speech.outcome import Spoken
from voxpod_api.speech.service import ClientLeft, Repeat
from voxpod_api.web.leaving import leaving
from voxpod_api.web.parts import Parts, parts_of, tenant_now
from voxpod_crds.tts_request import MAX_INSTRUCTIONS

CLIENT_LEFT = ApiError(499, "client_left", "the client closed the connection")
"""For the log alone: nobody reads the answer."""

MAX_KEY = 255


def allowed(request: Request, caller: Caller, order: Order) -> Order:
    """The order with the model and voice that the names in it mean for the caller. Raises ApiError where it cannot be."""
    parts = parts_of(request)
    request.state.text_len = len(order.text)
    if (refusal := certain_refusal(caller.tenant, len(order.text), parts.now())) is not None:
        raise refusal
    chosen = _chosen(parts, caller, order)
    return replace(order, model=chosen.model, voice=chosen.voice)


def instructed(request: Request, caller: Caller, order: Order, instructions: str) -> Order:
    """The order with instructions, where its model follows any; else as it is. Raises ApiError."""
    chosen = _chosen(parts_of(request), caller, order)
    if not chosen.takes_instructions:
        return order
    if len(instructions) > MAX_INSTRUCTIONS:
        said = f"instructions has {len(instructions)} characters; at most {MAX_INSTRUCTIONS} are accepted"
        raise ApiError(400, "instructions_too_long", said, param="instructions")
    return replace(order, instructions=instructions)


def _chosen(parts: Parts, caller: Caller, order: Order) -> Choice:
    return choose(parts.catalog, caller.tenant, parts.aliases, order.model, order.voice, order.language)


async def speak(request: Request, caller: Caller, order: Order) -> Spoken:
    """The stored audio of an order whose model and voice are as the client wrote them. Raises ApiError."""
    parts = parts_of(request)
    async with _asking(request, caller, order) as (meant, left):
        made = partial(_note_request, request)
        spoken = await parts.speech.speak(caller, meant, repeat_of(request.headers), left, parts.now(), made)
    _note_spoken(request, spoken)
    return spoken


async def listen(request: Request, caller: Caller, order: Order, *, keep: bool) -> Spoken | LiveSpeech:
    """As `speak`, or the speech as it is made; `keep`: it is stored even if the client leaves."""
    parts = parts_of(request)
    async with _asking(request, caller, order) as (meant, left):
        made, repeat = partial(_note_request, request), repeat_of(request.headers)
        found = await parts.speech.listen(caller, meant, repeat, left, parts.now(), made, keep=keep)
    if isinstance(found, Spoken):
        _note_spoken(request, found)
    else:
        request.state.voice = found.voice
    return found


@asynccontextmanager
async def _asking(request: Request, caller: Caller, order: Order) -> AsyncIterator[tuple[Order, asyncio.Future[None]]]:
    """The order with what its names mean, and a future that is done when the client has left; its errors tell when there is room."""
    parts = parts_of(request)
    try:
        meant = allowed(request, caller, order)
        async with leaving(request.receive) as left:
            yield meant, left
    except ClientLeft:
        raise CLIENT_LEFT from None
    except ApiError as error:
        raise with_room(error, tenant_now(parts, caller), parts.now()) from None


def _note_spoken(request: Request, spoken: Spoken) -> None:
    """For the log line."""
    request.state.voice, request.state.audio_seconds = spoken.voice, spoken.seconds


def _note_request(request: Request, raw: Json) -> None:
    """For the log line."""
    meta = raw.get("metadata") or {}
    request.state.request, request.state.request_id = f"{meta.get('namespace')}/{meta.get('name')}", meta.get("uid")


async def fetched(parts: Parts, spoken: Spoken) -> StoredAudio:
    """The audio, with its first bytes: until here every failure still has a status of its own. Raises ApiError."""
    try:
        return await parts.store.open(spoken)
    except StoreError as error:
        raise not_now(503, "store_unavailable", str(error), 2) from None


async def times_of(parts: Parts, raw: Json) -> bytes:
    """The times of a request that asked for them. Raises ApiError."""
    signed, expires = outcome.times(raw)
    if not signed or expires <= parts.now():
        raise ApiError(404, "timestamps_not_found", "there are no times of it: not asked for, not made, or expired")
    try:
        return await parts.store.read(signed)
    except StoreError as error:
        raise not_now(503, "store_unavailable", str(error), 2) from None


def told(speech: Spoken | LiveSpeech) -> dict[str, str]:
    """Headers of an answer: the request and the voice."""
    headers = {"x-voxpod-request": speech.request}
    if isinstance(speech, Spoken):
        headers["x-voxpod-audio-seconds"] = f"{speech.seconds:g}"
    else:
        headers["x-voxpod-live"] = "true"
    return headers | ({"x-voxpod-voice": speech.voice} if speech.voice else {})


def length_of(speech: Spoken | LiveSpeech) -> float:
    """Seconds of sound; of live speech once all of it was sent."""
    return speech.seconds if isinstance(speech, Spoken) else speech.seconds()


def repeat_of(headers: Mapping[str, str]) -> Repeat:
    """How the call says that it repeats another. Raises ApiError."""
    key = headers.get("idempotency-key", "")
    if len(key) > MAX_KEY:
        raise ApiError(400, "invalid_idempotency_key", f"Idempotency-Key is longer than {MAX_KEY} characters")
    count = headers.get("x-stainless-retry-count", "")
    return Repeat(key, count.isdecimal() and len(count) < 10 and int(count) > 0)


def seconds_left(parts: Parts, spoken: Spoken) -> int:
    """For how long the audio's URL can still be used."""
    return max(0, math.floor((spoken.expires - parts.now()).total_seconds()))
