"""Kubernetes Events of a whole operator: what a user is told, how often, and that nothing waits for it."""

import pytest

from kube_emulator import Call, Fault
from operator_harness import running_operator
from operator_world import World, put_silently
from resource_bodies import Json, a_model_body, a_request_body, a_tenant_body
from voxpod_operator import metrics
from voxpod_operator.cluster.kinds import EVENT_V1, SPEECH_MODEL, TENANT, TTS_REQUEST
from voxpod_operator.policy import event_budget, notices
from voxpod_operator.reconcile import announcing

POST = Call("POST", "events")


def about(world: World, name: str) -> list[Json]:
    found = [e for e in world.all_of(EVENT_V1) if e["regarding"]["name"] == name]
    return sorted(found, key=lambda e: str(e["eventTime"]))


def reasons(world: World, name: str) -> list[str]:
    return [e["reason"] for e in about(world, name)]


@pytest.fixture
async def ready(world: World) -> World:
    """One tenant with one slot, and its model."""
    await world.create(TENANT, a_tenant_body(quota={"concurrentRequests": 1}))
    await world.create(SPEECH_MODEL, a_model_body())
    return world


async def test_an_ordinary_request_costs_three_events(ready: World) -> None:
    async with running_operator(ready):
        await ready.until(lambda: "Ready" in reasons(ready, "kokoro"), "the model can be used")
        await ready.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await ready.until(lambda: "Succeeded" in reasons(ready, "hello"), "the last one")
    assert reasons(ready, "hello") == ["Admitted", "Claimed", "Succeeded"]
    last = about(ready, "hello")[-1]
    stored = ready.stored(TTS_REQUEST, "acme", "hello") or {}
    assert last["metadata"]["namespace"] == "acme"
    assert last["regarding"]["uid"] == stored["metadata"]["uid"]
    assert (last["type"], last["reportingController"]) == ("Normal", "voxpod.dev/operator")
    assert last["reportingInstance"] == "operator-0"


async def test_waiting_and_rejection_are_told_with_their_reasons(ready: World) -> None:
    ready.pause_at = "claimed"
    async with running_operator(ready):
        await ready.create(TTS_REQUEST, a_request_body("first"), "acme")
        await ready.until(lambda: "Claimed" in reasons(ready, "first"), "the slot is taken")
        await ready.create(TTS_REQUEST, a_request_body("second"), "acme")
        await ready.create(TTS_REQUEST, a_request_body("bad", voice="nobody"), "acme")
        await ready.until(lambda: reasons(ready, "second") == ["WaitingForConcurrency"], "it waits")
        await ready.until(lambda: reasons(ready, "bad") == ["VoiceNotFound"], "rejected")
        ready.resume.set()
        await ready.until(lambda: len(reasons(ready, "second")) == 4, "and goes on")
    assert reasons(ready, "second")[1:] == ["Admitted", "Claimed", "Succeeded"]
    (refused,) = about(ready, "bad")
    assert refused["type"] == "Warning"
    assert refused["note"].startswith("Rejected: SpeechModel kokoro has no voice nobody")


async def test_objects_of_the_cluster_are_told_of_in_the_default_namespace(ready: World) -> None:
    async with running_operator(ready):
        await ready.until(lambda: reasons(ready, "acme") == ["Ready"], "the Tenant")
        await ready.patch(TENANT, "", "acme", {"metadata": {"generation": 2}, "spec": {"suspended": True}})
        await ready.until(lambda: reasons(ready, "acme") == ["Ready", "Suspended"], "its suspension")
    assert {e["metadata"]["namespace"] for e in about(ready, "acme")} == {"default"}


async def test_a_crowd_of_rejections_is_a_burst_of_events_and_each_that_was_dropped_is_counted(
    ready: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_budget, "BURST", 3.0)
    monkeypatch.setattr(event_budget, "PER_SECOND", 0.0)
    before = outcome("dropped")
    async with running_operator(ready):
        await ready.until(lambda: "Ready" in reasons(ready, "acme"), "the Tenant")
        await ready.until(lambda: "Ready" in reasons(ready, "kokoro"), "and the model can be used")
        for number in range(10):
            await ready.create(TTS_REQUEST, a_request_body(f"bad-{number}", voice="nobody"), "acme")
        await ready.until(lambda: all(ready.phase(f"bad-{n}") == "Rejected" for n in range(10)), "all rejected")
        await ready.until(lambda: outcome("dropped") - before == 8, "dropped ones are counted")
    assert len([e for e in ready.all_of(EVENT_V1) if e["reason"] == "VoiceNotFound"]) == 2


def outcome(name: str) -> float:
    return metrics.EVENTS.labels(outcome=name)._value.get()


async def test_no_right_to_write_events_is_no_error_of_a_request(ready: World) -> None:
    ready.kube.refused.add(POST)
    before = outcome("failed")
    async with running_operator(ready):
        await ready.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await ready.until(lambda: ready.phase("hello") == "Succeeded", "Succeeded")
        await ready.until(lambda: outcome("failed") - before >= 4, "each is counted")
    assert ready.all_of(EVENT_V1) == []


async def test_a_request_does_not_wait_for_events_that_hang(ready: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One worker, so that nobody else could do its work meanwhile."""
    monkeypatch.setattr(announcing, "WRITE_SECONDS", 0.2)
    monkeypatch.setattr(announcing, "REST_SECONDS", 30.0)
    ready.kube.fault = Fault(POST, "slow")
    async with running_operator(ready, workers=1):
        await ready.until(lambda: ready.kube.fault is not None and ready.kube.fault.struck, "the first Event hangs")
        await ready.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await ready.until(lambda: ready.phase("hello") == "Succeeded", "Succeeded")
        assert ready.kube.calls.count(POST) == 1, "what was noted meanwhile rests as well"


async def test_an_event_whose_answer_was_lost_is_written_once(ready: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcing, "REST_SECONDS", 0.1)
    ready.kube.fault = Fault(POST, "lost")
    async with running_operator(ready):
        await ready.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await ready.until(lambda: "Succeeded" in reasons(ready, "hello"), "the last of its Events")
    told = [(e["regarding"]["name"], e["reason"]) for e in ready.all_of(EVENT_V1)]
    assert len(told) == len(set(told))


async def test_what_had_ended_before_is_told_by_nobody(ready: World) -> None:
    status = {"phase": "Succeeded", "conditions": []}
    put_silently(ready, TTS_REQUEST, {**a_request_body("old"), "status": status}, "acme")
    async with running_operator(ready):
        await ready.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await ready.until(lambda: "Succeeded" in reasons(ready, "hello"), "the new one is told")
    assert reasons(ready, "old") == []


async def test_a_request_goes_on_where_telling_of_it_hits_a_bug(ready: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "of_request", lambda old, new: 1 // 0)
    async with running_operator(ready):
        await ready.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await ready.until(lambda: ready.phase("hello") == "Succeeded", "Succeeded")
    assert about(ready, "hello") == []


async def test_events_can_be_turned_off(ready: World) -> None:
    async with running_operator(ready, events=False):
        await ready.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await ready.until(lambda: ready.phase("hello") == "Succeeded", "Succeeded")
    assert POST not in ready.kube.calls
