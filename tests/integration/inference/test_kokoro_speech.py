"""What the real model says: length, level and completeness, for each language."""

import numpy as np
import pytest

from voxpod_inference.bundle import Bundle
from voxpod_inference.engines.base import Samples
from voxpod_inference.engines.kokoro import MOST_FRAMES, MOST_TOKENS, SLOW_VOICES, Kokoro
from voxpod_inference.errors import InputError, SpeechError

pytestmark = pytest.mark.model

ENGLISH = "The weather is beautiful today, and I would like to go for a walk in the park."
CHINESE = "今天天气很好，我想去公园散步，然后去图书馆看书。"
JAPANESE = "今日は天気がいいので、公園を散歩したいです。"


def sound(kokoro: Kokoro, text: str, voice: str = "", speed: float = 1.0) -> Samples:
    return np.concatenate([u.samples for u in kokoro.speak(kokoro.prepare(text, voice=voice, speed=speed))])


@pytest.mark.parametrize(
    ("text", "voice", "characters_per_second"),
    [
        pytest.param(ENGLISH, "af_heart", (10, 22), id="english"),
        pytest.param(CHINESE, "zf_xiaoxiao", (3, 7.5), id="chinese"),
        pytest.param(JAPANESE, "jf_alpha", (4, 10), id="japanese"),
    ],
)
def test_speech_has_the_length_and_level_of_speech(
    kokoro: Kokoro, text: str, voice: str, characters_per_second: tuple[float, float]
) -> None:
    samples = sound(kokoro, text)
    slowest, fastest = characters_per_second
    assert kokoro.prepare(text).voice == voice
    assert slowest <= len(text) / (len(samples) / kokoro.sample_rate) <= fastest
    assert 0.1 < np.abs(samples).max() < 0.99
    assert 0.01 < np.sqrt(np.mean(samples**2)) < 0.3
    assert abs(samples.mean()) < 0.01
    voiced = np.abs(samples) > 0.01
    assert voiced[: kokoro.sample_rate // 2].any()
    assert voiced[-kokoro.sample_rate // 2 :].any()


def test_long_text_is_spoken_to_its_end(kokoro: Kokoro) -> None:
    text = (ENGLISH + " ") * 8
    prepared = kokoro.prepare(text, speed=4.0)
    assert len(prepared.script.chunks) == 8
    assert "".join(chunk.text for chunk in prepared.script.chunks) == text
    samples = np.concatenate([u.samples for u in kokoro.speak(prepared)])
    alone = sound(kokoro, ENGLISH, speed=4.0)
    assert 8 * len(alone) * 0.85 <= len(samples) <= 8 * len(alone) * 1.25


def test_sentence_longer_than_the_model_takes_is_cut_but_whole(kokoro: Kokoro) -> None:
    text = "and then he said that " * 60
    prepared = kokoro.prepare(text)
    assert len(prepared.script.chunks) > 1
    assert "".join(chunk.text for chunk in prepared.script.chunks) == text
    assert all(len(chunk.phonemes) <= MOST_TOKENS for chunk in prepared.script.chunks)


def test_same_request_sounds_the_same(kokoro: Kokoro) -> None:
    assert np.array_equal(sound(kokoro, "Good morning."), sound(kokoro, "Good morning."))


def test_every_voice_has_a_style_for_every_length(kokoro_bundle: Bundle) -> None:
    for voice in kokoro_bundle.manifest.voices:
        table = np.load(kokoro_bundle.path(f"voices/{voice}.npy"))
        assert (table.shape, table.dtype) == ((510, 256), np.float32), voice
        assert np.isfinite(table).all(), voice
        assert table.std() > 0.01, voice


@pytest.mark.parametrize("voice", ["am_adam", "bf_emma", "ef_dora", "ff_siwis", "hm_psi", "jm_kumo", "zm_yunxi"])
def test_voices_of_every_language_speak(kokoro: Kokoro, voice: str) -> None:
    samples = sound(kokoro, "Yes.", voice=voice)
    assert 0.2 < len(samples) / kokoro.sample_rate < 3
    assert 0.02 < np.abs(samples).max() < 4, "in full scales: hm_psi reaches 1.3, and the writer limits the whole sound"


@pytest.mark.parametrize("speed", [0.0, 0.2, 4.1, -1.0, float("nan"), float("inf")])
def test_speed_out_of_range_is_refused(kokoro: Kokoro, speed: float) -> None:
    with pytest.raises(InputError, match=r"0\.25 to 4\.0 is accepted"):
        kokoro.prepare("Hello", speed=speed)


def test_unknown_voice_is_refused_with_the_known_ones(kokoro: Kokoro) -> None:
    with pytest.raises(InputError, match=r"voice is '\.\./af_heart'.*af_heart") as refused:
        kokoro.prepare("Hello", voice="../af_heart")
    assert refused.value.reason == "VoiceNotFound"


@pytest.mark.parametrize(
    "text", ["a", "I", "。啊", "ア", "1", "“Hi”", "a\u0000b", "ab\u202ecd", "\ud800 hi", "e\u0301" * 30, "a😀" * 20]
)
def test_odd_texts_are_spoken(kokoro: Kokoro, text: str) -> None:
    assert len(sound(kokoro, text)) > 2000


@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "1,",
        "a.",
        "a@",
        "a",
        "我",
        "あ",
        "東京の",
        "hello world ",
        "今天天气真不错，",
        "我用Kubernetes部署",
        "1.1.",
        "$1.11 ",
        "http://",
        "a\n",
    ],
)
def test_ten_thousand_characters_of_anything_are_prepared_whole(kokoro: Kokoro, piece: str) -> None:
    text = piece * (10_000 // len(piece))
    chunks = kokoro.prepare(text).script.chunks
    assert "".join(chunk.text for chunk in chunks) == text
    assert all(len(chunk.phonemes) <= MOST_TOKENS for chunk in chunks)


def test_stopped_model_fails_instead_of_going_on(kokoro_bundle: Bundle) -> None:
    kokoro = Kokoro(kokoro_bundle, threads=1)
    kokoro.stop()
    with pytest.raises(SpeechError) as failed:
        sound(kokoro, "Hello")
    assert failed.value.fault == "engine"


def test_what_would_take_too_long_to_say_is_said_in_parts_that_lose_nothing(kokoro: Kokoro) -> None:
    text = "and then he said that " * 8 + "we all know"
    prepared = kokoro.prepare(text, voice="am_michael")
    utterances = list(kokoro.speak(prepared))
    assert len(utterances) > len(prepared.script.chunks)
    assert max(u.spoken_seconds for u in utterances) <= MOST_FRAMES / 40
    edges = [0, *(u.end for u in utterances)]
    assert [u.start for u in utterances] == edges[:-1]
    assert edges[-1] == len(text)
    words = [word for chunk in prepared.script.chunks for word in chunk.words]
    assert [(w.start, w.end) for u in utterances for w in u.words] == [(w.start, w.end) for w in words]


@pytest.mark.parametrize("voice", ["jf_nezumi", "af_nicole", "jf_alpha(1)+af_heart(1)"])
def test_slow_voices_get_fewer_tokens_at_once(kokoro: Kokoro, voice: str) -> None:
    text = "and then he said that " * 7
    longest, usual = (
        max(len(chunk.phonemes) for chunk in kokoro.prepare(text, voice=v).script.chunks) for v in (voice, "af_heart")
    )
    assert longest <= MOST_TOKENS * SLOW_VOICES["af_nicole"] < usual
