"""What the operator reads of nodes: a small frozen view, parsed from the API's JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from voxpod_crds.names import fingerprint
from voxpod_crds.placement import Toleration

Json = dict[str, Any]

KEEPS_AWAY = ("NoSchedule", "NoExecute")
"""Effects of taints that keep a pod from a node that does not tolerate them."""


@dataclass(frozen=True, slots=True)
class Taint:
    """A taint that keeps pods away. Kubernetes taints nodes that are lost or cordoned as well."""

    key: str
    value: str
    effect: str


@dataclass(frozen=True, slots=True)
class NodeView:
    """A node. Two versions are equal when they differ in nothing that matters here: a node tells every ten seconds that it lives."""

    name: str
    uid: str
    resource_version: str = field(compare=False)
    identity: str
    """`fingerprint` of the machine as it was installed: another one when a node comes again, or its disk was made anew."""
    labels: Mapping[str, str]
    taints: Sequence[Taint]
    deleting: bool


def parse_node(raw: Json) -> NodeView:
    """The view of a v1 Node."""
    meta, spec = raw["metadata"], raw.get("spec") or {}
    machine = ((raw.get("status") or {}).get("nodeInfo") or {}).get("machineID", "")
    return NodeView(
        name=meta["name"],
        uid=meta.get("uid", ""),
        resource_version=meta.get("resourceVersion", ""),
        identity=fingerprint(meta.get("uid", ""), machine),
        labels=dict(meta.get("labels") or {}),
        taints=tuple(
            Taint(t.get("key", ""), t.get("value", ""), t["effect"])
            for t in spec.get("taints") or []
            if t.get("effect") in KEEPS_AWAY
        ),
        deleting="deletionTimestamp" in meta,
    )


def has_labels(node: NodeView, selector: Mapping[str, str]) -> bool:
    """Whether a nodeSelector admits the node."""
    return all(node.labels.get(key) == value for key, value in selector.items())


def tolerated(node: NodeView, tolerations: Sequence[Toleration]) -> bool:
    """Whether a pod with these tolerations may go there."""
    return all(any(_tolerates(t, taint) for t in tolerations) for taint in node.taints)


def _tolerates(toleration: Toleration, taint: Taint) -> bool:
    """As core/v1 has it; one that holds for some seconds only is none for work that is to stay."""
    if toleration.toleration_seconds is not None or toleration.effect not in (None, taint.effect):
        return False
    if not toleration.key:
        return toleration.operator == "Exists"
    return toleration.key == taint.key and (toleration.operator == "Exists" or (toleration.value or "") == taint.value)
