"""The Helm release: values from the demo's choices, install or upgrade, uninstall."""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from voxpod_demo import commands
from voxpod_demo.artifacts import Images
from voxpod_demo.errors import DemoError
from voxpod_demo.kubectl import DEMO_LABEL, Json, Kubectl, label_of
from voxpod_demo.reach import API, STORE
from voxpod_demo.scene import LABELS
from voxpod_demo.settings import MODEL, RELEASE, ROOT, SYSTEM_NAMESPACE
from voxpod_demo.terminal import Step

CHART = ROOT / "charts" / "voxpod"
RELEASE_LABEL = ("made-by", "voxpod-demo")
ANY_STATUS = ("--deployed", "--failed", "--pending", "--uninstalling")
"""Helm 3 lists only deployed and failed releases by itself, and Helm 4 has no --all."""


def values(
    images: Images,
    model_root: str,
    node: str,
    *,
    user_namespaces: bool = True,
    key: Json | None = None,
    fast_model: str = "",
) -> Json:
    """The chart's values; everything else is the chart's default. One replica of each: it is a demo, not an HA test.

    `node`: address of a node that this machine reaches, empty for none. `key`: who may call the facade, without which there is none.
    `fast_model`: what clients of OpenAI get that ask for tts-1, the fast one of its two; empty for the default model.
    """
    policy = images.pull_policy
    at_node = {"type": "NodePort", "nodePort": API.node_port} if node else {}
    facade = {
        "enabled": True,
        "image": {**image_values(images.api), "pullPolicy": policy},
        "replicas": 1,
        "auth": {"keys": [key]},
        "service": at_node,
        "modelAliases": {"tts-1": fast_model, "tts-1-hd": MODEL},
    }
    minio = {"enabled": True, "image": images.minio, "pullPolicy": policy, "nodePort": STORE.node_port if node else 0}
    return {
        "operator": {"image": {**image_values(images.operator), "pullPolicy": policy}, "replicas": 1},
        "sandbox": {
            "image": {**image_values(images.inference), "pullPolicy": policy},
            "modelRoots": [model_root],
            "userNamespaces": user_namespaces,
        },
        "objectStore": {"publicUrl": f"http://{node}:{STORE.node_port}" if node else ""},
        "api": facade if key is not None else {"enabled": False},
        "demo": {"minio": minio},
    }


def image_values(reference: str) -> dict[str, str]:
    """A reference as the chart takes it: `host:5000/a/b:tag` or `a/b@sha256:...`."""
    repository, _, digest = reference.partition("@")
    name, colon, tag = repository.rpartition(":")
    if colon and "/" not in tag:  # else the colon is of the registry's port
        repository = name
    else:
        tag = ""
    if not tag and not digest:
        raise DemoError(f"image {reference} names neither a tag nor a digest: repository:tag is wanted")
    return {"repository": repository, "tag": tag, "digest": digest}


class Helm:
    """helm for the chosen cluster."""

    def __init__(self, program: Path, kubectl: Kubectl) -> None:
        self._program = program
        self._kubectl = kubectl

    def install(self, chosen: Json, values_file: str, timeout_seconds: float, step: Step) -> None:
        """Install or upgrade, and wait until all of it is ready; DemoError for a release that somebody else made."""
        self._refuse_others()
        self._clear_interrupted(step)
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(chosen, file)
            file.flush()
            more = [f"--values={values_file}"] if values_file else []
            self._stream(
                step, "upgrade", "--install", RELEASE, str(CHART), f"--values={file.name}", *more,
                f"--labels={'='.join(RELEASE_LABEL)}", "--wait", "--hide-notes", f"--timeout={timeout_seconds:.0f}s",
            )  # fmt: skip

    def uninstall(self, step: Step) -> bool:
        """Remove the release if the demo made it; says whether it did."""
        self._refuse_others()
        if self._status() is None:
            return False
        self._stream(step, "uninstall", RELEASE, "--wait", "--timeout=120s")
        return True

    def _refuse_others(self) -> None:
        listed = self._list()
        if listed and not self._list(f"--selector={'='.join(RELEASE_LABEL)}"):
            raise DemoError(
                f"a release {RELEASE} is in namespace {SYSTEM_NAMESPACE} already, and the demo did not make it: it is"
                " left as it is",
                try_next=[f"helm --kube-context={self._kubectl.context} -n {SYSTEM_NAMESPACE} list"],
            )

    def _clear_interrupted(self, step: Step) -> None:
        """Helm refuses to touch a release whose last install or upgrade was cut off; the demo's own can go."""
        if (status := self._status()) is not None and status.startswith("pending"):
            step.say(f"an earlier run was cut off ({status}): uninstalling what it left")
            self._stream(step, "uninstall", RELEASE, "--wait", "--timeout=120s")

    def _status(self) -> str | None:
        listed = self._list()
        return str(listed[0]["status"]) if listed else None

    def _list(self, *words: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(
            commands.output(self._argv("list", f"--filter=^{RELEASE}$", "--output=json", *ANY_STATUS, *words))
        )
        return found

    def _stream(self, step: Step, *words: str) -> None:
        def say(line: str) -> None:
            if not line.startswith("level="):  # Helm 4 logs what it then says in plain words
                step.say(line)

        try:
            commands.stream(self._argv(*words), say, keep_stdout=True)  # its stdout repeats what the step says
        except DemoError as error:
            raise DemoError(
                str(error), details=[line for line in error.details if not line.startswith("level=")]
            ) from error

    def _argv(self, *words: str) -> list[str]:
        return [str(self._program), *self._kubectl.flags("--kube-context"), f"--namespace={SYSTEM_NAMESPACE}", *words]


def make_namespaces(kubectl: Kubectl, names: Sequence[str]) -> None:
    """Make the demo's namespaces; DemoError before any is made where one is there that the demo did not make."""
    existing = {name: kubectl.get("namespace", name) for name in names}
    if strangers := [name for name, found in existing.items() if found is not None and not label_of(found, DEMO_LABEL)]:
        raise DemoError(
            f"namespace {', '.join(strangers)}: there already, and not made by the demo, so left as it is; the demo"
            f" needs {', '.join(names)} for itself",
            try_next=["try it on another cluster, or unset KUBECONTEXT to have one made"],
        )
    kubectl.apply(
        [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": LABELS}} for name in names]
    )
