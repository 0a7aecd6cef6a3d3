"""JSON log lines on standard error: a sentence and its key-values, for state changes only; never a request's text.

docs/logs.md has the keys, which the operator's lines share.
"""

import json
import sys
import time
from typing import Literal

SERVICE = "voxpod-sandbox"

Value = str | float | None
Level = Literal["INFO", "WARNING", "ERROR"]

_about: dict[str, Value] = {}


def about(**values: Value) -> None:
    """Have each line from now on tell which request it is about; without values none."""
    _about.clear()
    _about.update(values)


def event(message: str, level: Level = "INFO", **values: Value) -> None:
    """Write one line, e.g. `{"timestamp": "2026-11-24T17:00:00.123Z", "level": "INFO", ... "message": "model loaded"}`."""
    now = time.time()
    stamp = f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(now))}.{int(now % 1 * 1000):03}Z"
    line = {"timestamp": stamp, "level": level, "service": SERVICE, "message": message, **_about, **values}
    # one write: print would make two, and another thread's line could come between a line and its end
    sys.stderr.write(json.dumps(line) + "\n")
    sys.stderr.flush()
