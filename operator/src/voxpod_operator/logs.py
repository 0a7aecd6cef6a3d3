"""Logs: one JSON object a line, an event sentence and key-values; the text of a request is never logged."""

import logging
import sys
from datetime import UTC, datetime

from pythonjsonlogger.json import JsonFormatter


class _Formatter(JsonFormatter):
    """RFC 3339 with milliseconds: the bench reads stage times off these lines."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - logging's name
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def configure(level: str) -> None:
    """Send all logging to stdout as JSON at `level`; Kopf's own chatter only from WARNING."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        _Formatter(
            "%(asctime)s %(levelname)s %(name)s %(message)s",
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger", "message": "event"},
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # twice at each start, since Kopf runs in a thread: "OS signals are ignored"
    logging.getLogger("kopf._core.reactor.running").setLevel(logging.ERROR)
    # each try that failed, with its URL, which may be a presigned one; who calls tells the outcome
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    for chatty in ("kopf", "aiohttp.access", "asyncio"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, logging.getLevelName(level)))
