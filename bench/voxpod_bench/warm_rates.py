"""Bench "warm rates": requests as they come, and all at once, on a pool of played sandboxes; what the control plane itself takes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from voxpod_bench.audit import read_audit
from voxpod_bench.engine.page import Page, verdict
from voxpod_bench.markdown import table
from voxpod_bench.percentiles import percentile
from voxpod_bench.played import run_played

PROGRAM = "warm_rates_run.py"
JUDGED_RATE = 20.0
"""Requests a second at which the bars hold."""
BARS = ((50, 30.0), (95, 60.0), (99, 150.0))
"""Percentile and milliseconds, from the answer to the POST until a sandbox has the work."""
WRITES_BAR = 5.0


@dataclass(frozen=True, slots=True)
class Seen:
    """One rate, or (rate 0) one burst."""

    rate: float
    level: int
    asked: int
    ended: int
    doubled: int
    warm: int
    accepted_ms: list[float]
    sent_ms: list[float]
    seconds: float
    cpu_seconds: float
    machine_seconds: float
    overtaken: int
    refilled_seconds: float
    least_idle: int
    stored_writes: int
    """Of the operator, the pool's refill in it."""


def warm_rates(plan: dict[str, Any], say: Callable[[str], None]) -> list[Seen]:
    """Measure: some eight minutes. BenchError when a part of it does not work."""
    say(f"warm rates: {plan}")
    return [seen_of(window) for window in run_played(PROGRAM, plan)]


def seen_of(window: dict[str, Any]) -> Seen:
    """Of what the program printed."""
    told = dict(window)
    writes = read_audit(told.pop("audit"))
    return Seen(**told, stored_writes=sum(write.sort == "stored" and not write.refused for write in writes))


def page(found: list[Seen], plan: dict[str, Any]) -> Page:
    """The page."""
    rates, bursts = [one for one in found if one.rate], [one for one in found if not one.rate]
    head = [
        f"Requests of {plan['tenants']} tenants come by chance (Poisson) for {plan['seconds']:g} s at each rate, whatever becomes of those",
        f"before. etcd and the API server are real; a sandbox starts in {plan['start_seconds']:g} s, waits for work over a connection of its",
        f"own, and speaks for {plan['synthesis_seconds']:g} s without doing anything. All of it, the player too, shares this machine's cores.",
        "",
    ]
    return Page("warm-rates", "Warm rates", [*head, *_rates(rates), "", *_bursts(bursts)])


def _rates(rates: list[Seen]) -> list[str]:
    rows = [
        (
            f"{one.rate:g}",
            f"{one.asked:,}",
            f"{one.warm / one.asked:.0%}",
            *(f"{percentile(one.accepted_ms, p):.0f}" for p in (50, 95, 99)),
            *(f"{percentile(one.sent_ms, p):.0f}" for p in (50, 95)),
            f"{one.stored_writes / one.asked:.2f}",
            f"{1000 * one.cpu_seconds / one.asked:.0f}",
            f"{one.machine_seconds / one.seconds:.2f}",
            f"{one.level}",
            f"{one.least_idle}",
        )
        for one in rates
    ]
    columns = ("a second", "requests", "warm", "p50", "p95", "p99", "from POST: p50", "p95")
    lines = [
        "## As they come",
        "Milliseconds from the API server's answer to the POST until a sandbox has the work; and from just before the POST. *Writes*: what the",
        "operator stored for a request, the refill in it. *Processor*: of the operator for a request, ms. *Cores*: of the whole machine that were",
        "in use until the last had ended, API server, etcd and player among them: where all are, a request waits for a core. *Level*: sandboxes",
        "that wait before, and the fewest that were seen.",
        "",
        *table((*columns, "writes", "processor", "cores", "level", "fewest"), rows, text_columns=0),
        "",
    ]
    for one in rates:
        if one.rate == JUDGED_RATE:
            lines += [
                verdict(f"{one.rate:g} a second, p{p}", percentile(one.accepted_ms, p), bar, " ms") for p, bar in BARS
            ]
    writes = [verdict(f"writes at {one.rate:g} a second", one.stored_writes / one.asked, WRITES_BAR) for one in rates]
    return [*lines, *writes]


def _bursts(bursts: list[Seen]) -> list[str]:
    rows = [
        (
            f"{one.asked}",
            f"{one.level}",
            f"{one.asked - one.ended}",
            f"{one.doubled}",
            f"{one.warm}",
            f"{one.overtaken}",
            f"{one.seconds:.1f}",
            f"{one.refilled_seconds:.1f}",
        )
        for one in bursts
    ]
    return [
        "## All at once",
        "*Overtaken*: the most later requests of its own tenant that one saw go first. *Level again*: from the last end.",
        "",
        *table(
            ("requests", "waiting", "lost", "doubled", "warm", "overtaken", "all ended, s", "level again, s"),
            rows,
            text_columns=0,
        ),
    ]
