"""What an admin sees of a quota: used beside the limit in the status, what is left as a metric, and Events as it runs out."""

import aiohttp

from loopback_ports import free_port
from operator_harness import running_operator
from operator_world import World
from resource_bodies import Json, a_model_body, a_request_body, a_tenant_body
from voxpod_operator.cluster.kinds import EVENT_V1, SPEECH_MODEL, TENANT, TTS_REQUEST


def status(world: World) -> Json:
    return (world.stored(TENANT, None, "acme") or {}).get("status") or {}


def reasons(world: World) -> list[str]:
    return [e["reason"] for e in world.all_of(EVENT_V1) if e["regarding"]["kind"] == "Tenant"]


async def test_a_quota_that_runs_out_is_shown_measured_and_told_once(world: World) -> None:
    await world.create(TENANT, a_tenant_body(quota={"requestsPerDay": 5}))
    await world.create(SPEECH_MODEL, a_model_body())
    port = free_port()
    async with running_operator(world, health_port=port):
        for number in range(5):
            await world.create(TTS_REQUEST, a_request_body(f"r{number}", "Hello."), "acme")
        await world.until(lambda: status(world).get("usage", {}).get("requests") == 5, "all are charged", 20)
        await world.until(lambda: "QuotaUsedUp" in reasons(world), "told")
        async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{port}/metrics") as answer:
            scraped = await answer.text()
    shown = status(world)["usedOfLimit"]
    assert (shown["requests"], shown["characters"]) == ("5/5", "30")
    assert 'quota_remaining{resource="requests",tenant="acme"} 0.0' in scraped
    assert 'resource="characters"' not in scraped
    assert reasons(world).count("QuotaUsedUp") == 1
    assert "QuotaLeft" not in reasons(world), "that nothing is the matter is no news"
