"""The page of bench "live audio". Pure."""

from collections.abc import Sequence

from voxpod_bench.engine.page import Page, verdict
from voxpod_bench.live_audio import CHOSEN, LEVEL, STAGES, Case, Result
from voxpod_bench.markdown import table
from voxpod_bench.percentiles import percentile

BAR_MS = 350.0
LANGUAGES = {"en": "English", "zh": "Chinese"}
SEAMS = (
    ("silence at the seam, ms", "silence", 1000),
    ("there in the stored sound, ms", "kept_silence", 1000),
    ("pitch from before the seam to after it, semitones", "pitch", 1),
    ("there in the stored sound, semitones", "kept_pitch", 1),
    ("the opening louder than as it is stored, dB", "level", 1),
)
ALONE = (
    ("read", "text read"),
    ("plan", "model: what is said, and how long"),
    ("say", "vocoder: its sound"),
    ("coded", "level, limiter, first of it coded"),
    ("rest", "then: the first chunk that is stored"),
)


def page(result: Result) -> Page:
    """The tables and the bar."""
    calls = len(result.cases[0].calls)
    lines = [
        f"`POST /v1/audio/speech` to the facade of a local cluster, {calls} calls of each kind one after another, each once {LEVEL} sandboxes of one core wait. One of",
        "them speaks, and another is made in its place, on the same cores. Texts:",
        "",
        *(
            f"- {named(case)}: {_begin(case.text.text)}"
            for case in result.cases
            if case.format == result.cases[0].format
        ),
        "",
        "## Through the facade",
        "Milliseconds of each stage, p50 / p95.",
        "",
        *table(("stage", *(f"{named(case)}, {case.format}" for case in result.cases)), _stages(result.cases)),
        "",
        *(
            verdict(f"first byte, {named(case)}, {case.format}, p50", _first(case, 50), BAR_MS, " ms")
            for case in result.cases
        ),
        "",
        "## What follows",
        "*Dry* is the longest that a client has nothing to play in the middle, if it plays whatever it has at once (told of `pcm`).",
        "",
        *table(
            ("", "audio, s", "all of it after, s, p50", "dry, ms, p50", "p95"),
            [_rest(case) for case in result.cases if case.format == "pcm"],
        ),
        "",
        *_alone(result),
        "",
        *_seams(result),
    ]
    return Page("live-audio", "Live audio: the first sound", lines)


def named(case: Case) -> str:
    """Language and length."""
    return f"{LANGUAGES[case.text.language]}, {len(case.text.text)} characters"


def _begin(text: str) -> str:
    return text if len(text) < 100 else f"{text[:100].rpartition(' ')[0]} ..."


def _stages(cases: Sequence[Case]) -> list[tuple[str, ...]]:
    rows, before = [], "sent"
    for moment, what in STAGES:
        rows.append((what, *(_spread(case, before, moment) for case in cases)))
        before = moment
    return [*rows, ("**from the POST to the first byte**", *(_spread(case, "sent", "heard") for case in cases))]


def _spread(case: Case, start: str, end: str) -> str:
    taken = [1000 * (call.moments[end] - call.moments[start]) for call in case.calls]
    return f"{percentile(taken, 50):.0f} / {percentile(taken, 95):.0f}"


def _first(case: Case, percent: float) -> float:
    return percentile([1000 * (call.moments["heard"] - call.moments["sent"]) for call in case.calls], percent)


def _rest(case: Case) -> tuple[str, ...]:
    dry = [1000 * call.dry for call in case.calls]
    ended = percentile([call.ended - call.moments["sent"] for call in case.calls], 50)
    return (
        named(case),
        f"{case.calls[0].audio:.1f}",
        f"{ended:.2f}",
        f"{percentile(dry, 50):.0f}",
        f"{percentile(dry, 95):.0f}",
    )


def _alone(result: Result) -> list[str]:
    told = result.alone["texts"]
    rows = [(what, *(f"{1000 * one[stage]:.0f}" for one in told)) for stage, what in ALONE]
    rows.append(("seconds of sound in the first piece", *(f"{one['seconds']:.2f}" for one in told)))
    idle, rehearsed = (result.alone[name] / 1e6 for name in ("idle", "rehearsed"))
    return [
        "## The first piece alone",
        "In one process on one core, without a cluster: milliseconds of processor time, the least of some rounds, after the rehearsal.",
        "",
        *table(("", *(f"{LANGUAGES[text.language]}, {len(text.text)} characters" for text in CHOSEN)), rows),
        "",
        f"Without a rehearsal the first text takes {1000 * result.alone['cold_read']:.0f} ms to read. Private memory of the process before it {idle:.1f} MB, after it {rehearsed:.1f} MB.",
    ]


def _seams(result: Result) -> list[str]:
    told = result.alone["seams"]
    rows = [
        (
            what,
            *(
                f"{scale * percentile(sorted(one[name] for one in told if one[name] is not None), part):+.1f}"
                for part in (5, 50, 95)
            ),
        )
        for what, name, scale in SEAMS
    ]
    return [
        "## Where the opening meets the rest",
        f"{len(told)} sentences of the quality benchmark, English and Chinese: the opening that is said beforehand beside the same words as they are stored.",
        "",
        *table(("", "5 %", "50 %", "95 %"), rows),
    ]
