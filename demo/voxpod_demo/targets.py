"""A cluster that the demo can run on: what the three kinds of it have in common."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from voxpod_demo.artifacts import Images
from voxpod_demo.kubectl import Kubectl
from voxpod_demo.terminal import Terminal


@dataclass(frozen=True, slots=True)
class NodeModel:
    """The bundle as the nodes see it: its folder, the allowed root above it, and its digest."""

    path: str
    root: str
    digest: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """A cluster that runs, with all that the chart needs on its nodes."""

    images: Images
    model: NodeModel
    fast: NodeModel | None
    """A second model, for English; None where the nodes have it not."""


class Target(Protocol):
    """A cluster. `kubectl` and `helm` are only there once it runs."""

    title: str
    user_namespaces: bool
    """Whether sandboxes get user namespaces, which every file system that they mount has to be able to map."""

    def prepare(self, terminal: Terminal) -> Prepared:
        """Bring the cluster up, and images and model onto it."""

    def kubectl(self) -> Kubectl:
        """kubectl for this cluster."""

    def helm(self) -> Path:
        """The helm program."""

    def kubeconfig(self) -> Path:
        """A file for KUBECONFIG."""

    def node_address(self) -> str:
        """Address of a node whose ports this machine reaches; empty where the demo forwards ports instead."""

    def remove(self, terminal: Terminal) -> None:
        """Take away all that the demo made."""
