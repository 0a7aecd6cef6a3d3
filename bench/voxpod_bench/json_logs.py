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
        if said is not None and "request_id" in said and "timestamp" in said:
            one = Said(epoch_seconds(said["timestamp"]), said["message"], said)
            by_request.setdefault(said["request_id"], {}).setdefault(one.event, one)
    return by_request


def read_sandbox_log(lines: Iterable[str]) -> dict[str, Said]:
    """The first line of each event sentence.

    The lines are those of `kubectl logs --timestamps`: the sandbox's own times are of whole milliseconds.
    """
    found: dict[str, Said] = {}
    for line in lines:
        stamp, _, text = line.partition(" ")
        said = _parsed(text)
        if said is not None:
            found.setdefault(said["message"], Said(epoch_seconds(stamp), said["message"], said))
    return found


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        said = json.loads(line)
    except ValueError:
        return None
    return said if isinstance(said, dict) and "message" in said else None
