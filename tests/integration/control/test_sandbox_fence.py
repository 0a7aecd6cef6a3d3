"""The chart's admission policies on a real API server: what the operator makes passes, all else is refused and told why.

They bind the operator as well: whoever has its token gets single-use sandboxes of the chart's image, and nothing more.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from kube_api import MERGE, KubeApi
from localcluster.build import build
from real_api_server import real_api_server
from sandbox_policies import sandbox_policies
from sandbox_samples import (
    BAD_DELIVERIES,
    BAD_DELIVERY_TEMPLATES,
    BAD_JOBS,
    BAD_PODS,
    BAD_TEMPLATES,
    CLAIM,
    FROM_IMAGE,
    IMAGE,
    BadPod,
    good_delivery,
    good_job,
    good_probe,
    pod_of,
)
from voxpod_crds.tenant import TenantSandbox
from voxpod_operator.cluster.kinds import JOB, POD

Json = dict[str, Any]

OPERATOR = "system:serviceaccount:voxpod-system:voxpod-operator"
JOB_CONTROLLER = "system:serviceaccount:kube-system:job-controller"
EVE = "somebody-with-every-right-in-the-namespaces"
SANDBOXES, ROOMY = "sandboxes", "roomy-sandboxes"
ROOMY_SETTINGS = ("sandbox.userNamespaces=false", "sandbox.admission.anyTaint=true", "sandbox.priorityClassName=speech")
PATHS = {
    "Namespace": "/api/v1/namespaces",
    "ServiceAccount": "/api/v1/namespaces/{namespace}/serviceaccounts",
    "ValidatingAdmissionPolicy": "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies",
    "ValidatingAdmissionPolicyBinding": "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings",
}
STORED = "tts-stored-1"
OF_BEFORE = "tts-of-the-image-before-1"


@dataclass(frozen=True)
class Fence:
    """An API server whose sandbox namespaces are under the policies."""

    api: KubeApi

    def says(self, item: Json, user: str = OPERATOR) -> str:
        """What it says to a creation; empty when it is accepted. Nothing is stored."""
        kind = {"Job": JOB, "Pod": POD}[item["kind"]]
        path = kind.path(item["metadata"]["namespace"])
        return _refusal(*self.api.call("POST", path, item, user=user, fields={"dryRun": "All"}))

    def says_to_change(self, path: str, change: Json, user: str = EVE) -> str:
        """What it says to a merge patch; empty when it is accepted. Nothing is stored."""
        answer = self.api.call("PATCH", path, change, user=user, content_type=MERGE, fields={"dryRun": "All"})
        return _refusal(*answer)


def _refusal(status: int, body: Json) -> str:
    return "" if status < 300 else str(body["message"])


@pytest.fixture(scope="module")
def fence(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fence]:
    """Two namespaces under policies, one with the defaults, and a Job and a pod in it; users who may do everything there."""
    with real_api_server(tmp_path_factory.mktemp("api-server")) as server:
        fence = Fence(KubeApi(str(server.kubeconfig)))
        objects = sandbox_policies(build() / "helm", SANDBOXES)
        objects += sandbox_policies(build() / "helm", ROOMY, *ROOMY_SETTINGS)
        _create(fence.api, [item for item in objects if "Policy" not in item["kind"]])
        for namespace in (SANDBOXES, ROOMY):
            # what the controller of ServiceAccounts does in a whole cluster
            fence.api.create(PATHS["ServiceAccount"].format(namespace=namespace), {"metadata": {"name": "default"}})
            _allow_everything(fence.api, namespace)
        _a_job_of_the_image_before(fence.api)
        _create(fence.api, [item for item in objects if "Policy" in item["kind"]])
        _wait_until_in_force(fence)
        _a_job_with_its_pod(fence.api)
        yield fence


def _create(api: KubeApi, items: list[Json]) -> None:
    for item in items:
        api.create(PATHS[item["kind"]].format(namespace=item["metadata"].get("namespace")), item)


def _allow_everything(api: KubeApi, namespace: str) -> None:
    group = "rbac.authorization.k8s.io"
    binding = {
        "metadata": {"name": "everything"},
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": "cluster-admin"},
        "subjects": [{"apiGroup": group, "kind": "User", "name": user} for user in (OPERATOR, JOB_CONTROLLER, EVE)],
    }
    api.create(f"/apis/{group}/v1/namespaces/{namespace}/rolebindings", binding)


def _a_job_of_the_image_before(api: KubeApi) -> None:
    job = good_job(SANDBOXES)
    job["metadata"] |= {"name": OF_BEFORE, "finalizers": ["example.com/waits"]}
    job["spec"]["template"]["spec"]["containers"][0]["image"] = "voxpod.local/probe:0"
    api.create(JOB.path(SANDBOXES), job)


def _a_job_with_its_pod(api: KubeApi) -> None:
    job = good_job(SANDBOXES)
    job["metadata"]["name"] = STORED
    pod = pod_of(job)
    pod["metadata"]["name"] = STORED
    api.create(JOB.path(SANDBOXES), job, user=OPERATOR)
    api.create(POD.path(SANDBOXES), pod, user=JOB_CONTROLLER)


def _wait_until_in_force(fence: Fence) -> None:
    """The API server compiles policies in the background, each for itself."""
    deadline = time.monotonic() + 30
    old = JOB.path(SANDBOXES, OF_BEFORE)
    waits: dict[str, Callable[[], str]] = {
        f"creates and changes Jobs in {SANDBOXES}": lambda: fence.says(good_job(SANDBOXES), EVE),
        f"creates and changes Jobs in {ROOMY}": lambda: fence.says(good_job(ROOMY), EVE),
        f"creates pods in {SANDBOXES}": lambda: fence.says(pod_of(good_job(SANDBOXES)), EVE),
        f"creates pods in {ROOMY}": lambda: fence.says(pod_of(good_job(ROOMY)), EVE),
        "labels of Jobs": lambda: fence.says_to_change(old, {"metadata": {"labels": {"a": "b"}}}),
    }
    while waits:
        said = {says: ask() for says, ask in waits.items()}
        waits = {says: ask for says, ask in waits.items() if says not in said[says]}
        assert time.monotonic() < deadline, f"policies are not in force after 30 s: {said}"
        time.sleep(0.1)


TOLERANT = TenantSandbox.model_validate(
    {
        "cpu": "2",
        "memory": "1Gi",
        "nodeSelector": {"kubernetes.io/os": "linux"},
        "tolerations": [
            {"key": "gpu", "operator": "Exists"},
            {"key": "speech", "value": "only", "effect": "NoExecute"},
        ],
    }
)


@pytest.mark.parametrize(
    "job",
    [
        pytest.param(good_job(SANDBOXES), id="sandbox"),
        pytest.param(good_job(SANDBOXES, avoid_nodes=["node-a", "node-b.example.com"]), id="another attempt"),
        pytest.param(good_job(SANDBOXES, nodes=["node-a", "node-b"]), id="on nodes that are ready"),
        pytest.param(good_job(SANDBOXES, TOLERANT), id="what a tenant may set"),
        pytest.param(good_probe(SANDBOXES), id="probe"),
        pytest.param(good_probe(SANDBOXES, IMAGE), id="probe of a bundle in an image"),
        pytest.param(good_probe(SANDBOXES, CLAIM), id="probe of a bundle in a claim"),
        pytest.param(good_delivery(SANDBOXES), id="a node that is readied"),
        pytest.param(good_delivery(SANDBOXES, FROM_IMAGE), id="a node that a bundle is brought to"),
        pytest.param(good_delivery(SANDBOXES, IMAGE), id="a node that is readied for a bundle in an image"),
        pytest.param(good_delivery(SANDBOXES, CLAIM), id="a node that is readied for a bundle in a claim"),
    ],
)
def test_what_the_operator_makes_is_accepted(fence: Fence, job: Json):
    assert fence.says(job) == ""
    assert fence.says(pod_of(job), JOB_CONTROLLER) == ""


def test_runtime_class_of_a_tenant_is_accepted(fence: Fence):
    job = good_job(SANDBOXES, TenantSandbox.model_validate({"runtimeClassName": "gvisor"}))

    assert job["spec"]["template"]["spec"]["runtimeClassName"] == "gvisor"
    assert fence.says(job) == ""


def test_longest_deadline_of_a_request_is_accepted(fence: Fence):
    job = good_job(SANDBOXES)
    job["spec"]["activeDeadlineSeconds"] = 86_400 + 30

    assert fence.says(job) == ""


def spoilt(good: Callable[[str], Json], *tables: Sequence[BadPod]) -> list[Any]:
    """What is right, and one way to spoil it, for each."""
    return [pytest.param(good, bad, id=bad.name) for table in tables for bad in table]


@pytest.mark.parametrize(
    ("good", "bad"),
    spoilt(good_job, BAD_PODS, BAD_TEMPLATES) + spoilt(good_delivery, BAD_DELIVERIES, BAD_DELIVERY_TEMPLATES),
)
def test_bad_template_is_refused_even_to_the_operator(fence: Fence, good: Callable[[str], Json], bad: BadPod):
    job = good(SANDBOXES)
    bad.spoil(job["spec"]["template"]["spec"])

    said = fence.says(job)

    assert "ValidatingAdmissionPolicy" in said
    assert bad.says in said


@pytest.mark.parametrize(("good", "bad"), spoilt(good_job, BAD_PODS) + spoilt(good_delivery, BAD_DELIVERIES))
def test_bad_pod_is_refused_even_to_the_job_controller(fence: Fence, good: Callable[[str], Json], bad: BadPod):
    pod = pod_of(good(SANDBOXES))
    bad.spoil(pod["spec"])

    said = fence.says(pod, JOB_CONTROLLER)

    assert "ValidatingAdmissionPolicy" in said
    assert bad.says in said


def test_only_a_delivery_writes_to_a_models_folder(fence: Fence):
    """What a delivery may is refused to a Job that calls itself a sandbox, whose pods reach a network and hold a token."""
    job = good_delivery(SANDBOXES)
    job["spec"]["template"]["metadata"]["labels"]["voxpod.dev/role"] = "sandbox"
    job["spec"]["ttlSecondsAfterFinished"] = 60

    said = fence.says(job)

    assert "runAsNonRoot true" in said or "hostPath volumes readOnly" in said


def test_what_the_cluster_gives_a_pod_is_accepted(fence: Fence):
    """Defaults and webhooks of the cluster: an image's address in a mirror, a proxy, a RuntimeClass's tolerations."""
    pod = pod_of(good_job(SANDBOXES))
    pod["spec"]["tolerations"].append({"operator": "Exists"})
    pod["spec"]["containers"][0]["image"] = "mirror.example/voxpod.local/probe:1"
    pod["spec"]["containers"][0]["env"].append({"name": "HTTPS_PROXY", "value": "http://proxy:3128"})

    assert fence.says(pod, JOB_CONTROLLER) == ""


@pytest.mark.parametrize(("fields", "says"), [pytest.param(*bad, id=name) for name, bad in BAD_JOBS.items()])
def test_job_that_is_no_single_use_sandbox_is_refused(fence: Fence, fields: Json, says: str):
    job = good_job(SANDBOXES)
    job["spec"].update(fields)
    if "selector" in fields:
        job["spec"]["template"]["metadata"]["labels"] |= fields["selector"]["matchLabels"]

    said = fence.says(job)

    assert "ValidatingAdmissionPolicy" in said
    assert says in said


def test_values_can_allow_every_taint_and_no_user_namespace_and_choose_the_priority(fence: Fence):
    everywhere = TenantSandbox.model_validate({"tolerations": [{"operator": "Exists"}]})
    job = good_job(ROOMY, everywhere)
    pod = job["spec"]["template"]["spec"]
    del pod["hostUsers"]
    pod["priorityClassName"] = "speech"

    assert fence.says(job) == ""
    pod["priorityClassName"] = "system-node-critical"
    assert "has the priorityClassName speech" in fence.says(job)


def test_job_outside_every_network_policy_is_refused(fence: Fence):
    job = good_job(SANDBOXES)
    del job["spec"]["template"]["metadata"]["labels"]["voxpod.dev/role"]

    assert "label voxpod.dev/role" in fence.says(job)


def test_nobody_else_creates_jobs(fence: Fence):
    assert f"only {OPERATOR} creates and changes Jobs in {SANDBOXES}, not {EVE}" in fence.says(good_job(SANDBOXES), EVE)


@pytest.mark.parametrize("user", [OPERATOR, EVE])
def test_nobody_else_creates_pods(fence: Fence, user: str):
    said = fence.says(pod_of(good_job(SANDBOXES)), user)

    assert f"only the Job controller creates pods in {SANDBOXES}, not {user}" in said


def test_pod_of_something_else_than_a_job_is_refused(fence: Fence):
    said = fence.says(pod_of(good_job(SANDBOXES), creator="ReplicaSet"), JOB_CONTROLLER)

    assert "only the Job controller creates pods" in said


JOB_PATH, POD_PATH = JOB.path(SANDBOXES, STORED), POD.path(SANDBOXES, STORED)
OTHERS_JOB = {"apiVersion": "batch/v1", "kind": "Job", "name": "tts-victim-1", "uid": "x", "controller": True}
LABELS = "labels of Jobs and pods of sandboxes do not change"
STAYS = {
    "pod's labels": (POD_PATH, {"metadata": {"labels": {"batch.kubernetes.io/job-name": "tts-victim-1"}}}, LABELS),
    "pod's labels by its status": (
        f"{POD_PATH}/status",
        {"metadata": {"labels": {"voxpod.dev/role": "probe"}}},
        LABELS,
    ),
    "pod's role taken away": (POD_PATH, {"metadata": {"labels": {"voxpod.dev/role": None}}}, LABELS),
    "pod's owner": (POD_PATH, {"metadata": {"ownerReferences": [OTHERS_JOB]}}, "no further owners"),
    "pod's request": (
        POD_PATH,
        {"metadata": {"annotations": {"voxpod.dev/request": "team-b/secret"}}},
        "annotation voxpod.dev/request",
    ),
    "Job's labels": (JOB_PATH, {"metadata": {"labels": {"voxpod.dev/request-uid": "x"}}}, LABELS),
    "Job's labels by its status": (f"{JOB_PATH}/status", {"metadata": {"labels": {"voxpod.dev/tenant": "b"}}}, LABELS),
    "Job's request": (
        JOB_PATH,
        {"metadata": {"annotations": {"voxpod.dev/request": "team-b/secret"}}},
        "annotation voxpod.dev/request",
    ),
    "Job's owner": (JOB_PATH, {"metadata": {"ownerReferences": [OTHERS_JOB]}}, "no further owners"),
    "Job's spec": (JOB_PATH, {"spec": {"suspend": True}}, "creates and changes Jobs"),
}


@pytest.mark.parametrize("user", [EVE, OPERATOR, JOB_CONTROLLER])
@pytest.mark.parametrize(("path", "change", "says"), [pytest.param(*stays, id=name) for name, stays in STAYS.items()])
def test_whose_a_sandbox_is_does_not_change(fence: Fence, path: str, change: Json, says: str, user: str):
    if user == OPERATOR and "spec" in change:
        says = "suspend"

    said = fence.says_to_change(path, change, user)

    assert "ValidatingAdmissionPolicy" in said
    assert says in said


def test_a_pods_image_does_not_change(fence: Fence):
    image = [{"op": "replace", "path": "/spec/containers/0/image", "value": "evil:1"}]
    answer = fence.api.call("PATCH", POD_PATH, image, user=EVE, content_type="application/json-patch+json")

    assert "image of a sandbox pod does not change" in _refusal(*answer)


def test_a_pod_is_resized_by_nobody_but_cluster_administrators(fence: Fence):
    more = {"cpu": "64", "memory": "1Ti"}
    size = [
        {"op": "replace", "path": f"/spec/containers/0/resources/{which}", "value": more}
        for which in ("requests", "limits")
    ]
    content = "application/json-patch+json"
    answer = fence.api.call(
        "PATCH", f"{POD_PATH}/resize", size, user=EVE, content_type=content, fields={"dryRun": "All"}
    )

    assert f"pods/resize of a sandbox is for cluster administrators, not for {EVE}" in _refusal(*answer)


@pytest.mark.parametrize(
    ("path", "change"),
    [
        pytest.param(POD_PATH, {"metadata": {"ownerReferences": None}}, id="an orphan"),
        pytest.param(POD_PATH, {"metadata": {"annotations": {"example.com/seen": "yes"}}}, id="an annotation"),
        pytest.param(POD_PATH, {"metadata": {"finalizers": ["batch.kubernetes.io/job-tracking"]}}, id="a finalizer"),
        pytest.param(f"{POD_PATH}/status", {"status": {"reason": "Evicted"}}, id="the kubelet's status"),
        pytest.param(f"{JOB_PATH}/status", {"status": {"active": 1}}, id="the Job controller's status"),
        pytest.param(
            JOB.path(SANDBOXES, OF_BEFORE), {"metadata": {"finalizers": None}}, id="a Job from before an upgrade"
        ),
    ],
)
def test_controllers_do_their_work(fence: Fence, path: str, change: Json):
    assert fence.says_to_change(path, change, JOB_CONTROLLER) == ""
