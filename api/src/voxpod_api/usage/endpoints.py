"""The calls about use and limits. No logic."""

from typing import Any

from fastapi import APIRouter, Request

from voxpod_api.usage.documents import limits_document, usage_document
from voxpod_api.web.parts import UsageReader, parts_of

router = APIRouter()


@router.get("/v1/limits")
async def limits(request: Request, caller: UsageReader) -> dict[str, Any]:
    """The tenant's limits, and what is left of each."""
    return limits_document(caller.tenant, parts_of(request).now())


@router.get("/v1/usage")
async def usage(request: Request, caller: UsageReader) -> dict[str, Any]:
    """What the tenant has used today."""
    return usage_document(caller.tenant, parts_of(request).now())
