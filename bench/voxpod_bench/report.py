"""The results as Markdown. Pure."""

from collections.abc import Sequence

from voxpod_bench.audit import OPERATOR_AGENT, Sort
from voxpod_bench.cold_path import Result
from voxpod_bench.markdown import table
from voxpod_bench.percentiles import Spread, spread
from voxpod_bench.stages import CREATED, between, beyond_load, durations
from voxpod_bench.writes import Tally

COLD_TARGET_MS = 1500
WRITES_BUDGET = 8
RSS_BUDGET_MB = 120
QUIET_OUTSIDE, QUIET_PAUSE = 0.15, 0.35
"""Shares of the cores in use up to which a run counts as undisturbed: without the cluster, and with it in a pause."""

SORTS: tuple[Sort, ...] = ("stored", "event", "lease", "answered")


def document(result: Result, command: str) -> str:
    """The whole page; `command` is what made it."""
    count = len(result.timelines)
    lines = [
        "# Cold path",
        "",
        f"Written by `{command}`; what it means is in [README.md](README.md). {count} requests of one English sentence",
        (
            f"({result.audio_seconds:.1f} s of audio) one after another, each in a sandbox Job made for it, the image"
            " and the model on the node"
        ),
        "already. One request before them is not counted.",
        "",
        *table(("machine", ""), [*result.machine, *_loads(result)], text_columns=2),
        "",
        "## Stage by stage",
        (
            "Milliseconds. All clocks are this machine's. Percentiles by nearest rank, each of its own column: they do"
            " not add up."
        ),
        "",
        *_stages(result),
        "",
        *_targets(result),
        "",
        "## API writes per request",
        (
            f"From the audit log, over {result.watched_seconds:.0f} s from the first request until the last Job was"
            f" gone, divided by {count}."
        ),
        (
            "*stored*: made, changed or removed an object, other than Events and Leases; *asked*: TokenReviews, access"
            " reviews and token"
        ),
        "requests, which store nothing; *refused*: conflicts and objects that were gone.",
        "",
        *_writers(result),
        "",
        *_written(result),
        "",
        "## Memory",
        *_memory(result),
    ]
    return "\n".join(lines) + "\n"


def _loads(result: Result) -> list[tuple[str, str]]:
    pauses = spread(result.pauses)
    return [
        ("before the run", result.before.said()),
        ("between requests", f"cores {pauses.p50:.0%} busy (p50; p95 {pauses.p95:.0%}), the idle cluster among it"),
        ("after the run", result.after.said()),
        ("the machine was", _verdict(result, pauses)),
    ]


def _verdict(result: Result, pauses: Spread) -> str:
    if pauses.p50 > QUIET_PAUSE:
        return "DISTURBED: other work ran beside, so the times are too long"
    if pauses.p95 > QUIET_PAUSE or max(result.before.busy, result.after.busy) > QUIET_OUTSIDE:
        return "quiet most of the time: other work ran beside now and then, so p95 and max are too long"
    return "quiet: nothing else ran"


def _stages(result: Result) -> list[str]:
    head = ("stage", "told by", "p50", "p95", "max", "since created: p50", "p95", "max")
    rows = [
        (stage.what, stage.source, *_numbers(own), *_numbers(total))
        for stage, own, total in durations(result.timelines)
    ]
    return table(head, rows, text_columns=2)


def _targets(result: Result) -> list[str]:
    beyond = beyond_load(result.timelines)
    named = (
        ("created to claimed", between(result.timelines, CREATED, "claimed")),
        (f"the same without the model's check and load (target: p50 <= {COLD_TARGET_MS})", beyond),
        ("check and load of the model", between(result.timelines, "imported", "loaded")),
        ("created to first audio", between(result.timelines, CREATED, "first_audio")),
        ("created to Succeeded", between(result.timelines, CREATED, "succeeded")),
    )
    verdict = "met" if beyond.p50 <= COLD_TARGET_MS else "missed"
    return [
        *table(("in sum", "p50", "p95", "max"), [(what, *_numbers(one)) for what, one in named]),
        "",
        f"The target is {verdict}.",
    ]


def _numbers(one: Spread) -> tuple[str, str, str]:
    return f"{one.p50:.0f}", f"{one.p95:.0f}", f"{one.max:.0f}"


def _writers(result: Result) -> list[str]:
    count = len(result.timelines)
    rows = [
        (writer, *(_each(tally.sorts[sort], count) for sort in SORTS), _each(tally.refused, count))
        for writer, tally in result.writes
    ]
    totals = [sum(tally.sorts[sort] for _, tally in result.writes) for sort in SORTS]
    rows.append(
        (
            "all",
            *(_each(total, count) for total in totals),
            _each(sum(tally.refused for _, tally in result.writes), count),
        )
    )
    ours = dict(result.writes).get(OPERATOR_AGENT, Tally()).sorts["stored"] / count
    verdict = "within" if ours <= WRITES_BUDGET else "over"
    said = f"Voxpod stores {ours:.2f} times per cold request, {verdict} the budget of {WRITES_BUDGET} for a warm one."
    return [*table(("writer", "stored", "Events", "Leases", "asked", "refused"), rows), "", said]


def _written(result: Result) -> list[str]:
    count = len(result.timelines)
    rows = [
        (writer, what, _each(times, count))
        for writer, tally in result.writes
        for what, times in sorted(tally.stored.items(), key=lambda item: -item[1])
    ]
    return table(("writer", "stored", "per request"), rows, text_columns=2)


def _each(total: int, count: int) -> str:
    return f"{total / count:.2f}" if total else "-"


def _memory(result: Result) -> list[str]:
    rows: Sequence[tuple[str, ...]] = (
        ("operator, idle", _mb(result.operator_idle.resident), _mb(result.operator_idle.private)),
        (
            f"operator, after {len(result.timelines)} requests (budget at 1,000 live ones: {RSS_BUDGET_MB})",
            _mb(result.operator_after.resident),
            _mb(result.operator_after.private),
        ),
        ("sandbox, at its peak (looked at every 50 ms)", _mb(result.sandbox_resident), _mb(result.sandbox_private)),
    )
    return table(("MB", "resident", "private"), rows)


def _mb(size: int) -> str:
    return f"{size / 1e6:.0f}"
