"""The Job that readies one node for a SpeechModel: checks its bundle and prepares the weights for the node's processor.

It is the one pod of the sandbox namespace that writes to the node: into one folder for models, as root of a user namespace
where there are some, without any token. What it may reach is the object store.
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voxpod_crds import names
from voxpod_crds.placement import Toleration
from voxpod_operator.manifests.model_files import readied
from voxpod_operator.manifests.node_affinity import only_on
from voxpod_operator.manifests.sandbox_job import NO_SIDECAR_ANNOTATIONS, NO_SIDECAR_LABELS, SandboxPod

Json = dict[str, Any]

COMMAND = ["python3", "-m", "voxpod_inference.node"]
DEADLINE_SECONDS = 900
"""A pull of the image, a few hundred MB to bring, and what a busy disk and a tenth of a core make of both."""
CPU_REQUEST = "100m"
"""So that it finds room beside sandboxes; it may use as much as one of them."""
SCRATCH_LIMIT = "64Mi"
_LABELS = (names.ROLE_LABEL, names.MANAGED_BY_LABEL, names.MODEL_LABEL, names.PLACE_LABEL)


@dataclass(frozen=True, slots=True)
class Target:
    """Which node, under which name, and in the face of which taints."""

    node: str
    name: str
    tolerations: Sequence[Toleration] = ()


@dataclass(frozen=True, slots=True)
class Fetch:
    """How the bundle comes out of the object store."""

    url: str
    """A presigned GET of this one object: no credential of the store gets to the node."""
    ca_pem: str
    """Authority of a private store; empty for the public ones."""
    host_aliases: Mapping[str, Sequence[str]]
    """IP address to host names."""


def node_job(pod: SandboxPod, target: Target, fetch: Fetch | None = None) -> Json:
    """The Job for one node; `pod` is as the model's sandboxes have it. It stays until the operator deletes it: it is the record."""
    labels = {
        names.ROLE_LABEL: names.DELIVERY_ROLE,
        names.MANAGED_BY_LABEL: names.MANAGED_BY,
        names.MODEL_LABEL: names.label_value(pod.model),
        names.PLACE_LABEL: pod.files.place,
    }
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": target.name, "namespace": pod.namespace, "labels": labels},
        "spec": {
            "backoffLimit": 0,
            "activeDeadlineSeconds": DEADLINE_SECONDS,
            "template": {
                "metadata": {"labels": {**labels, **NO_SIDECAR_LABELS}, "annotations": dict(NO_SIDECAR_ANNOTATIONS)},
                "spec": _pod_spec(pod, target, fetch),
            },
        },
    }


def _pod_spec(pod: SandboxPod, target: Target, fetch: Fetch | None) -> Json:
    env, volumes, mounts = readied(pod.files, pod.bundle_digest)
    if fetch is not None:
        env += [
            {"name": "VOXPOD_BRING_URL", "value": fetch.url},
            {"name": "VOXPOD_OBJECT_STORE_CA_PEM", "value": fetch.ca_pem},
        ]
    spec: Json = {
        "restartPolicy": "Never",
        "serviceAccountName": pod.service_account,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        # time to remove what was begun
        "terminationGracePeriodSeconds": 10,
        # the owner of the model's folder; with a user namespace that is root in this pod only
        "securityContext": {"runAsUser": 0, "runAsGroup": 0, "seccompProfile": {"type": "RuntimeDefault"}},
        "affinity": {"nodeAffinity": only_on([target.node])},
        "tolerations": [t.to_wire() for t in target.tolerations],
        "containers": [_container(pod, env, mounts)],
        "volumes": [*volumes, {"name": "scratch", "emptyDir": {"sizeLimit": SCRATCH_LIMIT}}],
    }
    if fetch is not None:
        spec["hostAliases"] = [{"ip": ip, "hostnames": list(names)} for ip, names in sorted(fetch.host_aliases.items())]
    if pod.user_namespaces:
        spec["hostUsers"] = False
    if pod.priority_class:
        spec["priorityClassName"] = pod.priority_class
    return spec


def _container(pod: SandboxPod, env: list[Json], mounts: list[Json]) -> Json:
    cores = {"resourceFieldRef": {"containerName": "node", "resource": "limits.cpu", "divisor": "1"}}
    return {
        "name": "node",
        "image": pod.image,
        "imagePullPolicy": pod.image_pull_policy,
        "command": list(COMMAND),
        "env": [
            *env,
            {"name": "VOXPOD_BUNDLE_DIGEST", "value": pod.bundle_digest},
            {"name": "VOXPOD_CPU_LIMIT", "valueFrom": cores},
        ],
        "resources": {
            "requests": {"cpu": CPU_REQUEST, "memory": pod.memory},
            "limits": {"cpu": pod.cpu, "memory": pod.memory},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            # for a bundle that was copied with another owner
            "capabilities": {"drop": ["ALL"], "add": ["DAC_OVERRIDE"]},
        },
        "terminationMessagePolicy": "File",
        "volumeMounts": [*mounts, {"name": "scratch", "mountPath": "/tmp"}],  # noqa: S108
    }


def collecting_job(record: Json, image: str, name: str) -> Json | None:
    """The Job that takes away what the Job `record` (as stored) brought to its node or prepared there; None where the files are
    an administrator's, who put them into the node's folder."""
    meta, stored = record["metadata"], record["spec"]["template"]
    spec = copy.deepcopy(stored["spec"])
    (container,) = spec["containers"]
    ours = next((v["name"] for v in spec["volumes"] if v["name"] in ("models", "prepared")), None)
    if ours is None:
        return None
    kept = (ours, "scratch")
    spec["volumes"] = [v for v in spec["volumes"] if v["name"] in kept]
    container["volumeMounts"] = [m for m in container["volumeMounts"] if m["name"] in kept]
    container["env"] = [e for e in container["env"] if not e["name"].startswith("VOXPOD_BRING_")]
    container["env"].append({"name": "VOXPOD_COLLECT", "value": "true"})
    container["image"] = image
    labels = {key: meta["labels"][key] for key in _LABELS if key in meta["labels"]}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "namespace": meta["namespace"], "labels": labels},
        "spec": {
            "backoffLimit": 0,
            "activeDeadlineSeconds": DEADLINE_SECONDS,
            "template": {
                "metadata": {"labels": {**labels, **NO_SIDECAR_LABELS}, "annotations": dict(NO_SIDECAR_ANNOTATIONS)},
                "spec": spec,
            },
        },
    }
