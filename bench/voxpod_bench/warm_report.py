"""The warm path's results as Markdown. Pure."""

from collections.abc import Sequence

from voxpod_bench.audit import OPERATOR_AGENT
from voxpod_bench.markdown import table
from voxpod_bench.percentiles import Spread, percentile
from voxpod_bench.stages import CREATED, WARM_STAGES, between, durations
from voxpod_bench.warm_path import LEVEL, OPEN_SECONDS, TEXTS, TOGETHER, Result, Serial
from voxpod_bench.writes import Tally

LIMIT_SECONDS = 1.2
"""The mission's bound for the 95th percentile of a request of up to 100 characters."""
WRITES_BAR = 5
WARM_BAR, REUSED_BAR = 1.6, 1.2
"""The machine's core seconds for a request by those of its speech: each in a sandbox of its own, and eight in one."""
CORES = (4, 8)
MISSION = {4: 8, 8: 15}
"""Requests a second that the mission wants of so many cores."""


def warm_document(result: Result, command: str) -> str:
    """The whole page; `command` is what made it."""
    lines = [
        "# Warm path",
        "",
        f"Written by `{command}`; what it means is in [README.md](README.md). {LEVEL} sandboxes wait; each request finds one",
        "of them, and another is made in its place, on the same cores. Texts:",
        "",
        *(f"- {language}, {len(text)} characters: {text}" for language, text in TEXTS.items()),
        "",
        *table(("machine", ""), [*result.machine, *_loads(result)], text_columns=2),
        "",
        "## One after another",
        f"{len(result.serial[0].timelines)} requests of each language, each once {LEVEL} wait again.",
    ]
    for one in result.serial:
        lines += ["", *_serial(one)]
    lines += ["", "## Sandboxes of two cores", *_two_cores(result)]
    lines += ["", "## Several requests of a tenant in one sandbox", *_reused(result)]
    lines += ["", "## As they come", *_open(result), "", "## What that is on more cores", *_arithmetic(result)]
    lines += ["", "## What waits", *_crowds(result)]
    return "\n".join(lines) + "\n"


def _loads(result: Result) -> list[tuple[str, str]]:
    return [("before the run", result.before.said()), ("the idle cluster", f"cores {result.idle_busy:.0%} busy")]


def _serial(one: Serial) -> list[str]:
    rows = [
        (stage.what, stage.source, *_three(own), *_three(total))
        for stage, own, total in durations(one.timelines, WARM_STAGES)
    ]
    head = ("stage", "told by", "p50", "p95", "max", "since created: p50", "p95", "max")
    claimed, spoken = (between(one.timelines, CREATED, moment) for moment in ("received", "told"))
    ours = dict(one.writes).get(OPERATOR_AGENT, Tally()).sorts["stored"] / len(one.timelines)
    return [
        f"### {one.language}, {one.audio_seconds:.1f} s of audio",
        "Milliseconds.",
        "",
        *table(head, rows, text_columns=2),
        "",
        f"From the client's POST to work in the sandbox: {claimed.p50:.0f} ms at the median, {claimed.p95:.0f} at the 95th percentile;",
        f"to the client's knowing: {spoken.p50:.0f} and {spoken.p95:.0f}.",
        "",
        (
            f"Voxpod stores {ours:.2f} times per request, the refill in it ({'within' if ours <= WRITES_BAR else 'over'}"
            f" {WRITES_BAR}). The machine works {one.core_seconds:.2f} core seconds for each,"
        ),
        (
            f"{one.speaking_seconds:.2f} of them the sandbox on its speech, {one.core_seconds / one.speaking_seconds:.2f}"
            f" times as much in all (bar {WARM_BAR}, beyond the refill): making the next sandbox is in it."
        ),
    ]


def _two_cores(result: Result) -> list[str]:
    rows = []
    for one, two in zip(result.serial, result.two_cores, strict=True):
        for cores, serial in ((1, one), (2, two)):
            told = between(serial.timelines, CREATED, "told")
            rows.append(
                (
                    one.language,
                    str(cores),
                    *(f"{value / 1000:.2f}" for value in (told.p50, told.p95, told.max)),
                    f"{serial.core_seconds:.2f}",
                )
            )
    head = ("language", "cores", "p50", "p95", "max", "core seconds")
    return [
        f'The same requests with `resources.cpu: "2"`, one after another: seconds from the POST until the client knows (bound {LIMIT_SECONDS} s at',
        "the 95th percentile), and core seconds of the machine for each.",
        "",
        *table(head, rows),
    ]


def _reused(result: Result) -> list[str]:
    rows = [
        (
            str(one.most),
            str(one.sandboxes),
            f"{one.core_seconds:.2f}",
            f"{one.speaking_seconds:.2f}",
            f"{one.core_seconds / one.speaking_seconds:.2f}",
        )
        for one in result.reused
    ]
    head = ("maxRequests", "sandboxes", "core seconds of the machine", "of the speech", "ratio")
    return [
        f"{TOGETHER} requests in English wait, and are spoken one at a time; for each of them, the refill in it. The bar for",
        f"{result.reused[-1].most} in one sandbox is {REUSED_BAR} all in.",
        "",
        *table(head, rows, text_columns=0),
    ]


def _arithmetic(result: Result) -> list[str]:
    rows = [
        (
            str(cores),
            str(MISSION[cores]),
            *(f"{cores / one.core_seconds:.1f}" for one in result.serial),
            f"{cores / result.reused[-1].core_seconds:.1f}",
        )
        for cores in CORES
    ]
    reused = f"{result.serial[0].language}, {result.reused[-1].most} a sandbox"
    head = ("cores", "the mission", *(one.language for one in result.serial), reused)
    return [
        "Requests a second of so many cores like these if nothing else bounds them, by the core seconds of a request above. It is the",
        "speech itself that bounds them: what a core speaks in a second is in [throughput.md](throughput.md).",
        "",
        *table(head, rows, text_columns=0),
    ]


def _open(result: Result) -> list[str]:
    rows = [
        (
            one.language,
            f"{one.rate:g}",
            str(len(one.seconds)),
            f"{one.warm / len(one.seconds):.0%}",
            *(f"{percentile(one.seconds, percent):.2f}" for percent in (50, 95)),
            f"{max(one.seconds):.2f}",
            f"{one.busy:.0%}",
        )
        for one in result.open
    ]
    head = ("language", "requests a second", "requests", "warm", "p50", "p95", "max", "cores busy")
    return [
        f"Requests come by chance (Poisson) for {OPEN_SECONDS:.0f} s at each rate, whatever becomes of those before. Seconds from the",
        f"POST until the client knows. The mission's bound is {LIMIT_SECONDS} s at the 95th percentile.",
        "",
        *table(head, rows),
    ]


def _crowds(result: Result) -> list[str]:
    rows = [
        (
            str(one.number),
            f"{one.proportional / 1e6:.0f}",
            f"{one.proportional / 1e6 / one.number:.0f}",
            f"{one.private / 1e6 / one.number:.0f}",
            f"{one.cpu_share:.2%}",
        )
        for one in result.crowds
    ]
    head = ("sandboxes", "PSS, all (MB)", "PSS, each", "private, each", "of a core, all")
    return ["They have the model loaded and wait for work.", "", *table(head, rows, text_columns=0)]


def _three(one: Spread) -> Sequence[str]:
    return f"{one.p50:.0f}", f"{one.p95:.0f}", f"{one.max:.0f}"
