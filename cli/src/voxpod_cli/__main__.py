"""`voxpod`: speech from a terminal, or in a pipe."""

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from voxpod_cli.arguments import parser
from voxpod_cli.http_api import HttpApi
from voxpod_cli.kubectl import Kubectl
from voxpod_cli.saying import fetch, format_of, say
from voxpod_cli.screen import Progress, days_table, printable, tasks_table, use_table, voices_table
from voxpod_cli.service import Order, Problem, Service, Task


def main(arguments: Sequence[str] | None = None) -> int:
    """What arguments.EPILOG says of exit codes."""
    options, progress = parser().parse_args(arguments), Progress()
    try:
        try:
            print_out(options, service_of(options, progress), progress)
        finally:
            progress.clear()
        sys.stdout.flush()
    except Problem as problem:
        print(f"voxpod: {printable(str(problem))}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BrokenPipeError:
        # who reads has enough: no further word, also none from the interpreter's own flush at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    return 0


def service_of(options: argparse.Namespace, progress: Progress) -> Service:
    """Voxpod, the way that options and environment name. Raises Problem."""
    url = options.url or os.environ.get("VOXPOD_URL", "")
    if url and not (options.context or options.namespace):
        token = os.environ.get("VOXPOD_TOKEN", "")
        if not token:
            raise Problem("VOXPOD_TOKEN is not set: the API key or token for the HTTP API")
        return HttpApi(url, token.strip(), progress.show)
    return Kubectl(options.context or "", options.namespace or "", getattr(options, "tenant", ""))


def print_out(options: argparse.Namespace, service: Service, progress: Progress) -> None:
    """Do what a command says. Raises Problem."""
    match options.command:
        case "say":
            _say(options, service, progress)
        case "fetch":
            _tell(fetch(service, options.id, _sound(options.out), progress), options.out)
        case "cancel":
            task = service.cancel(options.id)
            print(f"{task.id}: {task.status if task.ended else 'will end'}")
        case "tasks":
            tasks = service.tasks(options.status, options.limit)
            _print(options, [asdict(one) for one in tasks], tasks_table(tasks, time.time()))
        case "voices":
            voices = [one for one in service.voices() if one.language.startswith(options.language)]
            _print(options, [asdict(one) for one in voices], voices_table(voices))
        case "usage":
            _usage(options, service)


def _usage(options: argparse.Namespace, service: Service) -> None:
    if options.days:
        days = service.days(options.days, time.time())
        _print(options, [asdict(one) for one in days], days_table(days))
    else:
        use = service.use()
        _print(options, asdict(use), use_table(use))


def _say(options: argparse.Namespace, service: Service, progress: Progress) -> None:
    out = None if options.no_wait else _sound(options.out)
    order = Order(
        text=_text(options),
        format=format_of(options.out, options.format),
        model=options.model,
        voice=options.voice,
        language=options.language,
        speed=options.speed,
        instructions=options.instructions,
        seed=options.seed,
        deadline_seconds=options.deadline,
    )
    if options.no_wait:
        print(service.create(order).id)
    else:
        _tell(say(service, order, out, progress), options.out)


def _text(options: argparse.Namespace) -> str:
    try:
        if options.file is not None:
            text = options.file.read_text(encoding="utf-8")
        elif options.text not in (None, "-"):
            text = options.text
        elif sys.stdin.isatty():
            raise Problem('what is to be said? voxpod say "Hello.", or a text in standard input')
        else:
            text = sys.stdin.buffer.read().decode("utf-8")
    except OSError as error:
        raise Problem(f"{options.file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Problem("the text is not in UTF-8") from None
    if not text.strip():
        raise Problem("there is nothing to say: the text is empty")
    return str(text)


def _sound(out: Path | None) -> Path | None:
    """Where sound goes; None: standard output. Raises Problem where a terminal would get it."""
    if out is not None and str(out) != "-":
        return out
    if sys.stdout.isatty():
        raise Problem("where is the sound to go? Name a file with -o, or pipe it: voxpod say ... | aplay")
    return None


def _tell(task: Task, out: Path | None) -> None:
    """One line for a person, beside the sound."""
    where = "" if out is None or str(out) == "-" else f"{out}: "
    line = f"{where}{task.seconds or 0:.1f} s, voice {task.voice or 'of the model'}, {task.id}"
    print("\n".join(printable(one) for one in (*task.warnings, line)), file=sys.stderr)


def _print(options: argparse.Namespace, document: object, text: str) -> None:
    print(json.dumps(document, indent=2, ensure_ascii=False) if options.json else text)


if __name__ == "__main__":
    sys.exit(main())
