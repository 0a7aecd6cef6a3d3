"""Three engines on one cluster: kokoro, hibari, and a CosyVoice that an administrator converted from a (small, random) checkpoint."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from cosyvoice_checkpoint import a_bundle
from kube_api import VOXPOD
from speech_wav import listen
from voxpod_client import Voxpod, complete
from voxpod_crds.conditions import Reason
from voxpod_crds.tts_request import Phase, TTSRequest
from voxpod_installation import API_KEYS, Model, place_model

pytestmark = [pytest.mark.e2e, pytest.mark.model]

MODELS = f"{VOXPOD}/speechmodels"
TEAM = "team-a"
TEXT = "Hello there, 你好！"
ENGLISH = "The north wind and the sun disputed which was the stronger."
STEPS = 2


@dataclass(frozen=True)
class Spoken:
    """What one request ended as, and the samples' file."""

    request: TTSRequest
    audio: bytes

    @property
    def sha256(self) -> str:
        """Of the object, as the sandbox told it."""
        assert self.request.status.audio is not None
        return self.request.status.audio.sha256


@pytest.fixture(scope="module")
def converted(voxpod: Voxpod, tmp_path_factory: pytest.TempPathFactory) -> Model:
    """The bundle of a checkpoint that follows instructions, on the node."""
    made = a_bundle(tmp_path_factory.mktemp("cosyvoice"), eight_bits=True, instruct=True)
    model = Model(made.root, f"sha256:{made.manifest.digest}")
    return place_model(model, voxpod.installation.model_root, "converted")


@pytest.fixture(scope="module")
def fast(voxpod: Voxpod) -> Model:
    """The bundle of hibari, on the node."""
    command = [sys.executable, "-m", "voxpod_inference.cli", "fetch-hibari", "--quiet"]
    digest, folder = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return place_model(Model(Path(folder), digest), voxpod.installation.model_root, "hibari")


@pytest.fixture(scope="module")
def side_by_side(voxpod: Voxpod, converted: Model, fast: Model) -> Iterator[Voxpod]:
    """Both beside kokoro, Ready; each node prepares their weights by itself."""
    offers = {
        "cosy": voxpod.model_spec(converted, engine="cosyvoice", delivery={}, flowSteps=STEPS),
        "hibari": voxpod.model_spec(fast, engine="hibari", delivery={}, defaultFor=["en"]),
    }
    paths: list[str] = []
    try:
        for name, spec in offers.items():
            paths.append(voxpod.apply("SpeechModel", name, spec))
        for path in paths:
            voxpod.wait_ready(path, "True")
        yield voxpod
    finally:
        for path in paths:
            voxpod.kube.delete(path)


def said(voxpod: Voxpod, text: str = TEXT, **spec: object) -> Spoken:
    """A request that is spoken."""
    request = voxpod.speak(TEAM, text, **spec)
    assert request.status.audio is not None
    return Spoken(request, voxpod.download(request.status.audio.uri))


@pytest.fixture(scope="module")
def first(side_by_side: Voxpod) -> Spoken:
    """The converted model's word for a seed."""
    return said(side_by_side, model="cosy", voice="en_male", seed=7)


def test_the_models_tell_what_they_are_and_can(side_by_side: Voxpod) -> None:
    cosy, hibari = ((side_by_side.kube.get(f"{MODELS}/{name}") or {})["status"] for name in ("cosy", "hibari"))
    assert (cosy["engine"], cosy["languages"], cosy["voices"]) == (
        "cosyvoice",
        ["en", "ja", "ko", "yue", "zh"],
        ["zh_female", "en_male"],
    )
    assert (cosy["takesInstructions"], cosy["flowSteps"], cosy["tellsWords"], cosy["mixesVoices"]) == (
        True,
        STEPS,
        False,
        False,
    )
    assert (hibari["engine"], hibari["languages"], hibari["takesInstructions"]) == ("hibari", ["en"], False)
    assert "flowSteps" not in hibari


def test_a_converted_checkpoint_speaks_audio_of_the_length_that_is_told(first: Spoken) -> None:
    audio = first.request.status.audio
    assert audio is not None
    heard = listen(first.audio)
    assert (heard.sample_rate, audio.sample_rate) == (22_050, 22_050)
    assert heard.seconds == pytest.approx(audio.duration_seconds, abs=0.01)
    assert 0.2 < heard.seconds < 60
    assert (first.request.status.model, first.request.status.voice) == ("cosy", "en_male")


def test_the_same_seed_makes_the_same_bytes_and_another_others(side_by_side: Voxpod, first: Spoken) -> None:
    again, other = (said(side_by_side, model="cosy", voice="en_male", seed=seed) for seed in (7, 8))
    assert again.audio == first.audio
    assert other.sha256 != first.sha256


def test_instructions_change_how_it_is_said(side_by_side: Voxpod, first: Spoken) -> None:
    asked = said(side_by_side, model="cosy", voice="en_male", seed=7, instructions="Slow and hoarse.")
    assert asked.sha256 != first.sha256


REFUSED = {
    "another language": (
        {"model": "cosy", "language": "fr"},
        Reason.LANGUAGE_NOT_SUPPORTED,
        "SpeechModel cosy cannot speak fr; it speaks en, ja, ko, yue, zh; set spec.model to kokoro",
    ),
    "another voice": (
        {"model": "cosy", "voice": "en_mal"},
        Reason.VOICE_NOT_FOUND,
        "SpeechModel cosy has no voice en_mal; did you mean en_male",
    ),
    "a mix": (
        {"model": "cosy", "voice": "en_male+zh_female"},
        Reason.VOICE_NOT_FOUND,
        "SpeechModel cosy does not mix voices; it has zh_female, en_male",
    ),
    "times of words": (
        {"model": "cosy", "timestamps": "word"},
        Reason.NOT_SUPPORTED_YET,
        "SpeechModel cosy does not tell when words are heard; sentence is accepted",
    ),
    "instructions for a model that follows none": (
        {"model": "kokoro", "instructions": "Whisper."},
        Reason.NOT_SUPPORTED_YET,
        "SpeechModel kokoro takes none; set spec.model to cosy, or leave them out",
    ),
    "Korean of the English model": (
        {"model": "hibari", "language": "ko"},
        Reason.LANGUAGE_NOT_SUPPORTED,
        "SpeechModel hibari cannot speak ko; it speaks en; set spec.model to cosy",
    ),
}


@pytest.mark.parametrize(("spec", "reason", "says"), REFUSED.values(), ids=REFUSED)
def test_what_a_model_cannot_do_is_refused_by_the_right_reason(
    side_by_side: Voxpod, spec: dict[str, str], reason: Reason, says: str
) -> None:
    asked = side_by_side.ask(TEAM, ENGLISH, **spec)
    found, message = complete(side_by_side.wait(asked, Phase.REJECTED))
    assert (found, says in message) == (reason, True), message


def test_text_that_only_the_sandbox_reads_is_refused_with_its_place(side_by_side: Voxpod) -> None:
    asked = side_by_side.ask(TEAM, "Hello, Привет", model="cosy")
    reason, message = complete(side_by_side.wait(asked, Phase.FAILED))
    assert reason == Reason.LANGUAGE_NOT_SUPPORTED
    assert "characters 7 to 13 of the text" in message


def test_more_instructions_than_the_model_has_room_for_are_refused_by_number(side_by_side: Voxpod) -> None:
    asked = side_by_side.ask(TEAM, ENGLISH, model="cosy", instructions="slowly " * 140)
    reason, message = complete(side_by_side.wait(asked, Phase.FAILED))
    assert reason == Reason.INPUT_REFUSED
    assert "tokens, 128 are accepted" in message


@pytest.mark.parametrize(
    ("spec", "model"),
    [
        pytest.param({"language": "en"}, "hibari", id="English goes to the model for English"),
        pytest.param({"language": "en-GB"}, "hibari", id="a variety of it as well"),
        pytest.param({"language": "auto"}, "kokoro", id="what was not said goes to the default"),
        pytest.param({"language": "en", "voice": "af_bella"}, "kokoro", id="a voice that only the default has"),
        pytest.param({"language": "en", "model": "kokoro"}, "kokoro", id="a model that is named"),
    ],
)
def test_a_request_that_names_no_model_gets_the_one_for_its_language(
    side_by_side: Voxpod, spec: dict[str, str], model: str
) -> None:
    spoken = said(side_by_side, ENGLISH, **spec)
    assert spoken.request.status.model == model
    assert 2 < listen(spoken.audio).seconds < 8


def test_an_alias_of_the_chart_means_the_model_that_it_says(side_by_side: Voxpod) -> None:
    """`api.modelAliases` of the installation: quick is hibari, tts-1 the default one."""
    headers = {"Authorization": f"Bearer {API_KEYS[TEAM]}"}
    voices = {}
    with httpx2.Client(base_url=side_by_side.api_url, headers=headers, timeout=120, trust_env=False) as http:
        listed = {model["id"]: model["voxpod_model"] for model in http.get("/v1/models").json()["data"]}
        for name in ("quick", "tts-1"):
            answer = http.post("/v1/audio/speech", json={"model": name, "input": ENGLISH, "response_format": "wav"})
            assert answer.status_code == 200, answer.text
            found = side_by_side.kube.get(
                f"{VOXPOD}/namespaces/{TEAM}/ttsrequests/{answer.headers['x-voxpod-request']}"
            )
            assert found is not None
            voices[name] = found["status"]["model"]
    assert voices == {"quick": "hibari", "tts-1": "kokoro"}
    assert {name: listed[name] for name in voices} == voices


def test_another_number_of_steps_is_another_way_to_the_same_words(side_by_side: Voxpod, first: Spoken) -> None:
    path = f"{MODELS}/cosy"
    side_by_side.kube.merge(path, {"spec": {"flowSteps": STEPS + 1}})
    side_by_side.until(
        lambda: (side_by_side.kube.get(path) or {})["status"].get("flowSteps") == STEPS + 1, "the probe read it anew"
    )
    side_by_side.wait_ready(path, "True")
    more = said(side_by_side, model="cosy", voice="en_male", seed=7)
    assert more.sha256 != first.sha256
    durations = [one.request.status.audio.duration_seconds for one in (first, more) if one.request.status.audio]
    assert durations[0] == pytest.approx(durations[1], abs=0.3)


def test_steps_for_a_bundle_that_takes_none_are_told_on_the_model(side_by_side: Voxpod, fast: Model) -> None:
    path = side_by_side.apply("SpeechModel", "wrong", side_by_side.model_spec(fast, engine="hibari", flowSteps=5))
    try:
        told = side_by_side.wait_ready(path, "False", Reason.BUNDLE_INVALID)
    finally:
        side_by_side.kube.delete(path)
    assert "5 flow steps are asked for, but hibari-heart-int8 takes none: leave flowSteps out" in told
