"""What a request asks of its audio reaches the sandbox, and only what was asked for ends as Succeeded."""

import dataclasses
from collections.abc import Callable

import pytest

from operator_harness import running_operator
from operator_world import World
from played_sandbox import speak
from resource_bodies import a_model_body, a_request_body, a_tenant_body
from voxpod_crds.sandbox_protocol import Report, Upload, Work
from voxpod_operator.cluster.kinds import SPEECH_MODEL, TENANT, TTS_REQUEST

ASKED = {
    "voice": "af_heart(2)+zf_xiaobei",
    "format": "opus",
    "sampleRate": 48000,
    "loudness": -20,
    "timestamps": "word",
    "ssml": True,
    "seed": 7,
    "lexicon": [
        {"word": "k8s", "sayAs": "Kubernetes"},
        {"word": "Voxpod", "ipa": "vˈɑkspɑd"},
        {"word": "重庆", "pinyin": "chong2 qing4"},
    ],
}


async def ended(world: World, **spec: object) -> dict:
    """The status of one request with this spec, once it has ended."""
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("hello", **spec), "acme")
        await world.until(lambda: world.phase("hello") in ("Succeeded", "Failed", "Rejected"), "an end")
    return (world.stored(TTS_REQUEST, "acme", "hello") or {})["status"]


async def test_the_sandbox_learns_all_that_was_asked(world: World) -> None:
    seen: list[Work] = []

    def listen(world: World, work: Work) -> Report:
        seen.append(work)
        return speak(world, work)

    world.synthesize = listen
    await ended(world, **ASKED)
    (work,) = seen
    key = f"memory:acme/{work.request_uid}"
    assert (work.voice, work.format, work.sample_rate, work.loudness) == ("af_heart(2)+zf_xiaobei", "opus", 48000, -20)
    assert (work.ssml, work.timestamps, work.seed) == (True, "word", 7)
    assert work.lexicon == {"k8s": "Kubernetes", "Voxpod": "/vˈɑkspɑd/", "重庆": "pinyin:chong2 qing4"}
    assert work.upload == Upload(f"{key}.opus", {"Content-Type": "audio/ogg; codecs=opus"})
    assert work.timestamps_upload == Upload(f"{key}.timestamps.json", {"Content-Type": "application/json"})


async def test_a_plain_request_gets_permission_for_one_object_only(world: World) -> None:
    seen: list[Work] = []
    world.synthesize = lambda world, work: seen.append(work) or speak(world, work)  # type: ignore[func-returns-value]
    status = await ended(world)
    assert seen[0].timestamps_upload is None
    assert "timestampsUri" not in status["audio"]


async def test_raw_samples_have_their_rate_in_the_media_type(world: World) -> None:
    seen: list[Work] = []
    world.synthesize = lambda world, work: seen.append(work) or speak(world, work)  # type: ignore[func-returns-value]
    await ended(world, format="pcm")
    assert seen[0].upload.headers == {"Content-Type": "audio/pcm;rate=24000"}


async def test_status_says_where_audio_and_times_are(world: World) -> None:
    status = await ended(world, format="mp3", timestamps="sentence")
    assert status["phase"] == "Succeeded"
    assert status["audio"]["format"] == "mp3"
    assert status["audio"]["uri"].endswith(".mp3")
    assert status["audio"]["timestampsUri"] == status["audio"]["uri"].removesuffix("mp3") + "timestamps.json"


def another_format(world: World, work: Work) -> Report:
    report = speak(world, work)
    assert report.audio is not None
    return dataclasses.replace(report, audio=dataclasses.replace(report.audio, format="wav"))


def another_rate(world: World, work: Work) -> Report:
    report = speak(world, work)
    assert report.audio is not None
    return dataclasses.replace(report, audio=dataclasses.replace(report.audio, sample_rate=8000))


def no_times(world: World, work: Work) -> Report:
    return dataclasses.replace(speak(world, work), timestamps=None)


def times_not_stored(world: World, work: Work) -> Report:
    report = speak(world, work)
    assert work.timestamps_upload is not None
    del world.store.objects[work.timestamps_upload.url.removeprefix("memory:")]
    return report


def other_times_stored(world: World, work: Work) -> Report:
    report = speak(world, work)
    assert work.timestamps_upload is not None
    world.store.objects[work.timestamps_upload.url.removeprefix("memory:")] = b"{}"
    return report


@pytest.mark.parametrize(
    ("lie", "said"),
    [
        (another_format, "reported wav, the request asks for mp3"),
        (another_rate, "reported 8000 Hz, the request asks for 16000"),
        (no_times, "reported no timestamps"),
        (times_not_stored, ".timestamps.json is not there"),
        (other_times_stored, "checksum"),
    ],
)
async def test_a_report_that_is_not_what_was_asked_for_is_no_success(
    world: World, lie: Callable[[World, Work], Report], said: str
) -> None:
    world.synthesize = lie
    status = await ended(world, format="mp3", sampleRate=16000, timestamps="word")
    assert status["phase"] == "Failed"
    assert "audio" not in status
    assert world.reason("hello", "Complete") == "VerificationFailed"
    assert said in status["conditions"][-1]["message"]


@pytest.mark.parametrize("deadline", [5, 86_400])
async def test_permission_to_upload_outlives_the_request(world: World, deadline: int) -> None:
    """However long the synthesis takes: an upload that comes in time is never refused as too late."""
    seen: list[Work] = []
    world.synthesize = lambda world, work: seen.append(work) or speak(world, work)  # type: ignore[func-returns-value]
    await ended(world, deadlineSeconds=deadline, timestamps="word")
    assert len(world.store.upload_seconds) == 2
    assert all(life > seen[0].seconds_left + 20 for life in world.store.upload_seconds.values())
