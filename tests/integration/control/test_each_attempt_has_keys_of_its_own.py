"""What an earlier sandbox stored, stores late or cannot be rid of never meets what a later one stores."""

import asyncio

import pytest

from operator_harness import running_operator
from operator_world import World
from played_sandbox import speak
from resource_bodies import Json, a_model_body, a_request_body, a_tenant_body
from voxpod_crds.sandbox_protocol import Failure, Report, Timings, Work
from voxpod_operator import context
from voxpod_operator.cluster.kinds import SPEECH_MODEL, TENANT, TTS_REQUEST

LOST = Failure("infrastructure", "UploadFailed", "the answer was lost")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "DISCARD_SECONDS", 0.5)


async def ask(world: World, **spec: object) -> None:
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    await world.create(TTS_REQUEST, a_request_body("hello", **spec), "acme")


class Played:
    """Sandboxes of which the first ones store, and die before they can say so."""

    def __init__(self, failures: int) -> None:
        self._failures = failures
        self.keys: list[list[str]] = []

    def __call__(self, world: World, work: Work) -> Report:
        uploads = [work.upload, *([work.timestamps_upload] if work.timestamps_upload else [])]
        self.keys.append([upload.url.removeprefix("memory:") for upload in uploads])
        report = speak(world, work)
        return report if len(self.keys) > self._failures else Report(work.request_uid, Timings(), failure=LOST)


def status(world: World) -> Json:
    return dict((world.stored(TTS_REQUEST, "acme", "hello") or {})["status"])


async def test_leftovers_of_failed_attempts_go_and_the_audio_stays(world: World) -> None:
    world.synthesize = played = Played(failures=2)
    await ask(world, timestamps="word")
    async with running_operator(world):
        await world.until(lambda: world.phase("hello") == "Succeeded", "Succeeded")
        uid = (world.stored(TTS_REQUEST, "acme", "hello") or {})["metadata"]["uid"]
        assert played.keys == [
            [f"acme/{uid}.wav", f"acme/{uid}.timestamps.json"],
            [f"acme/{uid}.2.wav", f"acme/{uid}.2.timestamps.json"],
            [f"acme/{uid}.3.wav", f"acme/{uid}.3.timestamps.json"],
        ]
        assert status(world)["audio"]["uri"] == f"s3://audio/acme/{uid}.3.wav"
        assert status(world)["audio"]["timestampsUri"] == f"s3://audio/acme/{uid}.3.timestamps.json"
        await world.until(lambda: set(world.store.objects) == set(played.keys[2]), "only what the status names is left")
        await asyncio.sleep(0.6)
        assert set(world.store.objects) == set(played.keys[2])


async def test_a_request_that_fails_leaves_nothing_of_any_attempt(world: World) -> None:
    world.synthesize = Played(failures=3)
    await ask(world, timestamps="word")
    async with running_operator(world):
        await world.until(lambda: world.phase("hello") == "Failed", "Failed")
        await world.until(lambda: not world.store.objects, "nothing is left")


async def test_a_store_that_hangs_when_it_is_to_remove_something_costs_no_attempt(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(key: str) -> None:
        await asyncio.sleep(3600)

    monkeypatch.setattr(world.store, "remove", hang)
    world.synthesize = Played(failures=1)
    await ask(world)
    async with running_operator(world):
        await world.until(lambda: world.phase("hello") == "Succeeded", "Succeeded", 5)
        assert status(world)["attempt"] == 2


async def test_what_an_earlier_sandbox_stores_late_changes_nothing(world: World) -> None:
    world.synthesize = played = Played(failures=1)
    await ask(world)
    async with running_operator(world):
        await world.until(lambda: world.phase("hello") == "Succeeded", "Succeeded")
        audio = world.store.objects[played.keys[1][0]]
        world.store.objects[played.keys[0][0]] = b"late"
        assert world.store.objects[played.keys[1][0]] == audio
        await world.until(lambda: played.keys[0][0] not in world.store.objects, "it goes as well")
