"""CosyVoice at its full size: each stage's time at two lengths, on one and two cores, and memory. Weights may be random."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from voxpod_bench.engine.footprint import Peak, read_pages
from voxpod_bench.engine.page import Log, Page, megabytes, verdict
from voxpod_bench.errors import BenchError
from voxpod_bench.markdown import table

STAGES = ("text, first token", "further tokens", "flow", "vocoder")
TOKENS = (150, 500)
"""3 and 10 seconds."""
STEPS, FEW_STEPS = 10, 5
"""Of the flow: as published, and half of it, which a SpeechModel may say (`spec.flowSteps`)."""
BARS = {(150, 1): 1.6, (500, 1): 2.2, (150, 2): 1.0, (500, 2): 1.3}
BAR_PRIVATE_MB, BAR_PSS, TOGETHER = 150.0, 1.6, 4
BAR_GROWTH = 1.2
"""Most private memory in the last round by that in the first: rounds are what chunks of a long text are, one after another."""
_SCRIPT = Path(__file__).with_name("cosyvoice_stages.py")
_WEIGHTS_READ = 186.4e6
"""Bytes of eight-bit weights that one speech token needs: 14 layers of 12.58 million and the scores' 4.2; positions come beside."""
_FLOW_PRODUCTS = {150: 10 * 50e9, 500: 10 * 189e9}
"""Operations of ten steps, by hand: products with weights grow with the frames (258 and 861), attention with their square."""


@dataclass(frozen=True, slots=True)
class Run:
    """Medians over rounds of one length on so many cores."""

    tokens: int
    threads: int
    steps: int
    audio: float
    seconds: tuple[float, ...]
    """By stage."""
    core_seconds: tuple[float, ...]
    private: tuple[int, ...]
    """The most in each round, in bytes."""

    @property
    def rtf(self) -> float:
        """By the clock."""
        return sum(self.seconds) / self.audio

    @property
    def rtf_of_cores(self) -> float:
        """Core seconds for each second of sound: what other work beside makes longer by its use of caches only."""
        return sum(self.core_seconds) / self.audio


@dataclass(frozen=True, slots=True)
class Results:
    """All of a page."""

    runs: tuple[Run, ...]
    load: float
    alone: int
    """PSS of one process after 10 s of speech, in bytes."""
    together: int
    """Of `TOGETHER` of them, added up."""


def measure(bundle: Path, rounds: int, log: Log) -> Results:
    """Everything; BenchError when the bundle is not prepared for this machine."""
    runs, load = [], 0.0
    cases = [(tokens, threads, STEPS) for tokens in TOKENS for threads in (1, 2)]
    for tokens, threads, steps in [*cases, *((tokens, 1, FEW_STEPS) for tokens in TOKENS)]:
        log(f"cosyvoice, {tokens} tokens, {threads} threads, {steps} steps")
        with _process(bundle, threads, tokens, rounds, steps) as process, Peak(process.pid) as peak:
            told, private = [], []
            for _ in range(rounds):
                peak.private = 0
                told.append(_answer(process))
                private.append(peak.private)
                _go_on(process)
        runs.append(_run((tokens, threads, steps), told, private))
        load = told[0]["load"]
    log(f"cosyvoice, memory of {TOGETHER} processes")
    with contextlib.ExitStack() as alive:
        processes = [alive.enter_context(_process(bundle, 1, TOKENS[-1], 2))]
        alone = _answer(processes[0])["pss"]
        for _ in range(TOGETHER - 1):  # each waits for its second round while the others speak
            processes.append(alive.enter_context(_process(bundle, 1, TOKENS[-1], 2)))
            _answer(processes[-1])
        together = sum(read_pages(process.pid).pss for process in processes)
    return Results(tuple(runs), load, alone, together)


def page(results: Results) -> Page:
    """The tables and the bars."""
    rows = [
        (
            _named(run),
            *(f"{seconds:.2f}" for seconds in run.seconds),
            f"{run.rtf:.2f}",
            f"{run.rtf_of_cores:.2f}",
            f"{run.seconds[1] / (run.tokens - 1) * 1000:.1f}",
            megabytes(max(run.private)),
        )
        for run in results.runs
    ]
    head = ("", *(f"{stage}, s" for stage in STAGES), "RTF", "core s a second", "ms a token", "most private MB")
    published = [run for run in results.runs if run.steps == STEPS]
    bars = [
        verdict(f"RTF, {run.audio:.1f} s on {run.threads}", run.rtf, BARS[run.tokens, run.threads]) for run in published
    ]
    longest = next(run for run in published if run.tokens == TOKENS[-1] and run.threads == 1)
    return Page(
        "cosyvoice",
        "CosyVoice-300M-SFT, stage by stage",
        [
            *_WHAT,
            "",
            *table(head, rows),
            "",
            f"Loaded in {results.load:.1f} s. PSS of one process after 10 s of speech {megabytes(results.alone)} MB, of"
            f" {TOGETHER} together {megabytes(results.together)} MB.",
            "",
            "## Beside the ceilings",
            "",
            *_ceilings(published),
            "",
            "## Bars",
            "",
            *bars,
            *(
                verdict(
                    f"core seconds a second of sound, {run.audio:.1f} s on 1", run.rtf_of_cores, BARS[run.tokens, 1]
                )
                for run in published
                if run.threads == 1
            ),
            verdict("most private MB of one process, 10 s", max(longest.private) / 1e6, BAR_PRIVATE_MB),
            verdict(
                f"most private in round {len(longest.private)} by that in the first, 10 s each",
                longest.private[-1] / longest.private[0],
                BAR_GROWTH,
            ),
            verdict(f"PSS of {TOGETHER}, of one", results.together / results.alone, BAR_PSS),
        ],
    )


_WHAT = """\
The published sizes with RANDOM weights (`python tests/support/cosyvoice_checkpoint.py DIR`), converted and prepared as a real checkpoint
is: no real one can be had on the machines that Voxpod is built on. What numbers the weights are changes neither time nor memory. How it
sounds, how often a sentence goes wrong, and what eight bits cost a listener, only real weights can tell; nothing here says anything of that.

Eight-bit products, 10 steps of the flow where nothing else is said, the end of speech ignored: as many tokens as are asked for, 50 a second. *Core seconds* are
processor time; where other work runs beside, as the table above says, they count and the clock does not. *Most private* is the most that a process had written of its own at
any moment, looked at every 20 ms; a round is what a chunk of a long text is, one after another in the same process.""".splitlines()


def _named(run: Run) -> str:
    cores = "1 core" if run.threads == 1 else f"{run.threads} cores"
    return f"{run.audio:.1f} s, {cores}" + ("" if run.steps == STEPS else f", {run.steps} steps")


def _ceilings(runs: Sequence[Run]) -> list[str]:
    """What the two largest stages reach of what bounds them."""
    lines = []
    for run in (one for one in runs if one.threads == 1):
        token, flow = run.core_seconds[1] / (run.tokens - 1), run.core_seconds[2]
        lines.append(
            f"- {run.audio:.1f} s: further tokens read {_WEIGHTS_READ / 1e6:.0f} MB of weights each, {_WEIGHTS_READ / token / 1e9:.1f} GB a"
            f" core second; the flow does {_FLOW_PRODUCTS[run.tokens] / flow / 1e9:.0f} billion operations a core second."
        )
    return lines


def _run(case: tuple[int, int, int], told: Sequence[dict[str, Any]], private: Sequence[int]) -> Run:
    seconds, cores = (
        tuple(median(values) for values in zip(*(one[what] for one in told), strict=True))
        for what in ("seconds", "core_seconds")
    )
    return Run(*case, told[0]["audio"], seconds, cores, tuple(private))


@contextlib.contextmanager
def _process(
    bundle: Path, threads: int, tokens: int, rounds: int, steps: int = STEPS
) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, str(_SCRIPT), str(bundle), str(threads), str(tokens), str(rounds), str(steps)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def _answer(process: "subprocess.Popen[str]") -> dict[str, Any]:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise BenchError("a process of CosyVoice ended: what it said stands above")
    told: dict[str, Any] = json.loads(line)
    if told["weights"] != "prepared":
        raise BenchError("the bundle is not prepared for this machine: voxpod-model prepare --bundle DIR")
    return {**told, **asdict(read_pages(process.pid))}


def _go_on(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()
