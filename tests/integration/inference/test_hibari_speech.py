"""hibari as a model among others: English in one voice, with word times, the same each time, and all else refused by name."""

import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from sandbox_fakes import FakeDispatch, FakeStore
from sandbox_process import run_sandbox
from voxpod_inference import probe
from voxpod_inference.audio import Samples
from voxpod_inference.bundle import Bundle
from voxpod_inference.engines.base import Synthesizer
from voxpod_inference.engines.registry import load_engine
from voxpod_inference.errors import InputError, SpeechError
from voxpod_inference.prepare import prepare
from voxpod_inference.settings import BundleSettings

pytestmark = pytest.mark.model

TEXT = "When the ship left the harbor, the whole town stood on the pier and waved."


@pytest.fixture(scope="module")
def weights(hibari_bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prepared-hibari")
    prepare(hibari_bundle, folder, print)
    return folder


@pytest.fixture(scope="module")
def hibari(hibari_bundle: Bundle, weights: Path) -> Synthesizer:
    model = load_engine(hibari_bundle, 1, weights)
    assert model.weights == "prepared"
    return model


def said(model: Synthesizer, text: str, **asked: Any) -> Samples:
    return np.concatenate([u.samples for u in model.speak(model.prepare(text, **asked))])


def test_the_same_text_sounds_the_same_each_time_and_on_plain_weights(
    hibari: Synthesizer, hibari_bundle: Bundle, tmp_path: Path
) -> None:
    once = said(hibari, TEXT)
    assert (once == said(hibari, TEXT)).all()
    plain = said(load_engine(hibari_bundle, 1, tmp_path), TEXT)
    assert len(plain) == len(once)
    assert np.square(plain - once).sum() < 1e-3 * np.square(once).sum()


def test_words_are_told_in_their_order_within_the_sound(hibari: Synthesizer) -> None:
    utterances = list(hibari.speak(hibari.prepare(TEXT)))
    for utterance in utterances:
        edges = [edge for word in utterance.words for edge in (word.begins, word.ends)]
        assert edges == sorted(edges)
        assert edges[-1] <= utterance.spoken_seconds
    words = [TEXT[word.start : word.end] for utterance in utterances for word in utterance.words]
    assert words == re.findall(r"\w+", TEXT)


@pytest.mark.parametrize(("speed", "ratio"), [(0.5, 2.0), (0.8, 1.25), (1.2, 1 / 1.2), (2.0, 0.5)])
def test_speech_is_as_fast_as_asked(hibari: Synthesizer, speed: float, ratio: float) -> None:
    usual = sum(u.spoken_seconds for u in hibari.speak(hibari.prepare(TEXT)))
    changed = sum(u.spoken_seconds for u in hibari.speak(hibari.prepare(TEXT, speed=speed)))
    assert changed / usual == pytest.approx(ratio, rel=0.15)  # a phoneme has at least one frame, whatever the speed


@pytest.mark.parametrize(
    ("text", "asked", "reason", "message"),
    [
        pytest.param("你好", {}, "LanguageNotSupported", "in Mandarin (zh); this model speaks en", id="Chinese"),
        pytest.param("Hi", {"language": "fr"}, "LanguageNotSupported", "'fr'; this model speaks auto, en", id="French"),
        pytest.param("<lang=es>Hola</lang>", {}, "LanguageNotSupported", "this model speaks en", id="a Spanish span"),
        pytest.param("Hi", {"voice": "af_heart"}, "VoiceNotFound", "hibari-heart-int8 has heart", id="Kokoro's voice"),
        pytest.param("Hi", {"voice": "heart+af_bella"}, "VoiceNotFound", "does not mix voices", id="a mix"),
        pytest.param("!!!", {}, "TextEmpty", "none of them can be spoken", id="nothing to say"),
    ],
)
def test_what_it_cannot_do_is_refused_by_name(
    hibari: Synthesizer, text: str, asked: dict[str, str], reason: str, message: str
) -> None:
    with pytest.raises(InputError, match=re.escape(message)) as refused:
        hibari.prepare(text, **asked)  # type: ignore[arg-type]
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a", id="one letter"),
        pytest.param("OK" + "!" * 30, id="a row of signs"),
        pytest.param("x" * 300, id="one word without end"),
        pytest.param("and then he said that " * 40, id="no punctuation"),
        pytest.param("Ω ≈ 5€, 3/4 & naïve – café… \U0001f600", id="signs"),
    ],
)
def test_any_text_makes_finite_sound_of_bounded_length(hibari: Synthesizer, text: str) -> None:
    for utterance in hibari.speak(hibari.prepare(text)):
        assert np.isfinite(utterance.samples).all()
        assert np.abs(utterance.samples).max() < 2
        assert utterance.spoken_seconds < 10


def test_stopped_it_fails_soon(hibari_bundle: Bundle, weights: Path) -> None:
    model = load_engine(hibari_bundle, 1, weights)
    utterances = model.speak(model.prepare(TEXT * 3))
    next(utterances)
    model.stop()
    with pytest.raises(SpeechError) as failed:
        list(utterances)
    assert failed.value.fault == "engine"


def test_the_probe_tells_what_it_is_and_can(hibari_bundle: Bundle, tmp_path: Path) -> None:
    facts = probe.facts(BundleSettings(hibari_bundle.root, f"sha256:{hibari_bundle.manifest.digest}", 1, tmp_path))
    assert (facts.engine, facts.voices, facts.languages, facts.sample_rate) == ("hibari", ("heart",), ("en",), 24_000)
    assert (facts.mixes_voices, facts.tells_words) == (False, True)


def test_a_sandbox_speaks_with_it(
    environment: dict[str, str], dispatch: FakeDispatch, store: FakeStore, work: dict[str, Any], hibari_bundle: Bundle
) -> None:
    environment["VOXPOD_BUNDLE"] = str(hibari_bundle.root)
    environment["VOXPOD_BUNDLE_DIGEST"] = f"sha256:{hibari_bundle.manifest.digest}"
    dispatch.gives(work | {"text": TEXT, "voice": ""})
    done = run_sandbox(environment)
    (report,) = dispatch.reports
    assert (done.returncode, report["failure"], report["audio"]["voice"]) == (0, None, "heart")
    (sound,) = store.objects.values()
    samples, rate = soundfile.read(io.BytesIO(sound))
    assert (rate, len(samples) / rate) == (24_000, pytest.approx(report["audio"]["duration_seconds"], abs=0.001))


def test_text_in_another_language_ends_a_request_as_the_requests_fault(
    environment: dict[str, str], dispatch: FakeDispatch, work: dict[str, Any], hibari_bundle: Bundle
) -> None:
    environment["VOXPOD_BUNDLE"] = str(hibari_bundle.root)
    environment["VOXPOD_BUNDLE_DIGEST"] = f"sha256:{hibari_bundle.manifest.digest}"
    dispatch.gives(work | {"text": "Hello, 你好", "voice": ""})
    run_sandbox(environment)
    (report,) = dispatch.reports
    assert (report["failure"]["fault"], report["failure"]["reason"]) == ("input", "LanguageNotSupported")
    assert "this model speaks en" in report["failure"]["message"]


def test_its_manifest_names_licence_and_source(hibari_bundle: Bundle) -> None:
    manifest = json.loads((hibari_bundle.root / "manifest.json").read_text())
    assert manifest["licence"] == "Apache-2.0"
    assert [source.partition(" ")[0] for source in manifest["sources"]] == ["pypi:hibari-tts@0.2.1"]
    assert hibari_bundle.complaints() == []
    assert "Maureese Williams" in (hibari_bundle.root / "NOTICE").read_text()
