"""Bodies made into tasks: one, or a batch of which each is told for itself."""

import asyncio
from collections.abc import Sequence

from fastapi import Request

from voxpod_api.auth.caller import Caller
from voxpod_api.cluster.gateway import Json
from voxpod_api.errors import ApiError
from voxpod_api.speech.order import Order, Task
from voxpod_api.tasks.schemas import TaskBody
from voxpod_api.web.calls import allowed
from voxpod_api.web.parts import Parts, parts_of
from voxpod_api.webhooks.address import problem_of

AT_ONCE = 8
"""Tasks of a batch that are made at one time: one caller shall not fill the API server's queue."""


def meant(request: Request, caller: Caller, body: TaskBody) -> Task:
    """The task that a body asks for. Raises ApiError."""
    order = Order(
        body.text,
        body.model,
        body.voice,
        body.language,
        body.speed,
        body.format,
        body.sample_rate,
        body.timestamps,
        body.instructions,
        body.seed,
    )
    _check_webhook(parts_of(request), body.webhook_url)
    return Task(
        allowed(request, caller, order),
        body.deadline_seconds,
        body.audio_url_seconds,
        body.priority,
        body.webhook_url or "",
    )


async def made(request: Request, caller: Caller, body: TaskBody, key: str) -> Json:
    """The TTSRequest of a task. Raises ApiError."""
    return await parts_of(request).tasks.create(caller, meant(request, caller, body), key)


async def all_made(request: Request, caller: Caller, bodies: Sequence[TaskBody], key: str) -> list[Json | ApiError]:
    """Of each body the TTSRequest, or why there is none. The batch's key stands for one of each place in it."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(index: int, body: TaskBody) -> Json | ApiError:
        async with turns:
            try:
                return await made(request, caller, body, f"{key}/{index}" if key else "")
            except ApiError as error:
                return error

    found = await asyncio.gather(*(one(index, body) for index, body in enumerate(bodies)))
    request.state.text_len = sum(len(body.text) for body in bodies)
    return found


def _check_webhook(parts: Parts, url: str | None) -> None:
    if url is None:
        return
    if parts.credentials.webhook_keys is None:
        raise ApiError(400, "not_supported", "webhook_url: webhooks are not set up here", param="webhook_url")
    settings = parts.settings
    if problem := problem_of(url, settings.webhooks_allow_http, settings.webhooks_allow_cidrs):
        raise ApiError(400, "invalid_value", f"webhook_url: {problem}", param="webhook_url")
