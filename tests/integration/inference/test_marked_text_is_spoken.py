"""What SSML, language spans and a lexicon ask for is heard from the real model."""

import json

import numpy as np
import pytest

from voxpod_inference.engines.base import Samples, Utterance
from voxpod_inference.engines.kokoro import Kokoro
from voxpod_inference.timestamps import SpokenTimes

pytestmark = pytest.mark.model


def utterances(kokoro: Kokoro, text: str, **asked: object) -> list[Utterance]:
    return list(kokoro.speak(kokoro.prepare(text, **{"voice": "af_heart", "ssml": text.startswith("<speak"), **asked})))  # type: ignore[arg-type]


def sound(kokoro: Kokoro, text: str, **asked: object) -> Samples:
    return np.concatenate([u.samples for u in utterances(kokoro, text, **asked)])


def level(samples: Samples) -> float:
    return float(np.sqrt(np.mean(samples**2)))


def longest_silence(samples: Samples, rate: int) -> float:
    """Seconds between two moments that are louder than -50 dB."""
    return float(np.diff(np.flatnonzero(np.abs(samples) > 0.00316)).max() / rate)


@pytest.mark.parametrize("seconds", [0.1, 0.25, 1.5])
@pytest.mark.parametrize("between", ["Hello {} world", "Good morning.{} Good night."])
def test_break_is_a_silence_of_its_length(kokoro: Kokoro, seconds: float, between: str) -> None:
    pause = f'<break time="{seconds}s"/>'
    paused = sound(kokoro, f"<speak>{between.format(pause)}</speak>")
    assert longest_silence(paused, kokoro.sample_rate) == pytest.approx(seconds, abs=0.03)


@pytest.mark.parametrize("nothing", ['time="0s"', 'strength="none"'])
def test_break_of_nothing_is_not_heard(kokoro: Kokoro, nothing: str) -> None:
    assert np.array_equal(sound(kokoro, f"<speak>Hello <break {nothing}/>world</speak>"), sound(kokoro, "Hello world"))


def test_break_at_the_beginning_is_silence(kokoro: Kokoro) -> None:
    first, *_ = utterances(kokoro, '<speak><break time="1s"/>Good morning.</speak>')
    assert (len(first.samples), first.spoken_seconds) == (kokoro.sample_rate, 0.0)
    assert not first.samples.any()


def test_a_pause_of_any_length_comes_in_blocks_and_what_follows_is_heard_when_its_times_say(kokoro: Kokoro) -> None:
    text = '<speak>Good morning.<break time="9.5s"/>Good night.</speak>'
    spoken = SpokenTimes(text, kokoro.sample_rate)
    prepared = kokoro.prepare(text, voice="af_heart", speed=0.5, ssml=True)
    said = list(spoken.noting(kokoro.speak(prepared)))
    first, *silences, last = said
    pause = (
        len(first.samples) + sum(len(s.samples) for s in silences) - round(first.spoken_seconds * kokoro.sample_rate)
    )
    assert 18.4 * kokoro.sample_rate < pause < 19 * kokoro.sample_rate, "the rest is in the speech's own edges"
    assert all(0 < len(s.samples) <= kokoro.sample_rate and not s.samples.any() for s in silences)
    assert {(s.start, s.end, s.spoken_seconds, s.words) for s in silences} == {(first.end, first.end, 0.0, ())}
    assert len(last.samples) == round(last.spoken_seconds * kokoro.sample_rate)
    document = json.loads(spoken.document("word", prepared.script.sentences))
    samples = np.concatenate([u.samples for u in said])
    assert document["durationSeconds"] == round(len(samples) / kokoro.sample_rate, 3)
    assert [word["text"] for word in document["words"]] == ["Good", "morning", "Good", "night"]
    heard = (
        np.flatnonzero(np.abs(samples[round((first.spoken_seconds + 1) * kokoro.sample_rate) :]) > 0.01)[0]
        / kokoro.sample_rate
    )
    assert document["words"][2]["startSeconds"] == pytest.approx(first.spoken_seconds + 1 + heard, abs=0.1)


def test_rate_and_volume_are_heard_in_their_part(kokoro: Kokoro) -> None:
    plain, slow, soft = utterances(
        kokoro, '<speak>Good morning, my friends. <prosody rate="50%">Good morning, my friends.</prosody> <prosody volume="-12dB">Good morning, my friends.</prosody></speak>'
    )  # fmt: skip
    assert 1.6 <= slow.spoken_seconds / plain.spoken_seconds <= 2.4
    assert 0.2 <= level(soft.samples) / level(plain.samples) <= 0.3


def test_loud_part_is_as_much_louder_as_was_asked_however_it_is_cut(kokoro: Kokoro) -> None:
    sentences = "Good morning, my friends. What a wonderful day it is for all of us who have come here. " * 2
    plain = utterances(kokoro, f"<speak>{sentences}</speak>")
    loud = utterances(kokoro, f'<speak><prosody volume="+12dB">{sentences}</prosody></speak>')
    assert len(plain) == len(loud) > 1
    assert [level(u.samples) / level(v.samples) for u, v in zip(loud, plain, strict=True)] == pytest.approx(
        [10 ** (12 / 20)] * len(plain), rel=1e-3
    )


def test_slow_part_is_said_in_shorter_pieces(kokoro: Kokoro) -> None:
    words = "and then he said that " * 30
    plain = kokoro.prepare(words, voice="af_heart").script.chunks
    for slow in (
        kokoro.prepare(words, voice="af_heart", speed=0.25),
        kokoro.prepare(f'<speak><prosody rate="50%">{words}</prosody></speak>', voice="af_heart", ssml=True),
    ):
        assert max(len(c.phonemes) for c in plain) > 126 >= max(len(c.phonemes) for c in slow.script.chunks)


def test_given_sounds_are_spoken(kokoro: Kokoro) -> None:
    said = sound(kokoro, "Hi Voxpod.", lexicon={"voxpod": "/ˈvɑkspɑd/"})
    assert np.array_equal(said, sound(kokoro, '<speak>Hi <phoneme ph="ˈvɑkspɑd">xx</phoneme>.</speak>'))
    assert not np.array_equal(said, sound(kokoro, "Hi Voxpod.", lexicon={"voxpod": "cucumber"}))


def test_word_times_are_of_the_marked_text(kokoro: Kokoro) -> None:
    text = '<speak>Please call <sub alias="doctor">Dr</sub> Smith, <say-as interpret-as="digits">42</say-as>.</speak>'
    (utterance,) = utterances(kokoro, text)
    assert [text[w.start : w.end] for w in utterance.words] == ["Please", "call", "Dr", "Smith", "42"]
    assert [w.begins for w in utterance.words] == sorted(w.begins for w in utterance.words)


@pytest.mark.parametrize(
    ("text", "said"),
    [("<lang=zh>2026</lang>", "zh"), ("<lang=es>Buenos días</lang>", "es"), ("<lang=ja>東京</lang>", "ja")],
)
def test_language_span_chooses_the_voice(kokoro: Kokoro, text: str, said: str) -> None:
    prepared = kokoro.prepare(text)
    assert prepared.script.language == said
    assert sum(len(u.samples) for u in kokoro.speak(prepared)) > 5000
