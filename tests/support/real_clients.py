"""Clients of OpenAI's speech call as their makers publish them, each in an environment of its own in the cache."""

import asyncio
import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CACHE = Path(os.environ.get("VOXPOD_CACHE", "~/.cache/voxpod")).expanduser() / "clients"
SCRIPTS = Path(__file__).with_name("clients")

LIVEKIT = "livekit-plugins-openai==1.8.9"
PIPECAT = "pipecat-ai[openai]==1.14.0"
OPENAI_NODE = "openai@7.59.0"
AXE = "axe-core@4.14.1"
"""No client: what finds barriers in a page."""


def python_with(requirement: str) -> Path:
    """The python of an environment with this package. Skips the test where no registry has it."""
    home = CACHE / requirement.replace("[", "-").replace("]", "").replace("==", "-")
    python = home / "bin" / "python"
    with _made_once(home) as new:
        if new:
            _installed(requirement, [sys.executable, "-m", "venv", str(home)])
            _installed(requirement, [str(python), "-m", "pip", "install", "--quiet", requirement])
    return python


def node_modules_with(package: str) -> Path:
    """A folder with node_modules that have this package. Skips the test where there is no Node, or no registry has it."""
    if shutil.which("npm") is None:
        pytest.skip("no npm on this machine")
    home = CACHE / package.replace("@", "-")
    with _made_once(home) as new:
        if new:
            home.mkdir(parents=True)
            _installed(package, ["npm", "install", "--silent", "--no-audit", "--no-fund", f"--prefix={home}", package])
    return home


async def told(command: Sequence[str | Path], *arguments: str) -> dict[str, Any]:
    """What a script says as JSON, in the last line of its output."""
    process = await asyncio.create_subprocess_exec(
        *command, *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), 60)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, err.decode()[-2000:]
    said: dict[str, Any] = json.loads(out.decode().strip().splitlines()[-1])
    return said


@contextmanager
def _made_once(home: Path) -> Iterator[bool]:
    """Whether it has to be made, which nobody else does meanwhile; what was not made to its end is made anew."""
    CACHE.mkdir(parents=True, exist_ok=True)
    whole = home / ".whole"
    with (CACHE / f".{home.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if whole.exists():
            yield False
            return
        shutil.rmtree(home, ignore_errors=True)
        yield True
        whole.touch()


def _installed(what: str, command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    if done.returncode:
        pytest.skip(f"{what} cannot be had here: {(done.stderr or done.stdout).strip()[-300:]}")
