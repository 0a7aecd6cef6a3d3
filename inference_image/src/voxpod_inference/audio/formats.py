"""Which sound files there are, and samples into one of them. libsndfile (in the wheel of soundfile) has all the coders."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from voxpod_inference.audio.ogg import SameSerial
from voxpod_inference.audio.samples import Samples
from voxpod_inference.errors import INPUT_REFUSED, InputError

SAMPLE_RATES = (8_000, 16_000, 22_050, 24_000, 44_100, 48_000)
"""What a request may ask for, in Hz."""
_BLOCK = 8_192
"""Samples handed over at one time: libsndfile's Vorbis coder crashes on a single write of 3 million (seen with 1.2.2)."""


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of sound file."""

    container: str
    """libsndfile's name of the container."""
    subtype: str
    """libsndfile's name of the coding."""
    sample_rates: tuple[int, ...] = SAMPLE_RATES


FORMATS = {
    "wav": Format("WAV", "PCM_16"),
    "flac": Format("FLAC", "PCM_16"),
    "mp3": Format("MP3", "MPEG_LAYER_III"),
    "ogg": Format("OGG", "VORBIS"),
    # Opus itself knows only these (and 12 kHz): RFC 6716, section 2.
    "opus": Format("OGG", "OPUS", (8_000, 16_000, 24_000, 48_000)),
    "pcm": Format("RAW", "PCM_16"),
}
"""`pcm` is signed 16-bit little-endian without a header; the lossy ones have a variable bit rate of libsndfile's choice:
on speech at 24 kHz about 64 kbit/s (mp3), 58 (ogg), 37 (opus)."""


def output_rate(format: str, asked: int, engine_rate: int) -> int:
    """Samples per second of a file: `asked`, or for 0 the engine's own, or the next that the format has. InputError."""
    if format not in FORMATS:
        raise InputError(INPUT_REFUSED, f"format is {format!r}; {', '.join(FORMATS)} are accepted")
    rates = FORMATS[format].sample_rates
    if asked in rates:
        return asked
    if asked:
        raise InputError(INPUT_REFUSED, f"sample rate is {asked} Hz; {format} has {', '.join(map(str, rates))}")
    return engine_rate if engine_rate in rates else min((r for r in rates if r > engine_rate), default=rates[-1])


def rounded(samples: Samples) -> NDArray[np.int16]:
    """The nearest integers. libsndfile rounds down for wav and to the nearest for flac: half of all samples were not the same."""
    whole: NDArray[np.int16] = np.clip(np.rint(samples * np.float32(32_768)), -32_768, 32_767).astype(np.int16)
    return whole


class _Kept:
    """A file that keeps the first OSError of its writes: libsndfile's callbacks cannot raise, and soundfile ends in an assertion."""

    def __init__(self, file: BinaryIO, *, ogg: bool) -> None:
        self._write = SameSerial(file.write).write if ogg else file.write
        self._error: OSError | None = None
        self.seek, self.tell, self.read = file.seek, file.tell, file.read

    def write(self, data: bytes) -> int:
        """How much was written; none once the disk was full."""
        try:
            if not self._error:
                self._write(data)
                return len(data)
        except OSError as error:
            self._error = error
        return 0

    def check(self) -> None:
        """OSError if a write failed."""
        if self._error:
            raise self._error


def encode(file: BinaryIO, format: str, sample_rate: int, blocks: Iterable[Samples]) -> None:
    """Write mono samples as a sound file; OSError when the disk does not hold it.

    `file` must be seekable, since a header tells sizes that are known at the end.
    """
    import soundfile

    kind = FORMATS[format]
    kept = _Kept(file, ogg=kind.container == "OGG")
    endian = "LITTLE" if kind.container == "RAW" else None
    try:
        with soundfile.SoundFile(kept, "w", sample_rate, 1, kind.subtype, endian, kind.container) as sound:
            for block in blocks:
                for start in range(0, len(block), _BLOCK):
                    part = block[start : start + _BLOCK]
                    sound.write(rounded(part) if kind.subtype == "PCM_16" else part)
                    kept.check()
    except (AssertionError, soundfile.SoundFileError):
        kept.check()
        raise
    kept.check()
    file.flush()
