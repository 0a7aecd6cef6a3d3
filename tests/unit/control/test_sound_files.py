"""How long a stored file lasts is read off it exactly as the sandbox would have told it; a file that is cut short is none."""

import tempfile
from itertools import product

import numpy as np
import pytest

from voxpod_inference.audio.formats import FORMATS, encode
from voxpod_operator.policy.sound_files import Sound, read_sound
from voxpod_operator.storage.stored_file import HEAD_BYTES, TAIL_BYTES, StoredFile


def stored(data: bytes) -> StoredFile:
    return StoredFile(len(data), "", "", data[:HEAD_BYTES], data[-TAIL_BYTES:])


def a_file(audio_format: str, rate: int, seconds: float) -> bytes:
    """As a sandbox writes it: a tone in noise, which no coder makes silence of."""
    count = round(seconds * rate)
    noise = np.random.default_rng(1).normal(0, 0.05, count) + 0.3 * np.sin(np.arange(count) * 0.1)
    with tempfile.TemporaryFile() as file:
        encode(file, audio_format, rate, [noise.astype(np.float32)])
        file.seek(0)
        return file.read()


CASES = [(name, rate) for name, kind in FORMATS.items() for rate in kind.sample_rates]


@pytest.mark.parametrize(("audio_format", "rate"), CASES)
def test_length_and_rate_are_what_was_written(audio_format: str, rate: int) -> None:
    for seconds in (0.1, 2.345):
        found = read_sound(audio_format, stored(a_file(audio_format, rate, seconds)), rate)
        assert found == Sound(rate, pytest.approx(seconds, abs=1.5 / rate))


@pytest.mark.parametrize(("audio_format", "cut"), list(product(("wav", "mp3", "ogg", "opus"), (1, 500, 0.5))))
def test_a_file_that_is_cut_short_is_none(audio_format: str, cut: float) -> None:
    data = a_file(audio_format, 24_000, 1.0)
    shorter = data[: -int(cut)] if cut >= 1 else data[: int(len(data) * cut)]
    assert read_sound(audio_format, stored(shorter), 24_000) is None


@pytest.mark.parametrize("audio_format", FORMATS)
@pytest.mark.parametrize(
    "data", [b"", b"R", b"RIFF", b"OggS" * 9, b"\xff" * 64, b"fLaC\0\0\0", b"<Error/>", b"\0" * 5001], ids=repr
)
def test_what_is_no_sound_file_is_none(audio_format: str, data: bytes) -> None:
    assert read_sound(audio_format, stored(data), 24_000) is None or (audio_format == "pcm" and len(data) % 2 == 0)


def test_another_format_than_asked_for_is_none() -> None:
    files = {name: stored(a_file(name, 24_000, 0.5)) for name in FORMATS if name != "pcm"}
    for asked, made in product(files, files):
        assert (read_sound(asked, files[made], 24_000) is not None) == (asked == made)
