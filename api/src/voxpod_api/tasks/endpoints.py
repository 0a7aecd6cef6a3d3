"""The calls about tasks. No logic: a body becomes a task, a TTSRequest an answer."""

import base64
import binascii
from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import JSONResponse, Response

from voxpod_api.errors import ApiError, StoreError, not_now
from voxpod_api.speech import outcome
from voxpod_api.speech.outcome import Standing
from voxpod_api.tasks.captions import Cue, as_srt, as_vtt, cues
from voxpod_api.tasks.documents import batch_of, task_of
from voxpod_api.tasks.making import all_made, made, meant
from voxpod_api.tasks.schemas import BatchAnswer, BatchBody, NewTaskBody, TaskAnswer, TaskPage
from voxpod_api.tasks.streaming import TaskStream
from voxpod_api.web.answers import EVENTS, MEDIA_TYPES, AudioAnswer, answers
from voxpod_api.web.bodies import body_of, documented
from voxpod_api.web.calls import fetched, repeat_of, times_of
from voxpod_api.web.parts import Speaker, TaskReader, parts_of
from voxpod_api.webhooks.signing import secrets_of

router = APIRouter()

MAX_WAIT_SECONDS = 30

CAPTIONS: dict[str, tuple[Callable[[list[Cue]], str], str]] = {
    "srt": (as_srt, "application/x-subrip"),
    "vtt": (as_vtt, "text/vtt"),
}
JSON, CAPTION_TYPES = "application/json", [media_type for _, media_type in CAPTIONS.values()]


@router.post(
    "/v1/speech-tasks",
    openapi_extra=documented(NewTaskBody),
    response_model=TaskAnswer,
    status_code=202,
    responses={200: {"description": "Events, where `stream` asks for them.", "content": {EVENTS: {}}}},
)
async def create_task(
    request: Request, caller: Speaker, body: Annotated[NewTaskBody, Depends(body_of(NewTaskBody))]
) -> Response:
    """Have a text spoken, and be told where to ask for it; or be told of it as it goes."""
    parts, key = parts_of(request), repeat_of(request.headers).key
    if body.stream:
        followed = await parts.tasks.follow(caller, meant(request, caller, body), key)
        return AudioAnswer(TaskStream(followed, parts.now), EVENTS, {"cache-control": "no-store"})
    answer = task_of(await made(request, caller, body, key), parts.now())
    return JSONResponse(answer.model_dump(), 202, {"Location": f"/v1/speech-tasks/{answer.id}"})


@router.post("/v1/speech-tasks/batch", openapi_extra=documented(BatchBody), response_model=BatchAnswer, status_code=202)
async def create_batch(
    request: Request, caller: Speaker, body: Annotated[BatchBody, Depends(body_of(BatchBody))]
) -> Response:
    """Have several texts spoken. Each is told for itself: some may be made and others refused."""
    found = await all_made(request, caller, body.tasks, repeat_of(request.headers).key)
    return JSONResponse(batch_of(found, parts_of(request).now()).model_dump(), 202)


@router.get("/v1/speech-tasks/{task_id}")
async def get_task(
    request: Request, caller: TaskReader, task_id: str, wait: Annotated[int, Query(ge=0, le=MAX_WAIT_SECONDS)] = 0
) -> TaskAnswer:
    """A task as it is, or as soon as it has ended within `wait` seconds."""
    parts = parts_of(request)
    raw = await (parts.tasks.ended(caller, task_id, wait) if wait else parts.tasks.find(caller, task_id))
    return task_of(raw, parts.now())


@router.get("/v1/speech-tasks/{task_id}/audio", response_class=Response, responses=answers(*MEDIA_TYPES.values()))
async def get_audio(request: Request, caller: TaskReader, task_id: str) -> Response:
    """The audio of a task, for who does not reach the store."""
    parts = parts_of(request)
    spoken = outcome.spoken(await parts.tasks.find(caller, task_id))
    if spoken is None or spoken.expires <= parts.now():
        raise ApiError(404, "audio_not_found", "there is no audio of it: not made, not yet, or expired")
    return AudioAnswer(await fetched(parts, spoken), MEDIA_TYPES[spoken.format], {"x-voxpod-request": spoken.request})


@router.get("/v1/speech-tasks/{task_id}/timestamps", response_class=Response, responses=answers(JSON, *CAPTION_TYPES))
async def get_timestamps(
    request: Request, caller: TaskReader, task_id: str, format: Literal["json", "srt", "vtt"] = "json"
) -> Response:
    """When each sentence (and word) of a task is heard: as JSON, or as captions."""
    parts = parts_of(request)
    document = await times_of(parts, await parts.tasks.find(caller, task_id))
    if format == "json":
        return Response(document, media_type=JSON)
    try:
        found = cues(document)
    except StoreError as error:
        raise not_now(503, "store_unavailable", str(error), 2) from None
    write, media_type = CAPTIONS[format]
    return Response(write(found), media_type=media_type)


@router.delete("/v1/speech-tasks/{task_id}")
async def cancel_task(request: Request, caller: Speaker, task_id: str) -> TaskAnswer:
    """Cancel a task; one that has ended stays as it is."""
    parts = parts_of(request)
    return task_of(await parts.tasks.cancel(caller, task_id), parts.now())


@router.get("/v1/speech-tasks")
async def list_tasks(
    request: Request,
    caller: TaskReader,
    status: Standing | None = None,
    after: Annotated[str, Query(max_length=256)] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> TaskPage:
    """The tasks of the caller's namespace, the newest first."""
    parts = parts_of(request)
    found = await parts.tasks.page(caller, status or "", _decoded(after), limit)
    now = parts.now()
    return TaskPage(
        data=[task_of(raw, now) for raw in found.items],
        has_more=found.more,
        next_cursor=base64.urlsafe_b64encode(found.last.encode()).decode() if found.more else None,
    )


@router.get("/v1/webhook-secrets")
async def webhook_secrets(request: Request, caller: Speaker) -> dict[str, object]:
    """The secrets that the webhooks of the caller's namespace are signed with, the newest first."""
    keys = parts_of(request).credentials.webhook_keys
    if keys is None:
        raise ApiError(404, "webhooks_not_set_up", "webhooks are not set up here")
    return {"object": "list", "data": secrets_of(keys, caller.namespace)}


def _decoded(cursor: str) -> str:
    try:
        return base64.b64decode(cursor.encode(), b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError):
        raise ApiError(400, "invalid_value", "after: not a next_cursor of ours", param="after") from None
