"""The chart's admission policies in a real cluster: what the operator creates passes and stays what it is.

Each rule broken once is tests/integration/control/test_sandbox_fence.py, for which an API server alone will do.
"""

import copy
import json
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox_policies import sandbox_policies
from sandbox_samples import good_job, good_probe, pod_of
from voxpod_crds.tenant import TenantSandbox

pytestmark = pytest.mark.e2e

Json = dict[str, Any]
Kubectl = Callable[..., "subprocess.CompletedProcess[str]"]
Answer = Callable[..., str]

OPERATOR = "system:serviceaccount:voxpod-system:voxpod-operator"
JOB_CONTROLLER = "system:serviceaccount:kube-system:job-controller"
NAMESPACE_ADMIN = "somebody-with-every-right-in-the-namespace"


@pytest.fixture(scope="module")
def namespace(kubectl: Kubectl, bin_dir: Path) -> Iterator[str]:
    """A sandbox namespace of its own under the chart's policies, beside whatever release is installed."""
    name = f"sandboxes-{uuid.uuid4().hex[:8]}"
    objects = sandbox_policies(bin_dir / "helm", name)
    manifest = yaml.safe_dump_all(objects)
    try:
        kubectl("apply", "-f", "-", input=manifest)
        users = [f"--user={user}" for user in (OPERATOR, JOB_CONTROLLER, NAMESPACE_ADMIN)]
        kubectl("-n", name, "create", "rolebinding", "everything", "--clusterrole=cluster-admin", *users)
        _wait_until_in_force(kubectl, name)
        yield name
    finally:
        kubectl("-n", name, "delete", "jobs", "--all", "--wait=false", check=False)
        kubectl("delete", "--ignore-not-found", "--wait=false", "-f", "-", input=manifest)


def _wait_until_in_force(kubectl: Kubectl, namespace: str) -> None:
    """The API server compiles policies in the background, each for itself."""
    pod = pod_of(good_job(namespace))
    attempts = {"Jobs": good_job(namespace), "creates pods": pod}
    deadline = time.monotonic() + 30
    while attempts and time.monotonic() < deadline:
        said = {says: _create(kubectl, item, NAMESPACE_ADMIN) for says, item in attempts.items()}
        attempts = {says: item for says, item in attempts.items() if says not in said[says]}
    assert not attempts, f"policies are not in force after 30 s: {said}"


def _create(kubectl: Kubectl, item: Json, user: str) -> str:
    return kubectl("create", "--dry-run=server", f"--as={user}", "-f", "-", input=json.dumps(item), check=False).stderr


@pytest.fixture
def answer(kubectl: Kubectl) -> Answer:
    """answer(object, user) -> what the API server says to its creation; empty when it is accepted."""

    def create(item: Json, user: str = OPERATOR) -> str:
        said = _create(kubectl, item, user)
        return "\n".join(line for line in said.splitlines() if not line.startswith("Warning:"))

    return create


def test_policies_are_type_checked_without_warning(kubectl: Kubectl, namespace: str):
    deadline = time.monotonic() + 30
    while not all(checked := {name: _is_checked(one) for name, one in _policies(kubectl, namespace).items()}.values()):
        assert time.monotonic() < deadline, f"not type checked after 30 s: {checked}"
        time.sleep(0.1)

    found = _policies(kubectl, namespace)
    assert len(found) == 5
    assert {name: one["status"].get("typeChecking", {}).get("expressionWarnings") for name, one in found.items()} == (
        dict.fromkeys(found)
    )


def _policies(kubectl: Kubectl, namespace: str) -> dict[str, Json]:
    items = json.loads(kubectl("get", "validatingadmissionpolicies", "-o", "json").stdout)["items"]
    return {one["metadata"]["name"]: one for one in items if one["metadata"]["name"].endswith(namespace)}


def _is_checked(policy: Json) -> bool:
    return bool(policy.get("status", {}).get("observedGeneration") == policy["metadata"]["generation"])


def test_operators_sandbox_job_is_accepted(answer: Answer, namespace: str):
    assert answer(good_job(namespace)) == ""


def test_operators_job_for_another_attempt_is_accepted(answer: Answer, namespace: str):
    job = good_job(namespace, avoid_nodes=["node-a", "a.long.node.name.example.com"])

    assert answer(job) == ""
    assert answer(pod_of(job), JOB_CONTROLLER) == ""


def test_operators_probe_job_is_accepted(answer: Answer, namespace: str):
    assert answer(good_probe(namespace)) == ""


def test_what_a_tenant_may_set_is_accepted(answer: Answer, namespace: str):
    tenant = TenantSandbox.model_validate(
        {
            "cpu": "2",
            "memory": "1Gi",
            "nodeSelector": {"kubernetes.io/os": "linux"},
            "tolerations": [{"key": "gpu", "operator": "Exists"}],
        }
    )

    assert answer(good_job(namespace, tenant)) == ""


def test_other_namespaces_are_left_alone(kubectl: Kubectl, namespace: str):
    job = good_job("default")
    job["spec"]["template"]["spec"]["hostNetwork"] = True
    del job["spec"]["template"]["spec"]["hostUsers"]

    done = kubectl("create", "--dry-run=server", "-f", "-", input=json.dumps(job), check=False)

    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def running(kubectl: Kubectl, namespace: str) -> str:
    """Name of a pod that the real Job controller made of a good Job."""
    job = copy.deepcopy(good_job(namespace))
    job["metadata"]["name"] = "tts-real-1"
    # it is there, and nothing in it is looked at: the image holds no speech program
    job["spec"]["template"]["spec"]["volumes"][0]["hostPath"]["path"] = "/var/lib/voxpod/models"
    kubectl("create", f"--as={OPERATOR}", "-f", "-", input=json.dumps(job))
    for _ in range(100):
        names = kubectl("-n", namespace, "get", "pods", "-l", "job-name=tts-real-1", "-o", "name").stdout.split()
        if names:
            return names[0]
        time.sleep(0.1)
    raise AssertionError(kubectl("-n", namespace, "describe", "job", "tts-real-1").stdout)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["exec", "{pod}", "--", "id"], id="exec"),
        pytest.param(["attach", "{pod}"], id="attach"),
        # by its path: kubectl port-forward itself waits for a pod that runs
        pytest.param(
            ["create", "--raw", "/api/v1/namespaces/{namespace}/{path}/portforward", "-f", "-"], id="port-forward"
        ),
        pytest.param(["get", "--raw", "/api/v1/namespaces/{namespace}/{path}/proxy/"], id="proxy"),
        pytest.param(
            ["debug", "{pod}", "--image=voxpod.local/probe:1", "--profile=general", "--attach=false"],
            id="ephemeral container",
        ),
    ],
)
def test_nobody_but_cluster_administrators_gets_into_a_sandbox(
    kubectl: Kubectl, namespace: str, running: str, arguments: list[str]
):
    command = [
        argument.format(pod=running, namespace=namespace, path=running.replace("pod/", "pods/"))
        for argument in arguments
    ]

    done = kubectl("-n", namespace, f"--as={NAMESPACE_ADMIN}", *command, input="", check=False)

    assert done.returncode != 0
    assert f"of a sandbox is for cluster administrators, not for {NAMESPACE_ADMIN}" in done.stderr


def test_cluster_administrators_get_past_the_policy(kubectl: Kubectl, namespace: str, running: str):
    done = kubectl("-n", namespace, "exec", running, "--", "id", check=False)

    assert "ValidatingAdmissionPolicy" not in done.stderr


@pytest.mark.parametrize(
    ("patch", "says"),
    [
        pytest.param(
            {"spec": {"containers": [{"name": "sandbox", "image": "evil:1"}]}},
            "image of a sandbox pod does not change",
            id="image",
        ),
        pytest.param(
            {"metadata": {"labels": {"voxpod.dev/role": "probe"}}},
            "labels of Jobs and pods of sandboxes do not change",
            id="role",
        ),
        pytest.param(
            {"metadata": {"labels": {"voxpod.dev/role": None}}},
            "labels of Jobs and pods of sandboxes do not change",
            id="role taken away",
        ),
    ],
)
def test_pod_stays_what_was_let_in(kubectl: Kubectl, namespace: str, running: str, patch: Json, says: str):
    done = kubectl("-n", namespace, f"--as={NAMESPACE_ADMIN}", "patch", running, "-p", json.dumps(patch), check=False)

    assert says in done.stderr


def test_job_is_changed_by_nobody_else(kubectl: Kubectl, namespace: str, running: str):
    patch = json.dumps({"spec": {"suspend": True}})

    done = kubectl("-n", namespace, f"--as={NAMESPACE_ADMIN}", "patch", "job/tts-real-1", "-p", patch, check=False)

    assert "creates and changes Jobs" in done.stderr
