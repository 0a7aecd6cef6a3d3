"""The JSON log lines of operator and sandbox: when each said what of which request."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from voxpod_bench.clock import epoch_seconds


@dataclass(frozen=True, slots=True)
class Said:
    """A line: an event sentence with its key-values, and when it was written in seconds since 1970."""

    time: float
    event: str
    values: Mapping[str, Any]


def read_operator_log(lines: Iterable[str]) -> dict[str, dict[str, Said]]:
    """The first line of each event sentence, by request UID; lines that are about no request are passed over."""
    by_request: dict[str, dict[str, Said]] = {}
    for line in lines:
        said = _parsed(line)
        if said is not None and "uid" in said and "time" in said:
            one = Said(epoch_seconds(said["time"]), said["event"], said)
            by_request.setdefault(said["uid"], {}).setdefault(one.event, one)
    return by_request


def read_sandbox_log(lines: Iterable[str]) -> dict[str, Said]:
    """The first line of each event sentence.

    The lines are those of `kubectl logs --timestamps`: the sandbox's own times are of whole seconds.
    """
    found: dict[str, Said] = {}
    for line in lines:
        stamp, _, text = line.partition(" ")
        said = _parsed(text)
        if said is not None:
            found.setdefault(said["event"], Said(epoch_seconds(stamp), said["event"], said))
    return found


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        said = json.loads(line)
    except ValueError:
        return None
    return said if isinstance(said, dict) and "event" in said else None
