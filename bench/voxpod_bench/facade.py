"""Bench "facade": what the HTTP facade takes beyond the request that a call makes, what clients who wait weigh, what a kill costs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from voxpod_bench.engine.page import Page, verdict
from voxpod_bench.markdown import table
from voxpod_bench.percentiles import percentile
from voxpod_bench.played import run_played

PROGRAM = "facade_run.py"
BARS = ((50, 15.0), (99, 50.0))
"""Percentile and milliseconds of a call, beyond its TTSRequest."""
WAITING_BAR = (500, 150.0)
"""Clients who wait, and megabytes of the process that serves them."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was measured."""

    own_ms: list[float]
    idle_mb: float
    waiting_mb: list[float]
    shed_ms: list[list[float]]
    shed_refused: list[int]
    calls_killed: int
    killed: int
    answered: int
    clean_errors: int
    lost: int
    doubled: int


def facade(plan: dict[str, Any], say: Callable[[str], None]) -> Seen:
    """Measure: some three minutes. BenchError when a part of it does not work."""
    say(f"facade: {plan}")
    return Seen(**run_played(PROGRAM, plan))


def page(seen: Seen, plan: dict[str, Any]) -> Page:
    """The page."""
    waiting = dict(zip(plan["waiting"], seen.waiting_mb, strict=True))
    count, most = WAITING_BAR
    lines = [
        "Facades are processes of their own; etcd and the API server are real; one program plays operator, sandboxes, store and clients. All of",
        f"it shares this machine's cores. A request is spoken {plan['synthesis_seconds']:g} s after it appears.",
        "",
        "## A call",
        f"`POST /v1/audio/speech` comes by chance (Poisson), {plan['rate']:g} a second for {plan['seconds']:g} s, to one facade: from the POST to the first byte of",
        "audio, less the time from when the TTSRequest was seen until its end was stored. What the API server takes to store it, and to tell of",
        "it and of its end, is in it.",
        "",
        *table(
            ("calls", "p50, ms", "p95", "p99", "most"),
            [(f"{len(seen.own_ms):,}", *(f"{percentile(seen.own_ms, p):.1f}" for p in (50, 95, 99, 100)))],
            text_columns=0,
        ),
        "",
        *(verdict(f"p{p}", percentile(seen.own_ms, p), bar, " ms") for p, bar in BARS),
        "",
        "## Clients who wait",
        "Resident memory of one facade, with as many connections.",
        "",
        *table(
            ("clients", "MB"),
            [("0", f"{seen.idle_mb:.0f}"), *((f"{n:,}", f"{size:.0f}") for n, size in waiting.items())],
            text_columns=0,
        ),
        "",
        *([verdict(f"{count} clients", waiting[count], most, " MB")] if count in waiting else []),
        "",
        "## More than it takes",
        f"A facade that serves {plan['shed_in_flight']} calls at a time (`VOXPOD_API_MAX_IN_FLIGHT`), offered {plan['shed_rate']:g} calls a second and then three times as many, for",
        f"{plan['shed_seconds']:g} s each: from the POST to the first byte of audio of what it accepted. The others are 503 with `Retry-After`, and are not tried again.",
        "",
        *table(
            ("calls a second", "offered", "told to come again", "accepted: p50, ms", "p95"),
            [
                (
                    f"{times * plan['shed_rate']:g}",
                    f"{len(took) + refused:,}",
                    f"{refused:,}",
                    *(f"{percentile(took, p):.0f}" for p in (50, 95)),
                )
                for times, took, refused in zip((1, 3), seen.shed_ms, seen.shed_refused, strict=True)
            ],
            text_columns=0,
        ),
        "",
        "## Replicas that are killed",
        f"Two facades at {plan['rate']:g} calls a second; each in turn is killed and started again. Clients do as OpenAI's SDKs: they call again, at the other one.",
        "",
        *table(
            ("kills", "calls", "audio", "clean errors", "lost", "spoken twice"),
            [
                tuple(
                    f"{n:,}"
                    for n in (
                        seen.killed,
                        seen.calls_killed,
                        seen.answered,
                        seen.clean_errors,
                        seen.lost,
                        seen.doubled,
                    )
                )
            ],
            text_columns=0,
        ),
    ]
    return Page("facade", "The HTTP facade", lines)
