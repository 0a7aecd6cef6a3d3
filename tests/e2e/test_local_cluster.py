"""What a pod finds in the local cluster: it starts, hardened too; Services, DNS and NetworkPolicy work; writes are audited.

Everything runs our probe image, which is part of the local cluster itself.
"""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from localcluster.images import scratch_image

pytestmark = pytest.mark.e2e

Kubectl = Callable[..., "subprocess.CompletedProcess[str]"]
Cluster = dict[str, Any]
PROBE = "voxpod.local/probe:1"
RESTRICTED = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}


def pod(name: str, *command: str, **spec: Any) -> dict[str, Any]:
    """A pod that runs the probe once."""
    limits = {"limits": {"cpu": "200m", "memory": "64Mi"}}
    container = {"name": "probe", "image": PROBE, "command": ["/probe", *command], "resources": limits}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": {"restartPolicy": "Never", "terminationGracePeriodSeconds": 0, "containers": [container], **spec},
    }


@pytest.fixture
def apply(kubectl: Kubectl) -> Callable[[str, dict[str, Any]], None]:
    def run(namespace: str, *objects: dict[str, Any]) -> None:
        items = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
        kubectl("apply", "--namespace", namespace, "-f", "-", input=json.dumps(items))

    return run


@pytest.fixture
def namespaces(kubectl: Kubectl) -> Iterator[tuple[str, str]]:
    """Two fresh namespaces: of the pod in question, and of those that it would talk to."""
    unique = time.time_ns()
    names = (f"inside-{unique}", f"outside-{unique}")
    try:
        for name in names:
            kubectl("create", "namespace", name)
            # a pod is refused until the namespace has its ServiceAccount
            kubectl("wait", "--for=create", "serviceaccount/default", "--namespace", name, "--timeout=30s")
        yield names
    finally:
        kubectl("delete", "namespace", *names, "--ignore-not-found", "--wait=false", check=False)


def logs_of_finished(kubectl: Kubectl, namespace: str, name: str) -> list[str]:
    kubectl("wait", "--for=jsonpath={.status.phase}=Succeeded", f"pod/{name}", "-n", namespace, "--timeout=60s")
    return kubectl("logs", name, "-n", namespace).stdout.splitlines()


def test_hardened_job_completes_and_reads_a_folder_of_the_host(
    kubectl: Kubectl, apply: Callable[..., None], namespaces: tuple[str, str], tmp_path: Path
) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "greeting").write_text("hello")
    template = pod(
        "hardened",
        *("read", "/host/greeting", "/var/run/secrets/kubernetes.io/serviceaccount/token"),
        automountServiceAccountToken=False,
        hostUsers=False,
        securityContext={"runAsNonRoot": True, "runAsUser": 65532, "seccompProfile": {"type": "RuntimeDefault"}},
        volumes=[
            {"name": "host", "hostPath": {"path": str(tmp_path), "type": "Directory"}},
            {"name": "scratch", "emptyDir": {"sizeLimit": "10Mi"}},
        ],
    )
    mounts = [
        {"name": "host", "mountPath": "/host", "readOnly": True},
        {"name": "scratch", "mountPath": "/scratch"},
    ]
    template["spec"]["containers"][0] |= {"securityContext": RESTRICTED, "volumeMounts": mounts}
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "hardened"},
        "spec": {"backoffLimit": 0, "ttlSecondsAfterFinished": 5, "template": {"spec": template["spec"]}},
    }
    apply(namespaces[0], job)
    kubectl("wait", "--for=condition=Complete", "job/hardened", "-n", namespaces[0], "--timeout=60s")
    greeting, token = kubectl("logs", "job/hardened", "-n", namespaces[0]).stdout.splitlines()
    assert greeting == "/host/greeting hello"
    assert "unreadable" in token
    kubectl("wait", "--for=delete", "job/hardened", "-n", namespaces[0], "--timeout=60s")


def test_policy_keeps_a_pod_from_all_but_the_one_service(
    kubectl: Kubectl, apply: Callable[..., None], cluster: Cluster, namespaces: tuple[str, str]
) -> None:
    inside, outside = namespaces
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "allowed"},
        "spec": {"selector": {"app": "allowed"}, "ports": [{"port": 80, "targetPort": 8080}]},
    }
    apply(outside, pod("allowed", "serve", "8080"), pod("other", "serve", "8080"), service)
    kubectl("wait", "--for=condition=Ready", "pod", "--all", "-n", outside, "--timeout=60s")
    address = {
        name: kubectl("get", "pod", name, "-n", outside, "-o", "jsonpath={.status.podIP}").stdout
        for name in ("allowed", "other")
    }
    by_service = kubectl("get", "service", "allowed", "-n", outside, "-o", "jsonpath={.spec.clusterIP}").stdout
    node = cluster["nodeIP"]
    targets = {
        "API server": f"{node}:6443",
        "API server by Service": "10.96.0.1:443",
        "kubelet": f"{node}:10250",
        "other pod": f"{address['other']}:8080",
        "allowed pod": f"{address['allowed']}:8080",
        "allowed pod by Service": f"{by_service}:80",
    }

    def reached(name: str) -> dict[str, bool]:
        kubectl("wait", "--for=condition=Ready", f"pod/{name}", "-n", inside, "--timeout=60s")
        lines = kubectl("exec", name, "-n", inside, "--", "/probe", "dial", *targets.values()).stdout.splitlines()
        return {what: line.split()[1] == "open" for what, line in zip(targets, lines, strict=True)}

    apply(inside, pod("free", "sleep"))
    assert all(reached("free").values()), "without a policy everything is reached"

    peer = {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": outside}},
        "podSelector": {"matchLabels": {"app": "allowed"}},
    }
    policy = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "only-allowed"},
        "spec": {
            "podSelector": {},
            "policyTypes": ["Ingress", "Egress"],
            "egress": [{"to": [peer], "ports": [{"port": 8080}]}],
        },
    }
    apply(inside, policy, pod("kept", "sleep"))
    expected = dict.fromkeys(targets, False) | {"allowed pod": True, "allowed pod by Service": True}
    deadline = time.monotonic() + 20
    while (found := reached("kept")) != expected and time.monotonic() < deadline:
        time.sleep(0.2)  # the policy takes hold a moment after the pod is there
    assert found == expected


def test_api_server_and_kubelet_are_closed_from_a_pods_first_instant(
    kubectl: Kubectl, apply: Callable[..., None], cluster: Cluster, namespaces: tuple[str, str]
) -> None:
    deny = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "deny"},
        "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
    }
    apply(namespaces[0], deny)
    apply(namespaces[0], pod("hasty", "dial", "10.96.0.1:443", f"{cluster['nodeIP']}:10250"))
    assert [line.split()[1] for line in logs_of_finished(kubectl, namespaces[0], "hasty")] == ["closed", "closed"]


def test_service_has_a_name_in_the_cluster_and_a_node_port_for_the_host(
    kubectl: Kubectl, apply: Callable[..., None], cluster: Cluster, namespaces: tuple[str, str]
) -> None:
    inside, outside = namespaces
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "echo"},
        "spec": {"type": "NodePort", "selector": {"app": "echo"}, "ports": [{"port": 80, "targetPort": 8080}]},
    }
    apply(outside, pod("echo", "serve", "8080"), service)
    kubectl("wait", "--for=condition=Ready", "pod/echo", "-n", outside, "--timeout=60s")
    facts = kubectl(
        *("get", "service", "echo", "-n", outside, "-o", "jsonpath={.spec.clusterIP} {.spec.ports[0].nodePort}")
    ).stdout.split()
    name = f"echo.{outside}.svc.cluster.local"
    apply(inside, pod("client", "lookup", name))
    assert logs_of_finished(kubectl, inside, "client") == [f"{name} {facts[0]}"]
    with socket.create_connection((cluster["nodeIP"], int(facts[1])), timeout=5) as connection:
        assert connection.recv(100) == b"probe\n"


def test_image_from_an_archive_runs_and_one_that_is_not_there_says_so(
    kubectl: Kubectl, apply: Callable[..., None], cluster: Cluster, namespaces: tuple[str, str], tmp_path: Path
) -> None:
    reference = "voxpod.local/loaded-by-a-test:1"
    archive = tmp_path / "image.tar"
    scratch_image(archive, {"probe": Path(cluster["bin"]) / "probe"}, ["/probe", "sleep"], reference)
    program = Path(__file__).parents[1] / "cluster"
    loaded = subprocess.run(
        [sys.executable, str(program), "load-image", "--name", cluster["name"], str(archive)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert loaded.stdout == f"loaded {reference}\n"
    there, missing = pod("there", "lookup", "localhost"), pod("missing", "sleep")
    there["spec"]["containers"][0]["image"] = reference
    missing["spec"]["containers"][0] |= {"image": "voxpod.local/nobody-loaded-this:1", "imagePullPolicy": "Never"}
    apply(namespaces[0], there, missing)
    assert logs_of_finished(kubectl, namespaces[0], "there")
    waiting = "--for=jsonpath={.status.containerStatuses[0].state.waiting.reason}=ErrImageNeverPull"
    kubectl("wait", waiting, "pod/missing", "-n", namespaces[0], "--timeout=60s")


def test_minio_runs_without_root_and_without_a_shell(
    kubectl: Kubectl, apply: Callable[..., None], cluster: Cluster, namespaces: tuple[str, str]
) -> None:
    image = cluster["images"]["minio"]
    program = Path(__file__).parents[1] / "cluster"
    subprocess.run(
        [sys.executable, str(program), "load-image", "--name", cluster["name"], image["archive"]],
        stdout=subprocess.DEVNULL,
        check=True,
    )
    minio = pod(
        "minio",
        automountServiceAccountToken=False,
        securityContext={"runAsNonRoot": True, "fsGroup": 65532, "seccompProfile": {"type": "RuntimeDefault"}},
        volumes=[{"name": "data", "emptyDir": {}}],
    )
    minio["spec"]["containers"] = [
        {
            "name": "minio",
            "image": image["reference"],
            "args": ["server", "/data/objects", "--address", ":9000"],
            "env": [{"name": "HOME", "value": "/data"}],
            "resources": {"limits": {"cpu": "1", "memory": "512Mi"}},
            "securityContext": RESTRICTED,
            "volumeMounts": [{"name": "data", "mountPath": "/data"}],
            "readinessProbe": {"httpGet": {"path": "/minio/health/ready", "port": 9000}, "periodSeconds": 1},
        }
    ]
    apply(namespaces[0], minio)
    kubectl("wait", "--for=condition=Ready", "pod/minio", "-n", namespaces[0], "--timeout=90s")


def test_audit_log_tells_who_wrote_what(kubectl: Kubectl, cluster: Cluster, namespaces: tuple[str, str]) -> None:
    name = f"audited-{time.time_ns()}"
    kubectl("create", "configmap", name, "-n", namespaces[0])
    kubectl("get", "configmap", name, "-n", namespaces[0])
    events = [json.loads(line) for line in Path(cluster["auditLog"]).read_text().splitlines() if name in line]
    assert [(one["verb"], one["level"], one["stage"]) for one in events] == [("create", "Metadata", "ResponseComplete")]
    assert events[0]["user"]["username"] == "admin"
    assert events[0]["userAgent"].startswith("kubectl/")
