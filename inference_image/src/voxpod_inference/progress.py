"""Tells the operator, every few seconds and beside the work, what the work is at: so that one that hangs is noticed."""

import threading
import time
from collections.abc import Callable
from types import TracebackType

from voxpod_crds.sandbox_protocol import Progress, Stage, Work
from voxpod_inference import log

_MOST_PROBLEM = 256

Tell = Callable[[Progress], bool]
"""Hands progress in; False when the work is not wanted any more."""


class Pulse:
    """A thread that tells; the worker counts steps, and says when it uploads and what went wrong.

    Silent where the operator did not ask for progress, an older one for instance.
    """

    def __init__(self, work: Work, tell: Tell, unwanted: Callable[[], None]) -> None:
        self._work = work
        self._tell = tell
        self._unwanted = unwanted
        self._stage: Stage = "synthesizing"
        self._stage_began = time.monotonic()
        self._steps = 0
        self._problem = ""
        self._wake, self._ended = threading.Event(), False

    def __enter__(self) -> "Pulse":
        """Begin to tell."""
        if self._work.progress_seconds > 0:
            threading.Thread(target=self._run, name="progress", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """The work is over; what is being told at this moment is not waited for."""
        self._ended = True
        self._wake.set()

    def step(self) -> None:
        """The work got a step further."""
        self._steps += 1

    def uploads(self) -> None:
        """The speech is made; from now on it is stored."""
        self._stage, self._stage_began = "uploading", time.monotonic()

    def failed(self, problem: str) -> None:
        """A try to upload failed; a cause that is new is told at once. Nothing of the URL may be in it."""
        log.event("upload failed, trying again", "WARNING", problem=problem)
        self._steps += 1
        if problem != self._problem:
            self._problem = problem
            self._wake.set()

    def _run(self) -> None:
        while True:
            self._wake.wait(self._work.progress_seconds)
            self._wake.clear()
            if self._ended:
                return
            if not self._tell(self._now()):
                self._unwanted()
                return

    def _now(self) -> Progress:
        seconds = round(time.monotonic() - self._stage_began, 1)
        return Progress(self._work.request_uid, self._stage, seconds, self._steps, self._problem[:_MOST_PROBLEM])
