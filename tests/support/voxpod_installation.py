"""Voxpod on the test cluster as a user installs it: images built, model fetched, chart installed with the demo store."""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Json = dict[str, Any]
Kubectl = Callable[..., "subprocess.CompletedProcess[str]"]

ROOT = Path(__file__).resolve().parents[2]
SYSTEM = "voxpod-system"
SANDBOXES = "voxpod-sandboxes"
STORE_PORT = 30900
API_PORT = 30980
API_KEYS = {"team-a": "vxp-team-a-0123456789abcdef", "team-b": "vxp-team-b-0123456789abcdef"}
"""Who may call the facade, by namespace."""
WEBHOOK_SECRET, WEBHOOK_KEY = "voxpod-webhooks", "a key that signs webhooks on the test cluster"

OPERATORS = 2
SANDBOX_TTL_SECONDS = 10
LEASE_SECONDS = 6
"""Shorter than the chart's 15: how soon the other operator leads after the leader was killed."""


@dataclass(frozen=True, slots=True)
class Built:
    """An image by its reference, and the archive that holds it."""

    reference: str
    archive: str

    @property
    def tag(self) -> str:
        """`0123abc` of `voxpod.local/operator:0123abc`."""
        return self.reference.rpartition(":")[2]


@dataclass(frozen=True, slots=True)
class Model:
    """A model bundle on the node."""

    folder: Path
    digest: str


@dataclass(frozen=True, slots=True)
class Installation:
    """What was installed, and from what."""

    operator: Built
    inference: Built
    api: Built
    model: Model
    model_root: Path
    """The one folder of the node in which SpeechModels may lie."""


def install(cluster: Json, kubectl: Kubectl) -> Installation:
    """Everything but Tenants and SpeechModels, ready; what runs already is brought up to date."""
    images = _build_images()
    minio = Built(cluster["images"]["minio"]["reference"], cluster["images"]["minio"]["archive"])
    _load(cluster, kubectl, [*images.values(), minio])
    root = Path(cluster["state"]) / "models"
    kubectl("create", "namespace", SYSTEM, check=False)
    kubectl(
        "create", "secret", "generic", WEBHOOK_SECRET, f"--namespace={SYSTEM}", f"--from-literal=webhook.key={WEBHOOK_KEY}", check=False
    )  # fmt: skip
    installation = Installation(**images, model=place_model(fetch_model(), root), model_root=root)
    _helm(
        cluster,
        "upgrade",
        "--install",
        "voxpod",
        str(ROOT / "charts" / "voxpod"),
        "--create-namespace",
        "--wait",
        "--timeout=180s",
        *_settings(installation, minio, cluster["nodeIP"], cluster["hostIP"]),
    )
    return installation


def uninstall(cluster: Json, kubectl: Kubectl) -> None:
    """Nothing of Voxpod is left, its resources included."""
    for kind in ("ttsrequests", "speechmodels", "tenants"):
        kubectl(
            "delete",
            f"{kind}.voxpod.dev",
            "--all",
            "--all-namespaces",
            "--ignore-not-found",
            "--timeout=60s",
            check=False,
        )
    _helm(cluster, "uninstall", "voxpod", "--wait", "--timeout=120s", "--ignore-not-found")
    kubectl(
        "delete", "crd", "--ignore-not-found", "ttsrequests.voxpod.dev", "speechmodels.voxpod.dev", "tenants.voxpod.dev"
    )
    kubectl("delete", "namespace", SYSTEM, SANDBOXES, "--ignore-not-found", "--timeout=60s")


def fetch_model() -> Model:
    """The Kokoro bundle in the cache, made and prepared for this machine if it is not."""
    words = _output([sys.executable, "-m", "voxpod_inference.cli", "fetch-kokoro", "--quiet"]).split()
    _output([sys.executable, "-m", "voxpod_inference.cli", "prepare", "--bundle", words[1], "--quiet"])
    return Model(Path(words[1]), words[0])


def place_model(model: Model, root: Path, name: str = "kokoro") -> Model:
    """A copy of a bundle in a folder of the node; an earlier copy of that name goes."""
    target = root / name
    shutil.rmtree(target, ignore_errors=True)
    root.mkdir(mode=0o755, exist_ok=True)
    shutil.copytree(model.folder, target, symlinks=True)
    return Model(target, model.digest)


def _build_images() -> dict[str, Built]:
    made = json.loads(_output([sys.executable, str(ROOT / "images"), "build"]))["images"]
    return {image["name"]: Built(image["reference"], image["tar"]) for image in made}


def _load(cluster: Json, kubectl: Kubectl, images: Sequence[Built]) -> None:
    (node,) = json.loads(kubectl("get", "nodes", "-o", "json").stdout)["items"]
    held = {name for image in node["status"].get("images", []) for name in image.get("names", [])}
    if todo := [image.archive for image in images if image.reference not in held]:
        _output([sys.executable, str(ROOT / "tests" / "cluster"), "load-image", *todo, "--name", cluster["name"]])


def _settings(installation: Installation, minio: Built, node: str, host: str) -> list[str]:
    chosen: Json = {
        "operator": {
            "image": {"tag": installation.operator.tag},
            "replicas": OPERATORS,
            "lease": {"durationSeconds": LEASE_SECONDS, "renewDeadlineSeconds": 4, "retrySeconds": 1},
        },
        "sandbox": {
            "image": {"tag": installation.inference.tag},
            "modelRoots": [str(installation.model_root)],
            "ttlSeconds": SANDBOX_TTL_SECONDS,
        },
        "objectStore": {"publicUrl": f"http://{node}:{STORE_PORT}"},
        "api": {
            "enabled": True,
            "image": {"tag": installation.api.tag},
            "resources": {"requests": {"cpu": "10m", "memory": "64Mi"}, "limits": {"memory": "384Mi"}},
            "auth": {"keys": [_key_entry(namespace, key) for namespace, key in API_KEYS.items()]},
            "service": {"type": "NodePort", "nodePort": API_PORT},
            "drainSeconds": 20,
            "modelAliases": {"quick": "hibari"},
            # a test's receiver is on the host, which is no public address
            "webhooks": {"keySecret": WEBHOOK_SECRET, "allowHttp": True, "allowCidrs": [f"{host}/32"]},
        },
        "demo": {"minio": {"enabled": True, "image": minio.reference, "nodePort": STORE_PORT}},
    }
    return [part for key, value in chosen.items() for part in ("--set-json", f"{key}={json.dumps(value)}")]


def _key_entry(namespace: str, key: str) -> Json:
    return {"name": f"of-{namespace}", "sha256": hashlib.sha256(key.encode()).hexdigest(), "namespace": namespace}


def _helm(cluster: Json, *words: str) -> None:
    _output([str(Path(cluster["bin"]) / "helm"), "--kubeconfig", cluster["kubeconfig"], "--namespace", SYSTEM, *words])


def _output(command: Sequence[str]) -> str:
    """What it printed; AssertionError with the end of what it said when it fails."""
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)} exited with {done.returncode}: {done.stderr[-3000:]}"
    return done.stdout
