"""What a person sees: one line that changes while something is waited for, and tables."""

import sys
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TextIO

from voxpod_cli.service import Day, Limit, Task, Use, Voice


class Progress:
    """The last line of a terminal; nothing where standard error is none."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stderr
        self.live = self._out.isatty()
        self._began = time.monotonic()

    def show(self, words: str) -> None:
        """In the place of what was shown before."""
        if self.live:
            elapsed = time.monotonic() - self._began
            self._out.write(f"\r\x1b[2K{printable(words)} ({elapsed:.0f} s)")
            self._out.flush()

    def clear(self) -> None:
        """Nothing is waited for any more."""
        if self.live:
            self._out.write("\r\x1b[2K")
            self._out.flush()


def standing(task: Task) -> str:
    """A task that has not ended, in a few words."""
    if task.status == "running":
        return "speaking"
    return f"waiting, place {task.place}" if task.place else "waiting"


def printable(text: str) -> str:
    """Without characters that a terminal takes for commands: texts of others are shown."""
    return "".join(c if c.isprintable() else " " for c in text)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns as wide as they have to be."""
    lines = [tuple(header), *(tuple(printable(cell) for cell in row) for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    return "\n".join("   ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip() for line in lines)


def tasks_table(tasks: Iterable[Task], now: float) -> str:
    """Tasks, and what became of them."""
    rows = (
        (
            one.id,
            one.status,
            _age(now - one.created),
            "" if one.seconds is None else f"{one.seconds:.1f}",
            one.voice,
            one.error,
        )
        for one in tasks
    )
    return table(("ID", "STATUS", "AGE", "AUDIO S", "VOICE", "ERROR"), rows)


def voices_table(voices: Iterable[Voice]) -> str:
    """Voices by model."""
    return table(("VOICE", "LANGUAGE", "MODEL"), ((one.name, one.language, one.model) for one in voices))


def use_table(use: Use) -> str:
    """Used, limit, left; and when the day ends."""
    until = "" if use.resets is None else f", until {datetime.fromtimestamp(use.resets, UTC):%Y-%m-%d %H:%M} UTC"
    return f"{printable(use.tenant)}{until}\n" + table(("", "USED", "LIMIT", "LEFT"), map(_limit, use.limits))


def days_table(days: Iterable[Day]) -> str:
    """What was used, day by day."""
    rows = ((one.date, *map(_number, (one.requests, one.characters, one.audio_seconds))) for one in days)
    return table(("DAY (UTC)", "REQUESTS", "CHARACTERS", "AUDIO S"), rows)


def _limit(one: Limit) -> tuple[str, str, str, str]:
    return (one.name, _number(one.used), _number(one.limit), _number(one.left))


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.1f}".removesuffix(".0")


def _age(seconds: float) -> str:
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds // size:.0f}{unit}"
    return f"{max(seconds, 0):.0f}s"
