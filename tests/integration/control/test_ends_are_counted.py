"""Metrics by tenant of a whole operator: each end is counted once, by whoever led when it was stored."""

import aiohttp
from prometheus_client import REGISTRY

from kube_emulator import Call, Fault
from loopback_ports import free_port
from operator_harness import running_operator
from operator_world import World, put_silently
from resource_bodies import a_model_body, a_request_body, a_tenant_body
from voxpod_operator.cluster.kinds import EVENT_V1, SPEECH_MODEL, TENANT, TTS_REQUEST


def ended(tenant: str, status: str) -> float:
    return REGISTRY.get_sample_value("tts_request_total", {"tenant": tenant, "status": status}) or 0.0


async def test_a_request_moves_the_metrics_of_its_tenant(world: World) -> None:
    await world.create(TENANT, a_tenant_body("counted"))
    await world.create(SPEECH_MODEL, a_model_body())
    port = free_port()
    async with running_operator(world, health_port=port):
        await world.create(TTS_REQUEST, a_request_body("good"), "counted")
        await world.create(TTS_REQUEST, a_request_body("bad", voice="nobody"), "counted")
        await world.until(lambda: ended("counted", "Succeeded") and ended("counted", "Rejected"), "both are counted")
        async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{port}/metrics") as answer:
            scraped = await answer.text()
        assert 'tts_queue_length{tenant="counted"} 0.0' in scraped
        assert 'tts_duration_seconds_count{tenant="counted"} 1.0' in scraped
        assert 'tts_wait_seconds_count{tenant="counted"} 1.0' in scraped
        assert 'voxpod_sandbox_starts_total{model="kokoro",start="cold"}' in scraped
        await world.delete(TENANT, "", "counted")
        await world.until(lambda: ended("counted", "Succeeded") == 0, "the deleted Tenant has no series")


async def test_an_end_whose_answer_was_lost_is_counted_once(world: World) -> None:
    await world.create(TENANT, a_tenant_body("lost"))
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world):
        await world.until(lambda: [e for e in world.all_of(EVENT_V1) if e["reason"] == "Ready"], "ready")
        world.kube.fault = Fault(Call("PATCH", "ttsrequests", "status"), "lost")
        await world.create(TTS_REQUEST, a_request_body("bad", voice="nobody"), "lost")
        await world.until(lambda: ended("lost", "Rejected"), "counted")
        # echoes and the list of each second go by meanwhile
        await world.create(TTS_REQUEST, a_request_body("good"), "lost")
        await world.until(lambda: ended("lost", "Succeeded"), "the next one is counted")
    assert world.kube.fault.struck
    assert ended("lost", "Rejected") == 1


async def test_a_new_leader_counts_nothing_that_had_ended_and_a_follower_nothing_at_all(world: World) -> None:
    await world.create(TENANT, a_tenant_body("ended"))
    await world.create(SPEECH_MODEL, a_model_body())
    for number in range(5):
        status = {"phase": "Succeeded", "tenant": "ended", "conditions": []}
        put_silently(world, TTS_REQUEST, {**a_request_body(f"old-{number}"), "status": status}, "ended")
    async with running_operator(world):
        async with running_operator(world, pod_name="operator-1"):
            await world.create(TTS_REQUEST, a_request_body("new"), "ended")
            await world.until(lambda: ended("ended", "Succeeded"), "the new one is counted")
        assert ended("ended", "Succeeded") == 1


async def test_requests_of_no_tenant_are_counted_as_other(world: World) -> None:
    before = ended("other", "Rejected")
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("stray"), "no-tenants-namespace")
        await world.until(lambda: ended("other", "Rejected") == before + 1, "counted")
    assert ended("no-tenants-namespace", "Rejected") == 0
