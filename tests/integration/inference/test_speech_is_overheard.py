"""Somebody hears the real model while it speaks: what is stored is the same as without them, and they miss nothing."""

import io
from dataclasses import replace
from itertools import accumulate

import numpy as np
import pytest

from voxpod_inference.audio import Samples
from voxpod_inference.audio.loudness import Meter
from voxpod_inference.audio.writer import write_audio
from voxpod_inference.engines.base import Utterance
from voxpod_inference.engines.kokoro import Kokoro
from voxpod_inference.overheard import overheard

pytestmark = pytest.mark.model

TEXT = (
    "The north wind and the sun disputed which was the stronger, when a traveler came along wrapped in a warm cloak. "
    "They agreed that the one who first succeeded in making him take it off should be considered stronger."
)
SHORT = "Good morning."


def spoken(kokoro: Kokoro, text: str, voice: str = "af_heart") -> tuple[list[Utterance], list[Samples]]:
    """What is stored, and what is heard, of one request, where speech takes no time at all: one opening is enough then."""
    heard: list[Samples] = []
    return list(overheard(kokoro, kokoro.prepare(text, voice=voice), heard.append, lambda: 0.0)), heard


def file_of(utterances: list[Utterance], format: str) -> bytes:
    file = io.BytesIO()
    write_audio(file, (u.samples for u in utterances), 24_000, format=format)
    return file.getvalue()


@pytest.mark.parametrize("format", ["wav", "mp3"])
def test_stored_file_is_the_same_whether_anybody_listens_or_not(kokoro: Kokoro, format: str) -> None:
    alone = list(kokoro.speak(kokoro.prepare(TEXT, voice="af_heart")))
    stored, heard = spoken(kokoro, TEXT)

    assert heard
    assert file_of(stored, format) == file_of(alone, format)
    assert [u.words for u in stored] == [u.words for u in alone]


def test_a_long_text_begins_with_a_short_piece_and_goes_on_as_it_is_stored(kokoro: Kokoro) -> None:
    stored, heard = spoken(kokoro, TEXT)
    whole, opening = np.concatenate([u.samples for u in stored]), heard[0]
    rest = np.concatenate(heard[1:])

    assert len(opening) / 24_000 < 2.5
    assert len(opening) < len(stored[0].samples) / 2
    # behind the fade at its begin the rest is what is stored, to the last sample
    assert np.array_equal(rest[200:], whole[len(whole) - len(rest) + 200 :])
    assert len(opening) + len(rest) == pytest.approx(len(whole), abs=12_000)


def test_the_rest_begins_in_silence_where_no_word_is(kokoro: Kokoro) -> None:
    stored, heard = spoken(kokoro, TEXT)
    whole, rest = np.concatenate([u.samples for u in stored]), np.concatenate(heard[1:])
    begins = (len(whole) - len(rest)) / 24_000
    words = stored[0].words
    inside = [w for w in words if w.begins + 0.1 < begins < w.ends - 0.1]

    assert inside == []
    assert abs(rest[:24]).max() < 0.05


@pytest.mark.parametrize("voice", ["af_heart", "am_michael", "af_nicole", "zf_xiaoxiao", "jf_alpha", "ff_siwis"])
def test_speech_that_somebody_waits_for_lacks_silence_and_nothing_else(
    kokoro: Kokoro, voice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {"z": "今天天气很好", "j": "図書館では", "f": "La réunion commence"}
    prepared = kokoro.prepare(texts.get(voice[0], "Could you tell me how"), voice=voice)
    made: list[int] = []
    say = kokoro._kokoro.say
    monkeypatch.setattr(kokoro._kokoro, "say", lambda plan: made.append(plan.frames) or say(plan))
    (whole,), (soon,) = (list(kokoro.speak(replace(prepared, at_once=at_once))) for at_once in (False, True))

    assert made[1] < 0.85 * made[0]
    assert soon.spoken_seconds == pytest.approx(whole.spoken_seconds, abs=0.15)
    assert loudness(soon.samples) == pytest.approx(loudness(whole.samples), abs=1.0)
    assert [(w.start, w.end) for w in soon.words] == [(w.start, w.end) for w in whole.words]
    for one, other in zip(soon.words, whole.words, strict=True):
        assert one.begins == pytest.approx(other.begins, abs=0.1)


def test_short_text_is_heard_as_it_is_stored(kokoro: Kokoro) -> None:
    stored, heard = spoken(kokoro, SHORT)

    assert [len(piece) for piece in heard] == [len(u.samples) for u in stored]
    assert all(np.array_equal(piece, u.samples) for piece, u in zip(heard, stored, strict=True))


def test_break_at_the_begin_is_heard_too(kokoro: Kokoro) -> None:
    heard: list[Samples] = []
    prepared = kokoro.prepare(f'<speak><break time="2s"/>{TEXT}</speak>', voice="af_heart", ssml=True)
    stored = list(overheard(kokoro, prepared, heard.append, lambda: 0.0))

    lengths = list(accumulate(map(len, heard)))
    assert lengths[-1] == pytest.approx(sum(len(u.samples) for u in stored), abs=12_000)


def loudness(samples: Samples) -> float:
    """Of what is heard, in dB."""
    loud = samples[abs(samples) > 0.003]
    return float(10 * np.log10(np.square(loud).mean()))


@pytest.mark.parametrize("voice", ["af_nova", "bm_lewis", "am_puck", "zf_xiaobei"])
def test_voices_are_about_as_loud_as_it_is_written_down(kokoro: Kokoro, voice: str) -> None:
    text = "有一回，北风跟太阳在那儿争论谁的本事大。" if voice.startswith("z") else TEXT
    meter = Meter(24_000)
    meter.feed(np.concatenate([u.samples for u in kokoro.speak(kokoro.prepare(text, voice=voice))]))
    meter.finish()

    assert meter.loudness() == pytest.approx(kokoro.level(voice), abs=1.0)


def test_level_of_a_mix_is_between_its_voices(kokoro: Kokoro) -> None:
    mixed, one, other = (kokoro.level(voice) for voice in ("af_nova(1)+af_kore(3)", "af_nova", "af_kore"))

    assert one is not None
    assert other is not None
    assert mixed == pytest.approx((one + 3 * other) / 4)
