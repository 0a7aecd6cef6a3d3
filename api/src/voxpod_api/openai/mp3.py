"""MP3 as OpenAI's call has it: without the frame that tells a file's length, by which some players stop when several are joined."""

from collections.abc import AsyncGenerator

from voxpod_api.audio_store import StoredAudio

BIT_RATES = {
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""kbit/s of layer III, by the version's bits in a frame's header: MPEG-1 and MPEG-2."""
SAMPLE_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000)}
BYTES_PER_FRAME = {3: 144, 2: 72}
"""Of one bit a sample."""
TAGS = (b"Xing", b"Info")
LATEST_TAG = 36
"""Where it begins at the latest: behind the header and the longest side information."""


def length_frame(head: bytes) -> int:
    """Bytes of the frame at the beginning of a file that holds no sound and tells its length; 0 where there is none."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return 0
    version, bit_rate, sample_rate, padding = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version not in BIT_RATES or bit_rate in (0, 15) or sample_rate == 3:
        return 0
    bits = 1000 * BIT_RATES[version][bit_rate]
    size = BYTES_PER_FRAME[version] * bits // SAMPLE_RATES[version][sample_rate] + padding
    return size if any(tag in head[4 : LATEST_TAG + 4] for tag in TAGS) and len(head) >= size else 0


class Unmeasured:
    """A stored MP3 without that frame."""

    def __init__(self, audio: StoredAudio) -> None:
        self._audio, self._skipped = audio, length_frame(audio.first)
        self.size = audio.size - self._skipped

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """The rest of it. Raises StoreError."""
        skipped = self._skipped
        async for chunk in self._audio.chunks():
            yield chunk[skipped:]
            skipped = 0

    def close(self) -> None:
        """Read no further."""
        self._audio.close()
