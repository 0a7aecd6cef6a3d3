"""What endpoints need, and the caller as they declare it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer

from voxpod_api.audio_store import AudioStore
from voxpod_api.auth.caller import Caller, known
from voxpod_api.auth.credentials import Credentials
from voxpod_api.auth.scopes import Scope
from voxpod_api.cluster.catalog import Catalog
from voxpod_api.errors import ApiError
from voxpod_api.settings import ApiSettings
from voxpod_api.speech.allowance import allowance_headers
from voxpod_api.speech.choice import Aliases
from voxpod_api.speech.service import SpeechService
from voxpod_api.speech.tasks import TaskService
from voxpod_crds.tenant import Tenant


@dataclass(frozen=True)
class Parts:
    """One facade process."""

    settings: ApiSettings
    credentials: Credentials
    catalog: Catalog
    aliases: Aliases
    speech: SpeechService
    tasks: TaskService
    store: AudioStore
    now: Callable[[], datetime]
    ready: Callable[[], str]
    """Why the process cannot serve; empty when it can."""


def parts_of(request: Request) -> Parts:
    """The process that serves the call."""
    found: Parts = request.app.state.parts
    return found


BEARER = Security(HTTPBearer(auto_error=False, description="An API key, or a token of the issuer."))
"""For the OpenAPI document alone: `authenticate` reads the header."""


async def _known(request: Request) -> Caller:
    parts = parts_of(request)
    if problem := parts.ready():
        raise ApiError(503, "starting", problem, "server_error", headers={"Retry-After": "2"})
    caller = await known(request.headers.get("authorization", ""), parts.credentials, parts.catalog)
    request.state.caller = caller
    request.state.allowance = lambda: allowance_headers(tenant_now(parts, caller), parts.now())
    return caller


def tenant_now(parts: Parts, caller: Caller) -> Tenant:
    """The caller's Tenant as the watch told it last."""
    return parts.catalog.tenants.get(caller.tenant.metadata.name) or caller.tenant


async def _reader(request: Request) -> Caller | None:
    if parts_of(request).settings.public_catalogue and "authorization" not in request.headers:
        return None
    return await _known(request)


def _who_may(scope: Scope) -> Callable[..., Awaitable[Caller]]:
    """A dependency: a caller with a credential that has the scope; 401 for strangers, 403 for others."""

    async def caller(request: Request, _: Annotated[object, BEARER]) -> Caller:
        found = await _known(request)
        if scope not in found.scopes:
            raise ApiError(403, "insufficient_scope", f"the credential has not the scope {scope}", "permission_error")
        return found

    return caller


Speaker = Annotated[Caller, Depends(_who_may("speech:write"))]
"""Who may have texts spoken. Declared before the body: it is not read for a stranger."""

TaskReader = Annotated[Caller, Depends(_who_may("speech:read"))]
"""Who may see what became of tasks."""

UsageReader = Annotated[Caller, Depends(_who_may("usage:read"))]
"""Who may see what was used, and what is left."""

Reader = Annotated[Caller | None, Depends(_reader)]
"""Who may look at the catalogue: everybody (None), where the settings say so, or a caller."""
