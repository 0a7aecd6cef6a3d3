"""A sandbox stored what was asked and was lost before it could say so: the request is completed, not done again."""

import asyncio
import hashlib
from typing import Any

import pytest

from operator_harness import running_operator
from operator_world import World
from played_kubelet import bind, jobs_of, one_after_the_other, speaks, tell
from played_sandbox import claim, post_result
from resource_bodies import Json, a_model_body, a_request_body, a_tenant_body
from short_sounds import a_wav
from voxpod_crds.sandbox_protocol import Audio, Report, Timings
from voxpod_operator import context
from voxpod_operator.cluster.kinds import JOB, POD, SPEECH_MODEL, TENANT, TTS_REQUEST
from voxpod_operator.errors import StoreError

SOUND = a_wav(0.75)
TIMES = b'{"version":1}'
EVICTED = {"phase": "Failed", "reason": "Evicted"}


@pytest.fixture(autouse=True)
def settled_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "COUNTS_DELAY_SECONDS", 0.2)


class Stores:
    """A sandbox that claims and stores, and no more; `ends`: what the kubelet tells of its pod then."""

    def __init__(self, sound: bytes = SOUND, times: bytes = b"", ends: Json | None = EVICTED) -> None:
        self.sound, self.times, self.ends = sound, times, ends
        self.stored = asyncio.Event()
        self.token = ""

    async def __call__(self, world: World, job: Json, pod: Json) -> None:
        await bind(world, pod, "node-a")
        self.token = pod["metadata"]["uid"]
        work = await claim(world, self.token)
        if work is None:
            return
        if work.timestamps_upload is not None and self.times:
            world.store.objects[work.timestamps_upload.url.removeprefix("memory:")] = self.times
        if self.sound:
            world.store.objects[work.upload.url.removeprefix("memory:")] = self.sound
        self.stored.set()
        if self.ends is not None:
            await tell(world, pod, self.ends)


async def ask(world: World, **spec: Any) -> str:
    """The request's UID."""
    await world.create(TENANT, a_tenant_body(quota={"requestsPerDay": 10}))
    await world.create(SPEECH_MODEL, a_model_body())
    made = await world.create(TTS_REQUEST, a_request_body("hello", **spec), "acme")
    return str(made["metadata"]["uid"])


def status(world: World) -> Json:
    return dict((world.stored(TTS_REQUEST, "acme", "hello") or {}).get("status") or {})


async def charged(world: World) -> tuple[int, int, float]:
    """Once nothing is held any more."""

    def ledger() -> Json:
        return dict((world.stored(TENANT, None, "acme") or {}).get("status") or {})

    await world.until(lambda: ledger().get("usage") and not ledger().get("holds"), "nothing is held", 20)
    usage = ledger()["usage"]
    return usage["requests"], usage["characters"], usage["audioSeconds"]


async def is_completed(world: World, uid: str) -> None:
    await world.until(lambda: world.phase("hello") in ("Succeeded", "Failed"), "it is over", 15)
    assert (world.phase("hello"), status(world)["attempt"], len(jobs_of(world, uid))) == ("Succeeded", 1, 1)
    audio = status(world)["audio"]
    assert audio["uri"] == f"s3://audio/acme/{uid}.wav"
    assert (audio["sha256"], audio["bytes"]) == (hashlib.sha256(SOUND).hexdigest(), len(SOUND))
    assert (audio["durationSeconds"], audio["sampleRate"]) == (0.75, 24000)
    assert "synthesis" not in status(world)["timings"]
    assert "the sandbox was lost after it had stored the audio" in status(world)["warnings"][0]
    assert await charged(world) == (1, 6, 0.75)


async def test_what_an_evicted_sandbox_stored_is_the_result_and_is_charged_once(world: World) -> None:
    world.kubelet = Stores()
    async with running_operator(world):
        await is_completed(world, await ask(world))


async def test_operator_and_sandbox_die_between_upload_and_report(world: World) -> None:
    world.kubelet = sandbox = Stores(ends=None)
    async with running_operator(world) as first:
        uid = await ask(world)
        await asyncio.wait_for(sandbox.stored.wait(), 10)
        await first.kill()
    [job] = jobs_of(world, uid)
    namespace, name = job["metadata"]["namespace"], job["metadata"]["name"]
    await world.delete(POD, namespace, f"{name}-abcde")
    await world.delete(JOB, namespace, name)
    short = {"lease_duration_seconds": 6.0, "lease_renew_deadline_seconds": 5.0}
    async with running_operator(world, pod_name="operator-1", **short):
        await world.until(lambda: world.phase("hello") == "Succeeded", "it is over", 30)
        assert status(world)["attempt"] == 1
        assert jobs_of(world, uid) == []
        assert await charged(world) == (1, 6, 0.75)


async def test_a_report_that_comes_after_all_is_welcome(world: World) -> None:
    world.kubelet = sandbox = Stores()
    async with running_operator(world):
        uid = await ask(world)
        await is_completed(world, uid)
        md5 = hashlib.md5(SOUND).hexdigest()
        audio = Audio(hashlib.sha256(SOUND).hexdigest(), md5, len(SOUND), 0.75, 24000, "wav", "af_heart")
        assert await post_result(world, sandbox.token, Report(uid, Timings(), audio=audio)) == 204
        assert await charged(world) == (1, 6, 0.75)


async def test_times_that_were_asked_for_are_part_of_it(world: World) -> None:
    world.kubelet = Stores(times=TIMES)
    async with running_operator(world):
        uid = await ask(world, timestamps="word")
        await is_completed(world, uid)
        assert status(world)["audio"]["timestampsUri"] == f"s3://audio/acme/{uid}.timestamps.json"


@pytest.mark.parametrize(
    ("left", "spec"),
    [
        pytest.param(Stores(sound=b""), {}, id="nothing"),
        pytest.param(Stores(sound=SOUND[:-100]), {}, id="a file that is cut short"),
        pytest.param(Stores(sound=b"<html>a portal's page</html>"), {}, id="no sound"),
        pytest.param(Stores(), {"format": "flac"}, id="another format"),
        pytest.param(Stores(), {"sampleRate": 16000}, id="another rate"),
        pytest.param(Stores(), {"timestamps": "word"}, id="without the times"),
        pytest.param(Stores(sound=b"", times=TIMES), {"timestamps": "word"}, id="the times only"),
    ],
)
async def test_what_is_not_all_that_was_asked_for_is_done_again(world: World, left: Stores, spec: Json) -> None:
    world.kubelet = one_after_the_other(left, speaks)
    async with running_operator(world):
        await ask(world, **spec)
        await world.until(lambda: world.phase("hello") == "Succeeded", "another sandbox speaks", 15)
        assert status(world)["attempt"] == 2
        assert await charged(world) == (1, 6, 1.5)


async def test_while_the_store_is_away_nothing_is_done_again(world: World) -> None:
    world.kubelet = sandbox = Stores(ends=None)
    async with running_operator(world):
        uid = await ask(world)
        await asyncio.wait_for(sandbox.stored.wait(), 10)
        world.store.away = True
        [job] = jobs_of(world, uid)
        await tell(world, {"metadata": {**job["metadata"], "name": f"{job['metadata']['name']}-abcde"}}, EVICTED)
        await asyncio.sleep(0.5)
        assert (world.phase("hello"), status(world)["attempt"]) == ("Running", 1)
        world.store.away = False
        await is_completed(world, uid)


async def test_a_store_that_refuses_to_tell_costs_an_attempt(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = Stores()

    async def refused(key: str) -> None:
        raise StoreError("AccessDenied")

    monkeypatch.setattr(world.store, "describe", refused)
    world.kubelet = one_after_the_other(sandbox, speaks)
    async with running_operator(world):
        await ask(world)
        await world.until(lambda: world.phase("hello") == "Succeeded", "another sandbox speaks", 15)
        assert status(world)["attempt"] == 2


async def test_what_is_found_after_the_deadline_is_too_late(world: World) -> None:
    world.kubelet = sandbox = Stores(ends=None)
    async with running_operator(world):
        await ask(world, deadlineSeconds=5)
        await asyncio.wait_for(sandbox.stored.wait(), 10)
        await world.until(lambda: world.phase("hello") == "Failed", "its deadline", 15)
        assert world.reason("hello", "Complete") == "DeadlineExceeded"
        assert (await charged(world))[0] == 0
