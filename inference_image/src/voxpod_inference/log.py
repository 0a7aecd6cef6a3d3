"""JSON log lines on standard error: an event and its key-values, for state changes only; never a request's text."""

import json
import sys
import time


def event(sentence: str, **values: str | float | int | None) -> None:
    """Write one line, e.g. `{"time": "2026-11-24T17:00:00Z", "event": "model loaded", "load_ms": 540}`."""
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    print(json.dumps({"time": stamp, "event": sentence, **values}), file=sys.stderr, flush=True)
