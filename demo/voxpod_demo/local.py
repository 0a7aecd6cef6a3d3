"""The local cluster of tests/cluster: a real single-node Kubernetes as plain processes on this Linux machine."""

import json
import os
import shutil
import sys
from functools import cached_property
from pathlib import Path
from typing import Any

from voxpod_demo import commands
from voxpod_demo.artifacts import (
    ModelBundle,
    build_images,
    copy_model,
    fetch_model,
    images_of,
    not_held,
    said_of_loading,
)
from voxpod_demo.errors import DemoError
from voxpod_demo.kubectl import Kubectl
from voxpod_demo.settings import FAST_MODEL, MODEL, ROOT
from voxpod_demo.targets import NodeModel, Prepared
from voxpod_demo.terminal import Step, Terminal

TOOL = ROOT / "tests" / "cluster"


def runs(name: str) -> bool:
    """Whether the local cluster of that name runs."""
    return commands.succeeds([sys.executable, TOOL, "kubeconfig", "--name", name])


def programs_missing() -> list[str]:
    """What has to be built or fetched before the first local cluster can start, a line each; empty when nothing."""
    return commands.output([sys.executable, TOOL, "missing"]).splitlines()


class LocalCluster:
    """The local cluster of one name."""

    user_namespaces = True

    def __init__(self, name: str) -> None:
        self._name = name
        self.title = f"the local cluster {name!r}"

    def prepare(self, terminal: Terminal) -> Prepared:
        """Start the cluster if it does not run, load the images, copy the model to where its node may read it."""
        _install_requirements(terminal)
        with terminal.step("Images") as step:
            built = build_images(step)
            step.result = ", ".join(f"{name} {one.unpacked_bytes / 1e6:.0f} MB" for name, one in built.items())
        with terminal.step("Model") as step:
            bundles = [fetch_model(step, name) for name in (MODEL, FAST_MODEL)]
            step.result = ", ".join(bundle.folder.name for bundle in bundles)
        with terminal.step("Cluster") as step:
            commands.stream([sys.executable, TOOL, "up", "--name", self._name], step.say)
            step.result = f"{self.title}, Kubernetes {self._version()}"
        minio = self._paths["images"]["minio"]
        with terminal.step("Load") as step:
            loaded = self._load(
                {one.reference: one.archive for one in built.values()} | {minio["reference"]: Path(minio["archive"])},
                step,
            )
            models = [self._place(bundle) for bundle in bundles]
            step.result = f"{loaded}; the node has the models"
        return Prepared(images_of(built, minio["reference"], "Never"), *models)

    def kubectl(self) -> Kubectl:
        """kubectl that came with the cluster."""
        return Kubectl(Path(self._paths["bin"]) / "kubectl", self.kubeconfig(), f"voxpod-{self._name}")

    def helm(self) -> Path:
        """helm that came with the cluster."""
        return Path(self._paths["bin"]) / "helm"

    def kubeconfig(self) -> Path:
        """The administrator's."""
        return Path(self._paths["kubeconfig"])

    def node_address(self) -> str:
        """The only node's."""
        return str(self._paths["nodeIP"])

    def remove(self, terminal: Terminal) -> None:
        """End the cluster and all in it."""
        with terminal.step("Cluster") as step:
            commands.stream([sys.executable, TOOL, "down", "--name", self._name], step.say)
            step.result = f"{self.title} is gone"

    @cached_property
    def _paths(self) -> dict[str, Any]:
        paths: dict[str, Any] = json.loads(commands.output([sys.executable, TOOL, "paths", "--name", self._name]))
        return paths

    def _version(self) -> str:
        version: str = self.kubectl().json("version")["serverVersion"]["gitVersion"]
        return version.removeprefix("v")

    def _load(self, archives: dict[str, Path], step: Step) -> str:
        """Load the archives that the node does not hold yet; returns what was done."""
        (node,) = self.kubectl().items("nodes")
        todo = not_held(node, archives)
        if todo:
            commands.stream([sys.executable, TOOL, "load-image", *todo.values(), "--name", self._name], step.say)
        return said_of_loading(todo)

    def _place(self, bundle: ModelBundle) -> NodeModel:
        # not in place: a SpeechModel's path has no hidden folders (~/.cache), and `down` takes the copy away
        root = Path(self._paths["state"]) / "models"
        root.mkdir(mode=0o755, exist_ok=True)
        return NodeModel(str(copy_model(bundle, root)), str(root), bundle.digest)


def _install_requirements(terminal: Terminal) -> None:
    """Debian packages that building and running need: installed where that is possible, else named."""
    checks: dict[str, list[str | Path]] = {"cluster": [sys.executable, TOOL, "requirements"]}
    if not commands.succeeds(["docker", "version", "--format", "{{.Server.Version}}"]):
        checks["images"] = [sys.executable, ROOT / "images", "requirements-host"]
    lacking = {name: argv for name, argv in checks.items() if not commands.succeeds(argv)}
    if not lacking:
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        said = [line for argv in lacking.values() for line in _complaint(argv)]
        raise DemoError("this machine lacks what the local cluster needs", details=said)
    with terminal.step("Packages") as step:
        for argv in lacking.values():
            commands.stream([*argv, "--install"], step.say)
        step.result = "Debian packages installed"


def _complaint(argv: list[str | Path]) -> tuple[str, ...]:
    try:
        commands.output(argv)
    except DemoError as error:
        return error.details
    return ()
