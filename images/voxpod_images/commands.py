"""Running other programs: their output goes to stderr, their failure becomes an ImagesError that names them."""

import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from voxpod_images.errors import ImagesError


def run(
    command: Sequence[str | Path], *, environment: Mapping[str, str] | None = None, stdin: str | None = None
) -> None:
    """Runs to the end, its output on our stderr (stdout is for our JSON)."""
    arguments = [str(part) for part in command]
    try:
        done = subprocess.run(arguments, env=environment, input=stdin, text=True, stdout=sys.stderr, check=False)
    except OSError as error:
        raise ImagesError(f"{arguments[0]} cannot be run: {error.strerror}") from error
    if done.returncode:
        raise ImagesError(f"exit code {done.returncode} from: {shlex.join(arguments)}")


def output(
    command: Sequence[str | Path], *, environment: Mapping[str, str] | None = None, stdin: str | None = None
) -> str:
    """What it printed on stdout."""
    arguments = [str(part) for part in command]
    try:
        done = subprocess.run(arguments, env=environment, input=stdin, text=True, capture_output=True, check=False)
    except OSError as error:
        raise ImagesError(f"{arguments[0]} cannot be run: {error.strerror}") from error
    if done.returncode:
        raise ImagesError(f"exit code {done.returncode} from: {shlex.join(arguments)}\n{done.stderr.strip()}")
    return done.stdout


def succeeds(command: Sequence[str | Path], *, environment: Mapping[str, str] | None = None) -> bool:
    """Whether it exits with 0; what it prints is dropped."""
    try:
        return (
            subprocess.run(
                [str(part) for part in command], env=environment, capture_output=True, check=False
            ).returncode
            == 0
        )
    except OSError:
        return False
