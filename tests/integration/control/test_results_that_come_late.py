"""A sandbox exits before the operator is through with what it left: the work is done once."""

import asyncio

from operator_harness import running_operator
from operator_world import World, change_silently
from played_kubelet import bind, jobs_of, speaks
from played_sandbox import claim, speak
from resource_bodies import Json, a_model_body, a_request_body, a_tenant_body
from voxpod_crds.sandbox_protocol import termination_message
from voxpod_operator.cluster.kinds import JOB, POD, SPEECH_MODEL, TENANT, TTS_REQUEST


async def test_a_result_is_not_lost_when_the_jobs_end_is_seen_before_the_pods(world: World) -> None:
    """Jobs and pods have a watch each; here the pods' is behind, and no report got through."""
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())

    async def ends_behind_its_job(world: World, job: Json, pod: Json) -> None:
        await bind(world, pod, "node-a")
        work = await claim(world, pod["metadata"]["uid"])
        assert work is not None
        said = {"terminated": {"exitCode": 0, "message": termination_message(speak(world, work))}}
        namespace, ended = job["metadata"]["namespace"], {"conditions": [{"type": "Complete", "status": "True"}]}
        change_silently(
            world,
            POD,
            namespace,
            pod["metadata"]["name"],
            {"phase": "Succeeded", "containerStatuses": [{"state": said}]},
        )
        await world.patch(JOB, namespace, job["metadata"]["name"], {"status": ended}, "status")

    world.kubelet = ends_behind_its_job
    async with running_operator(world, resync_seconds=600):
        made = await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.phase("hello") == "Succeeded", "Succeeded")
    assert len(jobs_of(world, made["metadata"]["uid"])) == 1
    assert len(world.claims) == 1


async def test_a_verification_that_outlasts_the_sandbox_and_its_job_is_waited_for(world: World) -> None:
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    world.store.answers.clear()
    world.kubelet = speaks
    async with running_operator(world):
        made = await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.store.looked_at, "the operator verifies")
        [job] = jobs_of(world, made["metadata"]["uid"])
        await world.delete(POD, job["metadata"]["namespace"], f"{job['metadata']['name']}-abcde")
        await world.delete(JOB, job["metadata"]["namespace"], job["metadata"]["name"])
        await asyncio.sleep(0.3)
        assert world.phase("hello") == "Running"
        world.store.answers.set()
        await world.until(lambda: world.phase("hello") == "Succeeded", "Succeeded")
    assert jobs_of(world, made["metadata"]["uid"]) == []
    assert len(world.claims) == 1
