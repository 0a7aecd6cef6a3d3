"""What the demo prints: steps with a mark and a time, the output of slow programs, and errors that say how to go on."""

import contextlib
import threading
import time
from collections.abc import Iterator

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column
from rich.text import Text

from voxpod_demo.errors import DemoError

ONE_LINE = Column(no_wrap=True, overflow="ellipsis", ratio=1)

LONGEST = 160
"""Characters of a line of progress that are shown in a log: a build quotes whole scripts."""

QUIET_SECONDS = 2.0
"""A step that is over by then has nothing to tell but its result."""


class Step:
    """One step under way: on a terminal the last thing it said is shown beside its spinner.

    In a log all of it is, but only of a step that is slow or fails: it is held back until then.
    """

    def __init__(self, console: Console, title: str) -> None:
        self._console = console
        self._lock = threading.Lock()
        self._held: list[str] | None = []
        self.result = ""
        columns = (
            SpinnerColumn(),
            TextColumn("{task.fields[title]}"),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.description}", table_column=ONE_LINE),
        )
        self.spinner = Progress(*columns, console=console, transient=True, expand=True, disable=not console.is_terminal)
        self._task = self.spinner.add_task("", title=title, total=None)

    def say(self, line: str) -> None:
        """A line of progress."""
        with self._lock:
            if self._console.is_terminal:
                self.spinner.update(self._task, description=escape(line.strip()))
            elif self._held is not None:
                self._held.append(line)
            else:
                self._show(line)

    def speak_up(self) -> None:
        """From now on show every line at once, those held back first."""
        with self._lock:
            held, self._held = self._held or [], None
            for line in held:
                self._show(line)

    def _show(self, line: str) -> None:
        shown = line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
        self._console.print(Text(f"    {shown}", style="dim"), soft_wrap=True)


class Terminal:
    """Standard output, as a terminal or as plain lines."""

    def __init__(self, console: Console | None = None) -> None:
        # rich looks at NO_COLOR, TERM and COLUMNS itself; highlighting would colour numbers at random
        self.console = console or Console(highlight=False)

    @classmethod
    def on_stderr(cls) -> "Terminal":
        """For commands whose standard output is read by programs."""
        return cls(Console(highlight=False, stderr=True))

    def say(self, text: str = "") -> None:
        """A line, wrapped by words."""
        self.console.print(text, markup=False)

    def raw(self, text: str) -> None:
        """A line as it is, never wrapped: to be copied."""
        self.console.print(escape(text), soft_wrap=True)

    @contextlib.contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """A step: a spinner with its title, then a line with its result and time."""
        step, started = Step(self.console, title), time.monotonic()
        timer = threading.Timer(QUIET_SECONDS, step.speak_up)
        timer.daemon = True
        timer.start()
        try:
            with step.spinner:
                yield step
        except BaseException as error:
            timer.cancel()
            if not isinstance(error, DemoError):  # which brings what was said last
                step.speak_up()
            self.console.print(f"[red]✗[/] {title}")
            raise
        timer.cancel()
        seconds = time.monotonic() - started
        self.console.print(Text.assemble(("✓ ", "green"), f"{title:<9} {step.result}", (f"  {seconds:.1f} s", "dim")))

    def error(self, error: DemoError) -> None:
        """What failed, what is known about it, what to try."""
        self.console.print(Text.assemble(("demo: ", "bold red"), str(error)))
        for line in error.details:
            self.console.print(Text(f"    {line}"), soft_wrap=True)
        if error.try_next:
            self.console.print("to go on:")
            for line in error.try_next:
                self.console.print(Text(f"    {line}"), soft_wrap=True)
