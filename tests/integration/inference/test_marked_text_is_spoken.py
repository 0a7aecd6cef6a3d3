"""What SSML, language spans and a lexicon ask for is heard from the real model."""

import numpy as np
import pytest

from voxpod_inference.bundle import Bundle
from voxpod_inference.engines.base import Samples, Utterance
from voxpod_inference.engines.kokoro import Kokoro

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def kokoro(kokoro_bundle: Bundle) -> Kokoro:
    return Kokoro(kokoro_bundle, threads=2)


def utterances(kokoro: Kokoro, text: str, **asked: object) -> list[Utterance]:
    return list(kokoro.speak(kokoro.prepare(text, **{"voice": "af_heart", "ssml": text.startswith("<speak"), **asked})))  # type: ignore[arg-type]


def sound(kokoro: Kokoro, text: str, **asked: object) -> Samples:
    return np.concatenate([u.samples for u in utterances(kokoro, text, **asked)])


def level(samples: Samples) -> float:
    return float(np.sqrt(np.mean(samples**2)))


def test_break_is_a_silence_of_its_length(kokoro: Kokoro) -> None:
    plain = sound(kokoro, '<speak>Good morning.<break time="0s"/> Good night.</speak>')
    paused = sound(kokoro, '<speak>Good morning.<break time="1.5s"/> Good night.</speak>')
    assert len(paused) - len(plain) == 1.5 * kokoro.sample_rate
    first, *_ = utterances(kokoro, '<speak><break time="1s"/>Good morning.</speak>')
    assert (len(first.samples), first.spoken_seconds) == (kokoro.sample_rate, 0.0)
    assert not first.samples.any()


def test_rate_and_volume_are_heard_in_their_part(kokoro: Kokoro) -> None:
    plain, slow, soft = utterances(
        kokoro, '<speak>Good morning, my friends. <prosody rate="50%">Good morning, my friends.</prosody> <prosody volume="-12dB">Good morning, my friends.</prosody></speak>'
    )  # fmt: skip
    assert 1.6 <= slow.spoken_seconds / plain.spoken_seconds <= 2.4
    assert 0.2 <= level(soft.samples) / level(plain.samples) <= 0.3


def test_given_sounds_are_spoken(kokoro: Kokoro) -> None:
    said = sound(kokoro, "Hi Voxpod.", lexicon={"voxpod": "/ˈvɑkspɑd/"})
    assert np.array_equal(said, sound(kokoro, '<speak>Hi <phoneme ph="ˈvɑkspɑd">xx</phoneme>.</speak>'))
    assert not np.array_equal(said, sound(kokoro, "Hi Voxpod.", lexicon={"voxpod": "cucumber"}))


def test_word_times_are_of_the_marked_text(kokoro: Kokoro) -> None:
    text = '<speak>Please call <sub alias="doctor">Dr</sub> Smith, <say-as interpret-as="digits">42</say-as>.</speak>'
    (utterance,) = utterances(kokoro, text)
    assert [text[w.start : w.end] for w in utterance.words] == ["Please", "call", "Dr", "Smith", "42"]
    assert [w.begins for w in utterance.words] == sorted(w.begins for w in utterance.words)


@pytest.mark.parametrize(("text", "said"), [("<lang=zh>2026</lang>", "zh"), ("<lang=es>Buenos días</lang>", "es"), ("<lang=ja>東京</lang>", "ja")])
def test_language_span_chooses_the_voice(kokoro: Kokoro, text: str, said: str) -> None:
    prepared = kokoro.prepare(text)
    assert prepared.script.language == said
    assert sum(len(u.samples) for u in kokoro.speak(prepared)) > 5000
