"""No rejection rests on a Tenant or SpeechModel that is older than the API server's, nor on one that is being made anew."""

from typing import Any

import kmock
import pytest

from kube_emulator import Call
from operator_harness import running_operator
from operator_world import World, put_silently
from resource_bodies import Json, a_model_body, a_request_body, a_tenant_body
from voxpod_operator.cluster.kinds import SPEECH_MODEL, TENANT, TTS_REQUEST, Kind


def change_silently(world: World, kind: Kind, name: str, spec: Json) -> None:
    """A change whose watch event is late."""
    raw = world.kube.objects[kmock.resource(kind.group, kind.version, kind.plural), None, name].raw
    raw["spec"].update(spec)
    raw["metadata"]["generation"] += 1
    raw["metadata"]["resourceVersion"] = str(next(world.kube._versions))


async def an_idle_world(world: World, tenant: Json, **model: Any) -> None:
    await world.create(TENANT, a_tenant_body(**tenant))
    await world.create(SPEECH_MODEL, a_model_body(**model))


async def until_served(world: World, name: str, **spec: Any) -> None:
    await world.create(TTS_REQUEST, a_request_body(name, spec.pop("text", "Hello."), **spec), "acme")
    await world.until(lambda: world.phase(name) in ("Succeeded", "Rejected"), f"{name} is over")


STALE = [
    pytest.param(
        TENANT, "acme", {"quota": {"maxTextLength": 5}}, {"quota": {"maxTextLength": 100}}, {"text": "Longer than five."}, id="a longer text"
    ),
    pytest.param(
        TENANT, "acme", {"allowedVoices": ["af_heart"]}, {"allowedVoices": []}, {"voice": "zf_xiaobei"}, id="another voice"
    ),
    pytest.param(TENANT, "acme", {"allowedModels": ["bark"]}, {"allowedModels": ["kokoro"]}, {}, id="another model"),
    pytest.param(TENANT, "acme", {"namespaces": ["other"]}, {"namespaces": ["acme"]}, {}, id="another namespace"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "name", "before", "after", "request_spec"), STALE)
async def test_a_change_that_the_watch_has_not_told_counts(
    world: World, kind: Kind, name: str, before: Json, after: Json, request_spec: Json
) -> None:
    await an_idle_world(world, before)
    async with running_operator(world, resync_seconds=60):
        change_silently(world, kind, name, after)
        await until_served(world, "hello", **request_spec)
    assert world.phase("hello") == "Succeeded"


async def test_what_a_rejection_found_out_matters_to_others_too(world: World) -> None:
    """The watch's event is an echo then: the limit that it raised must not be lost on those who wait for it."""
    world.sandboxes_silent = True
    await an_idle_world(world, {"quota": {"concurrentRequests": 1, "maxTextLength": 10}})
    async with running_operator(world, resync_seconds=60):
        for name in ("one", "two"):
            await world.create(TTS_REQUEST, a_request_body(name), "acme")
        await world.until(lambda: reasons(world, "one", "two") == ["Admitted", "WaitingForConcurrency"], "one runs")
        change_silently(world, TENANT, "acme", {"quota": {"concurrentRequests": 3, "maxTextLength": 10}})
        await world.create(TTS_REQUEST, a_request_body("long", "Longer than ten."), "acme")
        await world.until(
            lambda: reasons(world, "one", "two", "long") == ["Admitted", "Admitted", "TextTooLong"], "two"
        )
        ready = lambda: (world.stored(TENANT, None, "acme") or {})["status"]["observedGeneration"]  # noqa: E731
        await world.until(lambda: ready() == 2, "the Tenant is judged")


def reasons(world: World, *which: str) -> list[str]:
    return sorted(world.reason(name, "Admitted") for name in which)


async def test_a_voice_that_the_watch_has_not_told_counts(world: World) -> None:
    await an_idle_world(world, {})
    async with running_operator(world, resync_seconds=60):
        await until_served(world, "first")
        key = kmock.resource(SPEECH_MODEL.group, SPEECH_MODEL.version, SPEECH_MODEL.plural), None, "kokoro"
        raw = world.kube.objects[key].raw
        raw["status"]["voices"] = ["af_new"]
        raw["metadata"]["resourceVersion"] = str(next(world.kube._versions))
        await until_served(world, "hello", voice="af_new")
    assert world.phase("hello") == "Succeeded"


async def test_a_rejection_reads_what_it_rests_on_once(world: World) -> None:
    await an_idle_world(world, {"quota": {"maxTextLength": 10}})
    async with running_operator(world, resync_seconds=60):
        await until_served(world, "first")
        world.kube.calls.clear()
        await until_served(world, "hello", text="Longer than ten.")
        reads = [c for c in world.kube.calls if c.method == "GET" and c.plural in ("tenants", "speechmodels")]
    assert world.reason("hello", "Complete") == "TextTooLong"
    assert reads == [Call("GET", "tenants")]


async def test_a_request_without_a_tenant_is_rejected_at_once(world: World) -> None:
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world):
        await until_served(world, "hello")
    assert world.reason("hello", "Complete") == "NamespaceWithoutTenant"


async def made_anew(world: World, kind: Kind, body: Json, reason: str) -> None:
    """`kubectl replace --force` with a pause in the middle, while one request runs and one waits."""
    await world.create(TTS_REQUEST, a_request_body("runs"), "acme")
    await world.until(lambda: world.reason("runs", "Admitted") == "Admitted", "one runs")
    await world.create(TTS_REQUEST, a_request_body("waits"), "acme")
    await world.until(lambda: world.reason("waits", "Admitted") == "WaitingForSandbox", "one waits")
    await world.delete(kind, "", body["metadata"]["name"])
    await world.patch(TTS_REQUEST, "acme", "waits", {"metadata": {"labels": {"look": "again"}}})
    await world.until(lambda: world.reason("waits", "Admitted") == reason, "it waits for what is gone")
    assert world.phase("waits") == "Queued"
    await world.create(kind, body)


async def test_a_tenant_made_anew_loses_none_of_its_requests(world: World) -> None:
    world.pause_at = "claimed"
    await an_idle_world(world, {}, warmPool={"maxSandboxes": 1})
    async with running_operator(world):
        await made_anew(world, TENANT, a_tenant_body(), "WaitingForTenant")
        world.resume.set()
        await world.until(lambda: {world.phase(n) for n in ("runs", "waits")} == {"Succeeded"}, "both are served")


async def test_a_model_made_anew_loses_none_of_its_requests(world: World) -> None:
    world.pause_at = "claimed"
    await an_idle_world(world, {}, warmPool={"maxSandboxes": 1})
    async with running_operator(world):
        await made_anew(world, SPEECH_MODEL, a_model_body(warmPool={"maxSandboxes": 1}), "WaitingForModel")
        world.resume.set()
        await world.until(lambda: {world.phase(n) for n in ("runs", "waits")} == {"Succeeded"}, "both are served")


async def test_a_tenant_and_a_model_that_are_gone_before_the_sandbox_is_made_are_waited_for(world: World) -> None:
    assigned = {"phase": "Queued", "tenant": "acme", "model": "kokoro", "attempt": 1}
    for name in ("one", "two"):
        status = {**assigned, "sandbox": {"jobName": f"tts-uid-{name}-1"}}
        put_silently(world, TTS_REQUEST, {**a_request_body(name), "status": status}, "acme")
    async with running_operator(world):
        await world.until(lambda: world.reason("one", "Dispatched") == "WaitingForModel", "it waits for the model")
        await world.create(SPEECH_MODEL, a_model_body())
        await world.create(TENANT, a_tenant_body())
        await world.until(lambda: {world.phase(n) for n in ("one", "two")} == {"Succeeded"}, "both are served")


async def test_active_counts_the_requests_that_were_admitted_for_the_tenant(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voxpod_operator.context.COUNTS_DELAY_SECONDS", 0.05)
    world.sandboxes_silent = True
    await an_idle_world(world, {})
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.token_of_request("hello")  # a slot that is only promised counts, too, and can still be given back
        await world.until(lambda: counts(world, "acme") == (1, 0), "the first tenant's")
        await world.patch(TENANT, "", "acme", {"metadata": {"generation": 2}, "spec": {"namespaces": ["else"]}})
        await world.create(TENANT, {**a_tenant_body("globex"), "spec": {"namespaces": ["acme"]}})
        await world.until(lambda: counts(world, "globex")[0] is not None, "the second is told")
        assert (counts(world, "acme"), counts(world, "globex")) == ((1, 0), (0, 0))


def counts(world: World, tenant: str) -> tuple[Any, Any]:
    status = (world.stored(TENANT, None, tenant) or {}).get("status") or {}
    return status.get("active"), status.get("waiting")
