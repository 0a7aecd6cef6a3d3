"""Every format holds all of the sound at its place, and writing it takes no more memory for a long text than for a short one."""

import errno
import io
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
import pytest
import soundfile

from voxpod_inference.audio import writer
from voxpod_inference.audio.formats import FORMATS, encode, output_rate
from voxpod_inference.audio.spool import Spool
from voxpod_inference.audio.writer import write_audio
from voxpod_inference.errors import InputError

ENGINE_RATE = 24_000
FORMAT_AND_RATE = [(name, rate) for name, kind in FORMATS.items() for rate in kind.sample_rates]


def sound(seconds: float = 3.0) -> np.ndarray:
    """A voice-like tone, and a burst that ends 20 ms before the end: a lost tail or a delay would show."""
    t = np.arange(round(seconds * ENGINE_RATE)) / ENGINE_RATE
    voice = sum(0.1 / k * np.sin(2 * np.pi * 150 * k * t) for k in range(1, 6)) * (
        0.6 + 0.4 * np.sin(2 * np.pi * 2 * t)
    )
    burst = (t > seconds - 0.1) & (t < seconds - 0.02)
    return np.asarray(np.where(burst, 0.3 * np.sin(2 * np.pi * 700 * t), voice), dtype=np.float32)


def read(content: bytes, name: str, rate: int) -> tuple[np.ndarray, int]:
    raw = (
        {"samplerate": rate, "channels": 1, "subtype": "PCM_16", "format": "RAW", "endian": "LITTLE"}
        if name == "pcm"
        else {}
    )
    samples, found = soundfile.read(io.BytesIO(content), dtype="float32", always_2d=True, **raw)
    assert samples.shape[1] == 1
    return samples[:, 0], found


def lag(a: np.ndarray, b: np.ndarray) -> int:
    """By how many samples `a` comes later than `b`."""
    size = 2 * len(a)
    likeness = np.fft.irfft(np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size)))
    at = int(np.argmax(likeness))
    return at if at < len(a) else at - size


@pytest.mark.parametrize(("name", "rate"), FORMAT_AND_RATE)
def test_file_holds_the_whole_sound_at_its_place(name: str, rate: int) -> None:
    file, plain = io.BytesIO(), io.BytesIO()
    written = write_audio(file, np.array_split(sound(), 7), ENGINE_RATE, format=name, sample_rate=rate)
    write_audio(plain, [sound()], ENGINE_RATE, format="wav", sample_rate=rate)
    samples, found = read(file.getvalue(), name, rate)
    wanted, _ = read(plain.getvalue(), "wav", rate)
    assert (found, len(samples)) == (rate, 3 * rate)
    assert (written.sample_rate, written.duration_seconds, written.bytes) == (rate, 3.0, len(file.getvalue()))
    assert lag(samples, wanted) == 0
    tail = slice(round(-0.08 * rate), round(-0.04 * rate))
    assert np.std(samples[tail]) == pytest.approx(np.std(wanted[tail]), rel=0.15)
    assert np.std(samples - wanted) < (1e-4 if name in ("wav", "flac", "pcm") else 0.4) * np.std(wanted)


def test_a_chunk_that_would_crash_the_vorbis_coder_is_written_whole() -> None:
    file = io.BytesIO()
    encode(
        file, "ogg", 8_000, [np.tile(sound(), 42)]
    )  # libsndfile 1.2.2 crashes on a single write of 3 million samples
    assert len(read(file.getvalue(), "ogg", 8_000)[0]) == 42 * len(sound())


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("samples", [1, 100])
def test_hardly_any_sound_is_a_file_all_the_same(name: str, samples: int) -> None:
    file = io.BytesIO()
    write_audio(file, [sound()[:samples]], ENGINE_RATE, format=name)
    assert len(read(file.getvalue(), name, ENGINE_RATE)[0]) == samples


def test_raw_samples_are_little_endian_without_a_header() -> None:
    file = io.BytesIO()
    write_audio(file, [np.full(480, 0.25, np.float32)], ENGINE_RATE, format="pcm")
    assert len(file.getvalue()) == 960
    assert np.abs(np.frombuffer(file.getvalue(), "<i2") - 8_192).max() <= 1


def test_path_gets_the_file(tmp_path: Path) -> None:
    written = write_audio(tmp_path / "a.flac", [sound()], ENGINE_RATE, format="flac")
    assert soundfile.info(tmp_path / "a.flac").duration == 3.0
    assert written.loudness == pytest.approx(-16.0, abs=0.5)


@pytest.mark.parametrize(
    ("name", "asked", "engine_rate", "rate"),
    [
        pytest.param("wav", 0, 24_000, 24_000, id="the engine's own"),
        pytest.param("wav", 8_000, 24_000, 8_000, id="what is asked for"),
        pytest.param("opus", 0, 22_050, 24_000, id="the next that opus has"),
        pytest.param("opus", 0, 96_000, 48_000, id="the highest that there is"),
    ],
)
def test_sample_rate_of_a_file(name: str, asked: int, engine_rate: int, rate: int) -> None:
    assert output_rate(name, asked, engine_rate) == rate


@pytest.mark.parametrize(
    ("name", "asked", "said"),
    [
        ("aac", 0, "wav, flac, mp3, ogg, opus, pcm"),
        ("opus", 22_050, "8000, 16000, 24000, 48000"),
        ("wav", 11_025, "44100"),
    ],
)
def test_what_no_file_can_have_is_refused(name: str, asked: int, said: str) -> None:
    with pytest.raises(InputError, match=said):
        output_rate(name, asked, 24_000)


def test_sound_beyond_the_longest_is_refused_with_what_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "MAX_SAMPLES", 60 * 8_000)
    minute = [np.zeros(ENGINE_RATE, np.float32)] * 60
    assert write_audio(io.BytesIO(), minute, ENGINE_RATE, sample_rate=8_000).duration_seconds == 60
    with pytest.raises(InputError, match=r"longer than 1 minutes at 8000 Hz.*lower sample rate"):
        write_audio(io.BytesIO(), [*minute, np.zeros(480, np.float32)], ENGINE_RATE, sample_rate=8_000)


def test_sound_that_will_be_far_too_long_is_refused_before_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "MAX_SAMPLES", 60 * 8_000)
    made: list[int] = []

    def chunks() -> Iterator[np.ndarray]:
        made.append(1)
        yield np.zeros(ENGINE_RATE, np.float32)

    with pytest.raises(InputError, match=r"longer than 1 minutes"):
        write_audio(io.BytesIO(), chunks(), ENGINE_RATE, sample_rate=8_000, expected_seconds=91)
    assert not made
    assert (
        write_audio(io.BytesIO(), chunks(), ENGINE_RATE, sample_rate=8_000, expected_seconds=89).duration_seconds == 1
    )


@pytest.mark.parametrize("calls", [1, 5, 12])
def test_a_check_that_raises_ends_it_at_any_time(calls: int) -> None:
    left = iter(range(calls))

    def check() -> None:
        if next(left, None) is None:
            raise TimeoutError

    with pytest.raises(TimeoutError):
        write_audio(io.BytesIO(), [np.zeros(ENGINE_RATE * 4, np.float32)] * 10, ENGINE_RATE, check=check)


def test_a_long_text_takes_no_more_memory_than_a_short_one(tmp_path: Path) -> None:
    def peak(seconds: int) -> int:
        second = sound(1.0)

        def chunks() -> Iterator[np.ndarray]:
            for _ in range(seconds):
                yield second.copy()

        tracemalloc.start()
        write_audio(tmp_path / "a.wav", chunks(), ENGINE_RATE, sample_rate=48_000)
        high = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return high

    assert peak(120) < 1.5 * peak(20)


def test_a_long_chunk_takes_no_more_memory_than_many_short_ones(tmp_path: Path) -> None:
    def peak(chunks: list[np.ndarray]) -> int:
        tracemalloc.start()
        write_audio(tmp_path / "a.wav", chunks, ENGINE_RATE, sample_rate=48_000)
        high = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return high

    whole = sound(120.0)
    short = peak(np.array_split(whole, 60))
    assert peak([whole]) < 1.5 * short


@pytest.mark.parametrize(
    ("loudness", "ratio"),
    [pytest.param(-16.0, 16.0, id="brought to a level"), pytest.param(None, 8.9, id="peaks turned down to -1 dB")],
)
def test_chunks_beyond_full_scale_are_louder_than_others_by_what_they_were(
    loudness: float | None, ratio: float
) -> None:
    file = io.BytesIO()
    tone = (0.1 * np.sin(2 * np.pi * 440 * np.arange(ENGINE_RATE) / ENGINE_RATE)).astype(np.float32)
    write_audio(file, [tone, 16 * tone, tone], ENGINE_RATE, format="wav", loudness=loudness)
    samples, _ = read(file.getvalue(), "wav", ENGINE_RATE)
    before, loud, after = (np.abs(part[2_000:-2_000]).max() for part in np.array_split(samples, 3))
    assert before == pytest.approx(after, rel=0.01)
    assert loud / before == pytest.approx(ratio, rel=0.02)
    assert loud <= 10 ** (-1 / 20) * 1.01


def test_sound_waits_in_its_file_as_it_was() -> None:
    pieces = [sound(), np.float32(7) * sound(), np.zeros(0, np.float32), np.zeros(70_000, np.float32)]
    with Spool() as spool:
        for piece in pieces:
            spool.append(piece)
        blocks = list(spool.blocks())
        again = np.concatenate([block for _, block in spool.blocks()])
    whole = np.concatenate(pieces)
    assert [start for start, _ in blocks] == [0, *np.cumsum([len(block) for _, block in blocks])[:-1]]
    assert len(again) == len(whole) == len(spool)
    assert np.abs(again - whole).max() < 7e-5
    np.testing.assert_allclose(again[: len(pieces[0])], pieces[0], atol=2e-5)


def test_formats_without_loss_hold_the_same_samples() -> None:
    files = {name: io.BytesIO() for name in ("wav", "flac", "pcm")}
    for name, file in files.items():
        encode(cast(BinaryIO, file), name, ENGINE_RATE, [sound()])
    wav, flac, pcm = (read(file.getvalue(), name, ENGINE_RATE)[0] for name, file in files.items())
    assert np.array_equal(wav, flac)
    assert np.array_equal(wav, pcm)
    assert abs(float(np.mean(wav - sound()))) < 0.05 / 32_768


class SmallDisk(io.RawIOBase):
    """A file on a disk that holds so many bytes; its errors are those of the system."""

    def __init__(self, room: int) -> None:
        self._held = io.BytesIO()
        self._room = room

    def write(self, data: Any) -> int:
        if self._held.tell() + len(data) > self._room:
            raise OSError(errno.ENOSPC, "No space left on device")
        return self._held.write(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._held.seek(offset, whence)

    def tell(self) -> int:
        return self._held.tell()

    def read(self, size: int = -1) -> bytes:
        return self._held.read(size)


@pytest.mark.parametrize("format", sorted(FORMATS))
@pytest.mark.parametrize("room", [0, 10, 3_000])
def test_full_disk_is_told_as_such(format: str, room: int) -> None:
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, 48_000).astype(np.float32)
    with pytest.raises(OSError, match="No space left") as caught:
        encode(cast(BinaryIO, SmallDisk(room)), format, 24_000, [noise])
    assert caught.value.errno == errno.ENOSPC


@pytest.mark.parametrize("name", ["wav", "flac", "mp3", "ogg", "opus", "pcm"])
def test_the_same_speech_is_the_same_file(name: str) -> None:
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, 48_000).astype(np.float32)
    files = [io.BytesIO(), io.BytesIO()]
    for file in files:
        encode(file, name, 24_000, [noise])
    assert files[0].getvalue() == files[1].getvalue()
    if name != "pcm":
        assert len(soundfile.read(io.BytesIO(files[0].getvalue()))[0]) >= 48_000
