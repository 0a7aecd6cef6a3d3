"""Where a sandbox's pod may go, and how long it clings to a node that is lost."""

from dataclasses import replace
from typing import Any

import pytest
import yaml

from sandbox_samples import good_job, good_probe, sandbox_pod
from voxpod_crds.tenant import TenantSandbox
from voxpod_operator.manifests.sandbox_job import Dispatch, pool_job, probe_job, profile_of

NOT_READY, UNREACHABLE = (
    {"key": f"node.kubernetes.io/{taint}", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 30}
    for taint in ("not-ready", "unreachable")
)
GPU = {"key": "gpu", "operator": "Exists"}
EVERYTHING = {"operator": "Exists"}
STAYS = {"key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 600}
FLEES_NEW_PODS = {"key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoSchedule"}


def pod_spec(job: dict[str, Any]) -> dict[str, Any]:
    return dict(job["spec"]["template"]["spec"])


@pytest.mark.parametrize(
    ("own", "all_of_them"),
    [
        pytest.param([], [NOT_READY, UNREACHABLE], id="Kubernetes would wait 300 s"),
        pytest.param([GPU], [GPU, NOT_READY, UNREACHABLE], id="beside the tenant's"),
        pytest.param([STAYS], [STAYS, NOT_READY], id="the tenant says how long"),
        pytest.param([FLEES_NEW_PODS], [FLEES_NEW_PODS, NOT_READY, UNREACHABLE], id="another effect says nothing"),
        pytest.param([EVERYTHING], [EVERYTHING], id="the tenant tolerates all"),
    ],
)
def test_a_sandbox_leaves_a_lost_node_after_half_a_minute_unless_its_tenant_says_otherwise(
    own: list[dict[str, Any]], all_of_them: list[dict[str, Any]]
) -> None:
    tenant = TenantSandbox.model_validate({"tolerations": own})
    assert pod_spec(good_job("sandboxes", tenant))["tolerations"] == all_of_them


def test_a_probe_leaves_a_lost_node_as_well() -> None:
    assert pod_spec(good_probe("sandboxes"))["tolerations"] == [NOT_READY, UNREACHABLE]


def test_another_attempt_prefers_nodes_that_none_failed_on() -> None:
    expected = yaml.safe_load("""
      nodeAffinity:
        preferredDuringSchedulingIgnoredDuringExecution:
          - weight: 100
            preference:
              matchFields:
                - {key: metadata.name, operator: NotIn, values: [node-a]}
                - {key: metadata.name, operator: NotIn, values: [node-b]}
    """)
    assert pod_spec(good_job("sandboxes", avoid_nodes=["node-a", "node-b"]))["affinity"] == expected


def test_another_attempt_keeps_to_the_nodes_that_are_ready() -> None:
    expected = yaml.safe_load("""
      nodeAffinity:
        requiredDuringSchedulingIgnoredDuringExecution:
          nodeSelectorTerms:
            - matchFields: [{key: metadata.name, operator: In, values: [node-a]}]
            - matchFields: [{key: metadata.name, operator: In, values: [node-b]}]
        preferredDuringSchedulingIgnoredDuringExecution:
          - weight: 100
            preference:
              matchFields: [{key: metadata.name, operator: NotIn, values: [node-a]}]
    """)
    job = good_job("sandboxes", avoid_nodes=["node-a"], nodes=["node-a", "node-b"])
    assert pod_spec(job)["affinity"] == expected


def test_a_sandbox_that_waits_is_not_of_an_old_template_since_another_node_is_ready() -> None:
    dispatch = Dispatch("https://voxpod-dispatch:443", "ca", {}, 3600, 120)
    few, more = (
        pool_job(replace(sandbox_pod("sandboxes"), nodes=nodes), dispatch, name="warm-1", idle_cpu="50m")
        for nodes in (["node-a"], ["node-a", "node-b"])
    )
    assert few["metadata"]["labels"] == more["metadata"]["labels"]
    assert pod_spec(few)["affinity"] != pod_spec(more)["affinity"]


def test_probe_and_sandbox_are_told_the_steps_that_their_model_says() -> None:
    pod = replace(sandbox_pod("sandboxes"), flow_steps=5)
    dispatch = Dispatch("https://voxpod-dispatch:443", "ca", {}, 3600, 120)
    probe = probe_job(pod, name="probe-1", deadline_seconds=60)
    waiting = pool_job(pod, dispatch, name="warm-1", idle_cpu="50m")
    for job in (probe, waiting):
        assert {"name": "VOXPOD_FLOW_STEPS", "value": "5"} in pod_spec(job)["containers"][0]["env"]
    assert "VOXPOD_FLOW_STEPS" not in str(good_probe("sandboxes"))
    assert len({profile_of(replace(pod, flow_steps=steps)) for steps in (None, 5, 6)}) == 3


def test_a_first_attempt_goes_anywhere() -> None:
    assert "affinity" not in pod_spec(good_job("sandboxes"))


@pytest.mark.parametrize("job", [good_job("sandboxes"), good_probe("sandboxes")], ids=["sandbox", "probe"])
def test_no_service_mesh_adds_a_container(job: dict[str, Any]) -> None:
    meta = job["spec"]["template"]["metadata"]
    assert meta["labels"]["sidecar.istio.io/inject"] == "false"
    assert meta["labels"]["kuma.io/sidecar-injection"] == "disabled"
    assert meta["annotations"]["linkerd.io/inject"] == "disabled"
    assert meta["annotations"]["consul.hashicorp.com/connect-inject"] == "false"
