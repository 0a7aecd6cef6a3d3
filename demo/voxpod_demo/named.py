"""A cluster of yours that KUBECONTEXT names. Nothing gets onto it but by kubectl and helm, so images and model must be there."""

import os
from pathlib import Path, PurePosixPath

from voxpod_demo import tools
from voxpod_demo.artifacts import Images, fetch_model
from voxpod_demo.errors import DemoError
from voxpod_demo.kubectl import DEMO_LABEL, Kubectl
from voxpod_demo.release import Helm
from voxpod_demo.settings import FAST_MODEL, SYSTEM_NAMESPACE, Settings
from voxpod_demo.targets import NodeModel, Prepared
from voxpod_demo.terminal import Terminal


class NamedCluster:
    """The cluster of one context of the user's kubeconfig."""

    user_namespaces = True

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.title = f"your cluster of context {settings.context!r}"

    def prepare(self, terminal: Terminal) -> Prepared:
        """Check that the cluster answers and that it was said where it finds images and model."""
        require_references(self._settings)
        with terminal.step("Cluster") as step:
            version = self.kubectl().json("version")["serverVersion"]["gitVersion"]
            step.result = f"{self.title}, Kubernetes {version.removeprefix('v')}"
        settings = self._settings
        digest = settings.model_digest
        if not digest:
            with terminal.step("Model") as step:
                bundle = fetch_model(step)
                digest, step.result = bundle.digest, f"{bundle.folder.name}, for its digest"
        images = Images(
            settings.operator_image,
            settings.inference_image,
            settings.api_image,
            settings.minio_image,
            "IfNotPresent",
        )
        path = PurePosixPath(settings.model_path)
        return Prepared(images, NodeModel(str(path), str(path.parent), digest), self._fast(terminal))

    def _fast(self, terminal: Terminal) -> NodeModel | None:
        """The second model, if it was said where its bundle lies."""
        if not self._settings.fast_model_path:
            return None
        path = PurePosixPath(self._settings.fast_model_path)
        with terminal.step("Model") as step:
            bundle = fetch_model(step, FAST_MODEL)
            step.result = f"{bundle.folder.name}, for its digest"
        return NodeModel(str(path), str(path.parent), bundle.digest)

    def kubectl(self) -> Kubectl:
        """kubectl from PATH, with the user's kubeconfig and this context."""
        return Kubectl(tools.find("kubectl", "talk to the cluster"), None, self._settings.context)

    def helm(self) -> Path:
        """helm from PATH."""
        return tools.find("helm", "install the chart")

    def kubeconfig(self) -> Path:
        """The user's first file; its current context may be another one."""
        first = os.environ.get("KUBECONFIG", "").split(os.pathsep)[0]
        return Path(first or "~/.kube/config").expanduser()

    def node_address(self) -> str:
        """None: whether this machine reaches the nodes is not known."""
        return ""

    def remove(self, terminal: Terminal) -> None:
        """Requests first, while the operator can still end their sandboxes; then the release, and namespaces that the demo made."""
        kubectl = self.kubectl()
        with terminal.step("Requests") as step:
            if kubectl.get("customresourcedefinition", "ttsrequests.voxpod.dev") is not None:
                for space in kubectl.items("namespaces", f"--selector={DEMO_LABEL}"):
                    kubectl.text(
                        "delete", "ttsrequests.voxpod.dev", "--all", "-n", space["metadata"]["name"], "--timeout=60s"
                    )
                kubectl.text(
                    "delete", "tenants.voxpod.dev,speechmodels.voxpod.dev", f"--selector={DEMO_LABEL}", "--timeout=60s"
                )
            step.result = "requests, tenants and the model are gone"
        with terminal.step("Release") as step:
            gone = Helm(self.helm(), kubectl).uninstall(step)
            step.result = f"uninstalled from {SYSTEM_NAMESPACE}; the CRDs stay" if gone else "there was none"
        with terminal.step("Spaces") as step:
            kubectl.text("delete", "namespaces", f"--selector={DEMO_LABEL}", "--timeout=120s")
            step.result = "the demo's namespaces are gone"


def require_references(settings: Settings) -> None:
    """DemoError unless it was said what this cluster can pull and where its nodes hold the model."""
    wanted = {
        "VOXPOD_OPERATOR_IMAGE": settings.operator_image,
        "VOXPOD_INFERENCE_IMAGE": settings.inference_image,
        "VOXPOD_API_IMAGE": settings.api_image,
        "VOXPOD_MINIO_IMAGE": settings.minio_image,
        "VOXPOD_MODEL_PATH": settings.model_path,
    }
    missing = [name for name, value in wanted.items() if not value]
    if missing:
        raise DemoError(
            f"{', '.join(missing)} not set: the demo can load nothing onto the nodes of context {settings.context}",
            details=[
                (
                    "VOXPOD_OPERATOR_IMAGE, VOXPOD_INFERENCE_IMAGE, VOXPOD_API_IMAGE: `python images build`, then push to"
                    " a registry that cluster pulls from"
                ),
                "VOXPOD_MINIO_IMAGE: a MinIO server that runs as user 65532 and whose entrypoint takes `server /data`",
                "VOXPOD_MODEL_PATH: folder on every node with a copy of what `voxpod-model fetch-kokoro` makes",
            ],
            try_next=["set them, or unset KUBECONTEXT to have a cluster made for the demo"],
        )
    path = PurePosixPath(settings.model_path)
    if not path.is_absolute() or len(path.parts) < 3:
        # sandboxes may mount what lies in the folder above it, which must not be all of the node
        raise DemoError(
            f"VOXPOD_MODEL_PATH is {settings.model_path}: an absolute path at least two folders deep is wanted, such as"
            " /var/lib/voxpod/models/kokoro"
        )
    fast = settings.fast_model_path
    if fast and (PurePosixPath(fast).parent != path.parent or fast == settings.model_path):
        raise DemoError(
            f"VOXPOD_FAST_MODEL_PATH is {fast}: another folder in {path.parent}, beside VOXPOD_MODEL_PATH, is wanted"
        )
