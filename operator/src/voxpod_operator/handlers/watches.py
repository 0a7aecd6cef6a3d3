"""Kopf's part: its watches feed the view and the queue. No handler decides or writes anything.

Two Kopf operators run side by side, since Kopf scopes a whole operator and not a resource: one for our cluster-wide
custom resources, one for Jobs and pods in the sandbox namespace only, so that no right on other pods is needed.
Only `on.event`: change-detecting handlers would cost a PATCH for each object.
"""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import kopf

from voxpod_crds.base import ResourceKey
from voxpod_operator.cluster.kinds import JOB, POD, SPEECH_MODEL, TENANT, TTS_REQUEST, Kind

Observer = Callable[[Kind, dict[str, Any], bool], None]
"""Kind, object as JSON, whether it was deleted."""

Login = Callable[..., kopf.ConnectionInfo | None]


def registry_of(kinds: tuple[Kind, ...], observe: Observer, login: Login) -> kopf.OperatorRegistry:
    """Handlers for the events of some kinds."""
    registry = kopf.OperatorRegistry()
    kopf.on.login(registry=registry)(login)
    for kind in kinds:
        kopf.on.event(kind.group, kind.version, kind.plural, registry=registry, id=f"watch-{kind.plural}")(
            _handler(kind, observe)
        )
    return registry


def _handler(kind: Kind, observe: Observer) -> Callable[..., Any]:
    async def handle(event: kopf.RawEvent, **_: Any) -> None:
        observe(kind, dict(event["object"]), event["type"] == "DELETED")

    return handle


def kopf_settings() -> kopf.OperatorSettings:
    """Kopf without what would write to the cluster or need rights that we do not ask for."""
    settings = kopf.OperatorSettings()
    settings.posting.enabled = False
    settings.scanning.disabled = True
    # the API server ends a watch after 30 to 60 minutes; ending it sooner keeps a silently dead one short
    settings.watching.server_timeout = 290
    settings.watching.connect_timeout = 5
    settings.queueing.exit_timeout = 0.5
    return settings


STOP_SECONDS = 3.0
"""Kopf stops within a second, but hangs for good when it is stopped while it looks for its resources (1.45.2)."""


async def watch(observe: Observer, login: Login, sandbox_namespace: str) -> None:
    """Watch everything until cancelled; returns early only when a watcher fails for good, with its error.

    Kopf gets a thread and an event loop of its own: on its way out it cancels every task of its loop that is younger
    than itself, ours among them, after waiting five seconds for them. The thread is a daemon, so that it cannot hold up
    the end of the process.
    """
    ours, stop = asyncio.get_running_loop(), threading.Event()
    ended: asyncio.Future[None] = ours.create_future()

    def tell(kind: Kind, raw: dict[str, Any], deleted: bool) -> None:
        ours.call_soon_threadsafe(observe, kind, raw, deleted)

    def end(error: BaseException | None) -> None:
        if not ended.done():
            ended.set_exception(error) if error is not None else ended.set_result(None)

    def run() -> None:
        error: BaseException | None = None
        try:
            _run_kopf(tell, login, sandbox_namespace, stop)
        except BaseException as failed:
            error = failed
        if not ours.is_closed():
            ours.call_soon_threadsafe(end, error)

    threading.Thread(target=run, name="kopf", daemon=True).start()
    try:
        await asyncio.shield(ended)
    finally:
        stop.set()
        await asyncio.wait([ended], timeout=STOP_SECONDS)


def _run_kopf(observe: Observer, login: Login, sandbox_namespace: str, stop: threading.Event) -> None:
    async def both() -> None:
        custom, sandboxes = (
            registry_of((TENANT, SPEECH_MODEL, TTS_REQUEST), observe, login),
            registry_of((JOB, POD), observe, login),
        )
        async with asyncio.TaskGroup() as operators:
            operators.create_task(
                kopf.operator(
                    registry=custom, settings=kopf_settings(), standalone=True, clusterwide=True, stop_flag=stop
                )
            )
            operators.create_task(
                kopf.operator(
                    registry=sandboxes,
                    settings=kopf_settings(),
                    standalone=True,
                    namespaces=[sandbox_namespace],
                    stop_flag=stop,
                )
            )

    asyncio.run(both())


def key_of(kind: Kind, raw: dict[str, Any]) -> ResourceKey:
    """Key of an object as JSON."""
    return ResourceKey(raw["metadata"].get("namespace", "") if kind.namespaced else "", raw["metadata"]["name"])
