"""Harm to files, of which a loader must tell."""

from collections.abc import Callable
from pathlib import Path


def in_the_middle(path: Path, change: Callable[[bytearray], None]) -> None:
    """Replace a file, which others have linked."""
    content = bytearray(path.read_bytes())
    change(content)
    path.unlink()
    path.write_bytes(content)


def flip(content: bytearray) -> None:
    """One bit."""
    content[len(content) // 2] ^= 8


def cut(content: bytearray) -> None:
    """The end is missing."""
    del content[-100:]
