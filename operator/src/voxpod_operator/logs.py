"""Logs: one JSON object a line, a sentence and key-values; the text of a request is never logged.

docs/logs.md has the keys, which those of a sandbox share (`voxpod_inference.log`).
"""

import logging
import sys
import threading
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from voxpod_crds.tts_request import TTSRequestStatus
from voxpod_operator.cluster.reading import LiveRequest, UnreadableRequest

SERVICE = "voxpod-operator"

Extra = dict[str, Any]


class LineFormatter(JsonFormatter):
    """RFC 3339 with milliseconds: the bench reads stage times off these lines."""

    def __init__(self) -> None:
        super().__init__(
            "%(asctime)s %(levelname)s %(name)s %(message)s",
            rename_fields={"asctime": "timestamp", "levelname": "level", "name": "logger"},
            static_fields={"service": SERVICE},
        )

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - logging's name
        """When the line was logged."""
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def configure(level: str) -> None:
    """Send all logging to stdout as JSON at `level`, what nobody caught as well; Kopf's own chatter only from WARNING."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(LineFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda told: _uncaught(told.exc_type, told.exc_value, told.exc_traceback)
    # twice at each start, since Kopf runs in a thread: "OS signals are ignored"
    logging.getLogger("kopf._core.reactor.running").setLevel(logging.ERROR)
    # each try that failed, with its URL, which may be a presigned one; who calls tells the outcome
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    for chatty in ("kopf", "aiohttp.access", "asyncio"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, logging.getLevelName(level)))


def about(request: LiveRequest, status: TTSRequestStatus | None = None) -> Extra:
    """What a line tells of the request that it is about; `status` is the one that the line is about, if not the request's."""
    known = status or request.status
    told: Extra = {"request": str(request.metadata.key), "request_id": request.metadata.uid, "tenant_id": known.tenant}
    if not isinstance(request, UnreadableRequest):
        told["text_len"] = len(request.spec.text)
        told["voice"] = known.voice or request.spec.voice
    return {key: value for key, value in told.items() if value is not None}


def _uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    logging.getLogger(__name__).critical("uncaught", exc_info=(kind, error or kind(), trace))
