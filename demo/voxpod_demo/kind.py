"""A cluster that kind makes in Docker, by the name voxpod-demo and with a kubeconfig of its own."""

import contextlib
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from voxpod_demo import commands, tools
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
from voxpod_demo.kubectl import Json, Kubectl
from voxpod_demo.settings import FAST_MODEL, MODEL, Settings
from voxpod_demo.targets import NodeModel, Prepared
from voxpod_demo.terminal import Terminal

NAME = "voxpod-demo"
MODEL_ROOT = "/var/lib/voxpod/models"
"""Where the node, a container, sees the model folder of this machine."""

MINIO_IMAGE = "minio/minio:RELEASE.2025-06-13T11-33-47Z"
"""What the node pulls where VOXPOD_MINIO_IMAGE names nothing else."""

NODE_PATIENCE = "180s"


def runs() -> bool:
    """Whether kind knows the demo's cluster."""
    try:
        return NAME in commands.output(["kind", "get", "clusters"]).split()
    except DemoError:
        return False


def cluster_config(model_root: Path) -> Json:
    """kind's configuration: one node that sees the model folder, and prepares the model there."""
    mount = {"hostPath": str(model_root), "containerPath": MODEL_ROOT}
    return {
        "kind": "Cluster",
        "apiVersion": "kind.x-k8s.io/v1alpha4",
        "nodes": [{"role": "control-plane", "extraMounts": [mount]}],
    }


class KindCluster:
    """The kind cluster of the demo."""

    user_namespaces = False
    # Docker Desktop shares the model folder by virtiofs, whose mounts the kernel cannot map
    title = f"the kind cluster {NAME!r}"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._folder = settings.cache / "kind"

    def prepare(self, terminal: Terminal) -> Prepared:
        """Create the cluster if kind does not know it, load our images; MinIO's the node pulls itself."""
        with terminal.step("Images") as step:
            built = build_images(step)
            step.result = ", ".join(f"{name} {one.unpacked_bytes / 1e6:.0f} MB" for name, one in built.items())
        model_root = self._folder / "models"
        with terminal.step("Model") as step:
            model_root.mkdir(parents=True, exist_ok=True)
            models = [_placed(fetch_model(step, name), model_root) for name in (MODEL, FAST_MODEL)]
            step.result = f"{MODEL}, {FAST_MODEL}"
        with terminal.step("Cluster") as step:
            if not runs():
                self._create(model_root, step.say)
            step.result = self.title
        with terminal.step("Load") as step:
            (node,) = self.kubectl().items("nodes")
            todo = not_held(node, {one.reference: one.archive for one in built.values()})
            for archive in todo.values():
                commands.stream(["kind", "load", "image-archive", archive, "--name", NAME], step.say)
            step.result = said_of_loading(todo)
        images = images_of(built, self._settings.minio_image or MINIO_IMAGE, "IfNotPresent")
        return Prepared(images, *models)

    def kubectl(self) -> Kubectl:
        """kubectl from PATH."""
        return Kubectl(tools.find("kubectl", "talk to the cluster"), self.kubeconfig(), f"kind-{NAME}")

    def helm(self) -> Path:
        """helm from PATH."""
        return tools.find("helm", "install the chart")

    def kubeconfig(self) -> Path:
        """A file of its own, written anew each time: yours stays as it is."""
        file = self._folder / "kubeconfig"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(commands.output(["kind", "get", "kubeconfig", "--name", NAME]))
        return file

    def node_address(self) -> str:
        """None: where Docker runs in a virtual machine, the node's address is not reachable."""
        return ""

    def remove(self, terminal: Terminal) -> None:
        """Delete the cluster and all in it."""
        with terminal.step("Cluster") as step:
            commands.stream(
                ["kind", "delete", "cluster", "--name", NAME, "--kubeconfig", self._folder / "kubeconfig"], step.say
            )
            step.result = f"{self.title} is gone"

    def _create(self, model_root: Path, say: commands.Say) -> None:
        tools.find("kubectl", "talk to the cluster")
        tools.find("helm", "install the chart")
        with _json_file(cluster_config(model_root)) as config:
            kubeconfig = self._folder / "kubeconfig"
            commands.stream(
                [
                    "kind",
                    "create",
                    "cluster",
                    "--name",
                    NAME,
                    "--config",
                    config,
                    "--kubeconfig",
                    kubeconfig,
                    "--wait",
                    NODE_PATIENCE,
                ],
                say,
            )


def _placed(bundle: ModelBundle, model_root: Path) -> NodeModel:
    return NodeModel(f"{MODEL_ROOT}/{copy_model(bundle, model_root).name}", MODEL_ROOT, bundle.digest)


@contextlib.contextmanager
def _json_file(content: Json) -> Iterator[Path]:
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:  # JSON is YAML
        json.dump(content, file)
        file.flush()
        yield Path(file.name)
