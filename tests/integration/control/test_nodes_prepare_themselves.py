"""Each node that may run a model's sandboxes is readied by a Job, sandboxes go to ready ones only, and the status tells."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from kube_emulator import Call
from operator_harness import running_operator
from operator_world import World
from played_sandbox import controlled_by, finish_pod, play_sandbox
from resource_bodies import Json, a_model_body, a_request_body, a_tenant_body
from voxpod_crds.sandbox_protocol import Failure, Report, Timings, termination_message
from voxpod_operator.cluster.kinds import JOB, NODE, POD, SPEECH_MODEL, TENANT, TTS_REQUEST
from voxpod_operator.policy import node_plan
from voxpod_operator.reconcile import nodes

FULL = "/bundle: the disk is full, 3 MiB are left; what was begun was removed"
Plays = Callable[[World, Json], Awaitable[None]]


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """What failed is tried again, and looked at, within tenths of a second."""
    monkeypatch.setattr(node_plan, "RETRY_AFTER", timedelta(seconds=0.1))
    monkeypatch.setattr(nodes, "LOOK_AGAIN_SECONDS", 0.1)


async def add_node(world: World, name: str, **spec: object) -> None:
    await world.create(NODE, {"metadata": {"name": name, "labels": {"kubernetes.io/os": "linux"}}, "spec": spec})


def told(world: World, name: str = "kokoro") -> Json:
    """The model's status.nodes."""
    status = (world.stored(SPEECH_MODEL, None, name) or {}).get("status") or {}
    return dict(status.get("nodes") or {})


def counts(world: World) -> tuple[int, int, int]:
    said = told(world)
    return said.get("ready", -1), said.get("preparing", -1), said.get("failed", -1)


def ready(world: World) -> tuple[str, str]:
    """Status and reason of the model's Ready condition."""
    status = (world.stored(SPEECH_MODEL, None, "kokoro") or {}).get("status") or {}
    found = next((c for c in status.get("conditions") or [] if c["type"] == "Ready"), {})
    return found.get("status", ""), found.get("reason", "")


def node_jobs(world: World) -> dict[str, Json]:
    """The Jobs that ready nodes, by node."""
    return {target(job): job for job in world.all_of(JOB) if job["metadata"]["labels"]["voxpod.dev/role"] == "delivery"}


def allowed(job: Json) -> list[str]:
    """The nodes that a Job's pod may go to."""
    affinity = job["spec"]["template"]["spec"]["affinity"]["nodeAffinity"]
    terms = affinity["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    return [term["matchFields"][0]["values"][0] for term in terms]


def target(job: Json) -> str:
    (node,) = allowed(job)
    return node


def play_nodes(world: World, plays: dict[str, Plays]) -> None:
    """Deliveries as the test says by node, all else as ever."""

    def play(method: str, plural: str, raw: Json) -> None:
        if (method, plural) == ("POST", "jobs"):
            delivers = raw["metadata"]["labels"]["voxpod.dev/role"] == "delivery"
            world.start((plays.get(target(raw), play_sandbox) if delivers else play_sandbox)(world, raw))

    world.kube.on_change = play


async def never_ends(world: World, job: Json) -> None:
    """The disk is slow."""


async def is_full(world: World, job: Json) -> None:
    """The disk has no room."""
    name, namespace = job["metadata"]["name"], job["metadata"]["namespace"]
    labels = job["spec"]["template"]["metadata"]["labels"]
    meta = {"name": f"{name}-{next(world.kube._versions)}", "labels": labels, "ownerReferences": [controlled_by(job)]}
    pod = await world.create(POD, {"metadata": meta, "status": {"phase": "Pending"}}, namespace)
    failed = Report("", Timings(), failure=Failure("infrastructure", "NodeFull", FULL))
    await finish_pod(world, pod, name, termination_message(failed), False)


async def a_delivered_model(world: World, **spec: object) -> None:
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body(delivery={}, **spec))


def sandboxes(world: World) -> list[Json]:
    return [job for job in world.all_of(JOB) if job["metadata"]["labels"]["voxpod.dev/role"] == "sandbox"]


async def test_sandboxes_go_to_nodes_that_are_ready(world: World) -> None:
    for name in ("node-a", "node-b", "node-c"):
        await add_node(world, name)
    play_nodes(world, {"node-b": never_ends})
    await a_delivered_model(world)
    async with running_operator(world):
        await world.until(lambda: counts(world) == (2, 1, 0) and ready(world)[0] == "True", "two nodes are ready")
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.phase("hello") == "Succeeded", "it is spoken")
    (sandbox,) = sandboxes(world)
    assert allowed(sandbox) == ["node-a", "node-c"]


async def test_a_model_waits_for_its_first_node_and_says_so(world: World) -> None:
    await add_node(world, "node-a")
    play_nodes(world, {"node-a": never_ends})
    await a_delivered_model(world)
    async with running_operator(world):
        await world.until(lambda: ready(world) == ("False", "PreparingNodes"), "it waits")
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.reason("hello", "Admitted") == "WaitingForModel", "requests wait")
    assert sandboxes(world) == []


async def test_one_of_three_nodes_that_fails_is_told_and_the_others_serve(world: World) -> None:
    for name in ("node-a", "node-b", "node-c"):
        await add_node(world, name)
    play_nodes(world, {"node-b": is_full})
    await a_delivered_model(world)
    async with running_operator(world):
        await world.until(lambda: counts(world) == (2, 0, 1) and ready(world)[0] == "True", "the others serve")
        assert told(world)["listed"][0] == {
            "name": "node-b",
            "state": "Failed",
            "reason": "NodeFull",
            "message": FULL,
        }
        # somebody makes room
        play_nodes(world, {})
        await world.until(lambda: counts(world) == (3, 0, 0), "it is tried again")


async def test_a_model_without_any_usable_node_has_their_reason(world: World) -> None:
    await add_node(world, "node-a")
    play_nodes(world, {"node-a": is_full})
    await a_delivered_model(world)
    async with running_operator(world):
        await world.until(lambda: ready(world) == ("False", "NodeFull"), "the reason is the node's")


async def test_a_quota_that_lets_no_job_be_made_is_told_and_the_jobs_come_once_it_is_lifted(world: World) -> None:
    await add_node(world, "node-a")
    world.kube.refused.add(Call("POST", "jobs"))
    await a_delivered_model(world)
    async with running_operator(world):
        await world.until(lambda: ready(world) == ("False", "SandboxRefused"), "it is told")
        assert told(world)["listed"][0]["message"] == "exceeded quota: sandboxes"
        world.kube.refused.clear()
        await world.until(lambda: ready(world)[0] == "True", "the node is ready")


async def test_a_node_that_comes_later_is_prepared_before_sandboxes_go_there(world: World) -> None:
    await a_delivered_model(world)
    async with running_operator(world):
        await world.until(lambda: ready(world) == ("False", "NoNodes"), "there is no node")
        await add_node(world, "node-a")
        await world.until(lambda: counts(world) == (1, 0, 0) and ready(world)[0] == "True", "the first is ready")
        await add_node(world, "node-b")
        await world.until(lambda: counts(world) == (2, 0, 0), "the second is ready")


async def test_a_node_that_is_gone_is_not_counted_and_its_job_goes(world: World) -> None:
    for name in ("node-a", "node-b"):
        await add_node(world, name)
    await a_delivered_model(world)
    async with running_operator(world):
        await world.until(lambda: counts(world) == (2, 0, 0), "both are ready")
        await world.delete(NODE, "", "node-b")
        await world.until(lambda: counts(world) == (1, 0, 0) and list(node_jobs(world)) == ["node-a"], "one is left")


async def test_the_next_leader_and_the_next_image_find_what_was_done(world: World) -> None:
    await add_node(world, "node-a")
    await a_delivered_model(world)
    async with running_operator(world):
        await world.until(lambda: ready(world)[0] == "True", "ready")
        (first,) = node_jobs(world).values()
    async with running_operator(world, pod_name="operator-1"):
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.phase("hello") == "Succeeded", "it is spoken")
        assert [job["metadata"]["uid"] for job in node_jobs(world).values()] == [first["metadata"]["uid"]]
    async with running_operator(world, pod_name="operator-2", sandbox_image="inference:2"):
        await world.until(
            lambda: [j["metadata"]["uid"] for j in node_jobs(world).values()] not in ([], [first["metadata"]["uid"]]),
            "the node is prepared for the new image, and the old record goes",
        )
        await world.until(lambda: ready(world)[0] == "True" and counts(world) == (1, 0, 0), "ready")


async def test_another_digest_is_brought_beside_the_old_one_which_goes_when_no_sandbox_maps_it(world: World) -> None:
    await add_node(world, "node-a")
    world.pause_at = "claimed"
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body(delivery={"objectStore": {"key": "_models/kokoro.tar"}}))
    async with running_operator(world):
        await world.until(lambda: ready(world)[0] == "True", "the first is there")
        (first,) = world_deliveries(world)
        assert "memory:/_models/kokoro.tar" in variables(first)["VOXPOD_BRING_URL"]
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.phase("hello") == "Running", "a sandbox maps it")
        change = {"metadata": {"generation": 2}, "spec": {"digest": "sha256:" + "cd" * 32}}
        await world.patch(SPEECH_MODEL, "", "kokoro", change)
        await world.until(lambda: len(world_deliveries(world)) == 2, "the second is brought")
        assert first["metadata"]["uid"] in [job["metadata"]["uid"] for job in world_deliveries(world)]

        collected: list[Json] = []
        play_nodes(world, {"node-a": remembering(collected)})
        world.resume.set()
        await world.until(lambda: world.phase("hello") == "Succeeded" and collected, "the first is taken away")
        await world.until(lambda: len(world_deliveries(world)) == 1, "its Jobs go")
    told = variables(collected[0])
    assert (told["VOXPOD_COLLECT"], told["VOXPOD_BUNDLE"]) == ("true", f"/models/{'ab' * 32}")
    assert "VOXPOD_BRING_URL" not in told


def world_deliveries(world: World) -> list[Json]:
    return [job for job in world.all_of(JOB) if job["metadata"]["labels"]["voxpod.dev/role"] == "delivery"]


def variables(job: Json) -> dict[str, str]:
    (container,) = job["spec"]["template"]["spec"]["containers"]
    return {one["name"]: one.get("value", "") for one in container["env"]}


def remembering(seen: list[Json]) -> Plays:
    """As ever, and the Job is remembered."""

    async def play(world: World, job: Json) -> None:
        seen.append(job)
        await play_sandbox(world, job)

    return play


async def test_jobs_of_a_model_that_is_gone_go_too(world: World) -> None:
    await add_node(world, "node-a")
    await a_delivered_model(world)
    async with running_operator(world):
        await world.until(lambda: ready(world)[0] == "True", "ready")
        await world.delete(SPEECH_MODEL, "", "kokoro")
        await world.until(lambda: node_jobs(world) == {}, "its Jobs are gone")
