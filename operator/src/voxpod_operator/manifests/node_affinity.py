"""Which nodes a pod must go to, and which it had better not, by their names. Pure."""

from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]


def only_on(nodes: Sequence[str]) -> Json:
    """Node affinity for these nodes only. A term each: a field's requirement takes one value, and the scheduler then looks at
    these nodes alone."""
    terms = [{"matchFields": [{"key": "metadata.name", "operator": "In", "values": [node]}]} for node in nodes]
    return {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}


def rather_not_on(nodes: Sequence[str]) -> Json:
    """Node affinity against some nodes, preferred: they are taken when there are no others.

    A required rule would leave a retry on a cluster of one node without any.
    By metadata.name, since the label kubernetes.io/hostname is not everywhere the node's name.
    """
    others = [{"key": "metadata.name", "operator": "NotIn", "values": [node]} for node in nodes]
    return {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 100, "preference": {"matchFields": others}}]}
