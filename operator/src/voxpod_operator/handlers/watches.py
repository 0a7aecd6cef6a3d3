"""Kopf's part: its watches feed the view and the queue. No handler decides or writes anything.

Two Kopf operators run side by side, since Kopf scopes a whole operator and not a resource: one for our cluster-wide
custom resources and the nodes, one for Jobs and pods in the sandbox namespace only, so that no right on other pods is needed.
Only `on.event`: change-detecting handlers would cost a PATCH for each object.
"""

import asyncio
import logging
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import kopf

from voxpod_crds.base import ResourceKey
from voxpod_operator.cluster.kinds import JOB, NODE, POD, SPEECH_MODEL, TENANT, TTS_REQUEST, Kind
from voxpod_operator.errors import WatchFailed
from voxpod_operator.handlers.feed import Feed, Observer

Login = Callable[..., kopf.ConnectionInfo | None]


Put = Callable[[Kind, dict[str, Any], bool], Awaitable[None]]


def registry_of(kinds: tuple[Kind, ...], put: Put, login: Login) -> kopf.OperatorRegistry:
    """Handlers for the events of some kinds."""
    registry = kopf.OperatorRegistry()
    kopf.on.login(registry=registry)(login)
    for kind in kinds:
        kopf.on.event(kind.group, kind.version, kind.plural, registry=registry, id=f"watch-{kind.plural}")(
            _handler(kind, put)
        )
    return registry


def _handler(kind: Kind, put: Put) -> Callable[..., Any]:
    async def handle(event: kopf.RawEvent, **_: Any) -> None:
        await put(kind, dict(event["object"]), event["type"] == "DELETED")

    return handle


def kopf_settings() -> kopf.OperatorSettings:
    """Kopf without what would write to the cluster or need rights that we do not ask for."""
    settings = kopf.OperatorSettings()
    settings.posting.enabled = False
    settings.scanning.disabled = True
    # the API server ends a watch after 30 to 60 minutes; ending it sooner keeps a silently dead one short
    settings.watching.server_timeout = 290
    settings.watching.connect_timeout = 5
    # in pages: one list of 10,000 requests took 300 MB while it was read
    settings.watching.chunk_size = PAGE_SIZE
    # Kopf keeps a task and the object for so long after an event; a page of a relist must be gone before the next one comes
    settings.queueing.idle_timeout = 0.1
    settings.queueing.exit_timeout = 0.5
    # a third of what Kopf spends on an object: a deep copy of it to find changes in, which nobody asks for
    settings.persistence.diffbase_storage = _NoChanges()
    settings.persistence.progress_storage = kopf.AnnotationsProgressStorage()
    return settings


class _NoChanges(kopf.DiffBaseStorage):
    """Kopf's memory of objects as it last saw them, without any."""

    def build(self, **_: Any) -> kopf.BodyEssence:
        return kopf.BodyEssence()

    def fetch(self, **_: Any) -> kopf.BodyEssence | None:
        return None

    def store(self, **_: Any) -> None:
        """Nothing to keep."""


PAGE_SIZE = 100
"""Objects that Kopf lists at once; with the longest texts such a page has 5 MB."""

ROOT_TASKS_LOGGER = "kopf._core.reactor.running"
"""Where Kopf logs the failure of a task that it cannot live without."""

SWITCH_SECONDS = 0.0001
"""How long a thread may keep the interpreter's lock while another wants it. Python's own 5 ms are what each system call of
our loop waits for while Kopf goes through a list: with 3,000 requests a turn of the loop took half a second."""

STOP_SECONDS = 3.0
"""Kopf stops within a second, but hangs for good when it is stopped while it looks for its resources (1.45.2)."""


async def watch(observe: Observer, login: Login, sandbox_namespace: str) -> None:
    """Watch everything until cancelled; returns early only when a watcher fails for good, with its error.

    Each Kopf operator gets a thread and an event loop of its own. Of its own: on its way out Kopf cancels every task of its
    loop that is younger than itself, ours among them, after waiting five seconds for them. Two: what sandboxes do would
    wait behind a list of 25,000 requests, through which Kopf goes in some ten seconds. The threads are daemons, so that
    they cannot hold up the end of the process.
    """
    stop, feed = threading.Event(), Feed(observe)
    sys.setswitchinterval(SWITCH_SECONDS)
    feeding = asyncio.create_task(feed.run(), name="feed")
    watches = [
        _Watch(registry_of((TENANT, SPEECH_MODEL, TTS_REQUEST, NODE), feed.put, login), None, stop),
        _Watch(registry_of((JOB, POD), feed.put, login), sandbox_namespace, stop),
    ]

    def tell_end(error: BaseException | None) -> None:
        for watch in watches:
            watch.tell_end(error)

    with _failures_told_to(tell_end):
        for watch in watches:
            watch.start()
        ended = [watch.ended for watch in watches]
        try:
            done, _ = await asyncio.wait([*ended, feeding], return_when=asyncio.FIRST_COMPLETED)
            done.pop().result()
        finally:
            stop.set()
            feeding.cancel()
            done, _ = await asyncio.wait(ended, timeout=STOP_SECONDS)
            for one in done:
                one.exception()  # one failure ends both; asked for, or asyncio tells it again with a traceback


class _Watch:
    """One Kopf operator in its thread; `ended` is a future of the loop that made this."""

    def __init__(self, registry: kopf.OperatorRegistry, namespace: str | None, stop: threading.Event) -> None:
        self._registry, self._namespace, self._stop = registry, namespace, stop
        self._loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[None] = self._loop.create_future()

    def start(self) -> None:
        """Until `stop` is set."""
        threading.Thread(target=self._run, name=f"kopf {self._namespace or ''}", daemon=True).start()

    def tell_end(self, error: BaseException | None) -> None:
        """From any thread: the operator has ended, or will never get anywhere."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end, error)

    def _end(self, error: BaseException | None) -> None:
        if self.ended.done():
            return
        if error is None:
            self.ended.set_result(None)
        else:
            self.ended.set_exception(WatchFailed(f"{type(error).__name__}: {error}"))

    def _run(self) -> None:
        error: BaseException | None = None
        try:
            asyncio.run(
                kopf.operator(
                    registry=self._registry,
                    settings=kopf_settings(),
                    standalone=True,
                    clusterwide=self._namespace is None,
                    namespaces=[self._namespace] if self._namespace is not None else [],
                    stop_flag=self._stop,
                )
            )
        except BaseException as failed:
            error = failed
        self.tell_end(error)


class _Failures(logging.Handler):
    """Kopf logs that a root task has failed, starts to stop, and may hang in that for good: the process would go on
    without watches, and even lead (seen when the API server was away at the start)."""

    def __init__(self, tell: Callable[[BaseException | None], None]) -> None:
        super().__init__(logging.ERROR)
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and (error := record.exc_info[1]) is not None:
            self._tell(error)


@contextmanager
def _failures_told_to(tell: Callable[[BaseException | None], None]) -> Iterator[None]:
    handler, log = _Failures(tell), logging.getLogger(ROOT_TASKS_LOGGER)
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)


def key_of(kind: Kind, raw: dict[str, Any]) -> ResourceKey:
    """Key of an object as JSON."""
    return ResourceKey(raw["metadata"].get("namespace", "") if kind.namespaced else "", raw["metadata"]["name"])
