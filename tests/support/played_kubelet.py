"""Starts that go wrong, each as `World.kubelet` takes it: what scheduler, kubelet and Job controller tell of a pod."""

import itertools
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from operator_world import World
from played_sandbox import claim, finish_pod, post_result, speak
from resource_bodies import Json
from voxpod_crds.sandbox_protocol import termination_message
from voxpod_operator.cluster.kinds import EVENT, JOB, POD

Kubelet = Callable[[World, Json, Json], Awaitable[None]]

_events = itertools.count()


async def no_node_has_room(world: World, job: Json, pod: Json) -> None:
    """As the scheduler says it."""
    message = "0/3 nodes are available: 3 Insufficient cpu."
    scheduled = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
    await tell(world, pod, {"conditions": [scheduled]})


async def speaks(world: World, job: Json, pod: Json) -> None:
    """All goes well."""
    await bind(world, pod, "node-b")
    work = await claim(world, pod["metadata"]["uid"])
    if work is None:
        return
    report = speak(world, work)
    await post_result(world, pod["metadata"]["uid"], report)
    await finish_pod(world, pod, job["metadata"]["name"], termination_message(report), True)


async def has_no_bundle(world: World, job: Json, pod: Json) -> None:
    """A node without the model's folder."""
    await bind(world, pod, "node-a")
    await warn(world, pod, "FailedMount", "hostPath type check failed: /models/kokoro is not a directory")
    await tell(world, pod, {"containerStatuses": [{"state": {"waiting": {"reason": "ContainerCreating"}}}]})


async def meets_its_memory_limit(world: World, job: Json, pod: Json) -> None:
    """Killed by the kernel while it speaks."""
    await bind(world, pod, "node-a")
    if await claim(world, pod["metadata"]["uid"]) is not None:
        killed = {"terminated": {"reason": "OOMKilled", "exitCode": 137}}
        await tell(world, pod, {"phase": "Failed", "containerStatuses": [{"state": killed}]})


async def is_evicted(world: World, job: Json, pod: Json) -> None:
    """The node is short of something."""
    await bind(world, pod, "node-a")
    await tell(world, pod, {"phase": "Failed", "reason": "Evicted"})


async def stores_and_is_evicted(world: World, job: Json, pod: Json) -> None:
    """The audio is there, and nobody hears of it."""
    await bind(world, pod, "node-a")
    work = await claim(world, pod["metadata"]["uid"])
    if work is not None:
        speak(world, work)
        await tell(world, pod, {"phase": "Failed", "reason": "Evicted"})


def one_after_the_other(*kubelets: Kubelet) -> Kubelet:
    """The first sandbox meets the first, and so on; the last goes on."""
    left = list(kubelets)

    async def kubelet(world: World, job: Json, pod: Json) -> None:
        await (left.pop(0) if len(left) > 1 else left[0])(world, job, pod)

    return kubelet


async def bind(world: World, pod: Json, node: str) -> None:
    """The scheduler found a node."""
    meta = pod["metadata"]
    await world.patch(POD, meta["namespace"], meta["name"], {"spec": {"nodeName": node}})
    now = datetime.now(UTC).isoformat(timespec="seconds")
    scheduled = {"type": "PodScheduled", "status": "True", "lastTransitionTime": now}
    await tell(world, pod, {"conditions": [scheduled]})


async def tell(world: World, pod: Json, status: Json) -> None:
    """The pod's status changes, if it is still there."""
    meta = pod["metadata"]
    if world.stored(POD, meta["namespace"], meta["name"]):
        await world.patch(POD, meta["namespace"], meta["name"], {"status": status}, "status")


async def warn(world: World, about: Json, reason: str, message: str) -> None:
    """An event of type Warning."""
    meta = about["metadata"]
    event = {
        "metadata": {"name": f"event-{next(_events)}"},
        "type": "Warning",
        "reason": reason,
        "message": message,
        "involvedObject": {"name": meta["name"]},
        "lastTimestamp": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    await world.create(EVENT, event, meta["namespace"])


def jobs_of(world: World, uid: str) -> list[Json]:
    """A request's Jobs, by attempt."""
    return sorted(
        (j for j in world.all_of(JOB) if j["metadata"]["name"].startswith(f"tts-{uid}-")),
        key=lambda j: int(j["metadata"]["labels"]["voxpod.dev/attempt"]),
    )
