"""What the operator makes beside sandboxes goes when the release goes: it belongs to the dispatch Service, which the chart makes."""

from operator_harness import running_operator
from operator_world import World
from voxpod_operator.cluster.kinds import ENDPOINT_SLICE, LEASE, SERVICE, Kind

SYSTEM = "voxpod-system"
MADE = ((LEASE, "voxpod-operator"), (ENDPOINT_SLICE, "voxpod-dispatch-leader"))


def owners(world: World, kind: Kind, name: str) -> list[dict[str, object]]:
    """ownerReferences of an object; empty while it is not there."""
    found = world.stored(kind, SYSTEM, name) or {"metadata": {}}
    return list(found["metadata"].get("ownerReferences", []))


def service_uid(world: World) -> str:
    return str((world.stored(SERVICE, SYSTEM, "voxpod-dispatch") or {})["metadata"]["uid"])


async def test_lease_and_endpoint_slice_belong_to_the_dispatch_service(world: World) -> None:
    async with running_operator(world):
        await world.until(lambda: all(owners(world, *made) for made in MADE), "both are there")
    wanted = {"apiVersion": "v1", "kind": "Service", "name": "voxpod-dispatch", "uid": service_uid(world)}
    assert [owners(world, *made) for made in MADE] == [[wanted], [wanted]]


async def test_slice_of_an_earlier_release_is_taken_over_with_its_owner(world: World) -> None:
    async with running_operator(world):
        await world.until(lambda: owners(world, *MADE[1]), "published")
    await world.delete(SERVICE, SYSTEM, "voxpod-dispatch")
    await world.create(SERVICE, {"metadata": {"name": "voxpod-dispatch"}, "spec": {"clusterIP": "10.96.0.100"}}, SYSTEM)
    async with running_operator(world, pod_name="operator-1"):
        await world.until(
            lambda: all(owners(world, *made)[0]["uid"] == service_uid(world) for made in MADE),
            "the new Service owns both",
            30,  # a Lease whose release met a renewal stays for its 15 s
        )


async def test_nobody_leads_what_is_being_uninstalled(world: World) -> None:
    """With the Service gone the garbage collector takes the Lease; made again without an owner it would stay for good."""
    async with running_operator(world, lease_duration_seconds=2.0, lease_renew_deadline_seconds=1.0):
        await world.delete(SERVICE, SYSTEM, "voxpod-dispatch")
        await world.until(
            lambda: sum(call.plural == "services" for call in world.kube.calls) > 2, "it has looked for the Service"
        )
        assert [world.stored(kind, SYSTEM, name) for kind, name in MADE] == [None, None]
