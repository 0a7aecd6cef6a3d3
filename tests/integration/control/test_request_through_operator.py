"""A whole operator from the watch to the verified object, on the emulated API server."""

from operator_harness import running_operator
from operator_world import World
from resource_bodies import a_model_body, a_request_body, a_tenant_body
from voxpod_operator.cluster.kinds import SPEECH_MODEL, TENANT, TTS_REQUEST


async def test_a_request_succeeds_and_says_where_the_audio_is(world: World) -> None:
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world):
        made = await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.phase("hello") == "Succeeded", "Succeeded")
    status = (world.stored(TTS_REQUEST, "acme", "hello") or {})["status"]
    assert status["audio"]["uri"] == f"s3://audio/acme/{made['metadata']['uid']}.wav"
    assert status["timings"]["synthesis"] == 750
    assert [c["status"] for c in status["conditions"]] == ["True", "True", "True"]
