"""Concurrency, order, cancelling and cleaning up, seen through a whole operator."""

import asyncio

import pytest

from kube_emulator import Call, Fault
from operator_harness import running_operator
from operator_world import World, put_silently
from resource_bodies import a_model_body, a_request_body, a_tenant_body
from voxpod_crds.sandbox_protocol import Failure, Report, Timings, Work
from voxpod_operator import context
from voxpod_operator.cluster.kinds import JOB, SPEECH_MODEL, TENANT, TTS_REQUEST


def running(world: World, namespace: str = "acme") -> int:
    found = (r.get("status") or {} for r in world.all_of(TTS_REQUEST) if r["metadata"]["namespace"] == namespace)
    return sum("sandbox" in s and s["phase"] in ("Queued", "Running") for s in found)


async def test_a_tenant_never_runs_more_than_it_may_and_all_get_their_turn(world: World) -> None:
    await world.create(TENANT, a_tenant_body(quota={"concurrentRequests": 2}))
    await world.create(SPEECH_MODEL, a_model_body())
    most = 0
    async with running_operator(world):
        await asyncio.gather(*(world.create(TTS_REQUEST, a_request_body(f"r{n}"), "acme") for n in range(12)))

        def all_over() -> bool:
            nonlocal most
            most = max(most, running(world))
            return all(world.phase(f"r{n}") == "Succeeded" for n in range(12))

        await world.until(all_over, "all twelve", 60)
    assert most == 2
    assert len(world.claims) == 12


async def test_a_slot_stays_taken_when_the_answer_to_its_assignment_is_lost(world: World) -> None:
    """The write happened: whoever counted the slot as free again would let a tenant run more than it may."""
    world.sandboxes_silent = True
    await world.create(TENANT, a_tenant_body(quota={"concurrentRequests": 1}))
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world):
        await world.until(lambda: model_is_ready(world), "the model is ready")
        world.kube.fault = lost = Fault(Call("PATCH", "ttsrequests", "status"), "lost")
        most = 0
        for number in range(3):
            await world.create(TTS_REQUEST, a_request_body(f"r{number}"), "acme")

        def told() -> bool:
            nonlocal most
            most = max(most, running(world), len(sandboxes(world)))
            return [world.reason(f"r{n}", "Admitted") for n in range(3)].count("WaitingForConcurrency") == 2

        await world.until(told, "two wait")
        await asyncio.sleep(0.5)  # for what would go wrong then
        told()
    assert lost.struck
    assert most == 1


async def test_tenants_share_the_models_sandboxes(world: World) -> None:
    """Two tenants with one slot each and two sandboxes: both run, whoever the name order puts first."""
    world.sandboxes_silent = True
    for name in ("acme", "globex"):
        await world.create(TENANT, a_tenant_body(name, quota={"concurrentRequests": 1}))
    await world.create(SPEECH_MODEL, a_model_body(warmPool={"maxSandboxes": 2}))
    async with running_operator(world):
        for number in range(3):
            await world.create(TTS_REQUEST, a_request_body(f"a{number}"), "acme")
        await world.create(TTS_REQUEST, a_request_body("z"), "globex")
        await world.until(lambda: running(world) == 1 and running(world, "globex") == 1, "one of each runs")


async def test_a_cancelled_request_frees_its_slot_and_its_sandbox(world: World) -> None:
    world.sandboxes_silent = True
    await world.create(TENANT, a_tenant_body(quota={"concurrentRequests": 1}))
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("first"), "acme")
        await world.until(lambda: world.reason("first", "Admitted") == "Admitted", "first runs")
        await world.create(TTS_REQUEST, a_request_body("second"), "acme")
        await world.until(lambda: world.reason("second", "Admitted") == "WaitingForConcurrency", "second waits")
        await world.patch(TTS_REQUEST, "acme", "first", {"spec": {"cancel": True}})
        await world.until(
            lambda: world.phase("first") == "Cancelled" and world.reason("second", "Admitted") == "Admitted",
            "second runs",
        )
        await world.until(lambda: len(sandboxes(world)) == 1, "one Job is left")


async def test_deleting_a_running_request_ends_its_sandbox(world: World) -> None:
    world.sandboxes_silent = True
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: sandboxes(world), "the Job")
        await world.delete(TTS_REQUEST, "acme", "hello")
        await world.until(lambda: not sandboxes(world), "no Job is left")


async def test_deleting_a_request_while_it_is_being_written_leaks_nothing(world: World) -> None:
    world.pause_at = "claimed"
    await world.create(TENANT, a_tenant_body(quota={"concurrentRequests": 1}))
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world):
        for round_ in range(5):
            await world.create(TTS_REQUEST, a_request_body(f"r{round_}"), "acme")
            await world.until(lambda r=round_: world.phase(f"r{r}"), "first write")  # type: ignore[misc]
            await asyncio.sleep(0.01 * round_)
            await world.delete(TTS_REQUEST, "acme", f"r{round_}")
        await world.until(lambda: not sandboxes(world), "no Job is left")
        world.resume.set()
        await world.create(TTS_REQUEST, a_request_body("last"), "acme")
        await world.until(lambda: world.phase("last") == "Succeeded", "the slot is free")


async def test_what_a_cancelled_request_stored_is_removed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "DISCARD_SECONDS", 0.2)
    world.pause_at = "stored"
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.store.objects, "audio is stored")
        await world.patch(TTS_REQUEST, "acme", "hello", {"spec": {"cancel": True}})
        await world.until(
            lambda: world.phase("hello") == "Cancelled" and not world.store.objects, "cancelled, nothing stored"
        )


async def test_a_tenant_the_watch_has_not_told_yet_is_asked_for(world: World) -> None:
    async with running_operator(world):
        await world.create(SPEECH_MODEL, a_model_body())
        put_silently(world, TENANT, a_tenant_body())
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.phase("hello") in ("Succeeded", "Rejected"), "over")
    assert world.phase("hello") == "Succeeded"


async def test_a_job_whose_request_went_while_no_operator_ran_is_swept(world: World) -> None:
    world.sandboxes_silent = True
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: sandboxes(world), "the Job")
    await world.delete(TTS_REQUEST, "acme", "hello")
    async with running_operator(world):
        await world.until(lambda: not sandboxes(world), "no Job is left")


async def test_an_engine_fault_gets_one_more_sandbox_and_an_input_fault_none(world: World) -> None:
    def fail(world: World, work: Work) -> Report:
        fault = "engine" if work.text == "engine" else "input"
        return Report(
            work.request_uid,
            Timings(),
            failure=Failure(fault, "EngineFailed" if fault == "engine" else "InputRefused", "no"),
        )  # type: ignore[arg-type]

    world.synthesize = fail
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world):
        for text in ("engine", "input"):
            await world.create(TTS_REQUEST, a_request_body(text, text), "acme")
        await world.until(lambda: {world.phase(n) for n in ("engine", "input")} == {"Failed"}, "both failed")
    assert [(world.stored(TTS_REQUEST, "acme", n) or {})["status"]["attempt"] for n in ("engine", "input")] == [2, 1]


async def test_a_request_survives_an_object_store_that_is_away(world: World) -> None:
    world.pause_at = "claimed"
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.claims, "claimed")
        world.store.away = True
        world.resume.set()
        await world.until(lambda: world.store.objects, "audio is stored")
        await asyncio.sleep(0.5)
        assert world.phase("hello") == "Running"
        world.store.away = False
        await world.until(lambda: world.phase("hello") == "Succeeded", "Succeeded", 20)
    assert len(world.claims) == 1


async def test_the_younger_of_two_tenants_for_one_namespace_is_told(world: World) -> None:
    await world.create(TENANT, a_tenant_body("acme"))
    await world.create(TENANT, {**a_tenant_body("zeta"), "spec": {"namespaces": ["acme", "zeta"]}})
    async with running_operator(world):
        await world.until(
            lambda: ready(world, "zeta")[0] == "False" and ready(world, "acme")[0] == "True", "both judged"
        )
    assert ready(world, "zeta")[1:] == (
        "NamespaceConflict",
        "namespace acme already belongs to Tenant acme, which is older; remove it from one of the two",
    )


def ready(world: World, tenant: str) -> tuple[str, str, str]:
    conditions = ((world.stored(TENANT, None, tenant) or {}).get("status") or {}).get("conditions") or [
        {"status": "", "reason": "", "message": ""}
    ]
    return conditions[0]["status"], conditions[0]["reason"], conditions[0]["message"]


def model_is_ready(world: World) -> bool:
    status = (world.stored(SPEECH_MODEL, None, "kokoro") or {}).get("status") or {}
    return any(c["type"] == "Ready" and c["status"] == "True" for c in status.get("conditions") or [])


def sandboxes(world: World) -> list[str]:
    return [j["metadata"]["name"] for j in world.all_of(JOB) if j["metadata"]["name"].startswith("tts-")]
