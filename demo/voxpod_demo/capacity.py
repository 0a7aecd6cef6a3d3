"""How much CPU a sandbox of the demo gets, so that two run at a time beside what the cluster runs already. Pure."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from voxpod_demo.scene import FAST_CPU, MAX_SANDBOXES
from voxpod_demo.settings import SANDBOX_NAMESPACE

MOST = 1000
LEAST = 250
STEP = 50
"""Millicores; a coarse step, so that a small change elsewhere does not change the model and have it probed again."""


def millicores(quantity: str | int | float) -> int:
    """A Kubernetes CPU quantity (`2`, `1.5`, `100m`, `250000000n`) in thousandths of a core."""
    text = str(quantity)
    for suffix, divisor in (("m", 1), ("u", 1_000), ("n", 1_000_000)):
        if text.endswith(suffix):
            return int(Decimal(text[:-1]) / divisor)
    return int(Decimal(text) * 1000)


def sandbox_cpu(nodes: Iterable[Mapping[str, Any]], pods: Iterable[Mapping[str, Any]]) -> str:
    """CPU of one sandbox, at most a core: what the node with most room has left beside the fast model's, shared by those that run at a time."""
    free = {node["metadata"]["name"]: millicores(node["status"]["allocatable"]["cpu"]) for node in nodes}
    for pod in pods:
        name = pod["spec"].get("nodeName")
        if name in free and _counts(pod):
            free[name] -= sum(_requested(container) for container in pod["spec"]["containers"])
    share = (max(free.values(), default=0) - millicores(FAST_CPU)) // MAX_SANDBOXES // STEP * STEP
    return f"{min(MOST, max(LEAST, share))}m"


def _counts(pod: Mapping[str, Any]) -> bool:
    ended = pod.get("status", {}).get("phase") in ("Succeeded", "Failed")
    return not ended and pod["metadata"]["namespace"] != SANDBOX_NAMESPACE


def _requested(container: Mapping[str, Any]) -> int:
    return millicores(container.get("resources", {}).get("requests", {}).get("cpu", 0))
