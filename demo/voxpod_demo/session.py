"""From settings to a cluster: the facts that decide, looked up, and the target that they choose."""

import os
import sys

from voxpod_demo import commands, kind, local
from voxpod_demo.choice import Choice, Facts, choose, find_running
from voxpod_demo.errors import DemoError
from voxpod_demo.kind import KindCluster
from voxpod_demo.local import LocalCluster
from voxpod_demo.named import NamedCluster
from voxpod_demo.settings import Settings
from voxpod_demo.targets import Target


def facts_of(settings: Settings) -> Facts:
    """What is to be known of this machine; nothing is asked that cannot matter any more."""
    if settings.context:
        return Facts(settings.context, False, False, False, False, False, False)
    docker = commands.succeeds(["docker", "version", "--format", "{{.Server.Version}}"])
    kind_installed = commands.succeeds(["kind", "version"])
    linux, root = sys.platform == "linux", os.name == "posix" and os.geteuid() == 0
    local_runs = linux and root and local.runs(settings.cluster_name)
    return Facts("", local_runs, docker and kind_installed and kind.runs(), docker, kind_installed, linux, root)


def target_of(choice: Choice, settings: Settings) -> Target:
    """The chosen cluster."""
    match choice.kind:
        case "named":
            return NamedCluster(settings)
        case "kind":
            return KindCluster(settings)
        case "local":
            return LocalCluster(settings.cluster_name)


def chosen(settings: Settings) -> tuple[Choice, Target]:
    """The cluster for a new or another run."""
    choice = choose(facts_of(settings))
    return choice, target_of(choice, settings)


def running(settings: Settings) -> Target:
    """The cluster that a demo runs on; DemoError where there is none."""
    choice = find_running(facts_of(settings))
    if choice is None:
        raise DemoError(
            "no demo is running here",
            try_next=["make demo", "KUBECONTEXT=my-context ...   # where it was installed into a cluster of yours"],
        )
    return target_of(choice, settings)
