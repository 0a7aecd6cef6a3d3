"""The engines beside each other, in English, which all of them speak: how much of a core, how much memory, how well understood."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from voxpod_bench.engine.footprint import BAR_BEFORE_MB, Growth, growth_of
from voxpod_bench.engine.page import Log, Page, megabytes, verdict
from voxpod_bench.engine.speakers import Spoken, Variant, speaking
from voxpod_bench.engine.texts import TEXTS, Text
from voxpod_bench.errors import BenchError
from voxpod_bench.markdown import table
from voxpod_bench.quality.recogniser import Recogniser, what_is_missing
from voxpod_bench.quality.round_trip import Understood, round_trip
from voxpod_bench.quality.sets import HUNDRED
from voxpod_bench.quality.speaking import speaker
from voxpod_bench.quality.word_times import Differences, compare
from voxpod_inference.bundle import open_bundle
from voxpod_inference.engines.registry import load_engine

SPOKEN = [replace(text, voice="") for text in TEXTS if text.language == "en"]
"""In each engine's own voice for it."""
THREADS = (1, 2)
FAST, BAR_CORE_MS = "hibari", 12.5
"""80 seconds of sound a core second."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One engine."""

    name: str
    runs: dict[tuple[int, int], list[Spoken]]
    """By threads and size of the text."""
    memory: Growth
    loaded: float
    """Seconds from the start of a process until it can speak."""
    understood: Understood
    times: Differences


def measure(engines: Sequence[Variant], rounds: int, log: Log) -> list[Measured]:
    """All engines. BenchError when the recogniser is not installed."""
    if missing := what_is_missing():
        raise BenchError(f"not installed: {missing}; `make quality` does it")
    recogniser = Recogniser(1)
    return [_measured(engine, rounds, recogniser, log) for engine in engines]


def _measured(engine: Variant, rounds: int, recogniser: Recogniser, log: Log) -> Measured:
    runs: dict[tuple[int, int], list[Spoken]] = {}
    loaded = []
    for threads in THREADS:
        log(f"{engine.name}, {threads} threads")
        with speaking(engine, threads, range(threads)) as process:
            loaded.append(process.marks["loaded"] - process.spawned)
            process.speak(SPOKEN[0])  # the first one makes the reader, too
            for text in SPOKEN:
                runs[threads, text.size] = [process.speak(text) for _ in range(rounds)]
    memory = growth_of(engine, next(text for text in SPOKEN if text.size == 100), log)
    bundle = open_bundle(Path(engine.settings["bundle"]))
    model = load_engine(bundle, 1, Path(engine.settings["prepared"]))
    voice = bundle.manifest.default_voices["en"]
    log(f"{engine.name}, what a recogniser hears")
    understood = round_trip(HUNDRED, speaker(model, voice), model.sample_rate, recogniser)
    return Measured(engine.name, runs, memory, statistics.median(loaded), understood, compare(model, voice, recogniser))


def page(found: Sequence[Measured]) -> Page:
    """The tables."""
    names = [one.name for one in found]
    lines = [
        "English, each engine in its own voice, text to the last sample, on prepared weights, each in a process of its own; median of rounds.",
        "*Core seconds* are processor time, which other work on the machine makes longer by what it takes of caches and shared cores only;",
        "*seconds* are what a clock shows and count on a quiet machine only.",
        "",
        *table(
            ("", *(f"{name}: {what}" for name in names for what in ("audio s", "seconds", "core seconds", "audio s a core second"))),
            [_row(found, threads, text) for threads in THREADS for text in SPOKEN],
        ),
        "",
        *table(
            ("", "process until loaded, s", "MB resident before the model", "most private MB, 100 characters"),
            [
                (one.name, f"{one.loaded:.2f}", megabytes(one.memory.before_model), megabytes(one.memory.peak))
                for one in found
            ],
            text_columns=1,
        ),
        "",
        *(
            verdict(f"{one.name}, core ms for a second of sound, 100 characters, 1 thread", 1000 * _core(one), BAR_CORE_MS)
            for one in found
            if one.name == FAST
        ),
        *(
            verdict(f"{one.name}, resident before the model", one.memory.before_model / 1e6, BAR_BEFORE_MB, " MB")
            for one in found
        ),
        "",
        f"## What a recogniser hears of {len(HUNDRED.sentences)} sentences",
        "",
        "The same sentences in one run, as in [quality.md](quality.md). *Word times*: told by the engine minus heard, median of the absolute",
        "difference and with sign.",
        "",
        *table(
            ("", "voice's audio s", "words", "heard differently", "sentences lost", "word times, ms", "with sign, ms"),
            [_heard(one) for one in found],
            text_columns=1,
        ),
    ]  # fmt: skip
    for one in found:
        lines += ["", f"### {one.name}", "", *_misheard(one.understood)]
    return Page("engines", "The engines side by side", lines)


def _core(one: Measured) -> float:
    """Core seconds for a second of sound."""
    runs = one.runs[1, 100]
    return statistics.median(run.core for run in runs) / runs[-1].audio


def _row(found: Sequence[Measured], threads: int, text: Text) -> tuple[str, ...]:
    cells = [f"{text.size} ch, {threads} thread{'s' if threads > 1 else ''}"]
    for one in found:
        runs = one.runs[threads, text.size]
        core, audio = statistics.median(run.core for run in runs), runs[-1].audio
        seconds = statistics.median(run.front_end + run.synthesis for run in runs)
        cells += [f"{audio:.1f}", f"{seconds:.3f}", f"{core:.3f}", f"{audio / core:.1f}"]
    return tuple(cells)


def _heard(one: Measured) -> tuple[str, ...]:
    heard = one.understood
    wrong = sum(len(outcome.edits) for outcome in heard.outcomes)
    return (
        one.name,
        f"{heard.seconds:.0f}",
        str(heard.tokens),
        f"{wrong} ({heard.errors:.2%})",
        str(len(heard.dropped)),
        f"{1000 * one.times.median:.0f}",
        f"{1000 * one.times.bias:+.0f}",
    )


def _misheard(heard: Understood) -> list[str]:
    rows = [
        (outcome.sentence.written, "; ".join(f"{e.said or '(nothing)'} > {e.heard or '(nothing)'}" for e in outcome.edits))
        for outcome in heard.outcomes
        if outcome.edits
    ]  # fmt: skip
    return (
        list(table(("sentence", "said > heard"), rows, text_columns=2)) if rows else ["Nothing was heard differently."]
    )
