"""The console's and the documentation's files, with headers that let the page load nothing else and run no text as code."""

from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Request
from starlette.responses import Response

from voxpod_api.errors import ApiError
from voxpod_api.web.parts import parts_of

router = APIRouter(include_in_schema=False)

MEDIA_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
PAGE, DOCS = "index.html", "docs.html"

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; media-src blob:;"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    # a new version of the facade has new files under old names
    "Cache-Control": "no-cache",
}


@router.get("/")
async def page(request: Request) -> Response:
    """The page."""
    return _file(request, PAGE)


@router.get("/docs")
async def docs(request: Request) -> Response:
    """The OpenAPI document, for people."""
    return _file(request, DOCS)


@router.get("/console/{name}")
async def part(request: Request, name: str) -> Response:
    """A file that the page needs."""
    return _file(request, name)


def _file(request: Request, name: str) -> Response:
    if name not in _files() or not parts_of(request).settings.console:
        raise ApiError(404, "unknown_url", "Not Found")
    return Response(_files()[name], headers=HEADERS, media_type=MEDIA_TYPES[name.rpartition(".")[2]])


@cache
def _files() -> dict[str, bytes]:
    """All there are, by name: what a URL names is looked up here and never on disk."""
    return {one.name: one.read_bytes() for one in (files("voxpod_api.console") / "static").iterdir() if one.is_file()}
