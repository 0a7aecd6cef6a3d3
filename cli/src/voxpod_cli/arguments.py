"""The command line."""

import argparse
from pathlib import Path

STATUSES = ("queued", "running", "succeeded", "failed", "cancelled")

MAX_DAYS = 400

EPILOG = """\
Voxpod is reached at VOXPOD_URL with VOXPOD_TOKEN (an API key or a token) where those are set, else by kubectl:
in the kubeconfig's namespace, or as --context and --namespace say, which go before VOXPOD_URL.

Exit code: 0, 1 where it did not work, 2 for a wrong command line, 130 when stopped by Ctrl-C.
"""


def parser() -> argparse.ArgumentParser:
    """What can be typed."""
    found = argparse.ArgumentParser(
        prog="voxpod",
        description="Speech from a terminal.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = found.add_subparsers(dest="command", required=True, metavar="COMMAND")
    way = _way()
    say = commands.add_parser("say", parents=[way], help="speak a text into a file or a pipe")
    words = say.add_mutually_exclusive_group()
    words.add_argument("text", nargs="?", help="what to say; without it, or with -, standard input")
    words.add_argument("-f", "--file", type=Path, help="file with the text, in UTF-8")
    say.add_argument("-o", "--out", type=Path, help="file for the audio; without it standard output, if that is a pipe")
    say.add_argument("--format", choices=("wav", "mp3", "flac", "ogg", "opus", "pcm"), default="")
    say.add_argument("--voice", help="a voice, or a mix such as 'af_heart(2)+af_bella'")
    say.add_argument("--model", help="a SpeechModel")
    say.add_argument("--language", help="en, zh, ...; told from the text without it")
    say.add_argument("--speed", type=float, help="0.25 to 4")
    say.add_argument("--instructions", help="how to say it, in words, where the model follows such")
    say.add_argument("--seed", type=int, help="another number is another way to say it, where the model makes choices")
    say.add_argument("--deadline", type=int, default=3600, metavar="SECONDS", help="give up after so long (3600)")
    say.add_argument("--no-wait", action="store_true", help="print the task's id, for `voxpod fetch`, and be gone")
    fetch = commands.add_parser("fetch", parents=[way], help="the audio of a task that was made before")
    fetch.add_argument("id")
    fetch.add_argument("-o", "--out", type=Path, help="file; without it standard output, if that is a pipe")
    cancel = commands.add_parser("cancel", parents=[way], help="cancel a task")
    cancel.add_argument("id")
    tasks = commands.add_parser("tasks", parents=[way], help="recent tasks, the newest first")
    tasks.add_argument("--status", choices=STATUSES, default="")
    tasks.add_argument("--limit", type=int, default=20)
    voices = commands.add_parser("voices", parents=[way], help="voices to choose from")
    voices.add_argument("--language", default="", help="only voices whose language begins so")
    usage = commands.add_parser("usage", parents=[way], help="what was used today, and what is left")
    usage.add_argument(
        "--days", type=_days, metavar="N", help=f"day by day, the last N (at most {MAX_DAYS}) days of UTC"
    )
    usage.add_argument("--tenant", default="", help="kubectl only: whose, where no request tells")
    for listing in (tasks, voices, usage):
        listing.add_argument("--json", action="store_true", help="for programs")
    return found


def _days(word: str) -> int:
    if not word.isdecimal() or not 1 <= int(word) <= MAX_DAYS:
        raise argparse.ArgumentTypeError(f"1 to {MAX_DAYS} days")
    return int(word)


def _way() -> argparse.ArgumentParser:
    way = argparse.ArgumentParser(add_help=False)
    group = way.add_argument_group("where Voxpod is")
    group.add_argument("--url", help="address of the HTTP API, in place of VOXPOD_URL")
    group.add_argument("--context", help="by kubectl, with this context")
    group.add_argument("-n", "--namespace", help="by kubectl, in this namespace")
    return way
