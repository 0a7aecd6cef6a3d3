"""Which cluster the demo uses. Pure: facts about this machine in, a choice and its reason out."""

from dataclasses import dataclass
from typing import Literal

from voxpod_demo.errors import DemoError

Kind = Literal["named", "kind", "local"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides."""

    context: str
    """KUBECONTEXT."""
    local_runs: bool
    kind_runs: bool
    """Whether kind knows a cluster of the demo's name."""
    docker_answers: bool
    kind_installed: bool
    linux: bool
    root: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """The kind of cluster and why it was taken, as a clause that follows `because`."""

    kind: Kind
    why: str


def choose(facts: Facts) -> Choice:
    """The cluster for `up`; DemoError where this machine can have none.

    A demo that is up already is found again first, so that it does not move when Docker comes or goes.
    """
    if (running := find_running(facts)) is not None:
        return running
    if facts.docker_answers and facts.kind_installed:
        return Choice("kind", "a Docker engine answers and kind is installed")
    lacking = "no Docker engine answers" if not facts.docker_answers else "Docker answers, but kind is not installed"
    if facts.linux and facts.root:
        return Choice("local", f"KUBECONTEXT is not set and {lacking}")
    obstacle = "needs root (it makes namespaces, mounts and cgroups)" if facts.linux else "needs Linux"
    raise DemoError(
        f"no cluster to show the demo on: KUBECONTEXT is not set, {lacking}, and the local cluster {obstacle}",
        try_next=[
            *(["sudo make demo                  # the local cluster"] if facts.linux else []),
            "start Docker and install kind, then: make demo",
            "KUBECONTEXT=my-context make demo  # a cluster of yours; docs/demo.md says what it needs",
        ],
    )


def find_running(facts: Facts) -> Choice | None:
    """The cluster that a demo runs on, or that is named; None where there is none."""
    if facts.context:
        return Choice("named", "KUBECONTEXT names it")
    if facts.local_runs:
        return Choice("local", "it is running already")
    if facts.kind_runs:
        return Choice("kind", "it is running already")
    return None
