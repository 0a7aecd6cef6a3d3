"""The dispatch endpoint: HTTP over TLS in front of `dispatch.service`. docs/sandbox-protocol.md describes it."""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web
from prometheus_client import Counter
from pydantic import ValidationError

from voxpod_crds.base import ResourceKey
from voxpod_crds.sandbox_protocol import CLAIM_PATH, RESULT_PATH, Report, to_json
from voxpod_operator import metrics
from voxpod_operator.cluster.kinds import TTS_REQUEST
from voxpod_operator.context import Context
from voxpod_operator.dispatch.identity import PodIdentity, Unauthenticated, identify
from voxpod_operator.dispatch.service import AlreadyClaimed, NotWanted, claim, take_report
from voxpod_operator.errors import Conflict, OperatorError
from voxpod_operator.policy.failures import read_report

logger = logging.getLogger(__name__)

CONTEXT = web.AppKey("context", Context)
REVIEWS = web.AppKey("reviews", asyncio.Semaphore)
MAX_REVIEWS = 16
"""TokenReviews at one time: callers without a valid token must not use up the connections that leases and status need."""
LONGEST_WAIT_SECONDS = 30.0
MAX_BODY_BYTES = 64 * 1024

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def dispatch_app(ctx: Context) -> web.Application:
    """The endpoint's application; it answers 503 to nobody by itself: only the leader runs it."""
    app = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[_answer_errors])
    app[CONTEXT] = ctx
    app[REVIEWS] = asyncio.Semaphore(MAX_REVIEWS)
    app.router.add_get(CLAIM_PATH, handle_claim)
    app.router.add_post(RESULT_PATH, handle_result)
    return app


def tls_context(folder: Path) -> ssl.SSLContext:
    """Server side TLS 1.3 with the chart's certificate; raises OSError or ssl.SSLError when it cannot be read."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(folder / "tls.crt", folder / "tls.key")
    return context


async def handle_claim(request: web.Request) -> web.StreamResponse:
    """200 with the work, 204 when there is none yet, 409 when it was claimed before, 410 when the sandbox is not wanted."""
    ctx = request.app[CONTEXT]
    who = await _caller(request, ctx)
    wait = _wait_seconds(request)
    work = await claim(ctx, who, wait)
    if work is None:
        return _counted(metrics.CLAIMS, web.Response(status=204))
    return _counted(metrics.CLAIMS, web.Response(text=to_json(work), content_type="application/json"))


async def handle_result(request: web.Request) -> web.StreamResponse:
    """204 when the outcome is stored, 410 when it is not wanted (any more), 400 when the report is malformed."""
    ctx = request.app[CONTEXT]
    who = await _caller(request, ctx)
    report = _report(await request.read())
    await take_report(ctx, who, report)
    return _counted(metrics.RESULTS, web.Response(status=204))


async def _caller(request: web.Request, ctx: Context) -> PodIdentity:
    async with request.app[REVIEWS]:
        return await identify(
            ctx.gateway,
            request.headers.get("Authorization", ""),
            ctx.settings.sandbox_namespace,
            ctx.settings.sandbox_service_account,
        )


def _wait_seconds(request: web.Request) -> float:
    try:
        wait = float(request.query.get("wait", "0"))
    except ValueError as error:
        raise web.HTTPBadRequest(text="wait: a number of seconds is expected") from error
    return min(max(wait, 0.0), LONGEST_WAIT_SECONDS) if wait == wait else 0.0


def _report(raw: bytes) -> Report:
    try:
        return read_report(raw)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors(include_input=False)[:5]
        )
        raise web.HTTPBadRequest(text=f"malformed report: {problems}") from error


@web.middleware
async def _answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    counter = metrics.CLAIMS if request.path == CLAIM_PATH else metrics.RESULTS
    try:
        return await handler(request)
    except web.HTTPException as error:
        counter.labels(code=str(error.status)).inc()
        raise
    except Unauthenticated as error:
        logger.warning("caller refused", extra={"path": request.path, "why": str(error), "peer": request.remote})
        return _counted(counter, web.Response(status=401, text=str(error), headers={"WWW-Authenticate": "Bearer"}))
    except AlreadyClaimed as error:
        return _counted(counter, web.Response(status=409, text=str(error)))
    except NotWanted as error:
        return _counted(counter, web.Response(status=410, text=str(error)))
    except Conflict as error:
        await _read_again(request.app[CONTEXT], error.key)
        return _counted(
            counter,
            web.Response(status=503, text="the request changed meanwhile; ask again", headers={"Retry-After": "1"}),
        )
    except OperatorError as error:
        logger.warning("dispatch failed", extra={"path": request.path, "error": str(error)})
        return _counted(
            counter,
            web.Response(status=503, text="a part of the system is away; ask again", headers={"Retry-After": "1"}),
        )


async def _read_again(ctx: Context, key: ResourceKey) -> None:
    try:
        found = await ctx.gateway.get(TTS_REQUEST, key)
    except OperatorError as error:
        logger.warning("reading again failed", extra={"key": str(key), "error": str(error)})
        return
    if found is not None:
        ctx.view.observe(TTS_REQUEST, found)


def _counted(counter: Counter, response: web.Response) -> web.Response:
    counter.labels(code=str(response.status)).inc()
    return response
