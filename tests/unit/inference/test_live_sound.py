"""A sound that is coded while it is made: what a listener gets of each piece, and what the stream is in the end."""

import struct

import numpy as np
import pytest

from live_streams import decoded
from voxpod_inference.audio import Samples
from voxpod_inference.audio.live import LiveSound
from voxpod_inference.audio.loudness import Meter

RATE = 24_000


def a_piece(seconds: float, level: float = 0.1, seed: int = 1) -> Samples:
    """Noise that begins and ends in silence, as speech does."""
    samples = np.random.default_rng(seed).normal(0, level, round(seconds * RATE)).astype(np.float32)
    samples[:1_440] = samples[-1_440:] = 0
    return samples


def live(format: str, own: float | None = -20.0, engine_rate: int = RATE) -> LiveSound:
    return LiveSound(format, engine_rate, RATE, loudness=-16.0, own=own)


def said(sound: LiveSound, piece: Samples) -> bytes:
    return b"".join(sound.piece(piece))


def loudness(samples: Samples) -> float:
    meter = Meter(RATE)
    meter.feed(samples)
    meter.finish()
    found = meter.loudness()
    assert found is not None
    return found


@pytest.mark.parametrize("format", ["pcm", "wav", "mp3", "flac", "ogg", "opus"])
def test_pieces_are_one_stream_of_their_length(format: str) -> None:
    pieces = [a_piece(seconds, seed=seed) for seed, seconds in enumerate((1.5, 0.4, 2.0))]
    sound = live(format)
    stream = b"".join(said(sound, piece) for piece in pieces) + sound.end()

    length = sum(map(len, pieces))
    # mp3 begins with the silence of its coder, whose length only a tag could tell
    assert len(decoded(stream, format, flac_samples=length)) == pytest.approx(
        length, abs=3_000 if format == "mp3" else 1
    )


@pytest.mark.parametrize("format", ["pcm", "wav", "mp3", "flac", "opus"])
def test_most_of_a_piece_leaves_at_once(format: str) -> None:
    """Vorbis is not among them: its coder holds back seconds."""
    heard = decoded(said(live(format), a_piece(1.5)), format, flac_samples=round(1.3 * RATE))

    assert len(heard) / RATE > 1.25


@pytest.mark.parametrize("format", ["pcm", "wav", "mp3", "opus"])
def test_a_listener_has_the_begin_before_the_rest_of_the_first_piece_is_coded(format: str) -> None:
    """Flac is not among them: its first block is as long."""
    blocks = live(format).piece(a_piece(1.5))

    assert next(blocks)
    assert len(decoded(next(blocks), "pcm")) > 0 if format == "pcm" else next(blocks)
    assert next(blocks, None) is None


def test_wav_says_that_its_length_is_not_known() -> None:
    stream = said(live("wav"), a_piece(1.0))

    assert struct.unpack("<4sI4s", stream[:12]) == (b"RIFF", 0xFFFFFFFF, b"WAVE")
    assert struct.unpack("<4sI", stream[36:44]) == (b"data", 0xFFFFFFFF)
    assert len(live("wav").end()) == 44, "a sound of nothing is a file all the same"


def test_mp3_has_one_bit_rate_and_no_tag() -> None:
    sound = live("mp3")
    stream = b"".join(said(sound, a_piece(1.0, seed=seed)) for seed in range(3)) + sound.end()
    size = 192
    frames = [stream[at : at + size] for at in range(0, len(stream), size)]

    assert {frame[:2] for frame in frames} == {b"\xff\xf3"}
    assert {frame[2] & 0xF0 for frame in frames} == {0x80}, "64 kbit/s"
    assert b"Xing" not in stream
    assert b"Info" not in stream
    assert any(frames[0][4:]), "the first frame is no room for a tag"


def test_level_is_the_voice_s_and_stays() -> None:
    soft, loud = a_piece(2.0, 0.05), a_piece(2.0, 0.1)
    own = loudness(np.concatenate([soft, loud]))
    sound = live("pcm", own)
    heard = [decoded(said(sound, piece), "pcm") for piece in (soft, loud)]

    assert loudness(np.concatenate(heard)) == pytest.approx(-16.0, abs=0.3)
    assert loudness(heard[1]) - loudness(heard[0]) == pytest.approx(6.0, abs=0.3)


def test_level_of_a_voice_that_nobody_measured_is_that_of_its_first_piece() -> None:
    sound = live("pcm", None)
    silence = said(sound, np.zeros(RATE, np.float32))
    heard = decoded(said(sound, a_piece(4.0)), "pcm")

    assert not any(silence)
    assert loudness(heard) == pytest.approx(-16.0, abs=0.3)


def test_peaks_stay_below_full_scale() -> None:
    piece = a_piece(2.0, 0.05)
    piece[RATE] = 0.9
    heard = decoded(said(live("pcm", -40.0), piece), "pcm")

    assert abs(heard).max() < 10 ** (-0.9 / 20)


def test_other_rate_than_the_engine_s_loses_nothing() -> None:
    pieces = [a_piece(0.7, seed=seed) for seed in range(3)]
    sound = live("pcm", engine_rate=22_050)
    stream = b"".join(said(sound, piece) for piece in pieces) + sound.end()

    assert len(stream) // 2 == round(sum(map(len, pieces)) * RATE / 22_050)
