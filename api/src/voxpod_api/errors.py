"""Errors of the facade.

ApiError                 what a client is told: status, and OpenAI's envelope
ClusterError             a Kubernetes API call failed
├── AlreadyExists        create found the name taken
├── Conflict             the object changed since it was read
├── Expired              the watch's place in history is gone: list again
└── Unavailable          429, 5xx, timeout, no connection: try again later
AudioError               audio breaks off that is being sent
├── StoreError           it cannot be read from the object store
│   └── NotStored        it is not there
└── LiveCut              the sandbox or the listener of live audio is gone
"""

from dataclasses import dataclass, field, replace
from typing import Any, Literal

ErrorType = Literal[
    "invalid_request_error", "authentication_error", "permission_error", "rate_limit_error", "server_error"
]


@dataclass(eq=False)
class ApiError(Exception):
    """An answer other than success; `param` names the field of the order, which an endpoint may call otherwise."""

    status: int
    code: str
    message: str
    type: ErrorType = "invalid_request_error"
    param: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def envelope(self) -> dict[str, Any]:
        """OpenAI's form; all four keys are required by its SDKs."""
        return {"error": {"message": self.message, "type": self.type, "param": self.param, "code": self.code}}

    def named(self, names: dict[str, str]) -> "ApiError":
        """The same with the field as an endpoint calls it."""
        return replace(self, param=names.get(self.param, self.param)) if self.param else self


def not_now(status: int, code: str, message: str, retry_after: int) -> ApiError:
    """429 or 503: the same call succeeds later."""
    kind: ErrorType = "rate_limit_error" if status == 429 else "server_error"
    return ApiError(status, code, message, kind, headers={"Retry-After": within_a_minute(retry_after)})


def within_a_minute(seconds: int) -> str:
    """A Retry-After that every client honours: OpenAI's SDKs ignore what is longer."""
    return str(min(max(seconds, 1), 60))


def never(status: int, code: str, message: str, kind: ErrorType, param: str | None = None) -> ApiError:
    """An error that SDKs must not repeat the call for, whatever the status."""
    return ApiError(status, code, message, kind, param, {"x-should-retry": "false"})


class ClusterError(Exception):
    """A Kubernetes API call failed; `status` 0: no answer."""

    def __init__(self, call: str, status: int, message: str) -> None:
        super().__init__(f"{call}: {status or 'no answer'}: {message}")
        self.status = status


class AlreadyExists(ClusterError):
    """The name is taken."""


class Conflict(ClusterError):
    """The object changed since it was read."""


class Expired(ClusterError):
    """The watch's place in history is gone."""


class Unavailable(ClusterError):
    """The API server is away, overloaded or too slow."""


class AudioError(Exception):
    """Audio breaks off that is being sent."""


class StoreError(AudioError):
    """An object cannot be read from the object store."""


class NotStored(StoreError):
    """The object is not there."""


class LiveCut(AudioError):
    """The sandbox or the listener of live audio is gone before its end."""
