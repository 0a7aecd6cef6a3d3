"""How long a stored sound file lasts, by its own headers. Pure.

For audio whose sandbox was lost before it could tell: what a player would find out, and whether the file ends where its header
says. One channel, and the six formats that a sandbox writes; anything else is not one of ours.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass

from voxpod_operator.storage.stored_file import StoredFile

_OPUS_RATE = 48_000
"""Of an Opus stream's own clock, whatever was put in (RFC 7845, section 4)."""
_LAST_PAGE = 0x04

_MP3_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
"""By version: MPEG 1, 2 and 2.5."""


@dataclass(frozen=True, slots=True)
class Sound:
    """What the file says of itself."""

    sample_rate: int
    seconds: float


def read_sound(audio_format: str, file: StoredFile, raw_rate: int) -> Sound | None:
    """Rate and length of a whole file of a format; None for one that is cut short, empty, or of another kind.

    `raw_rate`: of `pcm`, which has no header.
    """
    if audio_format == "pcm":
        rate, samples = raw_rate, file.size // 2 if file.size % 2 == 0 else 0
    else:
        try:
            rate, samples = _READERS[audio_format](file)
        except (KeyError, IndexError, struct.error):
            return None
    return Sound(rate, samples / rate) if rate > 0 and samples > 0 else None


def _wav(file: StoredFile) -> tuple[int, int]:
    """RIFF: chunks one after the other; the samples are the last one."""
    head = file.head
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE" or _u32(head, 4) + 8 != file.size:
        return 0, 0
    at, rate = 12, 0
    while (name := head[at : at + 4]) != b"data":
        if name == b"fmt ":
            rate = _u32(head, at + 12)
        at += 8 + _u32(head, at + 4) + _u32(head, at + 4) % 2
    size = _u32(head, at + 4)
    return (rate, size // 2) if at + 8 + size <= file.size else (0, 0)


def _flac(file: StoredFile) -> tuple[int, int]:
    """STREAMINFO (RFC 9639, section 8.2), whose total is written last: it is 0 in a file that was not ended."""
    if file.head[:4] != b"fLaC" or file.head[4] & 0x7F:
        return 0, 0
    packed = int.from_bytes(file.head[18:26])
    return packed >> 44, packed & (1 << 36) - 1


def _vorbis(file: StoredFile) -> tuple[int, int]:
    first, ends_at = _ogg(file)
    return (_u32(first, 12), ends_at) if first[:7] == b"\x01vorbis" else (0, 0)


def _opus(file: StoredFile) -> tuple[int, int]:
    first, ends_at = _ogg(file)
    if first[:8] != b"OpusHead":
        return 0, 0
    rate, skipped = _u32(first, 12), int.from_bytes(first[10:12], "little")
    return rate, (ends_at - skipped) * rate // _OPUS_RATE


def _ogg(file: StoredFile) -> tuple[bytes, int]:
    """The stream's first packet, and the sample at which its last page ends (RFC 3533)."""
    last = file.tail[file.tail.rindex(b"OggS") :] if b"OggS" in file.tail else b""
    if file.head[:4] != b"OggS" or not last or not last[5] & _LAST_PAGE:
        return b"", 0
    if len(last) != 27 + last[26] + sum(last[27 : 27 + last[26]]):
        return b"", 0
    return file.head[27 + file.head[26] :], int.from_bytes(last[6:14], "little", signed=True)


def _mp3(file: StoredFile) -> tuple[int, int]:
    """The first frame holds the encoder's own count of frames and bytes, written at the end (Xing's and LAME's tags)."""
    head = file.head
    if head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return 0, 0
    version = head[1] >> 3 & 3
    rate, of_frame = _MP3_RATES[version][head[2] >> 2 & 3], 1152 if version == 3 else 576
    at = 4 + (17 if version == 3 else 9)
    flags = int.from_bytes(head[at + 4 : at + 8])
    if head[at : at + 4] not in (b"Xing", b"Info") or flags & 3 != 3:
        return 0, 0
    frames, size = int.from_bytes(head[at + 8 : at + 12]), int.from_bytes(head[at + 12 : at + 16])
    lame = at + 16 + (100 if flags & 4 else 0) + (4 if flags & 8 else 0)
    silence = int.from_bytes(head[lame + 21 : lame + 24])
    return (rate, frames * of_frame - (silence >> 12) - (silence & 0xFFF)) if size == file.size else (0, 0)


def _u32(data: bytes, at: int) -> int:
    return int(struct.unpack_from("<I", data, at)[0])


_READERS: dict[str, Callable[[StoredFile], tuple[int, int]]] = {
    "wav": _wav,
    "flac": _flac,
    "ogg": _vorbis,
    "opus": _opus,
    "mp3": _mp3,
}
