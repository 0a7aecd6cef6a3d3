"""Every API call that the operator makes for a request fails once, in five ways: the end is the same.

The calls are not listed here but recorded from a run without faults, so that a new call is covered when it appears.
"""

from pathlib import Path
from typing import Any

import pytest
from kmock import Server

from kube_emulator import REFUSALS, Call, Fault, KubeEmulator
from loopback_ports import free_port
from operator_harness import a_world, running_operator
from operator_world import World
from resource_bodies import a_model_body, a_request_body, a_tenant_body
from voxpod_operator.cluster.kinds import JOB, NODE, SPEECH_MODEL, TENANT, TTS_REQUEST

FAULTS = (*REFUSALS, "slow", "lost")

EXPECTED_CALLS = {
    Call("GET", "tenants"),
    Call("GET", "speechmodels"),
    Call("GET", "ttsrequests"),
    Call("GET", "jobs"),
    Call("GET", "pods"),
    Call("GET", "nodes"),
    Call("GET", "configmaps"),
    Call("GET", "services"),
    Call("GET", "leases"),
    Call("POST", "leases"),
    Call("PUT", "leases"),
    Call("GET", "endpointslices"),
    Call("POST", "endpointslices"),
    Call("POST", "jobs"),
    Call("POST", "events"),
    Call("POST", "tokenreviews"),
    Call("PATCH", "tenants", "status"),
    Call("PATCH", "speechmodels", "status"),
    Call("PATCH", "ttsrequests", "status"),
}


UNTOUCHED = {
    "phases": {"good": "Succeeded", "bad": "Rejected"},
    "attempts": 1,
    "jobs": 1,
    "nodes": 1,
    "claims": 1,
    "objects": 1,
}


async def end_state(world: World) -> dict[str, Any]:
    """Tenant, a model that its node is readied for, one good and one bad request, all the way; what is left in the end."""
    await world.create(NODE, {"metadata": {"name": "node-a"}})
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body(delivery={}))
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("good"), "acme")
        await world.create(TTS_REQUEST, a_request_body("bad", voice="nobody"), "acme")
        await world.until(
            lambda: world.phase("good") == "Succeeded" and world.phase("bad") == "Rejected", "both over", 20
        )
    assert world.errors == []
    return {
        "phases": {n: world.phase(n) for n in ("good", "bad")},
        "attempts": (world.stored(TTS_REQUEST, "acme", "good") or {})["status"]["attempt"],
        "jobs": len([j for j in world.all_of(JOB) if j["metadata"]["name"].startswith("tts-")]),
        "nodes": len([j for j in world.all_of(JOB) if j["metadata"]["name"].startswith("node-")]),
        "claims": len(world.claims),
        "objects": len(world.store.objects),
    }


async def in_a_fresh_world(tmp_path: Path, fault: Fault | None) -> tuple[dict[str, Any], list[Call]]:
    async with KubeEmulator() as kube, Server(kube), a_world(kube, tmp_path, free_port()) as world:
        kube.fault = fault
        return await end_state(world), kube.calls


async def test_the_recorded_calls_are_the_ones_that_are_failed_below(tmp_path: Path) -> None:
    state, calls = await in_a_fresh_world(tmp_path, None)
    assert state == UNTOUCHED
    assert set(calls) == EXPECTED_CALLS


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("call", sorted(EXPECTED_CALLS, key=str), ids=str)
async def test_a_call_that_fails_once_changes_nothing_in_the_end(tmp_path: Path, call: Call, fault: str) -> None:
    struck = Fault(call, fault)
    state, _ = await in_a_fresh_world(tmp_path, struck)
    assert struck.struck, "the fault never met its call"
    assert state == UNTOUCHED
