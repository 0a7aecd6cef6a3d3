"""What endpoints need, and the caller as they declare it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from voxpod_api.audio_store import AudioStore
from voxpod_api.auth.caller import Caller, authenticate
from voxpod_api.auth.credentials import Credentials
from voxpod_api.cluster.catalog import Catalog
from voxpod_api.errors import ApiError
from voxpod_api.settings import ApiSettings
from voxpod_api.speech.choice import Aliases
from voxpod_api.speech.service import SpeechService


@dataclass(frozen=True)
class Parts:
    """One facade process."""

    settings: ApiSettings
    credentials: Credentials
    catalog: Catalog
    aliases: Aliases
    speech: SpeechService
    store: AudioStore
    now: Callable[[], datetime]
    ready: Callable[[], str]
    """Why the process cannot serve; empty when it can."""


def parts_of(request: Request) -> Parts:
    """The process that serves the call."""
    found: Parts = request.app.state.parts
    return found


def _caller(request: Request) -> Caller:
    parts = parts_of(request)
    if problem := parts.ready():
        raise ApiError(503, "starting", problem, "server_error", headers={"Retry-After": "2"})
    caller = authenticate(request.headers.get("authorization", ""), parts.credentials, parts.catalog)
    request.state.caller = caller
    return caller


def _reader(request: Request) -> Caller | None:
    if parts_of(request).settings.public_catalogue and "authorization" not in request.headers:
        return None
    return _caller(request)


KnownCaller = Annotated[Caller, Depends(_caller)]
"""A caller with a credential; anybody else gets 401. Declared before the body: it is not read for a stranger."""

Reader = Annotated[Caller | None, Depends(_reader)]
"""Who may look at the catalogue: everybody (None), where the settings say so, or a caller."""
