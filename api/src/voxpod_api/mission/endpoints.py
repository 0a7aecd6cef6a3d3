"""Voxpod's own calls. No logic: a body becomes an order, an order an answer."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse, Response

from voxpod_api.errors import ApiError
from voxpod_api.mission.schemas import SpeakAnswer, SpeakBody, SynthesizeAnswer, SynthesizeBody
from voxpod_api.speech.order import Order
from voxpod_api.web.answers import Base64Answer
from voxpod_api.web.bodies import body_of, documented
from voxpod_api.web.calls import fetched, seconds_left, speak, told
from voxpod_api.web.parts import Speaker, parts_of

router = APIRouter()


@router.post("/v1/tts/synthesize", openapi_extra=documented(SynthesizeBody), response_model=SynthesizeAnswer)
async def synthesize(
    request: Request, caller: Speaker, body: Annotated[SynthesizeBody, Depends(body_of(SynthesizeBody))]
) -> Response:
    """A URL of the audio of a text."""
    parts = parts_of(request)
    order = Order(
        body.text,
        body.model,
        body.voice,
        body.language,
        body.speed,
        body.format,
        instructions=body.instructions,
        seed=body.seed,
    )
    spoken = await speak(request, caller, order)
    answer = SynthesizeAnswer(
        audio_url=spoken.url,
        expires_in=seconds_left(parts, spoken),
        duration=spoken.seconds,
        request_id=spoken.request,
    )
    return JSONResponse(answer.model_dump(), headers=told(spoken))


@router.post("/tts", openapi_extra=documented(SpeakBody), response_model=SpeakAnswer)
async def speak_at_once(
    request: Request, caller: Speaker, body: Annotated[SpeakBody, Depends(body_of(SpeakBody))]
) -> Response:
    """The audio of a text, in the answer."""
    parts = parts_of(request)
    try:
        spoken = await speak(request, caller, Order(body.text, voice=body.speaker, language=body.language))
    except ApiError as error:
        raise error.named({"voice": "speaker"}) from None
    audio = await fetched(parts, spoken)
    beside: dict[str, object] = {"duration": spoken.seconds, "sample_rate": spoken.sample_rate}
    return Base64Answer(audio, beside, told(spoken))
