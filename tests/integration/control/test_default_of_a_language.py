"""A request that names no model goes to the one that is the default of its language, where its tenant may use it."""

from operator_harness import running_operator
from operator_world import World
from resource_bodies import a_model_body, a_request_body, a_tenant_body
from voxpod_operator.cluster.kinds import SPEECH_MODEL, TENANT, TTS_REQUEST


async def test_the_language_of_a_request_chooses_among_the_models_of_its_tenant(world: World) -> None:
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    quick = a_model_body(source={"hostPath": {"path": "/models/quick"}}, default=False, defaultFor=["en"])
    await world.create(SPEECH_MODEL, {**quick, "metadata": {"name": "quick"}})
    chosen = {}
    async with running_operator(world):
        for name, language in (("says-en", "en-GB"), ("says-nothing", "auto"), ("says-zh", "zh")):
            await world.create(TTS_REQUEST, a_request_body(name, language=language), "acme")
            await world.until(lambda name=name: world.phase(name) == "Succeeded", f"{name} is served")  # type: ignore[misc]
            chosen[name] = (world.stored(TTS_REQUEST, "acme", name) or {})["status"]["model"]
    assert chosen == {"says-en": "quick", "says-nothing": "kokoro", "says-zh": "kokoro"}
