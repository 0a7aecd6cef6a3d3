"""Sandboxes that get no node, or one that cannot run them: told, given up in time, and nobody else's trouble."""

import asyncio
from datetime import UTC, datetime

import pytest

from kube_emulator import Call
from operator_harness import running_operator
from operator_world import World
from played_kubelet import (
    has_no_bundle,
    is_evicted,
    jobs_of,
    meets_its_memory_limit,
    no_node_has_room,
    one_after_the_other,
    speaks,
    stores_and_is_evicted,
)
from resource_bodies import Json, a_model_body, a_request_body, a_tenant_body
from voxpod_operator import context
from voxpod_operator.cluster import warnings
from voxpod_operator.cluster.kinds import POD, SPEECH_MODEL, TENANT, TTS_REQUEST
from voxpod_operator.policy import starting

SOON = {"sandbox_start_timeout_seconds": 3}
"""Creation times are whole seconds: two of them at least."""


@pytest.fixture(autouse=True)
def told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a real cluster takes seconds to be sure of."""
    monkeypatch.setattr(starting, "UNSCHEDULABLE_GRACE", starting.UNSCHEDULABLE_GRACE / 10)
    monkeypatch.setattr(starting, "STUCK_GRACE", starting.STUCK_GRACE / 10)
    monkeypatch.setattr(warnings, "FRESH_SECONDS", 0.2)


def status(world: World, name: str, namespace: str = "acme") -> Json:
    return dict((world.stored(TTS_REQUEST, namespace, name) or {}).get("status") or {})


def model(world: World) -> Json:
    return dict((world.stored(SPEECH_MODEL, None, "kokoro") or {}).get("status") or {})


async def test_requests_that_no_node_has_room_for_do_not_close_a_model_for_another_tenant(world: World) -> None:
    for name in ("acme", "globex"):
        await world.create(TENANT, a_tenant_body(name))
    await world.create(SPEECH_MODEL, a_model_body(warmPool={"maxSandboxes": 2}))

    async def kubelet(world: World, job: Json, pod: Json) -> None:
        theirs = job["metadata"]["labels"]["voxpod.dev/tenant"] == "acme"
        await (no_node_has_room if theirs else speaks)(world, job, pod)

    world.kubelet = kubelet
    async with running_operator(world, **SOON):
        for name in ("a", "b"):
            await world.create(TTS_REQUEST, a_request_body(name), "acme")
        await world.until(
            lambda: {world.reason(n, "Dispatched") for n in "ab"} == {"SandboxUnschedulable"}, "both hold a slot"
        )
        assert world.message("a", "Dispatched") == "0/3 nodes are available: 3 Insufficient cpu."
        await world.create(TTS_REQUEST, a_request_body("z"), "globex")
        await world.until(lambda: world.reason("z", "Admitted", "globex") == "WaitingForSandbox", "the model is full")
        await world.until(lambda: world.phase("z", "globex") == "Succeeded", "globex gets its slot", 15)
        assert {world.phase(n) for n in "ab"} == {"Queued"}
        assert all("failedAttempts" not in status(world, n) or not status(world, n)["failedAttempts"] for n in "ab")

        world.kubelet = speaks
        await world.until(lambda: {world.phase(n) for n in "ab"} == {"Succeeded"}, "acme's turn came again", 20)
    assert len(world.claims) == 3
    assert not [p for p in world.all_of(POD) if p["status"]["phase"] == "Pending"], "what was given back is gone"


async def test_what_an_earlier_sandbox_stored_goes_with_a_request_that_ends_without_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context, "DISCARD_SECONDS", 0.2)
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    world.kubelet = one_after_the_other(stores_and_is_evicted, no_node_has_room)
    async with running_operator(world, **SOON):
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.reason("hello", "Admitted") == "WaitingForCapacity", "slot given back", 20)
        assert world.store.objects
        await world.patch(TTS_REQUEST, "acme", "hello", {"spec": {"cancel": True}})
        await world.until(lambda: world.phase("hello") == "Cancelled" and not world.store.objects, "nothing is left")


async def test_a_job_that_the_cluster_refuses_gives_its_slot_back_and_says_why(world: World) -> None:
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world, **SOON):
        await world.until(lambda: (model(world).get("conditions") or [{}])[0].get("status") == "True", "Ready")
        world.kube.refused.add(Call("POST", "jobs"))
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.reason("hello", "Dispatched") == "SandboxRefused", "it is told")
        assert "exceeded quota" in world.message("hello", "Dispatched")
        await world.until(lambda: world.reason("hello", "Admitted") == "WaitingForCapacity", "slot given back", 15)
        assert "exceeded quota" in world.message("hello", "Admitted")
        world.kube.refused.clear()
        await world.until(lambda: world.phase("hello") == "Succeeded", "the quota was raised", 15)


async def test_a_node_without_the_bundle_is_left_and_avoided(world: World) -> None:
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    world.kubelet = one_after_the_other(has_no_bundle, speaks)
    async with running_operator(world, **SOON):
        made = await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.reason("hello", "Dispatched") == "BundleInvalid", "the node's word is told")
        await world.until(lambda: world.phase("hello") == "Succeeded", "another node", 20)
    [failed] = status(world, "hello")["failedAttempts"]
    assert (failed["reason"], failed["node"]) == ("SandboxStartTimeout", "node-a")
    assert "/models/kokoro is not a directory" in failed["message"]
    [second] = jobs_of(world, made["metadata"]["uid"])[1:]
    affinity = second["spec"]["template"]["spec"]["affinity"]["nodeAffinity"]
    assert "node-a" in str(affinity["preferredDuringSchedulingIgnoredDuringExecution"])


async def test_a_bundle_that_no_node_has_ends_the_request_with_the_nodes_word(world: World) -> None:
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    world.kubelet = has_no_bundle
    async with running_operator(world, **SOON):
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.phase("hello") == "Failed", "three sandboxes", 45)
    assert world.reason("hello", "Complete") == "SandboxStartTimeout"
    assert "/models/kokoro is not a directory" in world.message("hello", "Complete")
    assert "SandboxStartTimeout on node-a" in world.message("hello", "Complete")


async def test_a_sandbox_that_met_its_memory_limit_is_followed_by_one_with_more(world: World) -> None:
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body(resources={"memory": "1Gi"}))
    world.kubelet = one_after_the_other(meets_its_memory_limit, speaks)
    async with running_operator(world):
        made = await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.phase("hello") == "Succeeded", "Succeeded")
    assert [memory(j) for j in jobs_of(world, made["metadata"]["uid"])] == ["1Gi", "2Gi"]


@pytest.mark.parametrize(
    ("tenant", "sandboxes"),
    [
        pytest.param({}, 2, id="the larger one was not enough"),
        pytest.param({"sandbox": {"memory": "512Mi"}}, 1, id="the tenant was granted no more"),
    ],
)
async def test_out_of_memory_is_not_repeated_in_vain(world: World, tenant: Json, sandboxes: int) -> None:
    await world.create(TENANT, a_tenant_body(**tenant))
    await world.create(SPEECH_MODEL, a_model_body())
    world.kubelet = meets_its_memory_limit
    async with running_operator(world):
        made = await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.phase("hello") == "Failed", "Failed")
    assert world.reason("hello", "Complete") == "OutOfMemory"
    assert len(jobs_of(world, made["metadata"]["uid"])) == sandboxes


def memory(job: Json) -> str:
    return str(job["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["memory"])


async def test_attempts_pause_when_a_node_is_under_pressure(world: World) -> None:
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    made: list[tuple[datetime, datetime]] = []

    async def notes_when(world: World, job: Json, pod: Json) -> None:
        made.append((datetime.fromisoformat(status(world, "hello")["notBefore"]), datetime.now(UTC)))
        await speaks(world, job, pod)

    world.kubelet = one_after_the_other(is_evicted, notes_when)
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.phase("hello") == "Succeeded", "the pressure is gone")
    [(not_before, second)] = made
    assert second >= not_before
    assert "notBefore" not in status(world, "hello"), "told while it lasts"


async def test_a_request_that_waits_for_a_node_costs_no_writes(world: World) -> None:
    """The scheduler's numbers change all the time."""
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())

    async def counts_anew(world: World, job: Json, pod: Json) -> None:
        for nodes in range(3, 40):
            message = f"0/{nodes} nodes are available: {nodes} Insufficient cpu."
            scheduled = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
            await world.patch(
                POD,
                pod["metadata"]["namespace"],
                pod["metadata"]["name"],
                {"status": {"conditions": [scheduled]}},
                "status",
            )
            await asyncio.sleep(0.05)

    world.kubelet = counts_anew
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.reason("hello", "Dispatched") == "SandboxUnschedulable", "told once")
        before = world.kube.calls.count(Call("PATCH", "ttsrequests", "status"))
        await asyncio.sleep(1.0)
        assert world.kube.calls.count(Call("PATCH", "ttsrequests", "status")) == before
