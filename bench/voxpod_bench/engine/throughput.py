"""What a whole machine gives: one process with one thread on each core, all speaking at once; and what bounds it."""

import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from voxpod_bench.engine import peers, roof, work
from voxpod_bench.engine.page import Log, Page
from voxpod_bench.engine.speakers import Speaker, Variant, speaking
from voxpod_bench.engine.texts import TEXTS
from voxpod_bench.markdown import table
from voxpod_inference.bundle import Bundle

CORES = 2
BAR = 2.5
SECONDS = 20.0
HUNDRED = next(text for text in TEXTS if text.language == "en" and text.size == 100)


@dataclass(frozen=True, slots=True)
class Roof:
    """What the cores reach together, all busy at once."""

    gflops: float
    copy: float
    """GB/s read and written."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Audio seconds per core second of each variant, in each round; the roof; the graph's work."""

    rates: dict[str, list[float]]
    roof: Roof
    work: work.Work


def measure(variants: Sequence[Variant], bundle: Bundle, rounds: int, log: Log) -> Measured:
    """All variants in turn, every round anew."""
    rates: dict[str, list[float]] = {variant.name: [] for variant in variants}
    phonemes = ""
    for turn in range(rounds):
        for variant in reversed(variants):  # ours first: the peer gets its phonemes
            log(f"throughput, round {turn + 1} of {rounds}, {variant.name}")
            with contextlib.ExitStack() as stack:
                speakers = [stack.enter_context(speaking(variant, 1, [core])) for core in range(CORES)]
                if not phonemes:
                    phonemes = speakers[0].speak(HUNDRED).phonemes
                rates[variant.name].append(_rate(speakers, phonemes))
    log("counting the graph's work")
    return Measured(rates, _roof(), _work(bundle, phonemes))


def _rate(speakers: Sequence[Speaker], phonemes: str) -> float:
    """Audio seconds per second of each core while all speak, over `SECONDS`."""
    for speaker in speakers:
        speaker.speak(HUNDRED, phonemes)
    began, audio = time.monotonic(), 0.0
    while time.monotonic() - began < SECONDS:
        for speaker in speakers:
            speaker.ask(HUNDRED, phonemes)
        audio += sum(speaker.answer().audio for speaker in speakers)
    return audio / (time.monotonic() - began) / len(speakers)


def _roof() -> Roof:
    # an OpenBLAS told to take another core's kernels would show a roof that is too low
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPENBLAS_")}
    running = [
        subprocess.Popen([sys.executable, roof.__file__, str(core)], stdout=subprocess.PIPE, text=True, env=environment)
        for core in range(CORES)
    ]
    told = [json.loads(process.communicate()[0]) for process in running]
    return Roof(sum(one["gflops"] for one in told), sum(one["copy"] for one in told))


def _work(bundle: Bundle, phonemes: str) -> work.Work:
    vocabulary: dict[str, int] = json.loads(bundle.path("vocab.json").read_text(encoding="utf-8"))
    tokens = [vocabulary[p] for p in phonemes if p in vocabulary]
    styles = np.load(bundle.path(f"voices/{HUNDRED.voice}.npy"))
    return work.count(peers.model(), tokens, styles[len(tokens)][None])


def page(found: Measured) -> Page:
    """The table, the roof and the bar."""
    per_second = found.work.per_audio_second / 1e9
    rows = []
    for name, rates in found.rates.items():
        middle = statistics.median(rates)
        gflops = middle * CORES * per_second
        rows.append(
            (
                name,
                f"{middle:.2f}",
                f"{min(rates):.2f} to {max(rates):.2f}",
                f"{gflops:.0f}",
                f"{gflops / found.roof.gflops:.2f}",
            )
        )
    best = list(found.rates)[-1]
    reached = statistics.median(found.rates[best])
    seconds = found.work.audio_seconds
    share = ", ".join(f"{kind} {amount / seconds / 1e9:.2f}" for kind, amount in found.work.operations.items())
    bytes_a_second = (found.work.weight_bytes / seconds + found.work.activation_bytes / seconds) / 1e9
    lines = [
        (
            f"{CORES} processes with one thread, each on a core of its own, speak 100 English characters over and over"
            f" ({SECONDS:.0f} s a round)."
        ),
        "",
        *table(
            ("", "audio s per core second", "of all rounds", "GFLOPS of the graph as it is written", "by the roof"),
            rows,
        ),
        "",
        (
            f"- bar: >= {BAR:.1f} audio seconds per core second; {best} reaches {reached:.2f}:"
            f" {'met' if reached >= BAR else 'MISSED'}"
        ),
        (
            f"- the graph: {per_second:.1f} GFLOP per second of audio ({share}), counted from the shapes of a run of"
            f" {seconds:.1f} s of audio"
        ),
        (
            f"- the roof of arithmetic: {found.roof.gflops:.0f} GFLOPS (numpy's float32 product of {roof.SIZE} x"
            f" {roof.SIZE}, all {CORES} cores at once);"
        ),
        (
            "  a direct float32 computation that reached it everywhere would give"
            f" {found.roof.gflops / per_second / CORES:.2f} audio seconds per core second, and {BAR:.1f} need"
        ),
        (
            f"  {BAR * CORES * per_second:.0f} GFLOPS: more than the roof has to come from fewer multiplications"
            " (Winograd: 2 to 3 times fewer) or from int8"
        ),
        (
            f"- the roof of memory: {found.roof.copy:.1f} GB/s (copy, all cores); weights and every value between two"
            f" operators are {bytes_a_second:.2f} GB per"
        ),
        (
            "  second of audio if each went through memory, which allows"
            f" {found.roof.copy / bytes_a_second / CORES:.1f} audio seconds per core second: caches and fused operators"
            " raise it"
        ),
    ]
    return Page("throughput", "Throughput of a whole machine", lines)
