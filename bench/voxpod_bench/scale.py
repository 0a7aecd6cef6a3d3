"""Bench "scale": one operator on a real API server, many tenants, thousands that wait, sandboxes played."""

from collections.abc import Callable
from dataclasses import dataclass

from voxpod_bench.audit import OPERATOR_AGENT, Write, read_audit
from voxpod_bench.engine.page import Page, verdict
from voxpod_bench.markdown import table
from voxpod_bench.percentiles import percentile
from voxpod_bench.played import run_played

PROGRAM = "scale_run.py"
DECISION_MS, RESIDENT_MB, WRITES = 5.0, 120.0, 5.5

Numbers = dict[str, float]


@dataclass(frozen=True, slots=True)
class Result:
    """What one run saw."""

    plan: Numbers
    seen: Numbers
    passes: list[tuple[float, float, int]]
    """Of each: milliseconds by the clock, milliseconds of the processor, slots given."""
    lags_ms: list[float]
    writes: list[Write]
    """Of the operator, while it was measured."""


def scale(plan: Numbers, say: Callable[[str], None]) -> Result:
    """Measure: some ten minutes. BenchError when a part of it does not work."""
    say(f"scale: {plan}")
    return result_of(plan, run_played(PROGRAM, plan))


def result_of(plan: Numbers, told: dict[str, object]) -> Result:
    """Of what the program printed."""
    lists = {name: told.pop(name) for name in ("passes", "lags_ms", "audit")}
    writes = [write for write in read_audit(lists["audit"]) if write.agent == OPERATOR_AGENT]  # type: ignore[arg-type]
    return Result(plan, told, lists["passes"], lists["lags_ms"], writes)  # type: ignore[arg-type]


def page(result: Result) -> Page:
    """The page."""
    seen, plan = result.seen, result.plan
    head = [
        f"{plan['tenants']:.0f} tenants of weight 1, {plan['waiting']:,.0f} requests that wait, {plan['sandboxes']:.0f} sandboxes at a time"
        f" of {plan['synthesis_seconds']:g} s each,",
        f"measured for {seen['seconds']:.0f} s: {seen['completions']:.0f} requests ended,"
        f" {seen['completions'] / seen['seconds']:.1f} a second; for each a new one came. etcd and the API server are real; Job controller,",
        "kubelet and sandboxes are played by a process beside them (a Job gets a pod object that claims and reports over TLS), the store is in",
        "memory. The operator has the last of this machine's cores to itself; they share the others.",
        "",
    ]
    return Page("scale", "Scale", [*head, *_decisions(result), "", *_writes(result), "", *_process(seen, plan)])


def _decisions(result: Result) -> list[str]:
    clock, worked, given = ([one[at] for one in result.passes] for at in range(3))
    rows = [
        (what, f"{len(values):,}", *(f"{percentile(values, p):.2f}" for p in (50, 99)), f"{max(values):.2f}")
        for what, values in (
            ("scheduling pass, by the clock", clock),
            ("scheduling pass, processor", worked),
            ("event lag", result.lags_ms),
        )
        if values
    ]
    return [
        "## Decisions and events",
        "Milliseconds. *Scheduling pass*: one look at all lines that gives away every free slot. *Event lag*: from just before a request or a",
        "pod is sent to the API server until the operator's view has it.",
        "",
        *table(("", "number", "p50", "p99", "longest"), rows),
        "",
        f"They gave {sum(given):,.0f} slots: {sum(worked) / max(1, sum(given)):.3f} ms of the processor each.",
        "",
        verdict("scheduling pass, p99, by the clock", percentile(clock, 99), DECISION_MS, " ms"),
    ]


def _writes(result: Result) -> list[str]:
    ended = max(1.0, result.seen["completions"])
    counts: dict[tuple[str, str], int] = {}
    for write in result.writes:
        if not write.refused:
            key = (write.sort, f"{write.verb} {write.resource}")
            counts[key] = counts.get(key, 0) + 1
    refused = sum(write.refused for write in result.writes)
    rows = [(f"{what}", sort, f"{count / ended:.2f}") for (sort, what), count in sorted(counts.items())]
    stored = sum(count for (sort, _), count in counts.items() if sort == "stored") / ended
    return [
        "## The operator's API writes for each request that ended",
        "",
        *table(
            ("write", "sort", "a request"), [*rows, ("refused", "conflict", f"{refused / ended:.2f}")], text_columns=2
        ),
        "",
        verdict("stored writes for a request", stored, WRITES),
    ]


def _process(seen: Numbers, plan: Numbers) -> list[str]:
    rows = [
        (f"resident memory, {plan['live']:,.0f} live requests", f"{seen['live_mb']:.0f} MB"),
        (f"resident memory, {plan['waiting']:,.0f} that wait", f"{seen['waiting_mb']:.0f} MB"),
        ("most resident memory", f"{seen['peak_mb']:.0f} MB"),
        ("processor time", f"{seen['cpu_seconds'] / seen['seconds']:.2f} cores"),
        ("processor time for a request", f"{1000 * seen['cpu_seconds'] / max(1, seen['completions']):.0f} ms"),
        ("longest gap of a 50 ms beat", f"{seen['longest_gap_ms']:.0f} ms"),
        (
            f"until {plan['waiting'] - plan['live']:,.0f} more had been told why they wait",
            f"{seen['told_seconds']:.0f} s",
        ),
        (
            f"start with {plan['ended']:,.0f} ended and {plan['waiting']:,.0f} waiting requests: first sandbox",
            f"{seen['first_decision_seconds']:.1f} s, {seen['first_decision_cpu_seconds']:.1f} s of processor",
        ),
        ("most resident memory until then", f"{seen['first_decision_mb']:.0f} MB"),
    ]
    bar = verdict(f"resident memory at {plan['live']:,.0f} live requests", seen["live_mb"], RESIDENT_MB, " MB")
    return ["## The process", "", *table(("", ""), rows), "", bar]
