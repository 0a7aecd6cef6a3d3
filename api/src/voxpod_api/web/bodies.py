"""A body as a model: JSON whatever its Content-Type says (curl -d calls it a form), within limits of size and time."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ConfigDict, ValidationError

from voxpod_api.errors import ApiError
from voxpod_api.web.parts import parts_of


class Body(BaseModel):
    """A body; keys that it does not know are kept apart, since clients of OpenAI send some of their own."""

    model_config = ConfigDict(extra="allow", frozen=True)

    def unknown(self) -> list[str]:
        """The keys that it does not know."""
        return sorted(self.model_extra or {})


B = TypeVar("B", bound=Body)


def body_of(model: type[B]) -> Callable[[Request], Awaitable[B]]:
    """A dependency that reads the body. Raises ApiError: 400, 408, 413."""

    async def read(request: Request) -> B:
        return parse(model, await _raw(request))

    return read


def documented(model: type[Body]) -> dict[str, Any]:
    """What OpenAPI says of a body that `body_of` reads; `web.openapi` puts what its parts are beside it."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def parse(model: type[B], raw: bytes) -> B:
    """The model that a body says. Raises ApiError, which quotes nothing of it."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        raise ApiError(400, "invalid_json", "the body is not JSON in UTF-8") from None
    if not isinstance(found, dict):
        raise ApiError(400, "invalid_json", "the body is not a JSON object")
    try:
        return model.model_validate(found)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        param = str(first["loc"][0]) if first["loc"] else None
        code = CODES.get(first["type"], "invalid_value")
        where = ".".join(str(part) for part in first["loc"])
        raise ApiError(400, code, f"{where}: {first['msg']}", param=param) from None


CODES = {
    "missing": "missing_required_parameter",
    "string_too_long": "string_above_max_length",
    "string_too_short": "string_below_min_length",
    "literal_error": "unsupported_value",
    "string_unicode": "invalid_unicode",
}


async def _raw(request: Request) -> bytes:
    settings = parts_of(request).settings
    too_long = ApiError(413, "body_too_long", f"the body has more than {settings.max_body_bytes} bytes")
    told = request.headers.get("content-length", "")
    if told.isdecimal() and int(told) > settings.max_body_bytes:
        raise too_long
    pieces, size = [], 0
    try:
        async with asyncio.timeout(settings.body_seconds):
            async for piece in request.stream():
                pieces.append(piece)
                size += len(piece)
                if size > settings.max_body_bytes:
                    raise too_long
    except TimeoutError:
        raise ApiError(408, "body_too_slow", f"the body was not sent within {settings.body_seconds:g} s") from None
    return b"".join(pieces)
