"""From a fresh process to its first sound, the page cache warm."""

import itertools
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from voxpod_bench.engine.page import Log, Page, verdict
from voxpod_bench.engine.speakers import Variant, speaking
from voxpod_bench.engine.texts import Text
from voxpod_bench.markdown import table

BAR_SECONDS = 0.8
THREADS = 2
TEXT = Text("en", 20, "Good morning, everyone.", "af_heart", "en-us")
STAGES = ("interpreter", "imports", "model and voices", "front end", "synthesis")


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds of one start, in the order of `STAGES`."""

    stages: tuple[float, ...]
    audio: float


def measure(variants: Sequence[Variant], rounds: int, log: Log) -> dict[str, list[Start]]:
    """Starts of all variants in turn; one start of each before them warms the page cache."""
    found: dict[str, list[Start]] = {variant.name: [] for variant in variants}
    for turn in range(rounds + 1):
        log(f"first audio, round {turn} of {rounds}")
        for variant in variants:
            start = _start(variant)
            if turn:
                found[variant.name].append(start)
    return found


def _start(variant: Variant) -> Start:
    with speaking(variant, THREADS, range(THREADS)) as speaker:
        spoken = speaker.speak(TEXT)
        marks = speaker.marks
        moments = [speaker.spawned, marks["started"], marks["imported"], marks["loaded"]]
    stages = [later - earlier for earlier, later in itertools.pairwise(moments)]
    return Start((*stages, spoken.front_end, spoken.synthesis), spoken.audio)


def page(found: dict[str, list[Start]]) -> Page:
    """The table and the bar."""
    rows = [(name, *(f"{1000 * value:.0f}" for value in _medians(starts))) for name, starts in found.items()]
    best = list(found)[-1]
    audio = found[best][0].audio
    lines = [
        (
            f"Median milliseconds of {len(found[best])} fresh processes each, in turn, {THREADS} threads; {TEXT.text!r}"
            f" ({audio:.1f} s of sound, one chunk:"
        ),
        (
            "the first sound is there when all of it is). *Model and voices* contains the check of every file that is"
            " read."
        ),
        "",
        *table(("", *STAGES, "all"), rows),
        "",
        verdict(f"{best}, all", _medians(found[best])[-1], BAR_SECONDS, " s"),
    ]
    return Page("first-audio", "First audio of a fresh process", lines)


def _medians(starts: Sequence[Start]) -> list[float]:
    columns = [statistics.median(column) for column in zip(*(start.stages for start in starts), strict=True)]
    return [*columns, statistics.median(sum(start.stages) for start in starts)]
