"""A good sandbox Job as the operator makes it, and every way in which the admission policy must find one bad."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from voxpod_crds.placement import Toleration
from voxpod_crds.speech_model import SpeechModelSpec
from voxpod_crds.tenant import TenantSandbox
from voxpod_operator.manifests.model_files import model_files
from voxpod_operator.manifests.node_job import Target, node_job
from voxpod_operator.manifests.sandbox_job import Dispatch, SandboxPod, probe_job, sandbox_job

Json = dict[str, Any]

MODEL_ROOT = "/var/lib/voxpod/models"
REPOSITORY, TAG = "voxpod.local/probe", "1"
"""The image of these sandboxes, as the chart's sandbox.image has it."""


def a_spec(**fields: Any) -> SpeechModelSpec:
    """A SpeechModel's, by default of a bundle that is on each node."""
    source = {"hostPath": {"path": f"{MODEL_ROOT}/kokoro"}}
    return SpeechModelSpec.model_validate({"source": source, "digest": f"sha256:{'0' * 64}", **fields})


IN_PLACE: Json = {"delivery": {}}
FROM_IMAGE: Json = {"delivery": {"image": {"reference": "registry.example.com/kokoro:1"}}}
IMAGE: Json = {"delivery": {}, "source": {"image": {"reference": "registry.example.com/kokoro:1"}}}
CLAIM: Json = {"delivery": {}, "source": {"persistentVolumeClaim": {"claimName": "models"}}}


def sandbox_pod(namespace: str, tenant: TenantSandbox | None = None, spec: Json | None = None) -> SandboxPod:
    """What sandbox and probe have in common."""
    return SandboxPod(
        namespace=namespace,
        image=f"{REPOSITORY}:{TAG}",
        image_pull_policy="IfNotPresent",
        service_account="voxpod-sandbox",
        files=model_files(a_spec(**(spec or {})), [MODEL_ROOT]),
        bundle_digest=f"sha256:{'0' * 64}",
        cpu="100m",
        memory="64Mi",
        user_namespaces=True,
        ttl_seconds=60,
        model="kokoro",
        tenant_settings=tenant or TenantSandbox(),
        node_selector=tenant.node_selector if tenant else {},
        tolerations=tenant.tolerations if tenant else [],
    )


def good_job(
    namespace: str,
    tenant: TenantSandbox | None = None,
    avoid_nodes: Sequence[str] = (),
    nodes: Sequence[str] | None = None,
) -> Json:
    """A sandbox Job."""
    dispatch = Dispatch(
        "https://voxpod-dispatch:443", "-----BEGIN CERTIFICATE-----", {"10.96.0.77": ["voxpod-dispatch"]}, 3600, 120
    )
    return sandbox_job(
        replace(sandbox_pod(namespace, tenant), nodes=nodes),
        dispatch,
        name="tts-sample-1",
        request="team-a/hello",
        request_uid="5d0821ec-22e8-4441-ad0c-fc20b8541bf3",
        attempt=1,
        tenant="team-a",
        deadline_seconds=600,
        avoid_nodes=avoid_nodes,
    )


def good_probe(namespace: str, spec: Json | None = None) -> Json:
    """A probe Job."""
    return probe_job(sandbox_pod(namespace, spec=spec), name="probe-sample-1", deadline_seconds=60)


def good_delivery(namespace: str, spec: Json = IN_PLACE) -> Json:
    """A Job that readies a node for a model."""
    toleration = Toleration(key="speech", operator="Exists")
    target = Target("node-a", "node-0123456789abcdef-0123456789abcdef-0123456789abcdef", [toleration])
    return node_job(sandbox_pod(namespace, spec=spec), target)


def pod_of(job: Json, creator: str = "Job") -> Json:
    """The pod that the Job controller would make; `creator` is the kind of its owner."""
    template = copy.deepcopy(job["spec"]["template"])
    owner = {
        "apiVersion": "batch/v1",
        "kind": creator,
        "name": job["metadata"]["name"],
        "uid": "0d3918c8-46e2-496f-a49a-8b007c4f27c0",
        "controller": True,
    }
    metadata = {
        **template["metadata"],
        "name": "tts-sample-1-x",
        "namespace": job["metadata"]["namespace"],
        "ownerReferences": [owner],
    }
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]}


@dataclass(frozen=True)
class BadPod:
    """One step away from a good PodSpec, and what the refusal has to say."""

    name: str
    spoil: Callable[[Json], None]
    says: str


def _volume(source: Json) -> Callable[[Json], None]:
    return lambda pod: pod["volumes"].append({"name": "more", **source})


def _pod(**fields: Any) -> Callable[[Json], None]:
    return lambda pod: pod.update(fields)


def _pod_security(**fields: Any) -> Callable[[Json], None]:
    return lambda pod: pod["securityContext"].update(fields)


def _tolerates(**toleration: str) -> Callable[[Json], None]:
    return lambda pod: pod["tolerations"].append(toleration)


def _container(**fields: Any) -> Callable[[Json], None]:
    return lambda pod: pod["containers"][0].update(fields)


def _security(**fields: Any) -> Callable[[Json], None]:
    return lambda pod: pod["containers"][0]["securityContext"].update(fields)


def _without(*path: str | int) -> Callable[[Json], None]:
    def spoil(pod: Json) -> None:
        node: Any = pod
        for key in path[:-1]:
            node = node[key]
        del node[path[-1]]

    return spoil


def _model_path(path: str, kind: str = "Directory") -> Callable[[Json], None]:
    return lambda pod: pod["volumes"][0].update(hostPath={"path": path, "type": kind})


def _scratch(**empty_dir: str) -> Callable[[Json], None]:
    return lambda pod: pod["volumes"][1].update(emptyDir=empty_dir)


def _first_mount(**fields: str) -> Callable[[Json], None]:
    return lambda pod: pod["containers"][0]["volumeMounts"][0].update(fields)


_EXTRA = {"name": "extra", "image": f"{REPOSITORY}:{TAG}"}
_PROBE = {"httpGet": {"host": "169.254.169.254", "port": 80, "path": "/"}}
_AGAIN = {"action": "Restart", "exitCodes": {"operator": "In", "values": [0]}}
_SECRET = {"secretKeyRef": {"name": "s", "key": "k"}}

BAD_PODS = [
    BadPod("a second container", lambda pod: pod["containers"].append(_EXTRA), "this one has sandbox, extra"),
    BadPod("an init container", _pod(initContainers=[_EXTRA]), "this one has sandbox, init extra"),
    BadPod("host network", _pod(hostNetwork=True, hostUsers=None), "hostNetwork"),
    BadPod("host PIDs", _pod(hostPID=True, hostUsers=None), "hostPID"),
    BadPod("host IPC", _pod(hostIPC=True, hostUsers=None), "hostIPC"),
    BadPod("another ServiceAccount", _pod(serviceAccountName="default"), "ServiceAccount voxpod-sandbox"),
    BadPod("an API token", _pod(automountServiceAccountToken=True), "automountServiceAccountToken false"),
    BadPod("an API token by default", _without("automountServiceAccountToken"), "automountServiceAccountToken false"),
    BadPod("service links", _pod(enableServiceLinks=True), "enableServiceLinks false"),
    BadPod("a chosen node", _pod(nodeName="voxpod-test"), "no nodeName"),
    BadPod("no user namespace", _without("hostUsers"), "hostUsers false"),
    BadPod("the host's users", _pod(hostUsers=True), "hostUsers false"),
    BadPod("a container that starts again", _container(restartPolicy="OnFailure"), "no restartPolicy of its own"),
    BadPod(
        "a container that starts again after its end",
        _container(restartPolicy="Never", restartPolicyRules=[_AGAIN]),
        "no restartPolicy of its own",
    ),
    BadPod("a long goodbye", _pod(terminationGracePeriodSeconds=2**31 - 1), "terminationGracePeriodSeconds"),
    BadPod("root by default", _without("securityContext", "runAsNonRoot"), "runAsNonRoot true"),
    BadPod("no user", _without("securityContext", "runAsUser"), "runAsUser"),
    BadPod("root group", _pod_security(runAsGroup=0), "runAsGroup above 0"),
    BadPod("no seccomp profile", _without("securityContext", "seccompProfile"), "seccompProfile RuntimeDefault"),
    BadPod("unconfined seccomp", _pod_security(seccompProfile={"type": "Unconfined"}), "seccompProfile RuntimeDefault"),
    BadPod("no pod security context", _without("securityContext"), "runAsNonRoot true"),
    BadPod("a supplemental group", _pod_security(supplementalGroups=[0]), "supplementalGroups"),
    BadPod("a file system group", _pod_security(fsGroup=0), "fsGroup"),
    BadPod("a sysctl", _pod_security(sysctls=[{"name": "kernel.shm_rmid_forced", "value": "1"}]), "sysctls"),
    BadPod("unconfined AppArmor", _pod_security(appArmorProfile={"type": "Unconfined"}), "AppArmor"),
    BadPod("privileged", _security(privileged=True, allowPrivilegeEscalation=None), "not privileged"),
    BadPod("privilege escalation", _security(allowPrivilegeEscalation=True), "allowPrivilegeEscalation false"),
    BadPod(
        "escalation by default",
        _without("containers", 0, "securityContext", "allowPrivilegeEscalation"),
        "allowPrivilegeEscalation false",
    ),
    BadPod("a writable root", _security(readOnlyRootFilesystem=False), "readOnlyRootFilesystem true"),
    BadPod("a container that runs as root", _security(runAsUser=0, runAsNonRoot=False), "does not run as root"),
    BadPod("an added capability", _security(capabilities={"drop": ["ALL"], "add": ["NET_ADMIN"]}), "adds none"),
    BadPod("capabilities kept", _security(capabilities={"drop": ["NET_RAW"]}), "drops ALL"),
    BadPod("no container security context", _without("containers", 0, "securityContext"), "not privileged"),
    BadPod(
        "unconfined seccomp in the container", _security(seccompProfile={"type": "Unconfined"}), "seccomp and AppArmor"
    ),
    BadPod("unmasked proc", _security(procMount="Unmasked"), "procMount"),
    BadPod("no memory limit", _container(resources={"limits": {"cpu": "1"}}), "CPU and memory limits"),
    BadPod("no limits", _without("containers", 0, "resources"), "CPU and memory limits"),
    BadPod("a host port", _container(ports=[{"containerPort": 80, "hostPort": 80}]), "no ports"),
    BadPod("a probe of another host", _container(livenessProbe=_PROBE), "probes"),
    BadPod("a lifecycle hook", _container(lifecycle={"preStop": {"httpGet": _PROBE["httpGet"]}}), "lifecycle"),
    BadPod(
        "environment from a Secret",
        lambda pod: pod["containers"][0]["env"].append({"name": "X", "valueFrom": _SECRET}),
        "Secrets or ConfigMaps",
    ),
    BadPod("all of a ConfigMap", _container(envFrom=[{"configMapRef": {"name": "c"}}]), "Secrets or ConfigMaps"),
    BadPod("a Secret volume", _volume({"secret": {"secretName": "s"}}), "has only hostPath"),
    BadPod("a ConfigMap volume", _volume({"configMap": {"name": "c"}}), "has only hostPath"),
    BadPod("a writable claim", _volume({"persistentVolumeClaim": {"claimName": "c"}}), "is readOnly"),
    BadPod("scratch without limit", _scratch(), "sizeLimit"),
    BadPod("scratch as large as a disk", _scratch(sizeLimit="1Ti"), "at most 1Gi"),
    BadPod("scratch in memory", _scratch(sizeLimit="64Mi", medium="Memory"), "not in memory"),
    BadPod("a second scratch volume", _volume({"emptyDir": {"sizeLimit": "640Mi"}}), "at most one emptyDir"),
    BadPod("a part of a volume", _first_mount(subPath="x/y"), "whole volumes"),
    BadPod("what is mounted later on the node", _first_mount(mountPropagation="HostToContainer"), "mountPropagation"),
    BadPod(
        "a token for the API server",
        _volume({"projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}}),
        "audience voxpod-dispatch",
    ),
    BadPod(
        "a token for another audience",
        _volume({"projected": {"sources": [{"serviceAccountToken": {"path": "t", "audience": "vault"}}]}}),
        "audience voxpod-dispatch",
    ),
    BadPod(
        "a projected Secret",
        _volume({"projected": {"sources": [{"secret": {"name": "s"}}]}}),
        "audience voxpod-dispatch",
    ),
    BadPod("a host folder elsewhere", _model_path("/etc"), "lies in one of /var/lib/voxpod/models"),
    BadPod("the node's root", _model_path("/"), "lies in one of"),
    BadPod("a namesake of the root", _model_path(f"{MODEL_ROOT}-of-mine"), "lies in one of"),
    BadPod("the folder above", _model_path("/var/lib/voxpod"), "lies in one of"),
    BadPod("a host folder made on the way", _model_path(f"{MODEL_ROOT}/new", "DirectoryOrCreate"), "type Directory"),
    BadPod("a socket of the host", _model_path(f"{MODEL_ROOT}/x.sock", "Socket"), "type Directory"),
    BadPod("a second host folder", _volume({"hostPath": {"path": "/proc", "type": "Directory"}}), "lies in one of"),
    BadPod(
        "a writable model",
        lambda pod: pod["containers"][0]["volumeMounts"][0].update(readOnly=False),
        "hostPath volumes readOnly",
    ),
    BadPod(
        "the model mounted twice, once writable",
        lambda pod: pod["containers"][0]["volumeMounts"].append({"name": "model", "mountPath": "/w"}),
        "hostPath volumes readOnly",
    ),
]
"""Each is refused in a Job's template and as a pod."""

BAD_TEMPLATES = [
    BadPod("another image", _container(image="evil.example/x:1"), "the image of a sandbox is voxpod.local/probe:1"),
    BadPod("another tag", _container(image=f"{REPOSITORY}:2"), "(sandbox.image), not voxpod.local/probe:2"),
    BadPod("another program", _container(command=["/bin/sh"]), "image's program or the probe"),
    BadPod("the probe with arguments", _container(args=["-c", "print()"]), "image's program or the probe"),
    BadPod("a start in the model's folder", _container(workingDir="/bundle"), "without args or workingDir"),
    BadPod(
        "code by a variable",
        lambda pod: pod["containers"][0]["env"].append({"name": "PYTHONPATH", "value": "/bundle"}),
        "variables named VOXPOD_",
    ),
    BadPod("priority over the cluster", _pod(priorityClassName="system-node-critical"), "no priorityClassName"),
    BadPod("every taint tolerated", _tolerates(operator="Exists"), "names a taint's key"),
    BadPod(
        "the control plane's taint tolerated",
        _tolerates(key="node-role.kubernetes.io/control-plane", operator="Exists"),
        "none that begins with node-role.kubernetes.io/",
    ),
]
"""Each is refused in a Job's template; of a pod the cluster may decide it."""

BAD_JOBS: dict[str, tuple[Json, str]] = {
    "retries by the Job": ({"backoffLimit": 1}, "backoffLimit 0"),
    "several pods": ({"parallelism": 2, "completions": 2}, "runs one pod once"),
    "no deadline": ({"activeDeadlineSeconds": None}, "activeDeadlineSeconds"),
    "never cleaned up": ({"ttlSecondsAfterFinished": None}, "ttlSecondsAfterFinished"),
    "a deadline in 68 years": ({"activeDeadlineSeconds": 2**31 - 1}, "activeDeadlineSeconds of at most 90000"),
    "cleaned up in 68 years": ({"ttlSecondsAfterFinished": 2**31 - 1}, "ttlSecondsAfterFinished of at most 86400"),
    "failures that do not count": (
        {"podFailurePolicy": {"rules": [{"action": "Ignore", "onExitCodes": {"operator": "NotIn", "values": [0]}}]}},
        "podFailurePolicy",
    ),
    "another controller": ({"managedBy": "example.com/x"}, "managedBy"),
    "made to wait, and to start anew": ({"suspend": True}, "suspend"),
    "pods of others": (
        {"manualSelector": True, "selector": {"matchLabels": {"voxpod.dev/role": "sandbox"}}},
        "manualSelector",
    ),
    "an index with retries of its own": (
        {"completionMode": "Indexed", "completions": 1, "backoffLimitPerIndex": 3, "backoffLimit": 0},
        "backoffLimitPerIndex",
    ),
    "an early success": (
        {"completionMode": "Indexed", "completions": 1, "successPolicy": {"rules": [{"succeededCount": 1}]}},
        "successPolicy",
    ),
}
"""Fields of a Job's spec with which it is no single-use sandbox, and what the refusal has to say."""

BAD_DELIVERIES = [
    BadPod(
        "a second host folder", _volume({"hostPath": {"path": MODEL_ROOT, "type": "Directory"}}), "exactly one hostPath"
    ),
    BadPod("a host folder elsewhere", _model_path("/etc"), "lies in one of /var/lib/voxpod/models"),
    BadPod("the folder above", _model_path("/var/lib/voxpod"), "lies in one of"),
    BadPod("a host folder made elsewhere", _model_path("/etc/new", "DirectoryOrCreate"), "lies in one of"),
    BadPod("a socket of the host", _model_path(f"{MODEL_ROOT}/x.sock", "Socket"), "type Directory"),
    BadPod("a writable claim", _volume({"persistentVolumeClaim": {"claimName": "c"}}), "is readOnly"),
    BadPod(
        "a token for the operator",
        _volume({"projected": {"sources": [{"serviceAccountToken": {"path": "t", "audience": "voxpod-dispatch"}}]}}),
        "no projected volume",
    ),
    BadPod("an API token", _pod(automountServiceAccountToken=True), "automountServiceAccountToken false"),
    BadPod("the host's users", _pod(hostUsers=True), "hostUsers false"),
    BadPod("a chosen node", _pod(nodeName="voxpod-test"), "no nodeName"),
    BadPod("privileged", _security(privileged=True, allowPrivilegeEscalation=None), "not privileged"),
    BadPod(
        "another capability",
        _security(capabilities={"drop": ["ALL"], "add": ["DAC_OVERRIDE", "MKNOD"]}),
        "DAC_OVERRIDE",
    ),
    BadPod("capabilities kept", _security(capabilities={"add": ["DAC_OVERRIDE"]}), "drops ALL"),
    BadPod("a writable root", _security(readOnlyRootFilesystem=False), "readOnlyRootFilesystem true"),
    BadPod("no limits", _without("containers", 0, "resources"), "CPU and memory limits"),
]
"""Of a Job that readies a node: each is refused in its template and as a pod."""

BAD_DELIVERY_TEMPLATES = [
    BadPod("another image", _container(image="evil.example/x:1"), "the image of a sandbox is voxpod.local/probe:1"),
    BadPod("a sandbox's program", _without("containers", 0, "command"), "a delivery voxpod_inference.node"),
    BadPod("another program", _container(command=["/bin/sh"]), "a delivery voxpod_inference.node"),
    BadPod("arguments", _container(args=["--help"]), "without args"),
]
"""The same, refused in a Job's template only."""
