"""Ports of this machine for servers that a test starts."""

import fcntl
import itertools
import socket
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

_FIRST, _EACH, _SHARES = 20_000, 100, 120
"""Below what Linux picks from for outgoing connections (from 32768): a port of those can be taken before the test listens on it."""


def free_port() -> int:
    """A port that nobody listens on, and that no other process of tests is given: whoever stops listening may begin again."""
    for port in _ours():
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise AssertionError("the cycle of ports has no end")


@cache
def _ours() -> Iterator[int]:
    """This process's share, again and again: it holds the lock of the share's file until it ends."""
    folder = Path(tempfile.gettempdir()) / "voxpod-test-ports"
    folder.mkdir(exist_ok=True)
    for share in range(_SHARES):
        file = (folder / str(share)).open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            continue
        _held.append(file)
        return itertools.cycle(range(_FIRST + share * _EACH, _FIRST + (share + 1) * _EACH))
    raise AssertionError(f"{_SHARES} processes of tests run already")


_held: list[object] = []
