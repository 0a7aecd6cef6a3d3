"""The requests' progress: on a terminal one line for each, rewritten as it goes; elsewhere a line for each change."""

import time
from collections.abc import Callable, Sequence
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from voxpod_demo.view import RequestView

MARKS = {
    "Pending": ("·", "dim"),
    "Queued": ("◔", "yellow"),
    "Running": ("▶", "cyan"),
    "Succeeded": ("✓", "green"),
    "Rejected": ("⊘", "magenta"),
    "Cancelled": ("⊘", "magenta"),
    "Failed": ("✗", "red"),
}
REFRESHES_PER_SECOND = 8


def progress_table(keys: Sequence[str], views: dict[str, RequestView]) -> Table:
    """One line a request in the order of `keys`, cut to the terminal's width: mark, request, phase, detail."""
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
    table.expand = True
    for key in keys:
        view = views.get(key)
        phase = view.phase if view else "Pending"
        mark, style = MARKS[phase]
        table.add_row(Text(mark, style), key, Text(phase, style), Text(view.detail if view else "", "dim"))
    return table


def plain_line(seconds: float, view: RequestView) -> str:
    """A change of one request, for a log: seconds since the start, request, phase, detail."""
    return f"{seconds:6.1f} s  {view.key:<18} {view.phase:<9}  {view.detail}"


class Progress:
    """Shows the views that it is given, as a context manager."""

    def __init__(self, console: Console, keys: Sequence[str], clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._keys = keys
        self._clock = clock
        self._started = clock()
        self._views: dict[str, RequestView] = {}
        self._live = (
            Live(get_renderable=self._table, console=console, refresh_per_second=REFRESHES_PER_SECOND)
            if console.is_terminal
            else None
        )

    def show(self, view: RequestView) -> None:
        """The request stands like this now."""
        before = self._views.get(view.key)
        self._views[view.key] = view
        # not each place that it moves up in a line: a log is read afterwards
        if self._live is None and (before is None or (before.phase, before.reason) != (view.phase, view.reason)):
            self._console.print(Text(plain_line(self._clock() - self._started, view)), soft_wrap=True)

    def __enter__(self) -> "Progress":
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def _table(self) -> Table:
        return progress_table(self._keys, self._views)
