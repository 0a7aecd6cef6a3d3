"""What a request asks of its audio, on a real cluster, read back from the store: formats, rates, times, SSML, a lexicon, a mix."""

import hashlib
import io
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import soundfile

from voxpod_client import Asked, Voxpod, complete
from voxpod_crds.conditions import Reason
from voxpod_crds.tts_request import AudioObject, Phase, TTSRequest
from voxpod_inference.audio.loudness import Meter

pytestmark = pytest.mark.e2e

TEAM = "team-a"
TEXT = "The north wind blew. 太阳出来了。"


@dataclass(frozen=True)
class Wanted:
    """A format as asked for, and what the store and a reader of the file say of it."""

    spec: dict[str, Any]
    rate: int
    media_type: str
    container: str
    coding: str


FORMATS = {
    "wav": Wanted({}, 24_000, "audio/wav", "WAV", "PCM_16"),
    "flac": Wanted({"sampleRate": 44_100}, 44_100, "audio/flac", "FLAC", "PCM_16"),
    "mp3": Wanted({"sampleRate": 22_050}, 22_050, "audio/mpeg", "MP3", "MPEG_LAYER_III"),
    "ogg": Wanted({"sampleRate": 16_000}, 16_000, "audio/ogg; codecs=vorbis", "OGG", "VORBIS"),
    "opus": Wanted({"sampleRate": 48_000}, 48_000, "audio/ogg; codecs=opus", "OGG", "OPUS"),
    "pcm": Wanted({"sampleRate": 8_000}, 8_000, "audio/pcm;rate=8000", "RAW", "PCM_16"),
}

OTHERS: dict[str, dict[str, Any]] = {
    "ssml": {
        "text": '<speak>Stop. <break time="2s"/> <lang xml:lang="zh">走吧</lang></speak>',
        "ssml": True,
        "timestamps": "word",
    },
    "broken ssml": {"text": "<speak>Stop.\n<break time='2s'>Go.</speak>", "ssml": True},
    "lexicon": {
        "text": "The W3C met Voxpod.",
        "timestamps": "word",
        "lexicon": [{"word": "w3c", "sayAs": "World Wide Web Consortium"}, {"word": "Voxpod", "ipa": "ˈvɑkspɑd"}],
    },
    "mix": {"text": "Good morning.", "voice": "af_heart(2)+am_adam", "loudness": -23, "seed": 7},
    "language span": {"text": "Hello <lang=zh>你好</lang> again.", "timestamps": "sentence"},
}


@pytest.fixture(scope="module")
def asked(voxpod: Voxpod) -> dict[str, Asked]:
    """All of them, asked at once."""
    formats = {
        name: voxpod.ask(TEAM, TEXT, format=name, timestamps="word", **wanted.spec) for name, wanted in FORMATS.items()
    }
    return formats | {name: voxpod.ask(TEAM, **spec) for name, spec in OTHERS.items()}


def done(voxpod: Voxpod, asked: Asked) -> tuple[TTSRequest, AudioObject]:
    request = voxpod.wait(asked, Phase.SUCCEEDED, 600)
    assert request.status.audio is not None
    return request, request.status.audio


def sound(content: bytes, wanted: Wanted) -> np.ndarray:
    """The samples, [n]; AssertionError when the file is another than was wanted."""
    raw = (
        {"samplerate": wanted.rate, "channels": 1, "subtype": "PCM_16", "format": "RAW", "endian": "LITTLE"}
        if wanted.container == "RAW"
        else {}
    )
    with soundfile.SoundFile(io.BytesIO(content), **raw) as file:
        assert (file.format, file.subtype, file.samplerate, file.channels) == (
            wanted.container,
            wanted.coding,
            wanted.rate,
            1,
        )
        samples: np.ndarray = file.read(dtype="float32")
    return samples


def times_of(voxpod: Voxpod, audio: AudioObject) -> dict[str, Any]:
    assert audio.timestamps_uri is not None
    found: dict[str, Any] = json.loads(voxpod.download(audio.timestamps_uri))
    return found


@pytest.mark.parametrize("name", FORMATS)
def test_audio_has_the_format_that_was_asked_for(voxpod: Voxpod, asked: dict[str, Asked], name: str):
    wanted = FORMATS[name]
    request, audio = done(voxpod, asked[name])
    content = voxpod.download(audio.uri)

    assert audio.uri == f"s3://voxpod/{TEAM}/{request.metadata.uid}.{name}"
    assert (audio.format, audio.sample_rate) == (name, wanted.rate)
    assert (audio.sha256, audio.bytes) == (hashlib.sha256(content).hexdigest(), len(content))
    stored = voxpod.store().stat_object("voxpod", audio.uri.removeprefix("s3://voxpod/"))
    assert stored.content_type == wanted.media_type

    samples = sound(content, wanted)
    assert abs(len(samples) / wanted.rate - audio.duration_seconds) < 0.001
    assert 2 < audio.duration_seconds < 8
    meter = Meter(wanted.rate)
    meter.feed(samples)
    meter.finish()
    assert meter.loudness() == pytest.approx(-16, abs=1)


@pytest.mark.parametrize("name", FORMATS)
def test_times_lie_beside_the_audio_and_fit_it(voxpod: Voxpod, asked: dict[str, Asked], name: str):
    request, audio = done(voxpod, asked[name])
    times = times_of(voxpod, audio)

    assert audio.timestamps_uri == f"s3://voxpod/{TEAM}/{request.metadata.uid}.timestamps.json"
    assert times["durationSeconds"] == pytest.approx(audio.duration_seconds, abs=0.001)
    assert [s["text"] for s in times["sentences"]] == ["The north wind blew.", "太阳出来了。"]
    assert [w["text"] for w in times["words"]][:4] == ["The", "north", "wind", "blew"]
    for entry in times["sentences"] + times["words"]:
        assert TEXT[entry["startOffset"] : entry["endOffset"]] == entry["text"]
        assert 0 <= entry["startSeconds"] < entry["endSeconds"] <= times["durationSeconds"]


def test_ssml_is_spoken_with_its_pause(voxpod: Voxpod, asked: dict[str, Asked]):
    _, audio = done(voxpod, asked["ssml"])
    stop, *rest = times_of(voxpod, audio)["words"]
    assert stop["text"] == "Stop"
    assert rest[0]["startSeconds"] - stop["endSeconds"] > 1.9
    samples = sound(voxpod.download(audio.uri), FORMATS["wav"])
    between = samples[round((stop["endSeconds"] + 0.2) * 24_000) : round((rest[0]["startSeconds"] - 0.2) * 24_000)]
    assert np.abs(between).max() < 0.01


def test_broken_ssml_is_refused_with_its_place(voxpod: Voxpod, asked: dict[str, Asked]):
    request = voxpod.wait(asked["broken ssml"], Phase.FAILED, 600)
    reason, message = complete(request)
    assert reason == Reason.INPUT_REFUSED
    assert "line 2" in message
    assert request.status.attempt == 1


def test_words_of_the_lexicon_are_spoken_in_its_way(voxpod: Voxpod, asked: dict[str, Asked]):
    _, audio = done(voxpod, asked["lexicon"])
    words = {w["text"]: w["endSeconds"] - w["startSeconds"] for w in times_of(voxpod, audio)["words"]}
    assert words["W3C"] > 1.0, "World Wide Web Consortium takes longer than three letters"
    assert words["Voxpod"] < 1.0


def test_a_mix_of_voices_speaks_at_the_loudness_that_was_asked_for(voxpod: Voxpod, asked: dict[str, Asked]):
    request, audio = done(voxpod, asked["mix"])
    assert request.status.voice == "af_heart(2)+am_adam"
    assert audio.timestamps_uri is None
    meter = Meter(24_000)
    meter.feed(sound(voxpod.download(audio.uri), FORMATS["wav"]))
    meter.finish()
    assert meter.loudness() == pytest.approx(-23, abs=0.3)


def test_a_language_span_is_spoken_and_timed(voxpod: Voxpod, asked: dict[str, Asked]):
    request, audio = done(voxpod, asked["language span"])
    times = times_of(voxpod, audio)
    assert [s["text"] for s in times["sentences"]] == ["Hello <lang=zh>你好</lang> again."]
    assert "words" not in times
    assert request.status.warnings == []


def test_nothing_but_audio_and_times_is_left_in_the_store(voxpod: Voxpod, asked: dict[str, Asked]):
    for name in FORMATS:
        done(voxpod, asked[name])
        uid = asked[name].uid
        assert sorted(voxpod.keys(f"{TEAM}/{uid}")) == sorted([f"{TEAM}/{uid}.{name}", f"{TEAM}/{uid}.timestamps.json"])
