"""The Job that readies one node for a SpeechModel: checks its bundle and prepares the weights for the node's processor.

It is the one pod of the sandbox namespace that writes to the node: into the model's folder, as root of a user
namespace where there are some, and with neither token nor network.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from voxpod_crds import names
from voxpod_crds.placement import Toleration
from voxpod_operator.manifests.model_files import readied
from voxpod_operator.manifests.sandbox_job import NO_SIDECAR_ANNOTATIONS, NO_SIDECAR_LABELS, SandboxPod

Json = dict[str, Any]

COMMAND = ["python3", "-m", "voxpod_inference.node"]
DEADLINE_SECONDS = 900
"""A pull of the image, a few hundred MB to bring, and what a busy disk and a tenth of a core make of both."""
CPU_REQUEST = "100m"
"""So that it finds room beside sandboxes; it may use as much as one of them."""
SCRATCH_LIMIT = "64Mi"


@dataclass(frozen=True, slots=True)
class Target:
    """Which node, under which name, and in the face of which taints."""

    node: str
    name: str
    tolerations: Sequence[Toleration] = ()


def node_job(pod: SandboxPod, target: Target) -> Json:
    """The Job for one node; `pod` is as the model's sandboxes have it. It stays until the operator deletes it: it is the record."""
    labels = {
        names.ROLE_LABEL: names.DELIVERY_ROLE,
        names.MANAGED_BY_LABEL: names.MANAGED_BY,
        names.MODEL_LABEL: names.label_value(pod.model),
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
                "spec": _pod_spec(pod, target),
            },
        },
    }


def _pod_spec(pod: SandboxPod, target: Target) -> Json:
    env, volumes, mounts = readied(pod.files, pod.bundle_digest)
    only_there = {"matchFields": [{"key": "metadata.name", "operator": "In", "values": [target.node]}]}
    spec: Json = {
        "restartPolicy": "Never",
        "serviceAccountName": pod.service_account,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        # time to remove what was begun
        "terminationGracePeriodSeconds": 10,
        # the owner of the model's folder; with a user namespace that is root in this pod only
        "securityContext": {"runAsUser": 0, "runAsGroup": 0, "seccompProfile": {"type": "RuntimeDefault"}},
        "affinity": {
            "nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [only_there]}}
        },
        "tolerations": [t.to_wire() for t in target.tolerations],
        "containers": [_container(pod, env, mounts)],
        "volumes": [*volumes, {"name": "scratch", "emptyDir": {"sizeLimit": SCRATCH_LIMIT}}],
    }
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
