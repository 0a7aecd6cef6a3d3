"""How pods get at a model's files: the bundle, and weights that a node prepared beside a bundle that is read-only. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from voxpod_crds.names import fingerprint
from voxpod_crds.speech_model import SpeechModelSpec

Json = dict[str, Any]

BUNDLE_DIR = "/bundle"
PREPARED_DIR = "/prepared"
MODELS_DIR = "/models"
FROM_DIR = "/from"


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """Where the files of one model are."""

    bundle: Json
    """Volume source of the bundle, as sandboxes map it."""
    prepared: str = ""
    """Folder of the node with the weights prepared there; empty where they lie in the bundle's own folder, or nowhere."""
    brought_into: str = ""
    """Folder of the node that bundles are brought into, each below its digest; empty where the source has the bundle."""
    brought_from: Json | None = None
    """Volume source that a bundle is copied from, if it is."""

    @property
    def place(self) -> str:
        """`fingerprint` of the folder of the node that pods map, as their label says it."""
        return fingerprint(self.prepared or self.bundle.get("hostPath", {}).get("path", ""))


def model_files(spec: SpeechModelSpec, roots: Sequence[str]) -> ModelFiles:
    """Where a SpeechModel's files are; `roots` are the folders of the nodes that models may lie in. In the first of them
    nodes prepare weights beside a bundle that they cannot write to."""
    delivery, digest = spec.delivery, spec.digest.removeprefix("sha256:")
    if (host := spec.source.host_path) is not None:
        if delivery is None or not delivery.brings:
            return ModelFiles(_folder(host.path))
        image = delivery.image
        brought_from = _image(image.reference) if image is not None else None
        return ModelFiles(_folder(f"{host.path}/{digest}"), brought_into=host.path, brought_from=brought_from)
    prepared = f"{roots[0].rstrip('/')}/prepared/{digest}" if delivery is not None and roots else ""
    if (claim := spec.source.persistent_volume_claim) is not None:
        return ModelFiles({"persistentVolumeClaim": {"claimName": claim.claim_name, "readOnly": True}}, prepared)
    assert spec.source.image is not None, "a source is exactly one of three"
    return ModelFiles(_image(spec.source.image.reference), prepared)


def mapped(files: ModelFiles) -> tuple[list[Json], list[Json], list[Json]]:
    """Environment, volumes and mounts of a pod that reads the model."""
    env = [{"name": "VOXPOD_BUNDLE", "value": BUNDLE_DIR}]
    volumes: list[Json] = [{"name": "model", **files.bundle}]
    mounts: list[Json] = [{"name": "model", "mountPath": BUNDLE_DIR, "readOnly": True}]
    if files.prepared:
        env.append({"name": "VOXPOD_PREPARED", "value": PREPARED_DIR})
        volumes.append({"name": "prepared", **_folder(files.prepared)})
        mounts.append({"name": "prepared", "mountPath": PREPARED_DIR, "readOnly": True})
    return env, volumes, mounts


def readied(files: ModelFiles, digest: str) -> tuple[list[Json], list[Json], list[Json]]:
    """The same of the pod that readies a node: exactly one folder of the node, which it may write to."""
    if files.brought_into:
        env = [{"name": "VOXPOD_BUNDLE", "value": f"{MODELS_DIR}/{digest.removeprefix('sha256:')}"}]
        volumes: list[Json] = [{"name": "models", **_folder(files.brought_into, "DirectoryOrCreate")}]
        mounts: list[Json] = [{"name": "models", "mountPath": MODELS_DIR}]
        if files.brought_from is not None:
            env.append({"name": "VOXPOD_BRING_FROM", "value": FROM_DIR})
            volumes.append({"name": "from", **files.brought_from})
            mounts.append({"name": "from", "mountPath": FROM_DIR, "readOnly": True})
        return env, volumes, mounts
    env, volumes, mounts = mapped(files)
    written = "prepared" if files.prepared else "model"
    for mount in mounts:
        if mount["name"] == written:
            del mount["readOnly"]
    if files.prepared:
        volumes[-1] = {"name": "prepared", **_folder(files.prepared, "DirectoryOrCreate")}
    return env, volumes, mounts


def _folder(path: str, kind: str = "Directory") -> Json:
    return {"hostPath": {"path": path, "type": kind}}


def _image(reference: str) -> Json:
    return {"image": {"reference": reference, "pullPolicy": "IfNotPresent"}}
