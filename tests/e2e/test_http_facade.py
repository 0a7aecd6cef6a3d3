"""The HTTP facade on a real cluster: curl's calls, and OpenAI's own SDK, from outside, to audio that a recogniser would take."""

import base64
import concurrent.futures
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest
import soundfile

from speech_wav import listen
from voxpod_client import Voxpod
from voxpod_crds.tts_request import Phase
from voxpod_installation import API_KEYS, SYSTEM

pytestmark = pytest.mark.e2e

TEAM, OTHER_TEAM = "team-a", "team-b"
TEXT = "The north wind and the sun disputed which was the stronger."
REQUESTS = "/apis/voxpod.dev/v1alpha1/namespaces/{}/ttsrequests"


@pytest.fixture(scope="module")
def sdk(voxpod: Voxpod) -> Iterator[openai.OpenAI]:
    """OpenAI's SDK as it is, with our address and a key."""
    with openai.OpenAI(base_url=f"{voxpod.api_url}/v1", api_key=API_KEYS[TEAM]) as client:
        yield client


@pytest.fixture(scope="module")
def synthesized(http: httpx2.Client) -> dict[str, Any]:
    """What the first call of the mission answers."""
    answer = http.post("/v1/tts/synthesize", json={"text": TEXT, "voice": "af_heart"})
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def seconds_of(audio: bytes) -> float:
    """How long any file lasts that libsndfile reads."""
    return float(soundfile.info(io.BytesIO(audio)).duration)


def test_url_of_the_audio_is_heard_from_outside_without_a_key(synthesized: dict[str, Any]) -> None:
    audio = httpx2.get(synthesized["audio_url"], trust_env=False)

    assert audio.status_code == 200
    assert listen(audio.content).seconds == pytest.approx(synthesized["duration"], abs=0.01)


def test_url_is_for_this_one_object(synthesized: dict[str, Any]) -> None:
    url = synthesized["audio_url"]
    others = [url.replace(f"/{TEAM}/", f"/{OTHER_TEAM}/"), url[:-1] + ("0" if url[-1] != "0" else "1")]

    assert [httpx2.get(other, trust_env=False).status_code for other in others] == [403, 403]


def test_call_is_a_request_that_kubectl_shows(synthesized: dict[str, Any], voxpod: Voxpod) -> None:
    found = voxpod.kube.get(f"{REQUESTS.format(TEAM)}/{synthesized['request_id']}")

    assert found is not None
    assert (found["spec"]["text"], found["status"]["phase"]) == (TEXT, "Succeeded")
    assert found["status"]["tenant"] == TEAM


def test_audio_comes_in_base64(http: httpx2.Client) -> None:
    answer = http.post("/tts", json={"text": TEXT, "speaker": "af_heart", "language": "en"})

    assert answer.status_code == 200, answer.text
    said = answer.json()
    heard = listen(base64.b64decode(said["audio"]))
    assert heard.seconds == pytest.approx(said["duration"], abs=0.01)
    assert heard.sample_rate == said["sample_rate"] == 24000


def test_openai_s_sdk_gets_an_mp3(sdk: openai.OpenAI, tmp_path: Path) -> None:
    sdk.audio.speech.create(model="tts-1", voice="alloy", input=TEXT).write_to_file(tmp_path / "x.mp3")

    assert 2 < seconds_of((tmp_path / "x.mp3").read_bytes()) < 8


def test_openai_s_sdk_streams_pcm(sdk: openai.OpenAI) -> None:
    with sdk.audio.speech.with_streaming_response.create(
        model="gpt-4o-mini-tts", voice="nova", input=TEXT, response_format="pcm"
    ) as answer:
        samples = b"".join(answer.iter_bytes())

    assert 2 < len(samples) / 2 / 24_000 < 8
    assert max(abs(int.from_bytes(samples[i : i + 2], "little", signed=True)) for i in range(0, len(samples), 2)) > 1000


def test_task_has_its_audio_its_times_and_its_captions(http: httpx2.Client) -> None:
    begun = http.post(
        "/v1/speech-tasks", json={"text": f"{TEXT} It was the sun.", "timestamps": "sentence", "format": "ogg"}
    )
    assert begun.status_code == 202, begun.text
    path = begun.headers["Location"]

    task = begun.json()
    while task["status"] in ("queued", "running"):
        task = http.get(path, params={"wait": 30}).json()
    audio = http.get(f"{path}/audio")
    captions = http.get(task["timestamps_url"], params={"format": "srt"}).text

    assert task["status"] == "succeeded", task
    assert audio.headers["Content-Type"] == "audio/ogg"
    assert seconds_of(audio.content) == pytest.approx(task["duration"], abs=0.1)
    assert httpx2.get(task["audio_url"], trust_env=False).content == audio.content
    assert [line for line in captions.splitlines() if line and line[0].isalpha()] == [TEXT, "It was the sun."]
    assert task["id"] in {one["id"] for one in http.get("/v1/speech-tasks").json()["data"]}


def test_use_of_the_day_and_the_page_for_people_are_there(http: httpx2.Client) -> None:
    limits, page = http.get("/v1/limits").json(), http.get("/")

    assert limits["tenant"] == TEAM
    assert "require-trusted-types-for" in page.headers["Content-Security-Policy"]
    assert http.get("/console/app.js").status_code == 200


def test_openai_s_sdk_is_told_of_a_voice_that_there_is_not(sdk: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        sdk.audio.speech.create(model="tts-1", voice="af_hart", input=TEXT)

    assert (caught.value.code, caught.value.param) == ("voice_not_found", "voice")


def test_catalogue_has_the_voices_of_the_bundle(voxpod: Voxpod) -> None:
    voices = httpx2.get(f"{voxpod.api_url}/v1/audio/voices", trust_env=False).json()["data"]

    assert {"af_heart", "zf_xiaobei", "alloy"} <= {voice["id"] for voice in voices}


@pytest.mark.parametrize("path", ["/tts", "/v1/tts/synthesize", "/v1/audio/speech"])
def test_stranger_is_told_nothing(voxpod: Voxpod, path: str) -> None:
    answer = httpx2.post(voxpod.api_url + path, json={"text": TEXT}, trust_env=False)

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "invalid_api_key")


def test_each_key_speaks_for_its_own_tenant_at_whichever_replica(voxpod: Voxpod) -> None:
    """One Idempotency-Key of two tenants: two requests, each in its own namespace, however often it is said."""
    with httpx2.Client(base_url=voxpod.api_url, timeout=120, trust_env=False) as client:

        def name(team: str) -> str:
            headers = {"Authorization": f"Bearer {API_KEYS[team]}", "Idempotency-Key": "the same for both"}
            answer = client.post("/v1/tts/synthesize", json={"text": "One key, two tenants."}, headers=headers)
            return str(answer.json()["request_id"])

        names = {team: {name(team) for _ in range(4)} for team in API_KEYS}

    for team, found in names.items():
        (only,) = found
        assert voxpod.kube.get(f"{REQUESTS.format(team)}/{only}") is not None
    assert names[TEAM].isdisjoint(names[OTHER_TEAM])


def test_call_under_way_gets_its_audio_when_its_pod_is_drained(voxpod: Voxpod, http: httpx2.Client) -> None:
    """All facades are told to end while a sandbox speaks; their calls end first."""
    before = {item["metadata"]["name"] for item in voxpod.kube.items(REQUESTS.format(TEAM))}
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        call = pool.submit(http.post, "/v1/tts/synthesize", json={"text": f"{TEXT} " * 4})
        try:
            voxpod.until(lambda: running(voxpod, before), "a sandbox speaks")
        finally:
            voxpod.kubectl("rollout", "restart", "-n", SYSTEM, "deployment/voxpod-api")
        answer = call.result(timeout=120)

    assert answer.status_code == 200, answer.text
    voxpod.kubectl("rollout", "status", "-n", SYSTEM, "deployment/voxpod-api", "--timeout=120s")


def running(voxpod: Voxpod, before: set[str]) -> bool:
    """Whether a request that is new has a sandbox that speaks."""
    found = voxpod.kube.items(REQUESTS.format(TEAM))
    return any(
        item["metadata"]["name"] not in before and item.get("status", {}).get("phase") == Phase.RUNNING
        for item in found
    )
