"""Errors of the operator.

OperatorError
├── ClusterError                 a Kubernetes API call failed; carries verb, kind, key, status
│   ├── Conflict                 the object changed since it was read: observe again
│   ├── AlreadyExists            create found the name taken
│   ├── Denied                   401, 403, 400, 422: will not get better by itself
│   ├── NotLeading               not sent: this replica may no longer write
│   └── Unavailable              429, 5xx, timeout, no connection: try again later
├── WatchFailed                  Kopf gave up on its watches: the process must start anew
└── StoreError                   an object store call failed
    └── StoreUnavailable         no connection, timeout, 5xx: try again later

Temporary and permanent are told apart by type: `Unavailable` and `StoreUnavailable` are temporary, `Conflict` means that
the decision was made on an old view; everything else needs a person.
"""

from voxpod_crds.base import ResourceKey


class OperatorError(Exception):
    """Base of what the operator raises itself."""


class ClusterError(OperatorError):
    """A Kubernetes API call failed."""

    def __init__(
        self, verb: str, kind: str, key: ResourceKey, status: int, message: str, retry_after: float | None = None
    ) -> None:
        super().__init__(f"{verb} {kind} {key}: {status or 'no answer'}: {message}")
        self.verb = verb
        self.kind = kind
        self.key = key
        self.status = status
        self.message = message
        self.retry_after_seconds = retry_after


class Conflict(ClusterError):
    """The object changed since it was read."""


class AlreadyExists(ClusterError):
    """The name is taken."""


class Denied(ClusterError):
    """The API server refuses, and will go on refusing."""


class NotLeading(ClusterError):
    """Not sent: the Lease could not be renewed in time, and another replica may lead."""


class Unavailable(ClusterError):
    """The API server is away, overloaded or too slow."""


class WatchFailed(OperatorError):
    """Kopf gave up on its watches; only a new process has live ones."""


class StoreError(OperatorError):
    """The object store refused or lost something."""


class StoreUnavailable(StoreError):
    """The object store is away, overloaded or too slow."""
