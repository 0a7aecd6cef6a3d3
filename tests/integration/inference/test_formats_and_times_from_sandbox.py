"""The worker with the real model and a store on loopback: every format, times beside the audio, and nothing half."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from sandbox_fakes import UPLOAD_QUERY, FakeStore, a_pulse
from voxpod_crds.sandbox_protocol import Report, Timings, Upload, Work
from voxpod_inference.audio.formats import FORMATS
from voxpod_inference.audio.loudness import Meter
from voxpod_inference.bundle import Bundle
from voxpod_inference.engines.base import Synthesizer
from voxpod_inference.engines.registry import load_engine
from voxpod_inference.errors import InputError, SpeechError
from voxpod_inference.worker import serve

pytestmark = pytest.mark.model

TEXT = "Hello there, it is a fine day. Shall we go?"


@pytest.fixture(scope="module")
def engine(kokoro_bundle: Bundle, root: Path) -> Synthesizer:
    return load_engine(kokoro_bundle, 2, root)


@pytest.fixture
def asked(work: dict[str, Any], store: FakeStore) -> dict[str, Any]:
    """Work that wants times; each upload has a key of its own."""
    times = Upload(f"{store.url}/voxpod/red/6f1d.timestamps.json?{UPLOAD_QUERY}", {"Content-Type": "application/json"})
    return {**work, "text": TEXT, "upload": Upload(**work["upload"]), "timestamps": "word", "timestamps_upload": times}


def served(engine: Synthesizer, asked: dict[str, Any], **changes: Any) -> Report:
    return serve(Work(**{**asked, **changes}), engine, Timings(), "", a_pulse())


def stored_sound(store: FakeStore, name: str, rate: int) -> tuple[np.ndarray, int]:
    raw = (
        {"samplerate": rate, "channels": 1, "subtype": "PCM_16", "format": "RAW", "endian": "LITTLE"}
        if name == "pcm"
        else {}
    )
    samples, found = soundfile.read(io.BytesIO(store.objects["/voxpod/red/6f1d.wav"]), dtype="float32", **raw)
    return samples, found


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("rate", [0, 8_000, 48_000])
def test_every_format_is_stored_as_reported(
    name: str, rate: int, engine: Synthesizer, asked: dict[str, Any], store: FakeStore
) -> None:
    report = served(engine, asked, format=name, sample_rate=rate)
    samples, found = stored_sound(store, name, rate or 24_000)
    audio = report.audio
    assert audio is not None
    assert (audio.format, audio.sample_rate, found) == (name, rate or 24_000, rate or 24_000)
    assert audio.duration_seconds == pytest.approx(len(samples) / found, abs=0.001)
    assert 2 < audio.duration_seconds < 5
    meter = Meter(found)
    meter.feed(samples)
    meter.finish()
    assert meter.loudness() == pytest.approx(-16, abs=1)
    assert meter.peaks().max() < (
        0.9 if name in ("wav", "flac", "pcm") else 1.15
    )  # lossy coders add a decibel here and there


@pytest.mark.parametrize("target", [-28.0, -20.0])
def test_loudness_is_what_the_request_says(
    target: float, engine: Synthesizer, asked: dict[str, Any], store: FakeStore
) -> None:
    served(engine, asked, loudness=target)
    samples, rate = stored_sound(store, "wav", 0)
    meter = Meter(rate)
    meter.feed(samples)
    meter.finish()
    assert meter.loudness() == pytest.approx(target, abs=0.3)


def test_times_are_stored_before_the_audio_and_reported(
    engine: Synthesizer, asked: dict[str, Any], store: FakeStore
) -> None:
    report = served(engine, asked, format="mp3", sample_rate=44_100)
    assert [seen.path.partition("?")[0] for seen in store.seen] == [
        "/voxpod/red/6f1d.timestamps.json",
        "/voxpod/red/6f1d.wav",
    ]
    assert store.seen[0].headers["Content-Type"] == "application/json"
    content = store.objects["/voxpod/red/6f1d.timestamps.json"]
    assert report.timestamps is not None
    assert report.audio is not None
    assert report.timestamps.bytes == len(content)
    times = json.loads(content)
    assert times["durationSeconds"] == pytest.approx(report.audio.duration_seconds, abs=0.001)
    assert [s["text"] for s in times["sentences"]] == ["Hello there, it is a fine day.", "Shall we go?"]
    assert [w["text"].strip(",.?") for w in times["words"]] == [
        "Hello",
        "there",
        "it",
        "is",
        "a",
        "fine",
        "day",
        "Shall",
        "we",
        "go",
    ]
    for entry in times["sentences"] + times["words"]:
        assert TEXT[entry["startOffset"] : entry["endOffset"]] == entry["text"]
        assert 0 <= entry["startSeconds"] < entry["endSeconds"] <= times["durationSeconds"]


def test_words_are_loud_where_the_times_say(engine: Synthesizer, asked: dict[str, Any], store: FakeStore) -> None:
    served(engine, asked, text='<speak>Stop. <break time="2s"/> Go.</speak>', ssml=True, speed=0.5)
    samples, rate = stored_sound(store, "wav", 0)
    stop, go = json.loads(store.objects["/voxpod/red/6f1d.timestamps.json"])["words"]
    assert go["startSeconds"] - stop["endSeconds"] > 1.9
    for word in (stop, go):
        inside = samples[round(word["startSeconds"] * rate) : round(word["endSeconds"] * rate)]
        assert np.std(inside) > 0.03
    between = samples[round((stop["endSeconds"] + 0.2) * rate) : round((go["startSeconds"] - 0.2) * rate)]
    assert np.abs(between).max() < 0.01


def test_sentence_times_come_without_words(engine: Synthesizer, asked: dict[str, Any], store: FakeStore) -> None:
    served(engine, asked, timestamps="sentence")
    assert "words" not in json.loads(store.objects["/voxpod/red/6f1d.timestamps.json"])


def test_no_audio_is_stored_when_the_times_cannot_be(
    engine: Synthesizer, asked: dict[str, Any], store: FakeStore
) -> None:
    store.answers(403, body=b"<Error><Code>AccessDenied</Code></Error>")
    with pytest.raises(SpeechError, match="403 AccessDenied"):
        served(engine, asked)
    assert not store.objects


def test_times_alone_are_a_failure(engine: Synthesizer, asked: dict[str, Any], store: FakeStore) -> None:
    store.answers(200, 403, body=b"<Error><Code>AccessDenied</Code></Error>")
    with pytest.raises(SpeechError, match="403 AccessDenied"):
        served(engine, asked)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param("<speak>a <break time='1s'> b</speak>", "line 1", id="a tag that stays open"),
        pytest.param('<!DOCTYPE s [<!ENTITY a "b">]><speak>&a;</speak>', "line 1", id="an entity"),
        pytest.param("<speak>\n<audio src='x'/></speak>", "line 2", id="an element that is not of the subset"),
    ],
)
def test_broken_markup_is_refused_with_its_place(
    text: str, place: str, engine: Synthesizer, asked: dict[str, Any], store: FakeStore
) -> None:
    with pytest.raises(InputError, match=place) as refused:
        served(engine, asked, text=text, ssml=True)
    assert refused.value.reason == "InputRefused"
    assert not store.seen


def test_a_word_of_the_lexicon_is_spoken_in_its_way(
    engine: Synthesizer, asked: dict[str, Any], store: FakeStore
) -> None:
    def seconds(lexicon: dict[str, str]) -> float:
        store.objects.clear()
        report = served(engine, asked, text="The W3C met.", lexicon=lexicon)
        assert report.audio is not None
        return report.audio.duration_seconds

    assert seconds({"w3c": "World Wide Web Consortium of many members"}) > seconds({"w3c": "/bˈi/"}) + 1


def test_a_mix_of_voices_speaks_and_is_reported(engine: Synthesizer, asked: dict[str, Any], store: FakeStore) -> None:
    report = served(engine, asked, voice="af_heart(2)+am_adam(1)")
    assert report.audio is not None
    assert report.audio.voice == "af_heart(2)+am_adam(1)"


def test_a_deadline_that_passes_while_the_file_is_made_is_told(
    engine: Synthesizer, asked: dict[str, Any], store: FakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    from voxpod_inference import worker

    monkeypatch.setattr(worker.Stopwatch, "seconds_left", lambda self: -1.0)
    with pytest.raises(InputError, match="deadline passed"):
        served(engine, asked)
    assert not store.seen
