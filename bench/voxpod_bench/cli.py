"""The command line: `python bench COMMAND`."""

import argparse
import json
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from voxpod_bench.errors import BenchError
from voxpod_demo.errors import DemoError
from voxpod_demo.settings import ROOT

PAGES = ROOT / "docs" / "benchmarks"
REQUESTS = 20
CALLS = 8
"""Of each text and format: less than five minutes in all."""
ROUNDS = 3
SCALE = (
    ("tenants", 100, "tenants"),
    ("waiting", 5000, "requests that wait"),
    ("seconds", 60, "how long it is measured"),
    ("ended", 10_000, "requests that ended before the second start"),
)


def main(arguments: Sequence[str]) -> int:
    """The exit code: 0; 1 where something did not work, which was said; 2 for a wrong command line; 130 for Ctrl-C."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # told to stop, take the cluster down as on Ctrl-C
    try:
        for name in BENCHES if options.command == "all" else (options.command,):
            if name not in ("cosyvoice", "warm-peer") or options.command == name:  # `all` has not what they need
                BENCHES[name][1](options)
    except (BenchError, DemoError) as error:
        print(
            "\n".join([f"bench: {error}", *(f"    {line}" for line in getattr(error, "details", ()))]), file=sys.stderr
        )
        return 1
    except KeyboardInterrupt:
        print("bench: interrupted; what it started has ended", file=sys.stderr)
        return 130
    return 0


def _cold_path(options: argparse.Namespace) -> None:
    from voxpod_bench.cold_path import cold_path
    from voxpod_bench.report import document
    from voxpod_demo.terminal import Terminal

    result = cold_path(Terminal.on_stderr(), options.requests, options.values)
    _tell(options, "cold-path", document(result, _command(options)))
    if options.raw:
        options.raw.write_text(json.dumps([dict(times) for times in result.timelines], indent=1), encoding="utf-8")


def _scale(options: argparse.Namespace) -> None:
    from voxpod_bench.engine.page import machine, written
    from voxpod_bench.machine import load_now
    from voxpod_bench.scale import page, scale

    plan = {
        "tenants": options.tenants,
        "waiting": options.waiting,
        "live": min(1000, options.waiting),
        "sandboxes": 100,
        "synthesis_seconds": 2.0,
        "measured_seconds": options.seconds,
        "ended": options.ended,
    }
    before = load_now()
    result = scale(plan, lambda what: print(f"bench: {what}", file=sys.stderr))
    _tell(options, "scale", written(page(result), machine(before), _command(options)))


def _warm_rates(options: argparse.Namespace) -> None:
    from voxpod_bench.engine.page import machine, written
    from voxpod_bench.machine import load_now
    from voxpod_bench.warm_rates import page, warm_rates

    plan = {
        "rates": [1, 5, 10, 20, 45],
        "seconds": 60.0,
        "start_seconds": 0.9,
        "synthesis_seconds": 0.5,
        "burst": 300,
        "burst_level": 10,
        "tenants": 10,
    }
    before = load_now()
    found = warm_rates(plan, lambda what: print(f"bench: {what}", file=sys.stderr))
    _tell(options, "warm-rates", written(page(found, plan), machine(before), _command(options)))


def _facade(options: argparse.Namespace) -> None:
    from voxpod_bench.engine.page import machine, written
    from voxpod_bench.facade import facade, page
    from voxpod_bench.machine import load_now

    plan = {
        "rate": 20.0,
        "seconds": 60.0,
        "synthesis_seconds": 0.5,
        "waiting": [500, 1000],
        "shed_rate": 8.0,
        "shed_in_flight": 8,
        "shed_seconds": 30.0,
        "kills": 6,
        "kill_pause_seconds": 5.0,
    }
    before = load_now()
    seen = facade(plan, lambda what: print(f"bench: {what}", file=sys.stderr))
    _tell(options, "facade", written(page(seen, plan), machine(before), _command(options)))


def _warm_path(options: argparse.Namespace) -> None:
    from voxpod_bench.warm_path import warm_path
    from voxpod_bench.warm_report import warm_document
    from voxpod_demo.terminal import Terminal

    result = warm_path(Terminal.on_stderr(), options.requests, options.values)
    _tell(options, "warm-path", warm_document(result, _command(options)))


def _warm_engines(options: argparse.Namespace) -> None:
    from voxpod_bench.engine.page import machine, written
    from voxpod_bench.machine import load_now
    from voxpod_bench.warm_engines import page, warm_engines
    from voxpod_demo.terminal import Terminal

    before = load_now()
    found = warm_engines(Terminal.on_stderr(), options.requests, options.values)
    _tell(options, "warm-engines", written(page(found), machine(before), _command(options)))


def _live_audio(options: argparse.Namespace) -> None:
    from voxpod_bench.engine.page import machine, written
    from voxpod_bench.live_audio import live_audio
    from voxpod_bench.live_report import page
    from voxpod_bench.machine import load_now
    from voxpod_demo.terminal import Terminal

    before = load_now()
    found = live_audio(Terminal.on_stderr(), options.requests, options.values)
    _tell(options, "live-audio", written(page(found), machine(before), _command(options)))


def _warm_peer(options: argparse.Namespace) -> None:
    from voxpod_bench.engine.page import machine, written
    from voxpod_bench.machine import load_now
    from voxpod_bench.warm_peer import page, warm_peer
    from voxpod_demo.terminal import Terminal

    before = load_now()
    found = page(*warm_peer(Terminal.on_stderr(), options.requests, options.values, options.agent_sandbox))
    _tell(options, found.name, written(found, machine(before), f"{_command(options)} --agent-sandbox DIR"))


def _engine(name: str) -> Callable[[argparse.Namespace], None]:
    """A measurement of the engine, with its page."""

    def run(options: argparse.Namespace) -> None:
        from voxpod_bench.engine.benches import run
        from voxpod_bench.engine.page import machine, written
        from voxpod_bench.machine import load_now

        before = load_now()
        page = run(name, options.rounds, lambda what: print(f"bench: {what}", file=sys.stderr))
        _tell(options, page.name, written(page, machine(before), _command(options)))

    return run


def _cosyvoice(options: argparse.Namespace) -> None:
    from voxpod_bench.engine import cosyvoice
    from voxpod_bench.engine.page import machine, written
    from voxpod_bench.machine import load_now

    before = load_now()
    results = cosyvoice.measure(options.bundle, options.rounds, lambda what: print(f"bench: {what}", file=sys.stderr))
    page = cosyvoice.page(results)
    _tell(options, page.name, written(page, machine(before), f"{_command(options)} --bundle DIR"))


def _command(options: argparse.Namespace) -> str:
    return "make bench" if options.command == "all" else f"python bench {options.command}"


def _tell(options: argparse.Namespace, name: str, page: str) -> None:
    print(page, end="", flush=True)
    if options.write:
        (PAGES / f"{name}.md").write_text(page, encoding="utf-8")


BENCHES: dict[str, tuple[str, Callable[[argparse.Namespace], None]]] = {
    "rtf": ("synthesis time beside kokoro-onnx: languages, lengths, threads", _engine("rtf")),
    "first-audio": ("from a fresh process to its first sound", _engine("first-audio")),
    "memory": ("private and shared memory: 1 to 8 processes, 40 to 10,000 characters", _engine("memory")),
    "throughput": ("a process on each core, and what bounds it", _engine("throughput")),
    "image-size": ("the inference image, and what in it takes the space", _engine("image-size")),
    "quality": ("what a speech recogniser hears (needs `make quality` once)", _engine("quality")),
    "estimate": ("how far the operator's estimate of a text's seconds is off, by language", _engine("estimate")),
    "engines": ("the engines side by side: time, memory, what a recogniser hears", _engine("engines")),
    "scale": ("one operator, 100 tenants, 5,000 requests that wait, played sandboxes", _scale),
    "warm-rates": ("what the control plane takes from a request to a waiting sandbox, played; a burst", _warm_rates),
    "facade": ("what the HTTP facade takes, what clients who wait weigh, what a killed replica costs; played", _facade),
    "cosyvoice": ("CosyVoice stage by stage, of a bundle that is there already", _cosyvoice),
    "cold-path": ("a request in a sandbox made for it, stage by stage and write by write", _cold_path),
    "warm-engines": ("the same request for each model, in sandboxes that wait", _warm_engines),
    "live-audio": ("when a client of the facade hears the first of a text, in sandboxes that wait", _live_audio),
    "warm-peer": ("a waiting sandbox is claimed, beside agent-sandbox, from a checkout of it", _warm_peer),
    "warm-path": ("requests that find a sandbox waiting: stages, rates, what waiting costs", _warm_path),
}
"""In the order in which `all` runs them: the cluster last, it leaves the machine busy for a while."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python bench", description="Voxpod's benchmarks: see docs/benchmarks/README.md."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, what in (*((name, bench[0]) for name, bench in BENCHES.items()), ("all", "every benchmark there is")):
        command = commands.add_parser(name, help=what)
        command.add_argument("--write", action="store_true", help="also write the results into docs/benchmarks/")
        if name in ("cold-path", "warm-path", "warm-engines", "live-audio", "warm-peer", "all"):
            usual = CALLS if name == "live-audio" else REQUESTS
            command.add_argument(
                "--requests", type=_count, default=usual, help=f"how many are measured (default: {usual})"
            )
            if name in ("cold-path", "all"):
                command.add_argument(
                    "--raw", type=Path, metavar="FILE", help="also write every moment of every cold request as JSON"
                )
            command.add_argument(
                "--values", default="", metavar="FILE", help="further Helm values, which win: to compare settings"
            )
        if name in ("scale", "all"):
            for option, usual, what in SCALE:
                command.add_argument(f"--{option}", type=int, default=usual, help=f"{what} (default: {usual})")
        if name == "warm-peer":
            command.add_argument(
                "--agent-sandbox",
                type=Path,
                required=True,
                metavar="DIR",
                help="a checkout of kubernetes-sigs/agent-sandbox",
            )
        if name == "cosyvoice":
            command.add_argument(
                "--bundle", type=Path, required=True, metavar="DIR", help="a converted bundle, prepared"
            )
        if name not in ("cold-path", "warm-path", "warm-rates", "warm-peer", "live-audio", "scale", "facade"):
            command.add_argument(
                "--rounds",
                type=_count,
                default=ROUNDS,
                help=f"how often each is measured, where it is in rounds (default: {ROUNDS})",
            )
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 99:
        raise argparse.ArgumentTypeError(f"{text!r}: a number from 1 to 99 is wanted")
    return int(text)
