"""Running other programs: a failure becomes a DemoError that shows what they said."""

import os
import subprocess
import tempfile
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from voxpod_demo.errors import DemoError

SHOWN = 15
"""Lines of a failed program's output that are shown."""

WORDS = 4
"""Words of a command line that name it in an error."""

Argv = Sequence[str | Path]
Say = Callable[[str], None]


def output(argv: Argv, *, stdin: str | None = None, environment: Mapping[str, str] | None = None) -> str:
    """What the program printed on stdout; what it says on stderr only shows when it fails."""
    words = [str(word) for word in argv]
    try:
        done = subprocess.run(words, input=stdin, text=True, capture_output=True, env=environment, check=False)
    except OSError as error:
        raise DemoError(f"{words[0]} cannot be run: {error.strerror}") from error
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise DemoError(f"{_short(words)} ended with exit code {done.returncode}", details=said[-SHOWN:])
    return done.stdout


def succeeds(argv: Argv) -> bool:
    """Whether the program is there and exits with 0."""
    try:
        return subprocess.run([str(word) for word in argv], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def stream(argv: Argv, say: Say, *, keep_stdout: bool = False) -> str:
    """Run a program that takes its time; each line that it prints goes to `say` at once.

    With `keep_stdout` only those of stderr do, and what it printed on stdout is returned.
    """
    words = [str(word) for word in argv]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    last: deque[str] = deque(maxlen=SHOWN)
    with tempfile.TemporaryFile("w+") as printed:  # a pipe that is read at the end only could fill up
        stdout, stderr = (printed, subprocess.PIPE) if keep_stdout else (subprocess.PIPE, subprocess.STDOUT)
        try:
            process = subprocess.Popen(
                words, stdout=stdout, stderr=stderr, stdin=subprocess.DEVNULL, text=True, env=environment
            )
        except OSError as error:
            raise DemoError(f"{words[0]} cannot be run: {error.strerror}") from error
        with process:
            for line in (process.stderr if keep_stdout else process.stdout) or ():
                last.append(line.rstrip())
                say(line.rstrip())
        if process.returncode:
            raise DemoError(f"{_short(words)} ended with exit code {process.returncode}", details=list(last))
        printed.seek(0)
        return printed.read()


def _short(words: Sequence[str]) -> str:
    """The program and what it was asked to do, without options: `helm upgrade voxpod`."""
    said = [os.path.basename(words[0]), *(os.path.basename(word) for word in words[1:] if not word.startswith("-"))]
    return f"`{' '.join(said[:WORDS])}`"
