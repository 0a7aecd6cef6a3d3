"""Who wrote what to the API server, out of its audit log: one JSON event a line, every write of everybody."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

VERBS = ("create", "update", "patch", "delete", "deletecollection")


@dataclass(frozen=True, slots=True)
class Write:
    """A write that the API server carried out or refused."""

    user: str
    verb: str
    resource: str
    """With its subresource: `ttsrequests/status`."""
    namespace: str
    name: str
    code: int


def writes(log: Path, offset: int = 0) -> Iterator[Write]:
    """The writes that were answered after the first `offset` bytes of the log."""
    with log.open("rb") as file:
        file.seek(offset)
        for line in file:
            event = json.loads(line)
            if event["stage"] == "ResponseComplete" and event["verb"] in VERBS:
                yield _write(event)


def _write(event: dict[str, dict[str, str]]) -> Write:
    ref, status = event.get("objectRef", {}), event.get("responseStatus", {})
    resource = "/".join(part for part in (ref.get("resource", ""), ref.get("subresource", "")) if part)
    return Write(
        event["user"]["username"],
        str(event["verb"]),
        resource,
        ref.get("namespace", ""),
        ref.get("name", ""),
        int(status.get("code", 0)),
    )
