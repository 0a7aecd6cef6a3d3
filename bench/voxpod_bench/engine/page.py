"""What every page of engine measurements begins with, and how numbers look in it. Pure but for `machine`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from voxpod_bench.machine import Load, describe, load_now
from voxpod_bench.markdown import table

Log = Callable[[str], None]
BUSY = 0.15


@dataclass(frozen=True, slots=True)
class Page:
    """A page of docs/benchmarks: the lines after its head."""

    name: str
    """Of the file, without `.md`."""
    title: str
    lines: list[str]


def written(page: Page, machine: Sequence[tuple[str, str]], command: str) -> str:
    """The whole page as Markdown."""
    head = [f"# {page.title}", "", f"Written by `{command}`; how to repeat it is in [README.md](README.md).", ""]
    return "\n".join([*head, *table(("machine", ""), machine, text_columns=2), "", *page.lines]) + "\n"


def machine(before: Load) -> list[tuple[str, str]]:
    """What was measured on, and how busy it was `before` and is now."""
    after = load_now()
    quiet = max(before.busy, after.busy) <= BUSY
    verdict = (
        "quiet before and after" if quiet else "NOT quiet: other work ran beside; ratios count, seconds are too long"
    )
    return [
        *describe(),
        ("before the run", before.said()),
        ("after the run", after.said()),
        ("the machine was", verdict),
    ]


def verdict(what: str, value: float, most: float, unit: str = "") -> str:
    """A bar and whether it was reached, for a list."""
    return f"- {what}: {value:.2f}{unit}, bar <= {most:.2f}{unit}: {'met' if value <= most else 'MISSED'}"


def megabytes(size: float) -> str:
    """Bytes in MB (10^6), whole."""
    return f"{size / 1e6:.0f}"
