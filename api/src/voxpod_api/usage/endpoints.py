"""The calls about use and limits. No logic."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request

from voxpod_api.errors import ApiError
from voxpod_api.usage.documents import limits_document, usage_document
from voxpod_api.usage.history import GroupBy, asked, history_document
from voxpod_api.usage.reading import history_of
from voxpod_api.web.parts import UsageReader, parts_of

router = APIRouter()

Names = Annotated[list[str] | None, Query(max_length=64)]
Groups = Annotated[list[GroupBy] | None, Query(max_length=4)]
Epoch = Annotated[int | None, Query(ge=0, description="Seconds since 1970.")]
UNKNOWN = ("user_ids", "api_key_ids")
"""What OpenAI's call can be narrowed to, and is not told apart here."""


def _of_what(
    request: Request,
    group_by: Groups = None,
    models: Names = None,
    project_ids: Names = None,
    group_by_too: Annotated[Groups, Query(alias="group_by[]", include_in_schema=False)] = None,
    models_too: Annotated[Names, Query(alias="models[]", include_in_schema=False)] = None,
    project_ids_too: Annotated[Names, Query(alias="project_ids[]", include_in_schema=False)] = None,
) -> dict[str, frozenset[str]]:
    """Lists as people write them (`models=a&models=b`), and as OpenAI's SDKs do (`models[]=a`)."""
    for name in UNKNOWN:
        if name in request.query_params or f"{name}[]" in request.query_params:
            raise ApiError(400, "not_supported", f"{name}: use is not told apart by them", param=name)
    return {
        "group_by": frozenset([*(group_by or ()), *(group_by_too or ())]),
        "models": frozenset([*(models or ()), *(models_too or ())]),
        "namespaces": frozenset([*(project_ids or ()), *(project_ids_too or ())]),
    }


@router.get("/v1/limits")
async def limits(request: Request, caller: UsageReader) -> dict[str, Any]:
    """The tenant's limits, and what is left of each."""
    return limits_document(caller.tenant, parts_of(request).now())


@router.get("/v1/usage")
@router.get("/v1/organization/usage/audio_speeches", include_in_schema=False)
async def usage(
    request: Request,
    caller: UsageReader,
    of_what: Annotated[dict[str, frozenset[str]], Depends(_of_what)],
    start_time: Epoch = None,
    end_time: Epoch = None,
    bucket_width: Literal["1d"] = "1d",
    limit: Annotated[int, Query(ge=1, le=31)] = 7,
    page: Annotated[str, Query(max_length=64)] = "",
) -> dict[str, Any]:
    """What the tenant has used: today, or day by day from `start_time`."""
    now = parts_of(request).now()
    if start_time is None:
        return usage_document(caller.tenant, now)
    wanted = asked(start_time, end_time, page, now, days=limit, **of_what)
    return history_document(wanted, caller.tenant, await history_of(parts_of(request).store, caller.tenant), now)
