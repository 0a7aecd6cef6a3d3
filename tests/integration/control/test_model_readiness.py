"""A SpeechModel is Ready by what its probe reads, stays so while it is probed anew, and tells requests only what is news."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from kube_emulator import Call, Fault
from operator_harness import running_operator
from operator_world import World
from played_sandbox import controlled_by, play_sandbox
from resource_bodies import Json, a_model_body, a_request_body, a_tenant_body
from voxpod_operator import context
from voxpod_operator.cluster.kinds import JOB, POD, SPEECH_MODEL, TENANT, TTS_REQUEST
from voxpod_operator.policy import model_probe
from voxpod_operator.reconcile import models, sandboxes


def ready(world: World, name: str = "kokoro") -> Json:
    status = (world.stored(SPEECH_MODEL, None, name) or {}).get("status") or {}
    return next((c for c in status.get("conditions") or [] if c["type"] == "Ready"), {"status": "", "reason": ""})


def is_ready(world: World) -> bool:
    return bool(ready(world)["status"] == "True")


def probes(world: World) -> list[str]:
    return [j["metadata"]["name"] for j in world.all_of(JOB) if j["metadata"]["name"].startswith("probe-")]


def request_versions(world: World) -> dict[str, str]:
    return {r["metadata"]["name"]: r["metadata"]["resourceVersion"] for r in world.all_of(TTS_REQUEST)}


def writes(world: World, plural: str) -> int:
    return sum(call == Call("PATCH", plural, "status") for call in world.kube.calls)


def play_with(world: World, probe: Callable[[World, Json], Any]) -> None:
    """Sandboxes as ever, probes as the test says."""

    def play(method: str, plural: str, raw: Json) -> None:
        if (method, plural) == ("POST", "jobs"):
            is_probe = raw["metadata"]["labels"]["voxpod.dev/role"] == "probe"
            world.start((probe if is_probe else play_sandbox)(world, raw))

    world.kube.on_change = play


async def stays_pending(world: World, job: Json) -> None:
    """No node has room."""
    await a_pod(world, job, {"phase": "Pending"})


async def image_is_missing(world: World, job: Json) -> None:
    """The registry does not have it."""
    waiting = {"reason": "ErrImageNeverPull", "message": "not there"}
    await a_pod(world, job, {"phase": "Pending", "containerStatuses": [{"state": {"waiting": waiting}}]})


async def is_broken(world: World, job: Json) -> None:
    """The probe's container fails without a word."""
    terminated = {"reason": "Error", "exitCode": 1}
    await a_pod(world, job, {"phase": "Failed", "containerStatuses": [{"state": {"terminated": terminated}}]})


async def a_pod(world: World, job: Json, status: Json) -> None:
    labels = job["spec"]["template"]["metadata"]["labels"]
    meta = {"name": f"{job['metadata']['name']}-{next(world.kube._versions)}", "labels": labels}
    meta["ownerReferences"] = [controlled_by(job)]
    await world.create(POD, {"metadata": meta, "status": status}, job["metadata"]["namespace"])


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Probes are repeated, and counts are told, within tenths of a second."""
    monkeypatch.setattr(context, "COUNTS_DELAY_SECONDS", 0.1)
    monkeypatch.setattr(model_probe, "RETRY_AFTER", timedelta(seconds=0.1))
    monkeypatch.setattr(models, "LOOK_AGAIN_SECONDS", 0.1)


async def test_more_sandboxes_are_used_at_once_and_without_a_probe(world: World) -> None:
    world.sandboxes_silent = True
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body(warmPool={"maxSandboxes": 1}))
    names = [f"r{n}" for n in range(6)]
    async with running_operator(world):
        for name in names:
            await world.create(TTS_REQUEST, a_request_body(name), "acme")
        await world.until(
            lambda: Counter(map(why(world), names)) == {"Admitted": 1, "WaitingForSandbox": 5}, "one runs"
        )
        play_with(world, stays_pending)
        change = {"metadata": {"generation": 2}, "spec": {"warmPool": {"maxSandboxes": 4}}}
        await world.patch(SPEECH_MODEL, "", "kokoro", change)
        await world.until(
            lambda: Counter(map(why(world), names)) == {"Admitted": 4, "WaitingForSandbox": 2}, "four run"
        )
    assert ready(world)["observedGeneration"] == 2
    assert len(probes(world)) == 1


def why(world: World) -> Callable[[str], str]:
    return lambda name: world.reason(name, "Admitted")


async def test_the_model_stays_ready_while_a_new_image_is_probed(world: World) -> None:
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world):
        await world.until(lambda: is_ready(world), "probed")
    (first,) = probes(world)
    play_with(world, stays_pending)
    async with running_operator(world, pod_name="operator-1", sandbox_image="inference:2"):
        await world.until(lambda: len(probes(world)) == 2, "the new image is probed")
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.phase("hello") == "Succeeded", "requests are served meanwhile")
        assert is_ready(world)
        probe = next(name for name in probes(world) if name != first)
        (pod,) = (p for p in world.all_of(POD) if p["metadata"]["name"].startswith(probe))
        await world.delete(POD, pod["metadata"]["namespace"], pod["metadata"]["name"])
    assert is_ready(world)


async def test_an_image_that_does_not_exist_shows_on_the_model_and_going_back_needs_no_probe(world: World) -> None:
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world):
        await world.until(lambda: is_ready(world), "probed")
    play_with(world, image_is_missing)
    async with running_operator(world, pod_name="operator-1", sandbox_image="inference:typo"):
        await world.until(lambda: ready(world)["reason"] == "ImagePullFailed", "told on the model")
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.reason("hello", "Admitted") == "WaitingForModel", "requests wait")
        assert (
            "ImagePullFailed"
            in (world.stored(TTS_REQUEST, "acme", "hello") or {})["status"]["conditions"][0]["message"]
        )
    async with running_operator(world, pod_name="operator-2"):
        await world.until(lambda: world.phase("hello") == "Succeeded", "served with the old image")
        assert is_ready(world)


async def test_another_digest_is_not_believed_before_it_was_probed(world: World) -> None:
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world):
        await world.until(lambda: is_ready(world), "probed")
        play_with(world, stays_pending)
        change = {"metadata": {"generation": 2}, "spec": {"digest": "sha256:" + "cd" * 32}}
        await world.patch(SPEECH_MODEL, "", "kokoro", change)
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.reason("hello", "Admitted") == "WaitingForModel", "it waits")
        await world.until(lambda: ready(world)["reason"] == "Probing", "told on the model")


async def test_a_probe_of_what_the_model_was_before_is_ended(world: World) -> None:
    play_with(world, stays_pending)
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world):
        for number, spec in enumerate(({"digest": "sha256:" + "cd" * 32}, {"resources": {"cpu": "500m"}}), 2):
            await world.until(lambda: len(probes(world)) == 1, "one probe runs")
            (before,) = probes(world)
            await world.patch(SPEECH_MODEL, "", "kokoro", {"metadata": {"generation": number}, "spec": spec})
            await world.until(lambda old=before: probes(world) and old not in probes(world), "another one")  # type: ignore[misc]
        await world.delete(SPEECH_MODEL, "", "kokoro")
        await world.until(lambda: not probes(world), "none is left of a model that is gone")


async def test_a_model_whose_probe_fails_writes_nothing_to_the_requests_that_wait(world: World, often: None) -> None:
    play_with(world, is_broken)
    names = [f"r{n:02}" for n in range(30)]
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world, resync_seconds=60):
        for name in names:
            await world.create(TTS_REQUEST, a_request_body(name), "acme")
        told = "SpeechModel kokoro is not Ready: SandboxLost; its Ready condition says more"
        await world.until(lambda: all(message(world, n) == told for n in names), "all are told")
        waiting = lambda: ((world.stored(TENANT, None, "acme") or {}).get("status") or {}).get("waiting")  # noqa: E731
        await world.until(lambda: waiting() == 30, "and counted")
        before, of_model = request_versions(world), writes(world, "speechmodels")
        began = world.kube.calls.count(Call("POST", "jobs"))
        await world.until(lambda: world.kube.calls.count(Call("POST", "jobs")) >= began + 4, "four more probes", 30)
    assert request_versions(world) == before
    assert writes(world, "speechmodels") == of_model, "the model keeps its reason while it is probed again"


def message(world: World, name: str) -> str:
    status = (world.stored(TTS_REQUEST, "acme", name) or {}).get("status") or {}
    return str((status.get("conditions") or [{"message": ""}])[0]["message"])


async def test_a_cluster_without_room_for_the_probe_does_not_close_a_model_in_use(world: World, often: None) -> None:
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world):
        await world.until(lambda: is_ready(world), "probed")
    play_with(world, is_broken)
    async with running_operator(world, pod_name="operator-1", sandbox_image="inference:2"):
        began = world.kube.calls.count(Call("POST", "jobs"))
        await world.until(lambda: world.kube.calls.count(Call("POST", "jobs")) >= began + 3, "it is tried again", 30)
        assert is_ready(world)


NODES = {"nodeSelector": {"pool": "speech"}, "tolerations": [{"key": "speech", "operator": "Exists"}]}


async def test_probe_and_sandboxes_run_where_the_model_is(world: World) -> None:
    tenant = {"nodeSelector": {"team": "a"}, "tolerations": [{"key": "team", "operator": "Exists"}]}
    await world.create(TENANT, a_tenant_body(sandbox=tenant))
    await world.create(SPEECH_MODEL, a_model_body(**NODES))
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.phase("hello") == "Succeeded", "served")
    pods = {j["metadata"]["labels"]["voxpod.dev/role"]: j["spec"]["template"]["spec"] for j in world.all_of(JOB)}
    assert pods["probe"]["nodeSelector"] == {"pool": "speech"}
    assert _asked_for(pods["probe"]) == NODES["tolerations"]
    assert pods["sandbox"]["nodeSelector"] == {"pool": "speech", "team": "a"}
    assert _asked_for(pods["sandbox"]) == [*NODES["tolerations"], *tenant["tolerations"]]


def _asked_for(pod: Json) -> list[Json]:
    """A pod's tolerations without what each sandbox has: how long it stays on a node that is lost."""
    return [t for t in pod["tolerations"] if not t["key"].startswith("node.kubernetes.io/")]


async def test_a_request_waits_while_its_tenant_and_its_model_are_on_different_nodes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandboxes, "OBSTACLE_SECONDS", 0.1)
    await world.create(TENANT, a_tenant_body(sandbox={"nodeSelector": {"pool": "batch"}}))
    await world.create(SPEECH_MODEL, a_model_body(**NODES))
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.reason("hello", "Admitted") == "WaitingForNodes", "it waits")
        assert message(world, "hello") == (
            "SpeechModel kokoro is on nodes with pool=speech, Tenant acme on nodes with pool=batch"
        )
        change = {"metadata": {"generation": 2}, "spec": {"nodeSelector": {"pool": "batch"}}}
        await world.patch(SPEECH_MODEL, "", "kokoro", change)
        await world.until(lambda: world.phase("hello") == "Succeeded", "an administrator mends it")


async def test_who_waits_goes_on_when_the_answer_to_the_write_of_ready_is_lost(world: World) -> None:
    """The writer alone woke them, and it never knew that it had written: they looked again by themselves half a minute later."""
    goes_on = asyncio.Event()

    async def waits(world: World, job: Json) -> None:
        await goes_on.wait()
        await play_sandbox(world, job)

    play_with(world, waits)
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.reason("hello", "Admitted") == "WaitingForModel", "it waits for the probe")
        world.kube.fault = lost = Fault(Call("PATCH", "speechmodels", "status"), "lost")
        goes_on.set()
        await world.until(lambda: world.phase("hello") == "Succeeded", "spoken")
    assert lost.struck
