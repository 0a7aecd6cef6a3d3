"""A sandbox that was taken over writes what it likes into its report; the operator's log repeats none of it."""

import logging

import pytest

from operator_harness import running_operator
from operator_world import World
from resource_bodies import a_model_body, a_request_body, a_tenant_body
from voxpod_crds.sandbox_protocol import Failure, Report, Timings, Work
from voxpod_operator.cluster.kinds import SPEECH_MODEL, TENANT, TTS_REQUEST

SECRET = "Meet me at the old mill at nine."


@pytest.mark.parametrize("fault", ["engine", "infrastructure", "input"])
async def test_message_of_a_sandboxs_failure_is_not_logged(
    world: World, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    def leak(_: World, work: Work) -> Report:
        return Report(work.request_uid, Timings(), failure=Failure(fault, "EngineFailed", work.text))  # type: ignore[arg-type]

    world.synthesize = leak
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    with caplog.at_level(logging.DEBUG):
        async with running_operator(world):
            await world.create(TTS_REQUEST, a_request_body("hello", SECRET), "acme")
            await world.until(lambda: world.phase("hello") == "Failed", "Failed")
    said = [str(vars(record)) for record in caplog.records if record.name.startswith("voxpod_operator")]
    assert said, "the operator logs something"
    assert not [line for line in said if SECRET in line]
