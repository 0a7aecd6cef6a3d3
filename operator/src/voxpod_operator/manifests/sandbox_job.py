"""The Job of one sandbox, and of the probe that reads a bundle: same pod, other program.

What the pod may not do is said here once more although the ValidatingAdmissionPolicy of the chart enforces it: the
policy is the fence, this is the house inside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from voxpod_crds import names
from voxpod_crds.placement import Toleration
from voxpod_crds.sandbox_protocol import TOKEN_AUDIENCE
from voxpod_crds.tenant import TenantSandbox
from voxpod_operator.cluster.sandboxes import REQUEST_ANNOTATION
from voxpod_operator.manifests.model_files import ModelFiles, mapped
from voxpod_operator.manifests.node_affinity import only_on, rather_not_on

Json = dict[str, Any]

USER = 65532
IDENTITY_DIR = "/var/run/voxpod"
SCRATCH_LIMIT = "640Mi"
"""The samples of the longest audio and its file, 256 MiB each (voxpod_crds.sandbox_protocol.MAX_AUDIO_BYTES), and room."""


@dataclass(frozen=True, slots=True)
class SandboxPod:
    """What sandbox and probe pods have in common."""

    namespace: str
    image: str
    image_pull_policy: str
    service_account: str
    files: ModelFiles
    bundle_digest: str
    """sha256:<hex>"""
    cpu: str
    memory: str
    user_namespaces: bool
    ttl_seconds: int
    model: str
    tenant_settings: TenantSandbox = field(default_factory=TenantSandbox)
    priority_class: str = ""
    storage_request: str = ""
    """Local storage that is asked of the node, as a quantity; empty for none."""
    storage_limit: str = ""
    """Local storage at which the kubelet ends the sandbox; empty for the scratch volume's own limit."""
    node_selector: Mapping[str, str] = field(default_factory=dict)
    """Of SpeechModel and Tenant together, as are the tolerations."""
    tolerations: Sequence[Toleration] = ()
    nodes: Sequence[str] | None = None
    """The only nodes that it may go to; None for any."""
    flow_steps: int | None = None
    """As the SpeechModel says; None for the bundle's own number."""


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Where a sandbox finds its work, and how it says who it is."""

    url: str
    ca_pem: str
    host_aliases: Mapping[str, Sequence[str]]
    """IP address to host names."""
    token_seconds: int
    max_idle_seconds: int
    store_ca_pem: str = ""
    """Authority of a private object store; empty for the public ones."""


def sandbox_job(
    pod: SandboxPod,
    dispatch: Dispatch,
    *,
    name: str,
    request: str,
    request_uid: str,
    attempt: int,
    tenant: str,
    deadline_seconds: int,
    avoid_nodes: Sequence[str] = (),
) -> Json:
    """The Job for one attempt at one request; `deadline_seconds` is a backstop behind the operator's own deadline.

    `avoid_nodes`: nodes that earlier attempts failed on.
    """
    labels = {
        names.ROLE_LABEL: names.SANDBOX_ROLE,
        names.REQUEST_UID_LABEL: names.label_value(request_uid),
        names.ATTEMPT_LABEL: str(attempt),
        names.TENANT_LABEL: names.label_value(tenant),
    }
    spec = _sandbox_spec(pod, dispatch)
    if avoid_nodes:
        spec.setdefault("affinity", {}).setdefault("nodeAffinity", {}).update(rather_not_on(avoid_nodes))
    return _job(
        pod,
        spec,
        name=name,
        labels=labels,
        annotations={REQUEST_ANNOTATION: request},
        deadline_seconds=deadline_seconds,
    )


POOL_DEADLINE_SECONDS = 90_000
"""How long a sandbox of the pool may live: as long as the admission policy lets any, since nobody can tell whose it will be."""

POOL_IDLE_SECONDS = 3_600
"""A sandbox of the pool that gets no work for so long exits by itself, should nobody replace it before (policy.pool.LIFE)."""


def pool_job(pod: SandboxPod, dispatch: Dispatch, *, name: str, idle_cpu: str) -> Json:
    """The Job of a sandbox that waits for work of any tenant with the pod's settings; it books `idle_cpu` of its node."""
    spec = _sandbox_spec(pod, replace(dispatch, max_idle_seconds=POOL_IDLE_SECONDS))
    spec["containers"][0]["resources"]["requests"] |= {"cpu": min(idle_cpu, pod.cpu, key=_cores)}
    labels = {
        names.ROLE_LABEL: names.SANDBOX_ROLE,
        names.PROFILE_LABEL: profile_of(pod),
        # which nodes are ready at the moment is no reason to replace one that waits
        names.TEMPLATE_LABEL: names.fingerprint({key: value for key, value in spec.items() if key != "affinity"}),
    }
    return _job(pod, spec, name=name, labels=labels, annotations={}, deadline_seconds=POOL_DEADLINE_SECONDS)


def _cores(cpu: str) -> float:
    return float(cpu[:-1]) / 1000 if cpu.endswith("m") else float(cpu)


def profile_of(pod: SandboxPod) -> str:
    """Fingerprint of what a request relies on: which bundle with how much power, and on which nodes."""
    return names.fingerprint(
        pod.model,
        pod.files.bundle,
        pod.files.prepared,
        pod.bundle_digest,
        pod.cpu,
        pod.memory,
        pod.tenant_settings.shape.to_wire(),
        dict(pod.node_selector),
        [t.to_wire() for t in pod.tolerations],
        *(() if pod.flow_steps is None else (pod.flow_steps,)),
    )


def _sandbox_spec(pod: SandboxPod, dispatch: Dispatch) -> Json:
    container = _container(pod, [])
    container["env"] += _dispatch_env(dispatch)
    container["volumeMounts"].append({"name": "identity", "mountPath": IDENTITY_DIR, "readOnly": True})
    spec = _pod_spec(pod, container)
    spec["hostAliases"] = [{"ip": ip, "hostnames": list(hosts)} for ip, hosts in sorted(dispatch.host_aliases.items())]
    token = {"audience": TOKEN_AUDIENCE, "expirationSeconds": dispatch.token_seconds, "path": "token"}
    spec["volumes"].append(
        {"name": "identity", "projected": {"defaultMode": 0o444, "sources": [{"serviceAccountToken": token}]}}
    )
    return spec


def _dispatch_env(dispatch: Dispatch) -> list[Json]:
    env = {
        "VOXPOD_DISPATCH_URL": dispatch.url,
        "VOXPOD_DISPATCH_CA_PEM": dispatch.ca_pem,
        "VOXPOD_TOKEN_FILE": f"{IDENTITY_DIR}/token",
        "VOXPOD_MAX_IDLE_SECONDS": str(dispatch.max_idle_seconds),
    }
    if dispatch.store_ca_pem:
        env["VOXPOD_OBJECT_STORE_CA_PEM"] = dispatch.store_ca_pem
    return [{"name": name, "value": value} for name, value in env.items()]


def probe_job(pod: SandboxPod, *, name: str, deadline_seconds: int) -> Json:
    """The Job that checks a bundle and reads its voices and languages: no token, no network needed."""
    spec = _pod_spec(pod, _container(pod, ["python3", "-m", "voxpod_inference.probe"]))
    return _job(
        pod,
        spec,
        name=name,
        labels={names.ROLE_LABEL: names.PROBE_ROLE},
        annotations={},
        deadline_seconds=deadline_seconds,
    )


def _container(pod: SandboxPod, command: list[str]) -> Json:
    power = {"cpu": pod.tenant_settings.cpu or pod.cpu, "memory": pod.tenant_settings.memory or pod.memory}
    asked, allowed = (
        power | ({"ephemeral-storage": storage} if storage else {})
        for storage in (pod.storage_request, pod.storage_limit)
    )
    env, _, mounts = mapped(pod.files)
    if pod.flow_steps is not None:
        env.append({"name": "VOXPOD_FLOW_STEPS", "value": str(pod.flow_steps)})
    container: Json = {
        "name": "sandbox",
        "image": pod.image,
        "imagePullPolicy": pod.image_pull_policy,
        "env": [
            *env,
            {"name": "VOXPOD_BUNDLE_DIGEST", "value": pod.bundle_digest},
            # rounded up to whole cores by the kubelet: the engine's number of threads
            {
                "name": "VOXPOD_CPU_LIMIT",
                "valueFrom": {
                    "resourceFieldRef": {"containerName": "sandbox", "resource": "limits.cpu", "divisor": "1"}
                },
            },
        ],
        "resources": {"requests": asked, "limits": allowed},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "terminationMessagePolicy": "File",
        "volumeMounts": [*mounts, {"name": "scratch", "mountPath": "/tmp"}],  # noqa: S108
    }
    return {**container, "command": command} if command else container


def _pod_spec(pod: SandboxPod, container: Json) -> Json:
    spec: Json = {
        "restartPolicy": "Never",
        "serviceAccountName": pod.service_account,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        # nothing to save: a sandbox that is told to go has nothing that anybody waits for
        "terminationGracePeriodSeconds": 1,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
        "volumes": [
            *mapped(pod.files)[1],
            {"name": "scratch", "emptyDir": {"sizeLimit": SCRATCH_LIMIT}},
        ],
    }
    if pod.user_namespaces:
        spec["hostUsers"] = False
    if pod.priority_class:
        spec["priorityClassName"] = pod.priority_class
    if pod.tenant_settings.runtime_class_name:
        spec["runtimeClassName"] = pod.tenant_settings.runtime_class_name
    if pod.node_selector:
        spec["nodeSelector"] = dict(pod.node_selector)
    if pod.nodes is not None:
        spec["affinity"] = {"nodeAffinity": only_on(pod.nodes)}
    spec["tolerations"] = [t.to_wire() for t in (*pod.tolerations, *_leave_lost_nodes(pod.tolerations))]
    return spec


NO_SIDECAR_LABELS = {"sidecar.istio.io/inject": "false", "kuma.io/sidecar-injection": "disabled"}
NO_SIDECAR_ANNOTATIONS = {"linkerd.io/inject": "disabled", "consul.hashicorp.com/connect-inject": "false"}
"""How pods opt out of service meshes that add a container to each: beside one that never ends a Job never ends either, and the
admission policy refuses it. From the meshes' own references (Istio, Kuma, Linkerd, Consul)."""

LOST_NODE_TAINTS = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")
LOST_NODE_SECONDS = 30
"""How long a sandbox stays bound to a node that does not answer; Kubernetes' own 300 s are half of a usual deadline."""


def _leave_lost_nodes(tolerations: Sequence[Toleration]) -> list[Toleration]:
    """Tolerations that bound how long a sandbox waits for a lost node, but for taints of which the tenant's say it."""
    return [
        Toleration(key=taint, operator="Exists", effect="NoExecute", toleration_seconds=LOST_NODE_SECONDS)
        for taint in LOST_NODE_TAINTS
        if not any(t.key in (taint, "", None) and t.effect in ("NoExecute", None) for t in tolerations)
    ]


def _job(
    pod: SandboxPod,
    spec: Json,
    *,
    name: str,
    labels: dict[str, str],
    annotations: dict[str, str],
    deadline_seconds: int,
) -> Json:
    labels = {
        **labels,
        names.MANAGED_BY_LABEL: names.MANAGED_BY,
        names.MODEL_LABEL: names.label_value(pod.model),
        names.PLACE_LABEL: pod.files.place,
    }
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "namespace": pod.namespace, "labels": labels, "annotations": annotations},
        "spec": {
            "backoffLimit": 0,
            "activeDeadlineSeconds": deadline_seconds,
            "ttlSecondsAfterFinished": pod.ttl_seconds,
            "template": {
                "metadata": {
                    "labels": {**labels, **NO_SIDECAR_LABELS},
                    "annotations": {**annotations, **NO_SIDECAR_ANNOTATIONS},
                },
                "spec": spec,
            },
        },
    }
