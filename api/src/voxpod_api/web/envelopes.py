"""Whatever goes wrong, a client gets OpenAI's envelope with all of its keys: SDKs show its message to their users."""

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from voxpod_api.errors import ApiError


def answer_of(error: ApiError) -> JSONResponse:
    """The error as an answer."""
    return JSONResponse(error.envelope(), error.status, error.headers)


def install(app: FastAPI) -> None:
    """Have every error of the application answered so."""

    async def told(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, ApiError)
        return answer_of(error)

    async def routing(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        allowed = {k: v for k, v in (error.headers or {}).items() if k.lower() == "allow"}
        code = {404: "unknown_url", 405: "method_not_allowed"}.get(error.status_code, "invalid_request")
        return answer_of(ApiError(error.status_code, code, str(error.detail), headers=allowed))

    app.add_exception_handler(ApiError, told)
    app.add_exception_handler(HTTPException, routing)
