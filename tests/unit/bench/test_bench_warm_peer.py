"""The bench beside agent-sandbox: its pods are ours but for what they wait for, and each side's own writes are its own."""

from pathlib import Path
from typing import Any

import pytest
from voxpod_bench.agent_sandbox import AGENT, POOL, built, pool_objects
from voxpod_bench.audit import OPERATOR_ACCOUNT, OPERATOR_AGENT, Write
from voxpod_bench.errors import BenchError
from voxpod_bench.warm_peer import Side, page


def a_job() -> dict[str, Any]:
    mounts = [{"name": "model", "mountPath": "/m"}, {"name": "identity", "mountPath": "/i"}]
    container = {"name": "sandbox", "image": "image", "volumeMounts": mounts, "resources": {"limits": {"cpu": "1"}}}
    volumes = [{"name": "model", "hostPath": {"path": "/m"}}, {"name": "identity", "projected": {"sources": []}}]
    pod = {"serviceAccountName": "sandbox", "containers": [container], "volumes": volumes}
    return {"spec": {"template": {"spec": pod}}}


def a_write(agent: str, at: float = 10.0, code: int = 200, resource: str = "pods") -> Write:
    user = OPERATOR_ACCOUNT if agent == OPERATOR_AGENT else "admin"
    return Write(at, at, user, agent, "create", resource, "peer", "x", code)


def test_its_pods_are_those_of_our_sandboxes_without_the_token_of_our_operator() -> None:
    job = a_job()
    namespace, template, pool = pool_objects(job, 3)
    pod = template["spec"]["podTemplate"]["spec"]
    assert [one["name"] for one in pod["volumes"]] == ["model"]
    (container,) = pod["containers"]
    assert [one["name"] for one in container["volumeMounts"]] == ["model"]
    assert container["resources"] == {"limits": {"cpu": "1"}}
    assert "serviceAccountName" not in pod
    assert (pool["spec"]["replicas"], pool["spec"]["sandboxTemplateRef"]["name"]) == (3, POOL)
    assert {one["metadata"].get("namespace") for one in (template, pool)} == {namespace["metadata"]["name"]}
    assert job == a_job(), "the Job that it was made of is as it was"


def test_a_side_counts_what_was_stored_in_its_turns() -> None:
    side = Side("agent-sandbox", [0.04], 1.5, [(5.0, 20.0)])
    writes = [
        a_write(f"{AGENT}/v0"), a_write("kubelet"), a_write(OPERATOR_AGENT),
        a_write(f"{AGENT}/v0", at=30.0), a_write(f"{AGENT}/v0", code=409), a_write(f"{AGENT}/v0", resource="events"),
    ]  # fmt: skip
    side.count(writes, lambda write: write.agent.startswith(AGENT))
    assert (side.own, side.stored) == (1, 3)


def test_the_page_tells_both_for_each_claim() -> None:
    ours = Side("Voxpod", [0.03, 0.05], 2.0, [], own=8, stored=28)
    theirs = Side("agent-sandbox", [0.04, 0.04], 3.0, [], own=32, stored=66)
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in page("v1", [ours, theirs]).lines
        if line.startswith("| ")
    ]
    assert rows[2:] == [
        ["Voxpod", "30", "50", "50", "4.00", "14.00", "1.00"],
        ["agent-sandbox", "40", "40", "40", "16.00", "33.00", "1.50"],
    ]


def test_a_folder_that_is_no_checkout_of_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="is no checkout of kubernetes-sigs/agent-sandbox"):
        built(tmp_path)
