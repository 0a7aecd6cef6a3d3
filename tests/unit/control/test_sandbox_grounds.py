"""No sandbox is made for an assigned request while its Tenant or SpeechModel lacks what the sandbox needs."""

from typing import Any

import pytest

from builders import NOON, a_model, a_tenant, an_assigned_request
from voxpod_crds.conditions import Condition, Reason
from voxpod_crds.tenant import TenantStatus
from voxpod_operator.cluster.reading import UnreadableModel, UnreadableTenant
from voxpod_operator.policy.placement import conflict, node_selector, tolerations
from voxpod_operator.policy.sandbox_grounds import obstacle

MODEL, TENANT = a_model(), a_tenant()
BROKEN = MODEL.model_copy(
    update={
        "status": MODEL.status.model_copy(
            update={
                "conditions": [
                    Condition(type="Ready", status="False", reason="ImagePullFailed", last_transition_time=NOON)
                ]
            }
        )
    }
)
UNREADABLE_MODEL = UnreadableModel(metadata=MODEL.metadata, problem="x", default=True, status=MODEL.status)
UNREADABLE_TENANT = UnreadableTenant(metadata=TENANT.metadata, problem="x", namespaces=["acme"], status=TenantStatus())
ELSEWHERE = a_tenant(sandbox={"nodeSelector": {"pool": "b"}})

OBSTACLES: list[Any] = [
    pytest.param(TENANT, MODEL, None, "", id="all is well"),
    pytest.param(None, MODEL, Reason.WAITING_FOR_TENANT, "Tenant acme is gone", id="no Tenant"),
    pytest.param(TENANT, None, Reason.WAITING_FOR_MODEL, "SpeechModel kokoro is gone", id="no SpeechModel"),
    pytest.param(UNREADABLE_TENANT, MODEL, Reason.WAITING_FOR_TENANT, "Unreadable", id="unreadable Tenant"),
    pytest.param(TENANT, UNREADABLE_MODEL, Reason.WAITING_FOR_MODEL, "Unreadable", id="unreadable SpeechModel"),
    pytest.param(TENANT, BROKEN, Reason.WAITING_FOR_MODEL, "ImagePullFailed", id="its image is not there"),
    pytest.param(TENANT, a_model(ready=False), Reason.WAITING_FOR_MODEL, "Probing", id="not probed"),
    pytest.param(TENANT, a_model(path="/etc/x"), Reason.WAITING_FOR_MODEL, "SourceNotAllowed", id="not allowed"),
    pytest.param(ELSEWHERE, a_model(nodeSelector={"pool": "a"}), Reason.WAITING_FOR_NODES, "pool=a", id="nodes apart"),
]


@pytest.mark.parametrize(("tenant", "model", "reason", "said"), OBSTACLES)
def test_obstacle(tenant: Any, model: Any, reason: Reason | None, said: str) -> None:
    found = obstacle(an_assigned_request(), tenant, model, ["/models"])
    assert (found[0] if found else None) == reason
    assert said in (found[1] if found else "")


def test_node_selectors_of_both_must_hold() -> None:
    assert node_selector({"pool": "a", "disk": "ssd"}, {"pool": "a", "team": "x"}) == {
        "pool": "a",
        "disk": "ssd",
        "team": "x",
    }
    assert conflict({"pool": "a", "disk": "ssd"}, {"pool": "a", "team": "x"}) == ""
    assert conflict({"pool": "a", "zone": "1"}, {"zone": "2", "pool": "b"}) == "pool"


def test_what_both_tolerate_is_said_once() -> None:
    of_tenant = a_tenant(sandbox={"tolerations": [{"operator": "Exists"}, {"key": "team"}]}).spec.sandbox.tolerations
    of_model = a_model(tolerations=[{"operator": "Exists"}, {"key": "speech"}]).spec.tolerations
    assert [t.key for t in tolerations(of_model, of_tenant)] == [None, "speech", "team"]
