"""Following objects as they change: kubectl get --watch, read as a stream."""

import json
import queue
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator
from typing import IO

from voxpod_demo.errors import DemoError
from voxpod_demo.kubectl import Json, Kubectl

TICK_SECONDS = 0.1
"""How long nothing may happen until the follower gets the floor, to redraw or to give up."""

RESTART_SECONDS = 1.0


def objects_of(lines: Iterable[str]) -> Iterator[Json]:
    """The JSON objects that kubectl prints one after another, indented: each ends with a brace in the first column."""
    held: list[str] = []
    for line in lines:
        held.append(line)
        if line.rstrip("\n") == "}":
            yield json.loads("".join(held))
            held = []


def follow(kubectl: Kubectl, *words: str) -> Iterator[Json | None]:
    """The objects that `kubectl get WORDS` finds and each change of them, for ever; None after each quiet tick.

    A watch that ends (API servers close them) is started again and tells the present state first.
    """
    argv = kubectl.argv("get", *words, "--watch", "-o", "json")
    while True:
        events: queue.Queue[Json | None] = queue.Queue()
        with subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            threading.Thread(target=_pump, args=(process.stdout, events), daemon=True).start()
            try:
                yield from _until_end(events)
            finally:
                process.terminate()
            complaint = process.stderr.read().strip() if process.stderr else ""
        if "NotFound" in complaint or "the server doesn't have a resource type" in complaint:
            raise DemoError(f"kubectl get {' '.join(words)} failed", details=complaint.splitlines())
        started = time.monotonic()
        while time.monotonic() - started < RESTART_SECONDS:
            yield None
            time.sleep(TICK_SECONDS)


def _pump(stdout: IO[str], events: "queue.Queue[Json | None]") -> None:
    for one in objects_of(stdout):
        events.put(one)
    events.put(None)


def _until_end(events: "queue.Queue[Json | None]") -> Iterator[Json | None]:
    while True:
        try:
            event = events.get(timeout=TICK_SECONDS)
        except queue.Empty:
            yield None
            continue
        if event is None:
            return
        yield event
