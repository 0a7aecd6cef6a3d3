"""The operator is killed at any moment, or another replica takes over: every request ends once."""

from collections.abc import Callable

import pytest

from operator_harness import running_operator
from operator_world import World
from resource_bodies import a_model_body, a_request_body, a_tenant_body
from voxpod_operator import app
from voxpod_operator.cluster.kinds import ENDPOINT_SLICE, JOB, LEASE, SPEECH_MODEL, TENANT, TTS_REQUEST
from voxpod_operator.context import Context
from voxpod_operator.resync import catch_up_with_all

SHORT_LEASE = {"lease_duration_seconds": 6.0, "lease_renew_deadline_seconds": 5.0}
"""So that a follower need not wait long for a leader that was killed."""

MOMENTS: list[tuple[str, Callable[[World], object]]] = [
    ("waiting", lambda w: w.phase("hello") == "Queued"),
    ("assigned", lambda w: w.reason("hello", "Admitted") == "Admitted"),
    ("job created", lambda w: any(j["metadata"]["name"].startswith("tts-") for j in w.all_of(JOB))),
    ("claimed", lambda w: bool(w.claims)),
    ("stored, not reported", lambda w: bool(w.store.objects)),
]


@pytest.mark.parametrize(("name", "moment"), MOMENTS, ids=[m[0] for m in MOMENTS])
async def test_killed_and_restarted_the_request_still_ends_once(
    world: World, name: str, moment: Callable[[World], object]
) -> None:
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
    world.pause_at = {"claimed": "claimed", "stored, not reported": "stored"}.get(name, "")
    async with running_operator(world, **SHORT_LEASE) as operator:
        await world.until(lambda: moment(world), "the moment")
        await operator.kill()
        assert world.phase("hello") != "Succeeded"
    world.resume.set()
    async with running_operator(world, pod_name="operator-1", **SHORT_LEASE):
        await world.until(lambda: world.phase("hello") == "Succeeded", "Succeeded", 20)
    status = (world.stored(TTS_REQUEST, "acme", "hello") or {})["status"]
    assert len(world.claims) == status["attempt"]
    assert len(world.store.objects) == 1


async def test_the_second_replica_goes_on_when_the_leader_dies(world: World) -> None:
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world, **SHORT_LEASE) as first:
        await world.until(lambda: holder(world) == "operator-0", "operator-0 leads")
        async with running_operator(world, pod_name="operator-1", **SHORT_LEASE):
            await world.create(TTS_REQUEST, a_request_body("before"), "acme")
            await world.until(lambda: world.phase("before") == "Succeeded", "the first leader works")
            assert holder(world) == "operator-0"
            await first.kill()
            await world.create(TTS_REQUEST, a_request_body("after"), "acme")
            await world.until(lambda: world.phase("after") == "Succeeded", "the second replica took over", 20)
            assert holder(world) == "operator-1"
    assert len(world.claims) == 2


async def test_a_slow_takeover_does_not_lose_the_lease(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lists at takeover may take longer than a lease lasts; it is renewed meanwhile."""
    versions: set[str] = set()

    def renewed() -> bool:
        versions.add((world.stored(LEASE, "voxpod-system", "voxpod-operator") or {})["metadata"]["resourceVersion"])
        return len(versions) > 3

    async def slow_lists(ctx: Context) -> None:
        await world.until(renewed, "the Lease is renewed while the lists take their time")
        await catch_up_with_all(ctx)

    monkeypatch.setattr(app, "catch_up_with_all", slow_lists)
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.phase("hello") == "Succeeded", "Succeeded")
        assert (world.stored(LEASE, "voxpod-system", "voxpod-operator") or {})["spec"]["leaseTransitions"] == 1


async def test_a_dispatch_endpoint_that_somebody_removed_comes_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "PUBLISH_SECONDS", 0.2)
    async with running_operator(world):
        await world.until(lambda: world.stored(ENDPOINT_SLICE, "voxpod-system", "voxpod-dispatch-leader"), "published")
        await world.delete(ENDPOINT_SLICE, "voxpod-system", "voxpod-dispatch-leader")
        await world.until(
            lambda: world.stored(ENDPOINT_SLICE, "voxpod-system", "voxpod-dispatch-leader"), "published again"
        )


async def test_a_leader_that_stops_hands_the_lease_over_at_once(world: World) -> None:
    async with running_operator(world):
        await world.until(lambda: holder(world) == "operator-0", "operator-0 leads")
    assert holder(world) == ""


def holder(world: World) -> str:
    return str(
        ((world.stored(LEASE, "voxpod-system", "voxpod-operator") or {}).get("spec") or {}).get("holderIdentity", "")
    )
