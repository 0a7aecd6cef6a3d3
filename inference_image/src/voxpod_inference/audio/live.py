"""A sound for somebody who listens while it is made: each piece at once as bytes of a stream, nothing waits for the whole.

What differs from the stored file: the level is that of the voice, or of the first piece, and kept; a header tells no length;
mp3 has a constant bit rate and no tag frame, which tells one.
"""

import struct
from collections.abc import Iterator

import numpy as np

from voxpod_inference.audio import loudness as level
from voxpod_inference.audio.formats import FORMATS, rounded
from voxpod_inference.audio.resample import Resampler
from voxpod_inference.audio.samples import Samples

_QUIETER_LATER = 1.4
"""LU by which a first clause is louder than the text that it begins: 28 measured (7 voices of Kokoro, 4 texts), -0.2 to 3.1.
A voice is within 0.5 of its own level whatever it says, so that is taken where it is known."""
_SHORT_SECONDS = 3.5
"""Up to here a first piece is a clause, and no fair sample of the whole."""
_USUAL = -22.0
"""LUFS of most voices, for what comes before anything that is long enough to measure."""
_MOST_GAIN = 10 ** (12.0 / 20)
_FIRST_SECONDS = 0.2
"""Coded and sent before the rest of the first piece is: a second of opus takes 45 ms, of mp3 12."""
_PAGE_SECONDS = 0.1
"""Longest Ogg page: libsndfile's own of a second would hold back the end of each piece."""
_OGG_PAGE_LATENCY = 0x1302
"""SFC_SET_OGG_PAGE_LATENCY_MS of sndfile.h, which soundfile has no name for."""
_UNKNOWN = 0xFFFFFFFF
_MP3_LEVEL = 0.6
"""libsndfile's, which makes 64 kbit/s of 24 kHz: as much as the stored file has on the average. The mode counts only beside one."""
_MP3_HEADER = 4


class LiveSound:
    """One stream in one format. `loudness` is the level in LUFS that it is brought to, about; `own` the voice's, None if not known."""

    def __init__(self, format: str, engine_rate: int, rate: int, *, loudness: float, own: float | None) -> None:
        self._target = loudness
        self._rate = rate
        self._resampler = Resampler(engine_rate, rate) if engine_rate != rate else None
        self._gain = None if own is None else self._factor(own)
        self._first = round(_FIRST_SECONDS * rate)
        self._stream = _stream(format, rate)

    def piece(self, samples: Samples) -> Iterator[bytes]:
        """The next samples at the engine's rate, as whatever can be told of the stream by now; the very first of it apart."""
        sound = self._resampler.feed(samples) if self._resampler else samples
        levelled = self._levelled(sound) if len(sound) else sound
        first, self._first = self._first, 0
        for block in (levelled[:first], levelled[first:]):
            if len(block):
                yield self._stream.write(block)

    def end(self) -> bytes:
        """What is left."""
        rest = self._resampler.rest() if self._resampler else np.zeros(0, np.float32)
        return (self._stream.write(self._levelled(rest)) if len(rest) else b"") + self._stream.close()

    def _levelled(self, sound: Samples) -> Samples:
        meter = level.Meter(self._rate)
        meter.feed(sound)
        meter.finish()
        if self._gain is None and (loudness := meter.loudness()) is not None:
            short = len(sound) < _SHORT_SECONDS * self._rate
            self._gain = self._factor(loudness - _QUIETER_LATER if short else loudness)
        gain = self._factor(_USUAL) if self._gain is None else self._gain
        # pieces begin and end in silence: each can be limited by itself
        return level.applied(level.limited(gain, meter), meter.peak_samples, sound, 0)

    def _factor(self, loudness: float) -> float:
        """What brings a sound of that loudness to the target."""
        return float(min(_MOST_GAIN, 10 ** ((self._target - loudness) / 20)))


def _stream(format: str, rate: int) -> "_Raw | _Coded":
    match format:
        case "pcm":
            return _Raw(b"")
        case "wav":
            return _Raw(_wav_header(rate))
        case _:
            return _Coded(format, rate)


class _Raw:
    """16-bit samples after a header."""

    def __init__(self, header: bytes) -> None:
        self._header = header

    def write(self, samples: Samples) -> bytes:
        header, self._header = self._header, b""
        return header + rounded(samples).astype("<i2").tobytes()

    def close(self) -> bytes:
        return self._header


class _Coded:
    """What libsndfile makes of it."""

    def __init__(self, format: str, rate: int) -> None:
        import soundfile

        kind = FORMATS[format]
        self._whole = kind.subtype == "PCM_16"
        self._sink = _Sink()
        constant = {"bitrate_mode": "CONSTANT", "compression_level": _MP3_LEVEL} if format == "mp3" else {}
        self._file = soundfile.SoundFile(self._sink, "w", rate, 1, kind.subtype, None, kind.container, **constant)
        self._tagged = format == "mp3"
        if kind.container == "OGG":
            latency = soundfile._ffi.new("double*", 1000 * _PAGE_SECONDS)
            soundfile._snd.sf_command(self._file._file, _OGG_PAGE_LATENCY, latency, soundfile._ffi.sizeof("double"))

    def write(self, samples: Samples) -> bytes:
        self._file.write(rounded(samples) if self._whole else samples)
        return self._taken()

    def close(self) -> bytes:
        self._file.close()
        return self._taken()

    def _taken(self) -> bytes:
        """What was appended since; without the frame that LAME keeps free for its tag: a header and nothing but zeros."""
        taken = self._sink.take()
        if self._tagged and len(taken) > _MP3_HEADER:
            taken, self._tagged = taken[_MP3_HEADER:].lstrip(b"\0"), False
        return taken


class _Sink:
    """A file that is only ever appended to: what goes back to fill in a length comes too late for who has heard the begin."""

    def __init__(self) -> None:
        self._new = bytearray()
        self._size = self._at = 0

    def take(self) -> bytes:
        """What was appended since it was last taken."""
        taken, self._new = bytes(self._new), bytearray()
        return taken

    def write(self, data: bytes) -> int:
        """Append, or forget."""
        size = len(data)
        if self._at == self._size:
            self._new += data
            self._size += size
        self._at += size
        return size

    def seek(self, offset: int, whence: int = 0) -> int:
        """As a file."""
        self._at = offset + (0, self._at, self._size)[whence]
        return self._at

    def tell(self) -> int:
        """As a file."""
        return self._at

    def read(self, size: int = -1) -> bytes:
        """There is nothing to read."""
        return b""


def _wav_header(rate: int) -> bytes:
    """RIFF with sizes that nobody knows yet, as those who stream it write them."""
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, 2 * rate, 2, 16)
    return struct.pack("<4sI4s", b"RIFF", _UNKNOWN, b"WAVE") + form + struct.pack("<4sI", b"data", _UNKNOWN)
