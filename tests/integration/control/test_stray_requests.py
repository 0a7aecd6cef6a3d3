"""Requests of namespaces that no Tenant lists: refused where the API server can know, deleted soon where it could not."""

import asyncio

from operator_harness import running_operator
from operator_world import World
from resource_bodies import a_model_body, a_request_body, a_tenant_body
from voxpod_operator.cluster.kinds import CONFIG_MAP, SPEECH_MODEL, TENANT, TTS_REQUEST
from voxpod_operator.reconcile.directory import NAME


def listed(world: World) -> dict[str, str]:
    return (world.stored(CONFIG_MAP, "voxpod-system", NAME) or {}).get("data") or {}


async def test_the_tenants_namespaces_are_listed_before_the_tenant_is_ready(world: World) -> None:
    await world.create(CONFIG_MAP, {"metadata": {"name": NAME}}, "voxpod-system")
    await world.create(TENANT, a_tenant_body())
    async with running_operator(world):
        seen: list[bool] = []

        def ready() -> bool:
            conditions = ((world.stored(TENANT, None, "acme") or {}).get("status") or {}).get("conditions") or []
            if conditions:
                seen.append("acme" in listed(world))
            return bool(conditions)

        await world.until(ready, "the Tenant is judged")
        assert seen == [True]
        await world.create(TENANT, {**a_tenant_body("globex"), "spec": {"namespaces": ["globex", "acme"]}})
        await world.until(lambda: listed(world) == {"acme": "acme", "globex": "globex"}, "the second one's as well")
        await world.delete(TENANT, "", "acme")
        await world.until(lambda: listed(world) == {"acme": "globex", "globex": "globex"}, "the heir's")


async def test_a_request_without_tenant_is_rejected_and_soon_deleted_and_a_tenants_stays(world: World) -> None:
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world, stray_request_seconds=1):
        await world.create(TTS_REQUEST, a_request_body("stray"), "nobody")
        await world.create(TTS_REQUEST, a_request_body("bad", voice="nobody"), "acme")
        await world.until(lambda: world.phase("stray", "nobody") == "Rejected", "rejected")
        await world.until(lambda: world.stored(TTS_REQUEST, "nobody", "stray") is None, "deleted")
        await world.until(lambda: world.phase("bad") == "Rejected", "a tenant's is rejected")
        await asyncio.sleep(1.5)
        assert world.phase("bad") == "Rejected", "and stays"


async def test_a_new_leader_deletes_the_strays_that_the_old_one_rejected(world: World) -> None:
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("stray"), "nobody")
        await world.until(lambda: world.phase("stray", "nobody") == "Rejected", "rejected")
    async with running_operator(world, stray_request_seconds=1):
        await world.until(lambda: world.stored(TTS_REQUEST, "nobody", "stray") is None, "deleted")
