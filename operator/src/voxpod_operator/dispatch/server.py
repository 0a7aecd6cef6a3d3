"""The dispatch endpoint: HTTP over TLS in front of `dispatch.service`. docs/sandbox-protocol.md describes it."""

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from aiohttp import web
from prometheus_client import Counter
from pydantic import ValidationError

from voxpod_crds.base import ResourceKey
from voxpod_crds.sandbox_protocol import CLAIM_PATH, PROGRESS_PATH, RESULT_PATH, VERSION, VERSION_HEADER, to_json
from voxpod_operator import metrics
from voxpod_operator.cluster.kinds import TTS_REQUEST
from voxpod_operator.context import Context
from voxpod_operator.dispatch.connections import IDLE_SECONDS, Connections, accept, listening_socket
from voxpod_operator.dispatch.identity import PodIdentity, Unauthenticated, identify
from voxpod_operator.dispatch.service import AlreadyClaimed, NotWanted, claim, take_progress, take_report
from voxpod_operator.errors import ClusterError, Conflict, OperatorError
from voxpod_operator.policy.failures import read_report
from voxpod_operator.policy.progress import read_progress

logger = logging.getLogger(__name__)

CONTEXT = web.AppKey("context", Context)
REVIEWS = web.AppKey("reviews", asyncio.Semaphore)
CONNECTIONS = web.AppKey("connections", Connections)
MAX_REVIEWS = 16
"""TokenReviews at one time: callers without a valid token must not use up the connections that leases and status need."""
LONGEST_WAIT_SECONDS = 30.0
MAX_BODY_BYTES = 64 * 1024
BODY_SECONDS = 10.0
STOP_SECONDS = 1.0
"""How long calls under way may go on when the leader stops."""

COUNTERS = {CLAIM_PATH: metrics.CLAIMS, PROGRESS_PATH: metrics.PROGRESS, RESULT_PATH: metrics.RESULTS}

T = TypeVar("T")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(ctx: Context) -> AsyncIterator[None]:
    """The endpoint on its port. Raises OSError when that is taken."""
    settings = ctx.settings
    connections = Connections(settings.dispatch_max_connections, settings.dispatch_max_connections_per_address)
    runner = web.AppRunner(
        dispatch_app(ctx, connections),
        access_log=None,
        handle_signals=False,
        shutdown_timeout=STOP_SECONDS,
        keepalive_timeout=IDLE_SECONDS,
    )
    await runner.setup()
    assert runner.server is not None, "setup made it"
    try:
        with listening_socket(settings.dispatch_port) as listener:
            async with asyncio.TaskGroup() as parts:
                accepting = parts.create_task(accept(listener, connections, runner.server, ctx.certificate.context))
                try:
                    yield
                finally:
                    accepting.cancel()
    finally:
        await runner.cleanup()


def dispatch_app(ctx: Context, connections: Connections) -> web.Application:
    """The endpoint's application; it answers 503 to nobody by itself: only the leader runs it."""
    app = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[_while_serving, _answer_errors])
    app[CONTEXT] = ctx
    app[CONNECTIONS] = connections
    app[REVIEWS] = asyncio.Semaphore(MAX_REVIEWS)
    app.router.add_get(CLAIM_PATH, handle_claim)
    app.router.add_post(PROGRESS_PATH, handle_progress)
    app.router.add_post(RESULT_PATH, handle_result)
    return app


async def handle_claim(request: web.Request) -> web.StreamResponse:
    """200 with the work, 204 when there is none yet, 409 when it was claimed before, 410 when the sandbox is not wanted."""
    ctx = request.app[CONTEXT]
    who = await _caller(request, ctx)
    wait, protocol = _wait_seconds(request), _protocol(request)
    work = await claim(ctx, who, wait, protocol, lambda: request.transport is not None)
    if work is None:
        return web.Response(status=204)
    answer = to_json(work, protocol)
    return web.Response(text=answer, content_type="application/json", headers={VERSION_HEADER: str(protocol)})


async def handle_progress(request: web.Request) -> web.StreamResponse:
    """204 when it was heard, 410 when the sandbox should stop, 400 when it is malformed."""
    ctx = request.app[CONTEXT]
    who = await _caller(request, ctx)
    await take_progress(ctx, who, _parsed(read_progress, await _body(request), "progress"))
    return web.Response(status=204)


async def handle_result(request: web.Request) -> web.StreamResponse:
    """204 when the outcome is stored, 410 when it is not wanted (any more), 400 when the report is malformed."""
    ctx = request.app[CONTEXT]
    who = await _caller(request, ctx)
    await take_report(ctx, who, _parsed(read_report, await _body(request), "report"))
    return web.Response(status=204)


async def _caller(request: web.Request, ctx: Context) -> PodIdentity:
    async with request.app[REVIEWS]:
        try:
            return await identify(
                ctx.gateway,
                request.headers.get("Authorization", ""),
                ctx.settings.sandbox_namespace,
                ctx.settings.sandbox_service_account,
            )
        except ClusterError:
            ctx.progress.deaf(time.monotonic())  # whoever it was, it may be a sandbox that gets on well
            raise


async def _body(request: web.Request) -> bytes:
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await request.read()
    except TimeoutError as error:
        raise web.HTTPRequestTimeout(text=f"the body was not there within {BODY_SECONDS:.0f} s") from error


def _wait_seconds(request: web.Request) -> float:
    try:
        wait = float(request.query.get("wait", "0"))
    except ValueError as error:
        raise web.HTTPBadRequest(text="wait: a number of seconds is expected") from error
    return min(max(wait, 0.0), LONGEST_WAIT_SECONDS) if wait == wait else 0.0


def _protocol(request: web.Request) -> int:
    """The newest version of the protocol that both sides speak."""
    said = request.headers.get(VERSION_HEADER, "1")
    return min(max(int(said), 1), VERSION) if re.fullmatch(r"[0-9]{1,4}", said) else 1


def _parsed(read: Callable[[bytes], T], raw: bytes, what: str) -> T:
    try:
        return read(raw)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors(include_input=False)[:5]
        )
        raise web.HTTPBadRequest(text=f"malformed {what}: {problems}") from error


@web.middleware
async def _while_serving(request: web.Request, handler: Handler) -> web.StreamResponse:
    peer = request.transport.get_extra_info("peername") if request.transport is not None else ("", 0)
    with request.app[CONNECTIONS].serving(peer[:2]):
        return await handler(request)


@web.middleware
async def _answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    counter = COUNTERS.get(request.path, metrics.RESULTS)
    try:
        return _counted(counter, await handler(request))
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
        if error.kind == TTS_REQUEST.name:
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


def _counted(counter: Counter, response: web.StreamResponse) -> web.StreamResponse:
    counter.labels(code=str(response.status)).inc()
    return response
