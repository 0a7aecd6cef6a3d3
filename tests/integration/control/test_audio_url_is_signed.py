"""Who asks for it is given a presigned GET of the audio beside its place: nobody needs credentials of the store to listen."""

from datetime import UTC, datetime, timedelta

from operator_harness import running_operator
from operator_world import World
from resource_bodies import a_model_body, a_request_body, a_tenant_body
from voxpod_operator.cluster.kinds import SPEECH_MODEL, TENANT, TTS_REQUEST


async def test_a_presigned_url_is_made_for_as_long_as_asked_and_only_when_asked(world: World) -> None:
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world):
        made = await world.create(TTS_REQUEST, a_request_body("linked", audioUrlSeconds=900), "acme")
        await world.create(TTS_REQUEST, a_request_body("plain", timestamps="sentence"), "acme")
        timed_body = a_request_body("timed", audioUrlSeconds=900, timestamps="sentence")
        timed_uid = (await world.create(TTS_REQUEST, timed_body, "acme"))["metadata"]["uid"]
        names = ("linked", "plain", "timed")
        await world.until(lambda: {world.phase(name) for name in names} == {"Succeeded"}, "all Succeeded")
    linked, plain, timed = ((world.stored(TTS_REQUEST, "acme", name) or {})["status"]["audio"] for name in names)
    assert linked["url"] == f"memory:/acme/{made['metadata']['uid']}.wav?seconds=900"
    left = datetime.fromisoformat(linked["urlExpires"]) - datetime.now(UTC)
    assert timedelta(seconds=800) < left <= timedelta(seconds=900)
    assert timed["timestampsUrl"] == f"memory:/acme/{timed_uid}.timestamps.json?seconds=900"
    assert "timestampsUrl" not in linked
    assert plain.keys().isdisjoint({"url", "timestampsUrl"})
    assert "urlExpires" not in plain
