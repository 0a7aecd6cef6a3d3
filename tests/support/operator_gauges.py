"""What a scheduling pass takes, and how late an event is, inside of an operator process: for the scale bench."""

import time
from typing import Any

from voxpod_operator import app
from voxpod_operator.reconcile import workers
from voxpod_operator.reconcile.schedule import reconcile_schedule

SENT = "bench.voxpod.dev/sent"
"""Annotation of an object: seconds since 1970 at which it was sent to the API server."""


class Gauges:
    """Milliseconds since the last `taken`."""

    def __init__(self) -> None:
        self._passes: list[tuple[float, float, int]] = []
        self._lags: list[float] = []
        self._seen: set[str] = set()
        observe = app.take_in

        def take_in(ctx: Any, kind: Any, raw: dict[str, Any], deleted: bool) -> None:
            sent = (raw["metadata"].get("annotations") or {}).get(SENT)
            if sent is not None and not deleted and raw["metadata"]["uid"] not in self._seen:
                self._seen.add(raw["metadata"]["uid"])
                self._lags.append(1000 * (time.time() - float(sent)))
            observe(ctx, kind, raw, deleted)

        async def schedule(ctx: Any, key: Any) -> None:
            held = ctx.book.held
            began, worked = time.perf_counter(), time.thread_time()
            await reconcile_schedule(ctx, key)  # there is no await in it: nothing else of the loop runs meanwhile
            took = 1000 * (time.perf_counter() - began), 1000 * (time.thread_time() - worked)
            self._passes.append((*took, ctx.book.held - held))

        app.__dict__["take_in"] = take_in
        workers.RECONCILERS["schedule"] = schedule

    def taken(self) -> dict[str, list[Any]]:
        """For a line of JSON; of each pass its seconds by the clock and by the processor, in ms, and how many slots it gave."""
        told: dict[str, list[Any]] = {"passes": list(self._passes), "lags": [round(ms, 1) for ms in self._lags]}
        self._passes.clear()
        self._lags.clear()
        return told
