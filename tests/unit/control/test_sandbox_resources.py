"""What a sandbox asks of its node beside CPU and memory: local storage and priority, where the chart says so."""

from dataclasses import replace
from typing import Any

from sandbox_samples import sandbox_pod
from voxpod_operator.manifests.sandbox_job import probe_job


def pod_spec(**settings: str) -> dict[str, Any]:
    """The pod of a probe, whose resources and priority are a sandbox's."""
    job = probe_job(replace(sandbox_pod("sandboxes"), **settings), name="probe-1", deadline_seconds=60)
    return dict(job["spec"]["template"]["spec"])


def test_local_storage_is_asked_and_bounded() -> None:
    (container,) = pod_spec(storage_request="128Mi", storage_limit="768Mi")["containers"]

    assert container["resources"] == {
        "requests": {"cpu": "100m", "memory": "64Mi", "ephemeral-storage": "128Mi"},
        "limits": {"cpu": "100m", "memory": "64Mi", "ephemeral-storage": "768Mi"},
    }


def test_nodes_that_do_not_count_storage_are_not_asked_for_it() -> None:
    (container,) = pod_spec()["containers"]

    assert "ephemeral-storage" not in container["resources"]["requests"] | container["resources"]["limits"]


def test_priority_is_named_only_where_the_chart_names_one() -> None:
    assert pod_spec(priority_class="speech")["priorityClassName"] == "speech"
    assert "priorityClassName" not in pod_spec()
