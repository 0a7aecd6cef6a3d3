"""What only some models take, instructions in words and a number of steps, on its way from the manifest to the sandbox."""

import logging

import pytest

from operator_harness import running_operator
from operator_world import World
from played_sandbox import speak
from resource_bodies import Json, a_model_body, a_request_body, a_tenant_body
from voxpod_crds.sandbox_protocol import Report, Work
from voxpod_operator.cluster.kinds import JOB, SPEECH_MODEL, TENANT, TTS_REQUEST

ASKED = "A tired old sailor, slow and hoarse."


@pytest.fixture
def heard(world: World) -> list[Work]:
    """The work that sandboxes were given."""
    works: list[Work] = []

    def listen(world: World, work: Work) -> Report:
        works.append(work)
        return speak(world, work)

    world.synthesize = listen
    return works


def steps_of(job: Json) -> list[str]:
    env = job["spec"]["template"]["spec"]["containers"][0]["env"]
    return [variable["value"] for variable in env if variable["name"] == "VOXPOD_FLOW_STEPS"]


async def test_a_model_that_takes_them_gets_them_and_no_log_tells_them(
    world: World, heard: list[Work], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "voxpod_operator")
    world.facts = {"takes_instructions": True, "flow_steps": 5}
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body(flowSteps=5))
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("hello", instructions=ASKED), "acme")
        await world.until(lambda: world.phase("hello") == "Succeeded", "served")
    assert [work.instructions for work in heard] == [ASKED]
    said = [str(vars(record)) for record in caplog.records if record.name.startswith("voxpod_operator")]
    assert said
    assert not [line for line in said if ASKED in line]
    status = (world.stored(SPEECH_MODEL, None, "kokoro") or {})["status"]
    assert (status["takesInstructions"], status["flowSteps"]) == (True, 5)
    assert [steps_of(job) for job in world.all_of(JOB)] == [["5"], ["5"]]


async def test_a_model_that_takes_none_is_not_troubled_with_them(world: World, heard: list[Work]) -> None:
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("plain"), "acme")
        await world.create(TTS_REQUEST, a_request_body("asked", instructions=ASKED), "acme")
        await world.until(lambda: world.phase("plain") == "Succeeded" and world.phase("asked") == "Rejected", "ended")
    assert [work.instructions for work in heard] == [""]
    status = (world.stored(SPEECH_MODEL, None, "kokoro") or {})["status"]
    assert status["takesInstructions"] is False
    assert "flowSteps" not in status
    assert [steps_of(job) for job in world.all_of(JOB)] == [[], []]
    conditions = (world.stored(TTS_REQUEST, "acme", "asked") or {})["status"]["conditions"]
    told = {condition["type"]: (condition["reason"], condition["message"]) for condition in conditions}
    said = "spec.instructions are given, but SpeechModel kokoro takes none; leave them out"
    assert told["Admitted"] == ("NotSupportedYet", said)
