"""The voices that read by espeak-ng speak, one default voice for each language, and tell when each word is heard."""

import shutil

import numpy as np
import pytest

from voxpod_inference.engines.kokoro import Kokoro
from voxpod_inference.errors import InputError

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed"),
]
TEXTS = {
    "es": ("El tren sale a las 15:30.", "ef_dora"),
    "fr": ("Le train part à 15h30.", "ff_siwis"),
    "hi": ("ट्रेन 3:30 बजे चलेगी।", "hf_alpha"),
    "it": ("Il treno parte alle 15:30.", "if_sara"),
    "pt": ("O trem sai às 15h30.", "pf_dora"),
}


@pytest.mark.parametrize("language", sorted(TEXTS))
def test_language_is_spoken_by_its_default_voice_with_times_of_all_words(language: str, kokoro: Kokoro) -> None:
    text, voice = TEXTS[language]
    prepared = kokoro.prepare(text, language=language)
    assert (prepared.voice, prepared.script.language) == (voice, language)
    assert prepared.script.warnings == ()
    utterances = list(kokoro.speak(prepared))
    samples = np.concatenate([u.samples for u in utterances])
    assert 1 < len(samples) / kokoro.sample_rate < 6
    assert float(np.abs(samples).max()) > 0.1
    timed = [text[word.start : word.end] for utterance in utterances for word in utterance.words]
    assert "".join(timed).replace(" ", "") == text.rstrip(".।").replace(" ", "")


@pytest.mark.parametrize("language", ["ko", "yue"])
def test_languages_without_a_voice_are_refused(language: str, kokoro: Kokoro) -> None:
    with pytest.raises(InputError, match="this model speaks") as refused:
        kokoro.prepare({"ko": "안녕하세요", "yue": "佢哋喺度"}[language], language=language)
    assert refused.value.reason == "LanguageNotSupported"
