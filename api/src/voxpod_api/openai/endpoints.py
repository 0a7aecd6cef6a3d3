"""The calls that clients of OpenAI make. No logic: a body becomes an order, an order an answer."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from voxpod_api.audio_store import StoredAudio
from voxpod_api.errors import ApiError
from voxpod_api.openai.catalogue import models_document, voices_document
from voxpod_api.openai.mp3 import Unmeasured
from voxpod_api.openai.schemas import PCM_RATE, SpeechBody, usage_of
from voxpod_api.openai.silence import has_nothing_to_say, silence
from voxpod_api.speech.choice import usable_models
from voxpod_api.speech.order import Order
from voxpod_api.speech.outcome import Spoken
from voxpod_api.web.answers import (
    EVENTS,
    MEDIA_TYPES,
    Audio,
    AudioAnswer,
    EventsAnswer,
    answers,
    delta_event,
    done_event,
)
from voxpod_api.web.bodies import body_of, documented
from voxpod_api.web.calls import fetched, instructed, length_of, listen, told
from voxpod_api.web.parts import Reader, Speaker, parts_of

router = APIRouter()

FIELDS = {"text": "input", "format": "response_format"}
"""Fields of an order as this call names them."""

MAX_NAMED_KEYS = 16


@router.post(
    "/v1/audio/speech",
    openapi_extra=documented(SpeechBody),
    response_class=Response,
    responses=answers(*MEDIA_TYPES.values(), EVENTS),
)
async def create_speech(
    request: Request, caller: Speaker, body: Annotated[SpeechBody, Depends(body_of(SpeechBody))]
) -> Response:
    """The audio of a text."""
    parts, notes = parts_of(request), _ignored(body)
    if body.response_format == "aac":
        raise ApiError(400, "unsupported_value", "response_format aac is not made: use mp3", param="response_format")
    media_type, events = MEDIA_TYPES[body.response_format], body.stream_format == "sse"
    if has_nothing_to_say(body.input):
        quiet = silence(body.response_format)
        if events:
            return Response(delta_event(quiet) + done_event(usage_of(body.input, 0)), 200, notes, EVENTS)
        return Response(quiet, 200, notes, media_type)
    order = Order(
        body.input,
        body.model,
        body.voice,
        speed=body.speed,
        format=body.response_format,
        sample_rate=PCM_RATE,
        seed=body.seed,
    )
    try:
        if body.wish:
            order = instructed(request, caller, order, body.wish)
            notes |= {} if order.instructions else {"x-voxpod-unused": "instructions"}
        speech = await listen(request, caller, order, keep=body.store)
        audio = _as_openai(await fetched(parts, speech), body) if isinstance(speech, Spoken) else speech
    except ApiError as error:
        raise error.named(FIELDS) from None
    headers = notes | told(speech)
    if events:
        return EventsAnswer(audio, lambda: usage_of(body.input, length_of(speech)), headers)
    return AudioAnswer(audio, media_type, headers)


@router.get("/v1/models")
@router.get("/v1/audio/models")
async def list_models(request: Request, reader: Reader) -> dict[str, Any]:
    """The models, and the names of OpenAI's that are taken for one."""
    parts = parts_of(request)
    tenant = reader.tenant if reader else None
    default = parts.catalog.default_model(tenant)
    models = usable_models(parts.catalog, tenant)
    return models_document(models, parts.aliases, default.metadata.name if default else "")


@router.get("/v1/audio/voices")
async def list_voices(
    request: Request,
    reader: Reader,
    model: Annotated[str, Query(max_length=63)] = "",
    language: Annotated[str, Query(max_length=16)] = "",
    limit: Annotated[int, Query(ge=0, le=10_000)] = 0,
) -> dict[str, Any]:
    """The voices, and the names of OpenAI's that are taken for one."""
    parts, tenant = parts_of(request), reader.tenant if reader else None
    wanted = parts.aliases.models.get(model, model)
    return voices_document(usable_models(parts.catalog, tenant), tenant, parts.aliases, wanted, language, limit)


@router.get("/v1/test")
async def test() -> dict[str, str]:
    """What wyoming_openai asks before it takes our voices rather than OpenAI's."""
    return {"status": "ok"}


def _as_openai(stored: StoredAudio, body: SpeechBody) -> Audio:
    return Unmeasured(stored) if body.response_format == "mp3" else stored


def _ignored(body: SpeechBody) -> dict[str, str]:
    """The header that names keys which OpenAI's call does not have: one is shown only if a header can hold it."""
    shown = [key for key in body.unknown() if re.fullmatch(r"[A-Za-z0-9_.-]{1,40}", key)][:MAX_NAMED_KEYS]
    return {"x-voxpod-ignored": ", ".join(shown)} if shown else {}
