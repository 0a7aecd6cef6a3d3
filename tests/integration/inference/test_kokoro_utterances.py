"""Utterances of the real model: when words are heard, speed, gain, mixes."""

import dataclasses

import numpy as np
import pytest

from voxpod_inference.audio import Samples
from voxpod_inference.bundle import Bundle
from voxpod_inference.engines.base import Prepared, Utterance
from voxpod_inference.engines.kokoro import Kokoro
from voxpod_inference.errors import InputError
from voxpod_inference.text.frontend import Chunk
from voxpod_inference.text.spoken import Word

pytestmark = pytest.mark.model

TEXT = "The weather is beautiful today."


@pytest.fixture(scope="module")
def kokoro(kokoro_bundle: Bundle) -> Kokoro:
    return Kokoro(kokoro_bundle, threads=2)


def prepared(
    kokoro: Kokoro, phonemes: str, words: tuple[Word, ...] = (), speed: float = 1.0, **changes: float
) -> Prepared:
    """Phonemes to be said as they are, whatever the readers make of a text."""
    script = kokoro.prepare("x").script
    chunk = dataclasses.replace(Chunk(phonemes, 0, phonemes, 0.25, words), **changes)  # type: ignore[arg-type]
    return Prepared(dataclasses.replace(script, chunks=(chunk,)), "af_heart", speed, seed=0, expected_seconds=1.0)


def only(kokoro: Kokoro, request: Prepared) -> Utterance:
    (utterance,) = kokoro.speak(request)
    return utterance


def loudness(samples: Samples) -> float:
    return float(np.sqrt(np.mean(samples**2)))


@pytest.mark.parametrize("speed", [0.3, 0.5, 1.0, 1.4, 2.5])
def test_words_are_heard_when_their_times_say(kokoro: Kokoro, speed: float) -> None:
    """`dogs` begins where the tongue closes for its d: there the vowel before falls to half of what it was, and on until it bursts open."""
    phonemes = "ðə hˈæpi kˈæts, ænd ðə dˈɔɡz."
    request = prepared(
        kokoro, phonemes, (Word(0, 1, 0, 2), Word(2, 3, 3, 8), Word(4, 5, 9, 14), Word(6, 7, 23, 28)), speed
    )
    utterance = only(kokoro, request)
    times = [t for word in utterance.words for t in (word.begins, word.ends)]
    assert times == sorted(times)
    assert times[0] >= 0.03
    assert times[-1] <= utterance.spoken_seconds
    step = kokoro.sample_rate // 100
    level = [loudness(utterance.samples[at : at + step]) for at in range(0, len(utterance.samples), step)]
    near = range(round((times[-2] - 0.09 / speed) * 100), round((times[-2] + 0.09 / speed) * 100))
    bursts = min(near, key=lambda i: level[i])
    half = max(level[near.start : bursts]) / 2
    closes = 1 + max(i for i in range(near.start, bursts) if level[i] >= half)
    assert abs(closes / 100 - times[-2]) <= 0.06


def test_length_is_the_spoken_part_and_the_pause(kokoro: Kokoro) -> None:
    utterance = only(kokoro, prepared(kokoro, "hˈæpi kˈæt.", speed=0.5))
    assert len(utterance.samples) == round(utterance.spoken_seconds * kokoro.sample_rate) + round(
        0.5 * kokoro.sample_rate
    )
    assert not utterance.samples[-round(0.5 * kokoro.sample_rate) :].any()


@pytest.mark.parametrize(
    ("speed", "least", "most"),
    [(0.25, 0.2, 0.28), (0.5, 0.42, 0.55), (1.5, 1.3, 1.7), (2.0, 1.75, 2.3), (4.0, 3.5, 4.5)],
)
def test_speed_is_what_was_asked_for_over_its_whole_range(
    kokoro: Kokoro, speed: float, least: float, most: float
) -> None:
    normal = only(kokoro, kokoro.prepare(TEXT)).spoken_seconds
    assert least <= normal / only(kokoro, kokoro.prepare(TEXT, speed=speed)).spoken_seconds <= most


def test_rate_and_gain_of_a_chunk_are_honoured(kokoro: Kokoro) -> None:
    plain = only(kokoro, prepared(kokoro, "hˈæpi kˈæt."))
    slow = only(kokoro, prepared(kokoro, "hˈæpi kˈæt.", rate=0.5))
    quiet = only(kokoro, prepared(kokoro, "hˈæpi kˈæt.", gain=0.5))
    assert slow.spoken_seconds > 1.6 * plain.spoken_seconds
    np.testing.assert_allclose(quiet.samples, 0.5 * plain.samples, atol=1e-6)


def test_mix_of_voices_sounds_like_neither_alone(kokoro: Kokoro) -> None:
    mixed, one, other = (
        only(kokoro, kokoro.prepare(TEXT, voice=v)).samples for v in ("af_heart(2)+am_adam(1)", "af_heart", "am_adam")
    )
    assert 0.02 < loudness(mixed) < 0.3
    assert not any(len(mixed) == len(s) and np.allclose(mixed, s, atol=1e-3) for s in (one, other))


def test_mix_of_one_voice_is_that_voice(kokoro: Kokoro) -> None:
    np.testing.assert_array_equal(
        only(kokoro, kokoro.prepare("Yes.", voice="af_sky(3)")).samples,
        only(kokoro, kokoro.prepare("Yes.", voice="af_sky")).samples,
    )


def test_mix_with_an_unknown_voice_names_the_nearest(kokoro: Kokoro) -> None:
    with pytest.raises(InputError, match=r"'af_hart' in the mix .* af_heart"):
        kokoro.prepare("Hello", voice="af_hart+af_sky")
