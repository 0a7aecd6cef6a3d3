"""The API server's audit log: who wrote what, and when."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from voxpod_bench.clock import epoch_seconds

CLIENT_AGENT = "voxpod-bench"
OPERATOR_AGENT = "voxpod-operator"
OPERATOR_ACCOUNT = "system:serviceaccount:voxpod-system:voxpod-operator"
CONTROLLER_ACCOUNT = "system:serviceaccount:kube-system:"

Sort = Literal["stored", "event", "lease", "answered"]
"""stored: an object in etcd is made, changed or removed. event, lease: likewise, but of these kinds.

answered: a TokenReview, SubjectAccessReview or TokenRequest, which is sent by POST but stores nothing.
"""

_ANSWERED = {
    "tokenreviews",
    "subjectaccessreviews",
    "selfsubjectaccessreviews",
    "localsubjectaccessreviews",
    "serviceaccounts/token",
}


@dataclass(frozen=True, slots=True)
class Write:
    """One answered call that may write; times in seconds since 1970."""

    received: float
    done: float
    user: str
    agent: str
    verb: str
    resource: str
    """With its subresource: `pods/status`."""
    namespace: str
    name: str
    """Empty for a create by generateName: the server chose the name later."""
    code: int

    @property
    def refused(self) -> bool:
        """Whether nothing was written: a conflict, an object that is gone."""
        return self.code >= 400

    @property
    def writer(self) -> str:
        """Who wrote, as a component that a reader knows."""
        if self.agent == CLIENT_AGENT:
            return "client"
        if self.user == OPERATOR_ACCOUNT:
            return OPERATOR_AGENT if self.agent == OPERATOR_AGENT else f"{OPERATOR_AGENT} by {self.agent.split(' ')[0]}"
        if self.user.startswith("system:node:"):
            return "kubelet"
        if self.user == "system:kube-scheduler":
            return "kube-scheduler"
        return self.user.removeprefix(CONTROLLER_ACCOUNT)

    @property
    def sort(self) -> Sort:
        """What kind of write it is."""
        if self.resource in _ANSWERED:
            return "answered"
        if self.resource == "events":
            return "event"
        return "lease" if self.resource == "leases" else "stored"


def read_audit(lines: Iterable[str]) -> Iterator[Write]:
    """The writes of an audit log in their order; ValueError or KeyError for a line that is none of an audit log."""
    for line in lines:
        event = json.loads(line)
        if event["stage"] == "ResponseComplete" and event["verb"] in (
            "create",
            "update",
            "patch",
            "delete",
            "deletecollection",
        ):
            target = event.get("objectRef", {})
            subresource = target.get("subresource", "")
            yield Write(
                received=epoch_seconds(event["requestReceivedTimestamp"]),
                done=epoch_seconds(event["stageTimestamp"]),
                user=event["user"].get("username", ""),
                agent=event.get("userAgent", ""),
                verb=event["verb"],
                resource=f"{target.get('resource', '')}/{subresource}" if subresource else target.get("resource", ""),
                namespace=target.get("namespace", ""),
                name=target.get("name", ""),
                code=event.get("responseStatus", {}).get("code", 0),
            )
