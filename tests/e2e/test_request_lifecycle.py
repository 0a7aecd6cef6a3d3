"""From `kubectl apply` to a WAV in the object store, on a real cluster with the real model."""

import hashlib
import json
import uuid
from dataclasses import dataclass
from typing import Any

import pytest

from speech_wav import listen
from voxpod_client import Asked, Voxpod, complete
from voxpod_crds.conditions import ConditionType, Reason, find_condition
from voxpod_crds.tts_request import Phase, TTSRequest

pytestmark = pytest.mark.e2e

TEAM = "team-a"


@dataclass(frozen=True)
class Spoken:
    """A text, and how long a character of it lasts when a person reads it aloud, give or take half."""

    text: str
    language: str
    fewest_ms: float
    most_ms: float


TEXTS = {
    "en": Spoken("The north wind and the sun disputed which was the stronger.", "en", 40, 120),
    "zh": Spoken("每一个请求都在自己的沙箱里运行。", "zh", 140, 420),
    "ja": Spoken("こんにちは。専用のサンドボックスで音声になりました。", "ja", 90, 300),
}


@pytest.fixture(scope="module")
def applied(voxpod: Voxpod) -> dict[str, Asked]:
    """All texts as requests, by one `kubectl apply`."""
    unique = uuid.uuid4().hex[:6]
    items = [_manifest(f"apply-{language}-{unique}", spoken) for language, spoken in TEXTS.items()]
    stored = json.loads(
        voxpod.kubectl(
            "apply", "-o", "json", "-f", "-", input=json.dumps({"apiVersion": "v1", "kind": "List", "items": items})
        ).stdout
    )
    uids = {item["metadata"]["name"]: item["metadata"]["uid"] for item in stored["items"]}
    return {
        language: Asked(TEAM, item["metadata"]["name"], uids[item["metadata"]["name"]])
        for language, item in zip(TEXTS, items, strict=True)
    }


def _manifest(name: str, spoken: Spoken) -> dict[str, Any]:
    spec = {"text": spoken.text, "language": spoken.language}
    return {
        "apiVersion": "voxpod.dev/v1alpha1",
        "kind": "TTSRequest",
        "metadata": {"name": name, "namespace": TEAM},
        "spec": spec,
    }


@pytest.fixture(params=TEXTS)
def spoken(request: pytest.FixtureRequest, voxpod: Voxpod, applied: dict[str, Asked]) -> tuple[Spoken, TTSRequest]:
    """A text and the request that it became, Succeeded."""
    return TEXTS[request.param], voxpod.wait(applied[request.param], Phase.SUCCEEDED)


def test_audio_is_speech_of_the_length_that_the_text_takes(voxpod: Voxpod, spoken: tuple[Spoken, TTSRequest]):
    text, request = spoken
    assert request.status.audio is not None

    heard = listen(voxpod.download(request.status.audio.uri))

    assert (heard.sample_rate, heard.channels, heard.sample_bytes) == (24_000, 1, 2)
    assert text.fewest_ms < heard.seconds * 1000 / len(text.text) < text.most_ms
    assert heard.peak > 0.1
    assert heard.heard > 0.4
    assert heard.clipped < 0.0001


def test_status_tells_what_lies_in_the_store(voxpod: Voxpod, spoken: tuple[Spoken, TTSRequest]):
    _, request = spoken
    audio = request.status.audio
    assert audio is not None

    assert audio.uri == f"s3://voxpod/{TEAM}/{request.metadata.uid}.wav"
    content = voxpod.download(audio.uri)
    assert (audio.sha256, audio.bytes) == (hashlib.sha256(content).hexdigest(), len(content))
    assert abs(listen(content).seconds - audio.duration_seconds) < 0.001
    assert (audio.format, audio.sample_rate) == ("wav", 24_000)


def test_status_tells_how_it_went(spoken: tuple[Spoken, TTSRequest]):
    text, request = spoken
    status = request.status

    reasons = {type_: find_condition(status.conditions, type_) for type_ in ConditionType}
    told = {type_: (c.status, c.reason) for type_, c in reasons.items() if c}
    assert told == {
        ConditionType.ADMITTED: ("True", Reason.ADMITTED),
        ConditionType.DISPATCHED: ("True", Reason.CLAIMED),
        ConditionType.COMPLETE: ("True", Reason.SUCCEEDED),
    }
    assert (status.tenant, status.model, status.attempt) == (TEAM, "kokoro", 1)
    assert status.voice
    assert status.usage is not None
    assert status.usage.characters == len(text.text)
    assert status.timings is not None
    took = status.timings.model_dump()
    assert all(took[stage] is not None for stage in ("queued", "startup", "synthesis", "upload")), took
    assert status.timings.synthesis


def test_kubectl_get_shows_it_in_a_line(voxpod: Voxpod, spoken: tuple[Spoken, TTSRequest]):
    _, request = spoken

    head, line = voxpod.kubectl("get", "ttsr", "-n", TEAM, request.metadata.name).stdout.splitlines()

    assert head.split() == ["NAME", "PHASE", "REASON", "POSITION", "VOICE", "AUDIO", "S", "AGE"]
    assert line.split()[:4] == [request.metadata.name, "Succeeded", "Succeeded", request.status.voice]
    assert request.status.audio is not None
    assert f"{request.status.audio.duration_seconds:g}" in line.split()


def test_job_and_pod_go_when_their_time_is_over(voxpod: Voxpod, applied: dict[str, Asked]):
    for asked in applied.values():
        voxpod.wait(asked, Phase.SUCCEEDED)

    def left() -> list[object]:
        return [thing for asked in applied.values() for thing in (*voxpod.jobs_of(asked), *voxpod.pods_of(asked))]

    voxpod.until(lambda: not left(), "Jobs and pods are gone", explain=voxpod.behind)

    assert {complete(voxpod.look(asked))[0] for asked in applied.values()} == {Reason.SUCCEEDED}


def test_sandboxes_speak_with_weights_that_were_prepared_for_the_node(voxpod: Voxpod):
    voxpod.wait(voxpod.ask(TEAM, "Good morning."), Phase.SUCCEEDED)
    assert voxpod.metrics(voxpod.leader())['voxpod_sandbox_weights_total{weights="prepared"}'] >= 1
