"""`voxpod say` and `voxpod fetch`: wait for a task, and put its audio where it was asked for."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from voxpod_cli.screen import Progress, standing
from voxpod_cli.service import Order, Problem, Service, Task

FORMATS = {"wav": "wav", "mp3": "mp3", "flac": "flac", "ogg": "ogg", "oga": "ogg", "opus": "opus", "pcm": "pcm"} | {
    "raw": "pcm"
}
"""By the end of a file's name."""

SHOWN_SECONDS, PATIENT_SECONDS = 1.0, 30.0
"""How long one question waits: where somebody watches, and where nobody does."""


def format_of(out: Path | None, asked: str) -> str:
    """What to make: what was asked for, or as the file is named; WAV for a pipe. Raises Problem."""
    if asked or out is None:
        return asked or "wav"
    found = FORMATS.get(out.suffix.removeprefix(".").lower())
    if found is None:
        raise Problem(f"{out}: which format? Name the file *.{', *.'.join(FORMATS)}, or say --format")
    return found


def say(service: Service, order: Order, out: Path | None, progress: Progress) -> Task:
    """Have it spoken and written. A key pressed to stop it stops the task too. Raises Problem."""
    with _destination(out) as sink:
        task = service.create(order)
        try:
            task = awaited(service, task, progress)
            with service.audio(task) as chunks:
                for chunk in chunks:
                    sink.write(chunk)
        except KeyboardInterrupt:
            progress.show("cancelling")
            service.cancel(task.id)
            raise
    return task


def fetch(service: Service, task_id: str, out: Path | None, progress: Progress) -> Task:
    """Write the audio of a task that was made before. Raises Problem."""
    with _destination(out) as sink:
        task = awaited(service, service.task(task_id, 0), progress)
        with service.audio(task) as chunks:
            for chunk in chunks:
                sink.write(chunk)
    return task


def awaited(service: Service, task: Task, progress: Progress) -> Task:
    """The task once it has its audio. Raises Problem where it ends without."""
    while not task.ended:
        progress.show(standing(task))
        task = service.task(task.id, SHOWN_SECONDS if progress.live else PATIENT_SECONDS)
    if task.status != "succeeded":
        raise Problem(f"{task.id} {task.status}: {task.error or 'no reason was told'}")
    progress.show("fetching")
    return task


@contextmanager
def _destination(out: Path | None) -> Iterator[BinaryIO]:
    """Where the audio goes. A file is there as a whole or not at all, and that it cannot be is told before anything is made."""
    if out is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        if out.exists() and not out.is_file():  # a device or a pipe with a name is written, never replaced
            with out.open("wb") as sink:
                yield sink
            return
        part = out.with_name(f".{out.name}.{os.getpid()}.part")
        try:
            with part.open("xb") as sink:
                yield sink
            part.replace(out)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise Problem(f"{out}: {error.strerror or error}") from None
