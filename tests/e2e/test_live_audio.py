"""Speech that is heard while it is spoken, on a real cluster: through NetworkPolicies, from sandboxes that waited and from cold ones."""

import base64
import io
import json
import statistics
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import openai
import pytest
import soundfile

from live_streams import decoded
from voxpod_client import Voxpod
from voxpod_crds.tts_request import Phase
from voxpod_installation import API_KEYS, SYSTEM

pytestmark = pytest.mark.e2e

TEAM = "team-a"
SHORT = "The north wind and the sun disputed which was the stronger."
LONG = (
    "The north wind and the sun disputed which was the stronger, when a traveler came along wrapped in a warm cloak. "
    "They agreed that the one who first succeeded in making the traveler take his cloak off should be considered "
    "stronger than the other. Then the north wind blew as hard as he could, but the more he blew the more closely did "
    "the traveler fold his cloak around him; and at last the north wind gave up the attempt."
)
REQUESTS = f"/apis/voxpod.dev/v1alpha1/namespaces/{TEAM}/ttsrequests"
WARM = "live"
FACADE_PODS = f"/api/v1/namespaces/{SYSTEM}/pods"


@pytest.fixture(scope="module")
def pool(voxpod: Voxpod) -> Iterator[str]:
    """A SpeechModel whose sandboxes wait."""
    spec = voxpod.model_spec(voxpod.installation.model, warmPool={"minIdle": 2, "maxSandboxes": 4})
    path = voxpod.apply("SpeechModel", WARM, spec)
    try:
        voxpod.wait_ready(path, "True")
        yield WARM
    finally:
        voxpod.kube.delete(path)


def until_full(voxpod: Voxpod) -> None:
    """Sandboxes of the pool wait."""
    name = f'voxpod_sandboxes{{model="{WARM}",state="idle"}}'
    voxpod.until(
        lambda: int(voxpod.metrics(voxpod.leader()).get(name, 0)) == 2, "the pool is full", explain=voxpod.behind
    )


def hear(http: httpx2.Client, voxpod: Voxpod, **body: Any) -> tuple[httpx2.Response, bytes, float, str]:
    """The answer, its audio, seconds until the first of it, and the request's phase at that moment."""
    began = time.monotonic()
    with http.stream("POST", "/v1/audio/speech", json={"voice": "af_heart", **body}) as answer:
        assert answer.status_code == 200, answer.read()
        pieces = answer.iter_raw()
        sound, first = next(pieces), time.monotonic() - began
        found = voxpod.kube.get(f"{REQUESTS}/{answer.headers['x-voxpod-request']}")
        assert found is not None
        for piece in pieces:
            sound += piece
    return answer, sound, first, found["status"]["phase"]


def succeeded(answer: httpx2.Response, voxpod: Voxpod) -> dict[str, Any]:
    """The request's status once the answer came to its end: that is in order only of one that succeeded."""
    found = voxpod.kube.get(f"{REQUESTS}/{answer.headers['x-voxpod-request']}")
    assert found is not None
    assert found["status"]["phase"] == Phase.SUCCEEDED
    status: dict[str, Any] = found["status"]
    return status


@pytest.mark.parametrize("kind", ["a sandbox that waited", "a cold sandbox"])
def test_first_sound_leaves_while_the_rest_is_spoken(
    kind: str, http: httpx2.Client, voxpod: Voxpod, pool: str, measured: dict[str, str]
) -> None:
    model = pool if kind == "a sandbox that waited" else "kokoro"
    if model == pool:
        until_full(voxpod)
    answer, sound, first, phase = hear(http, voxpod, input=LONG, model=model, response_format="pcm")

    measured[f"first sound of {len(LONG)} characters, {kind}"] = f"{first:.2f} s"
    assert answer.headers["x-voxpod-live"] == "true"
    assert phase == Phase.RUNNING
    status = succeeded(answer, voxpod)
    assert len(sound) / 48_000 == pytest.approx(status["audio"]["durationSeconds"], abs=1.0)


@pytest.mark.parametrize("format", ["mp3", "opus", "flac", "wav", "pcm"])
def test_every_format_is_heard_while_it_is_spoken(format: str, http: httpx2.Client, voxpod: Voxpod, pool: str) -> None:
    until_full(voxpod)
    answer, sound, _, _ = hear(http, voxpod, input=SHORT, model=pool, response_format=format)
    stored = float(succeeded(answer, voxpod)["audio"]["durationSeconds"])
    samples = decoded(sound, format, flac_samples=round((stored - 0.5) * 24_000))

    assert answer.headers["x-voxpod-live"] == "true"
    assert 2 < len(samples) / 24_000 < 8
    assert abs(samples).max() > 0.1


def test_events_carry_it_too(http: httpx2.Client, voxpod: Voxpod, pool: str) -> None:
    until_full(voxpod)
    body = {"input": SHORT, "model": pool, "voice": "af_heart", "response_format": "pcm", "stream_format": "sse"}
    with http.stream("POST", "/v1/audio/speech", json=body) as answer:
        lines = [line for line in answer.iter_lines() if line]
    events = [json.loads(line.removeprefix("data: ")) for line in lines]
    sound = b"".join(base64.b64decode(event["audio"]) for event in events[:-1])

    assert answer.headers["x-voxpod-live"] == "true"
    assert events[-1]["type"] == "speech.audio.done"
    assert events[-1]["usage"]["output_tokens"] == pytest.approx(len(sound) / 48_000, abs=2)


def test_openai_s_sdk_hears_it(voxpod: Voxpod, pool: str) -> None:
    until_full(voxpod)
    with (
        openai.OpenAI(base_url=f"{voxpod.api_url}/v1", api_key=API_KEYS[TEAM]) as sdk,
        sdk.audio.speech.with_streaming_response.create(model=pool, voice="af_heart", input=SHORT) as answer,
    ):
        assert answer.headers["x-voxpod-live"] == "true"
        sound = b"".join(answer.iter_bytes())

    assert 2 < soundfile.info(io.BytesIO(sound)).duration < 8


def test_replica_that_has_the_listener_dies_and_the_repeat_gets_what_was_spoken(
    http: httpx2.Client, voxpod: Voxpod, pool: str
) -> None:
    """Nobody is left who could cancel the request; the sandbox goes on, and its sound is spoken once."""
    until_full(voxpod)
    body = {"input": LONG, "model": pool, "voice": "af_heart", "response_format": "pcm"}
    with http.stream("POST", "/v1/audio/speech", json=body) as answer:
        assert answer.headers["x-voxpod-live"] == "true"
        pieces = answer.iter_raw()
        next(pieces)
        for pod in voxpod.kube.items(FACADE_PODS, labelSelector="app.kubernetes.io/component=api"):
            voxpod.kube.delete(f"{FACADE_PODS}/{pod['metadata']['name']}", gracePeriodSeconds=0)
        with pytest.raises(httpx2.TransportError):
            for _ in pieces:
                pass
    name = answer.headers["x-voxpod-request"]

    def repeat() -> httpx2.Response | None:
        try:
            found = http.post("/v1/audio/speech", json=body, headers={"x-stainless-retry-count": "1"})
        except httpx2.TransportError:  # its successor is not ready yet
            return None
        return found if found.status_code == 200 else None

    said = voxpod.until(repeat, "another replica answers", explain=voxpod.behind)
    found = voxpod.kube.get(f"{REQUESTS}/{name}")
    assert found is not None
    assert said.headers["x-voxpod-request"] == name
    assert (found["status"]["phase"], found["status"]["attempt"]) == (Phase.SUCCEEDED, 1)
    assert len(said.content) / 48_000 == pytest.approx(found["status"]["audio"]["durationSeconds"], abs=0.01)


def test_first_sound_of_a_short_sentence(
    http: httpx2.Client, voxpod: Voxpod, pool: str, measured: dict[str, str]
) -> None:
    """Measured, and held to nothing here: docs/benchmarks has what a quiet machine does."""
    times = []
    for _ in range(10):
        until_full(voxpod)
        times.append(hear(http, voxpod, input=SHORT, model=pool, response_format="pcm")[2])

    times.sort()
    measured[f"first sound of {len(SHORT)} characters, warm, ten times"] = (
        f"median {statistics.median(times):.2f} s, {times[0]:.2f} to {times[-1]:.2f}"
    )
