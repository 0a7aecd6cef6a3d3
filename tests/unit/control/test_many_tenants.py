"""What a change of one Tenant costs where there are many: all of them are looked at, since any may own a namespace now."""

import time

from resource_bodies import Json, a_tenant_body
from voxpod_operator.cluster.kinds import TENANT
from voxpod_operator.cluster.view import ClusterView
from voxpod_operator.policy.tenancy import judge_tenant

TENANTS, NAMESPACES = 500, 20
LONGEST_GAP_SECONDS = 0.25
"""So long nothing may hold up the event loop."""


def version(number: int, of: int) -> Json:
    """Version `number` of a Tenant, as a watch tells it."""
    name = f"t{of:03}"
    body = a_tenant_body(name, namespaces=[f"{name}-{n}" for n in range(NAMESPACES)])
    meta = {"uid": f"uid-{name}", "resourceVersion": str(number), "creationTimestamp": "2026-11-24T12:00:00Z"}
    return {**body, "metadata": {**body["metadata"], **meta}}


def test_a_change_of_one_tenant_among_five_hundred_holds_nobody_up() -> None:
    """It took 2 s: each of them went through the namespaces of all others."""
    view = ClusterView()
    for number in range(TENANTS):
        view.observe(TENANT, version(1, number))
    view.observe(TENANT, version(2, 250))
    began = time.process_time()
    assert all(judge_tenant(tenant, view.owner_of).ready for tenant in view.tenants())
    assert time.process_time() - began <= LONGEST_GAP_SECONDS
