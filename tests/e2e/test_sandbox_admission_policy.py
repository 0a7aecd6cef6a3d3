"""The chart's admission policies on a real API server: what the operator creates passes, everything else is refused and told why."""

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

from sandbox_samples import BAD_PODS, BadPod, good_job, good_probe, pod_of
from voxpod_crds.tenant import TenantSandbox

pytestmark = pytest.mark.e2e

Json = dict[str, Any]
Kubectl = Callable[..., "subprocess.CompletedProcess[str]"]
Answer = Callable[..., str]

CHART = Path(__file__).resolve().parents[2] / "charts" / "voxpod"
OPERATOR = "system:serviceaccount:voxpod-system:voxpod-operator"
JOB_CONTROLLER = "system:serviceaccount:kube-system:job-controller"
NAMESPACE_ADMIN = "somebody-with-every-right-in-the-namespace"


@pytest.fixture(scope="module")
def namespace(kubectl: Kubectl, bin_dir: Path) -> Iterator[str]:
    """A sandbox namespace of its own under the chart's policies, beside whatever release is installed."""
    name = f"sandboxes-{uuid.uuid4().hex[:8]}"
    objects = _rendered(bin_dir, name)
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


def _rendered(bin_dir: Path, namespace: str) -> list[Json]:
    templates = [
        part
        for file in ("namespace", "serviceaccount", "admission")
        for part in ("--show-only", f"templates/sandbox/{file}.yaml")
    ]
    values = ["--values", str(CHART / "ci" / "demo-values.yaml"), "--set", f"sandbox.namespace.name={namespace}"]
    command = [
        str(bin_dir / "helm"),
        "template",
        "voxpod",
        str(CHART),
        "--namespace",
        "voxpod-system",
        *templates,
        *values,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    objects = [item for item in yaml.safe_load_all(done.stdout) if item]
    for item in objects:
        if item["kind"].startswith("ValidatingAdmissionPolicy"):
            item["metadata"]["name"] += f"-{namespace}"
            if "policyName" in item["spec"]:
                item["spec"]["policyName"] += f"-{namespace}"
    return objects


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
    policies = json.loads(kubectl("get", "validatingadmissionpolicies", "-o", "json").stdout)["items"]
    ours = [policy for policy in policies if policy["metadata"]["name"].endswith(namespace)]

    assert len(ours) == 4
    assert [policy["status"].get("typeChecking", {}).get("expressionWarnings") for policy in ours] == [None] * 4


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


@pytest.mark.parametrize("bad", [pytest.param(bad, id=bad.name) for bad in BAD_PODS])
def test_bad_template_is_refused_even_to_the_operator(answer: Answer, namespace: str, bad: BadPod):
    job = good_job(namespace)
    bad.spoil(job["spec"]["template"]["spec"])

    said = answer(job)

    assert "ValidatingAdmissionPolicy" in said
    assert bad.says in said


@pytest.mark.parametrize("bad", [pytest.param(bad, id=bad.name) for bad in BAD_PODS])
def test_bad_pod_is_refused_even_to_the_job_controller(answer: Answer, namespace: str, bad: BadPod):
    pod = pod_of(good_job(namespace))
    bad.spoil(pod["spec"])

    said = answer(pod, JOB_CONTROLLER)

    assert "ValidatingAdmissionPolicy" in said
    assert bad.says in said


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        pytest.param({"backoffLimit": 1}, "backoffLimit 0", id="retries by the Job"),
        pytest.param({"parallelism": 2, "completions": 2}, "runs one pod once", id="several pods"),
        pytest.param({"activeDeadlineSeconds": None}, "activeDeadlineSeconds", id="no deadline"),
        pytest.param({"ttlSecondsAfterFinished": None}, "ttlSecondsAfterFinished", id="never cleaned up"),
    ],
)
def test_job_that_is_no_single_use_sandbox_is_refused(answer: Answer, namespace: str, fields: Json, says: str):
    job = good_job(namespace)
    job["spec"].update(fields)

    assert says in answer(job)


def test_job_outside_every_network_policy_is_refused(answer: Answer, namespace: str):
    job = good_job(namespace)
    del job["spec"]["template"]["metadata"]["labels"]["voxpod.dev/role"]

    assert "label voxpod.dev/role" in answer(job)


def test_nobody_else_creates_jobs(answer: Answer, namespace: str):
    assert f"only {OPERATOR} creates and changes Jobs in {namespace}, not {NAMESPACE_ADMIN}" in answer(
        good_job(namespace), NAMESPACE_ADMIN
    )


def test_good_pod_of_the_job_controller_is_accepted(answer: Answer, namespace: str):
    assert answer(pod_of(good_job(namespace)), JOB_CONTROLLER) == ""


@pytest.mark.parametrize("user", [OPERATOR, NAMESPACE_ADMIN])
def test_nobody_else_creates_pods(answer: Answer, namespace: str, user: str):
    assert f"only the Job controller creates pods in {namespace}, not {user}" in answer(
        pod_of(good_job(namespace)), user
    )


def test_pod_of_something_else_than_a_job_is_refused(answer: Answer, namespace: str):
    assert "only the Job controller creates pods" in answer(
        pod_of(good_job(namespace), creator="ReplicaSet"), JOB_CONTROLLER
    )


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
            "label voxpod.dev/role of a sandbox pod does not change",
            id="role",
        ),
        pytest.param(
            {"metadata": {"labels": {"voxpod.dev/role": None}}},
            "label voxpod.dev/role of a sandbox pod does not change",
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
