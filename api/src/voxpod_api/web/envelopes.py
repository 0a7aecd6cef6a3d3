"""Whatever goes wrong, a client gets OpenAI's envelope with all of its keys: SDKs show its message to their users."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from voxpod_api.errors import ApiError

INTERNAL = ApiError(500, "internal_error", "the server failed on this call", "server_error")


class ErrorFacts(BaseModel):
    """What went wrong."""

    message: str
    type: str
    param: str | None
    code: str


class ErrorAnswer(BaseModel):
    """OpenAI's envelope."""

    error: ErrorFacts


DOCUMENTED: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": ErrorAnswer, "description": "The call cannot be served as it is; docs/http-api.md has the codes."},
    "5XX": {
        "model": ErrorAnswer,
        "description": "The server cannot serve it at present; `Retry-After` where it may later.",
    },
}
"""What OpenAPI says of errors, at every call."""


def answer_of(error: ApiError) -> JSONResponse:
    """The error as an answer."""
    return JSONResponse(error.envelope(), error.status, error.headers)


def install(app: FastAPI) -> None:
    """Have every error of the application answered so."""

    async def told(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, ApiError)
        return answer_of(error)

    async def routing(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        call = f"{request.method} {request.url.path[:100]}"
        allowed = {k: v for k, v in (error.headers or {}).items() if k.lower() == "allow"}
        code = {404: "unknown_url", 405: "method_not_allowed"}.get(error.status_code, "invalid_request")
        return answer_of(ApiError(error.status_code, code, f"there is no such call: {call}", headers=allowed))

    async def query(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0]
        name = str(first["loc"][min(1, len(first["loc"]) - 1)])  # of a list it is its name that counts, not the place
        return answer_of(ApiError(400, "invalid_value", f"{name}: {first['msg']}", param=name))

    async def failed(_: Request, __: Exception) -> JSONResponse:
        return answer_of(INTERNAL)  # and Starlette raises it again, for the log

    app.add_exception_handler(Exception, failed)
    app.add_exception_handler(RequestValidationError, query)
    app.add_exception_handler(ApiError, told)
    app.add_exception_handler(HTTPException, routing)
