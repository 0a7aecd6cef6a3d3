"""The command line: `python bench COMMAND`."""

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from voxpod_bench.cold_path import cold_path
from voxpod_bench.errors import BenchError
from voxpod_bench.report import document
from voxpod_demo.errors import DemoError
from voxpod_demo.settings import ROOT
from voxpod_demo.terminal import Terminal

PAGE = ROOT / "docs" / "benchmarks" / "cold-path.md"
REQUESTS = 20


def main(arguments: Sequence[str]) -> int:
    """The exit code: 0; 1 where something did not work, which was said; 2 for a wrong command line; 130 for Ctrl-C."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # told to stop, take the cluster down as on Ctrl-C
    try:
        _cold_path(options)
    except (BenchError, DemoError) as error:
        print("\n".join([f"bench: {error}", *(f"    {line}" for line in getattr(error, "details", ()))]), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("bench: interrupted; its cluster is gone", file=sys.stderr)
        return 130
    return 0


def _cold_path(options: argparse.Namespace) -> None:
    result = cold_path(Terminal.on_stderr(), options.requests, options.values)
    page = document(result, "make bench" if options.command == "all" else "python bench cold-path")
    print(page, end="")
    if options.write:
        PAGE.write_text(page, encoding="utf-8")
    if options.raw:
        options.raw.write_text(json.dumps([dict(times) for times in result.timelines], indent=1), encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python bench", description="Voxpod's benchmarks: see docs/benchmarks/README.md.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, what in (("cold-path", "a request in a sandbox made for it, stage by stage and write by write"), ("all", "every benchmark there is")):
        command = commands.add_parser(name, help=what)
        command.add_argument("--requests", type=_count, default=REQUESTS, help=f"how many are measured (default: {REQUESTS})")
        command.add_argument("--write", action="store_true", help="also write the results into docs/benchmarks/")
        command.add_argument("--raw", type=Path, metavar="FILE", help="also write every moment of every request as JSON")
        command.add_argument("--values", default="", metavar="FILE", help="further Helm values, which win: to compare settings")
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 99:
        raise argparse.ArgumentTypeError(f"{text!r}: a number of requests from 1 to 99 is wanted")
    return int(text)
