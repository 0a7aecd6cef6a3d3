"""The command line: `python demo COMMAND`."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from voxpod_demo import facts
from voxpod_demo.down import down
from voxpod_demo.errors import DemoError
from voxpod_demo.say import say
from voxpod_demo.settings import ROOT, Settings, from_environment
from voxpod_demo.shell import shell
from voxpod_demo.terminal import Terminal
from voxpod_demo.up import up

AUDIO = ROOT / "demo-audio"


def main(arguments: Sequence[str]) -> int:
    """The exit code: 0; 1 where something did not work, which was said; 2 for a wrong command line; 130 for Ctrl-C."""
    options = _parser().parse_args(arguments)
    terminal = Terminal()
    try:
        return _run(options, from_environment(os.environ), terminal)
    except DemoError as error:
        # the standard output of the others is read by programs: only their answer may be there
        (terminal if options.command in ("up", "say", "down") else Terminal.on_stderr()).error(error)
        return 1
    except KeyboardInterrupt:
        print(
            "\ndemo: interrupted; what was started is still there: `make demo` goes on, `make demo-down` takes it away",
            file=sys.stderr,
        )
        return 130


def _run(options: argparse.Namespace, settings: Settings, terminal: Terminal) -> int:
    match options.command:
        case "up":
            return 0 if up(settings, terminal, options.audio) else 1
        case "say":
            return (
                0
                if say(settings, terminal, options.text, options.tenant, options.voice, options.language, options.audio)
                else 1
            )
        case "down":
            return 0 if down(settings, terminal) else 1
        case "shell":
            return shell(settings, Terminal.on_stderr())
        case "kubeconfig":
            facts.kubeconfig(settings)
        case "s3":
            facts.s3(settings)
        case "api":
            facts.api(settings)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python demo", description="Voxpod on a real cluster: see docs/demo.md.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    up_parser = commands.add_parser("up", help="bring up a cluster, install Voxpod, speak in three languages")
    say_parser = commands.add_parser("say", help="speak a text of yours on the demo that is up")
    say_parser.add_argument("text")
    say_parser.add_argument("--tenant", default="globex", help="acme or globex (default: globex)")
    say_parser.add_argument(
        "--voice", default="", help="a voice of the model, such as af_heart; its default for the language without it"
    )
    say_parser.add_argument("--language", default="", help="en, zh or ja; detected from the script without it")
    for one in (up_parser, say_parser):
        one.add_argument(
            "--audio", type=Path, default=AUDIO, metavar="DIR", help="folder of the WAV files (default: demo-audio)"
        )
    commands.add_parser("shell", help="a shell with kubectl and helm for the demo's cluster")
    commands.add_parser("kubeconfig", help="print the path of the demo's kubeconfig")
    commands.add_parser("s3", help="print the demo store's endpoint and credentials as JSON")
    commands.add_parser("api", help="print the HTTP API's address and a key for it as JSON")
    commands.add_parser("down", help="take away all that the demo made")
    return parser
