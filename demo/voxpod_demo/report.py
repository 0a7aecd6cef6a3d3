"""What is printed at the end: the table of times, refusals with their reasons, and where the audio lies. Pure."""

from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.table import Table
from rich.text import Text

from voxpod_demo.progress import MARKS
from voxpod_demo.view import RequestView

COLUMNS = ("queue", "start", "synth", "upload", "audio", "RTF")


def summary_table(views: Sequence[RequestView]) -> Table:
    """Request, tenant, phase, the seconds of each stage and of audio, real-time factor; fits 80 columns."""
    table = Table(box=box.SIMPLE, padding=(0, 1), collapse_padding=True, pad_edge=False)
    for name in ("request", "tenant", "phase"):
        table.add_column(name, no_wrap=True)
    for name in COLUMNS:
        table.add_column(name, justify="right", no_wrap=True)
    for view in views:
        times = (view.queued, view.startup, view.synthesis, view.upload, view.audio)
        factor = view.real_time_factor
        table.add_row(
            view.key.rpartition("/")[2],
            view.tenant or "-",
            Text(view.phase, MARKS[view.phase][1]),
            *(seconds(value) for value in times),
            "-" if factor is None else f"{factor:.2f}",
        )
    return table


LEGEND = "Times in seconds; start: sandbox pod and model load. RTF: synthesis / audio."


def seconds(value: float | None) -> str:
    """A stage's time to a hundredth; `-` where there was none."""
    return "-" if value is None else f"{value:.2f}"


def refusals(views: Sequence[RequestView]) -> list[str]:
    """A line for each reason that requests ended without audio: which, and why."""
    by_reason: dict[str, list[str]] = {}
    for view in views:
        if view.ended and view.phase != "Succeeded":
            by_reason.setdefault(f"{view.phase}, {view.detail}", []).append(view.key)
    return [f"{', '.join(keys)}: {said}" for said, keys in by_reason.items()]


def shown(path: Path, here: Path) -> str:
    """The path as a person in the folder `here` would type it."""
    try:
        return f"./{path.relative_to(here)}"
    except ValueError:
        return str(path)
