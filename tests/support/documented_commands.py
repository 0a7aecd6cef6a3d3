"""What a page of documentation tells its reader to type, taken from the page itself."""

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_BLOCK = re.compile(r"^(?P<indent> *)```sh\n(?P<text>.*?)^ *```$", re.MULTILINE | re.DOTALL)


def section(page: str, heading: str) -> str:
    """The text below a heading of that page, up to the next one of its level."""
    marks, text = heading.partition(" ")[0], "\n" + (ROOT / page).read_text(encoding="utf-8")
    _, found, rest = text.partition(f"\n{heading}\n")
    assert found, f"{page} has no heading {heading!r}"
    return re.split(rf"^#{{1,{len(marks)}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def commands(page: str, heading: str) -> list[str]:
    """The blocks of shell commands below a heading, in their order."""
    blocks = []
    for match in _BLOCK.finditer(section(page, heading)):
        lines = match["text"].splitlines()
        blocks.append("\n".join(line.removeprefix(match["indent"]) for line in lines))
    assert blocks, f"{page} has no commands below {heading!r}"
    return blocks


def with_instead(block: str, instead: Mapping[str, str]) -> str:
    """The block with what a reader fills in; each key is in it."""
    for placeholder, value in instead.items():
        assert placeholder in block, f"{placeholder!r} is not in the documented commands:\n{block}"
        block = block.replace(placeholder, value)
    return block


def run(block: str, folder: Path, environment: Mapping[str, str], seconds: float = 600.0) -> str:
    """What a shell prints that runs the block in a folder; AssertionError with all that it said when a command fails."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, f"exit code {done.returncode}:\n{block}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout
