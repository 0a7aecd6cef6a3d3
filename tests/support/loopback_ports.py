"""Ports of this machine for servers that a test starts."""

import random
import socket

_PORTS = range(20_000, 32_000)
"""Below what Linux picks from for outgoing connections (from 32768): a port of those can be taken before the test listens on it."""


def free_port() -> int:
    """A port that nobody listens on; another one, but by a rare chance, at each call."""
    while True:
        port = random.choice(_PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
