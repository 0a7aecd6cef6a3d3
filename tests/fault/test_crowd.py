"""A crowd must not take the service from everybody else: thousands that wait, tens of thousands that are stored."""

import asyncio

from crowd import store_requests, succeeded
from operator_process import operator_process
from operator_world import World
from resource_bodies import a_model_body, a_request_body, a_tenant_body
from voxpod_operator.cluster.kinds import SPEECH_MODEL, TENANT, TTS_REQUEST

LONGEST_GAP_SECONDS = 0.25
MOST_RESIDENT_MB = 200.0
FIRST_DECISION_SECONDS = 15.0


async def test_three_thousand_that_wait_for_a_suspended_tenant_hold_up_nobody(crowded: World) -> None:
    """The loop stood still for 148 s, and each next leader's as well: no Lease, no health, no claim, no result."""
    await crowded.create(TENANT, a_tenant_body(suspended=True))
    await crowded.create(TENANT, a_tenant_body("globex"))
    await crowded.create(SPEECH_MODEL, a_model_body())
    store_requests(crowded, 3000, prefix="crowd")
    url = str(crowded.kube.url).rstrip("/")
    async with operator_process(url, crowded.tls_dir, crowded.dispatch_port, resync_seconds=60) as operator:
        await crowded.until(lambda: operator.leads, "the operator leads", 30)
        for number in range(5):
            await crowded.create(TTS_REQUEST, a_request_body(f"other-{number}"), "globex")
        await crowded.until(
            lambda: all(crowded.phase(f"other-{n}", "globex") == "Succeeded" for n in range(5)), "another tenant's", 30
        )
        await crowded.until(lambda: _told(crowded, "WaitingForTenant") == 3000, "all 3,000 are told why they wait", 60)
        await crowded.patch(TENANT, "", "acme", {"spec": {"suspended": False}, "metadata": {"generation": 2}})
        await crowded.until(lambda: crowded.claims and len(crowded.claims) >= 30, "the crowd gets its turn", 60)
        assert operator.longest_gap_seconds <= LONGEST_GAP_SECONDS


async def test_twenty_five_thousand_stored_requests_fit_leader_and_follower(crowded: World) -> None:
    """Both replicas were killed for memory at their start, for good, by some 10,000 stored requests."""
    await crowded.create(TENANT, a_tenant_body())
    await crowded.create(SPEECH_MODEL, a_model_body())
    store_requests(crowded, 15_000, prefix="short", status=succeeded)
    store_requests(crowded, 10_000, prefix="long", text="x" * 2000, status=succeeded)
    url = str(crowded.kube.url).rstrip("/")
    async with operator_process(url, crowded.tls_dir, crowded.dispatch_port, resync_seconds=60) as leader:
        await crowded.create(TTS_REQUEST, a_request_body("new"), "acme")
        await crowded.until(lambda: crowded.phase("new") == "Succeeded", "a new request", 60)
        decided = leader.processor_seconds
        async with operator_process(url, crowded.tls_dir, 0, name="operator-1", resync_seconds=60) as follower:
            await crowded.until(lambda: follower.synced, "the follower knows everything", 60)
            await asyncio.sleep(3)
            weights = {"leader": leader.most_resident_mb, "follower": follower.most_resident_mb}
    assert max(weights.values()) <= MOST_RESIDENT_MB, weights
    assert decided <= FIRST_DECISION_SECONDS


def _told(world: World, reason: str) -> int:
    statuses = (request.get("status") or {} for request in world.all_of(TTS_REQUEST))
    return sum(any(c["reason"] == reason for c in status.get("conditions") or ()) for status in statuses)
