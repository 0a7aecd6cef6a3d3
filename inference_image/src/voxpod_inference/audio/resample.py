"""From one sample rate to another, chunk by chunk, by libsoxr."""

from collections.abc import Iterable, Iterator

import numpy as np

from voxpod_inference.audio.samples import Samples


class Resampler:
    """The same sound at `to_rate`: no seam between chunks, no delay, round(n * to_rate / from_rate) samples in all."""

    def __init__(self, from_rate: int, to_rate: int) -> None:
        import soxr

        self._ratio = to_rate / from_rate
        self._stream = soxr.ResampleStream(from_rate, to_rate, 1, dtype="float32", quality="HQ")
        self._read = self._written = 0

    def feed(self, chunk: Samples) -> Samples:
        """What can be told of the sound so far, after what was told before."""
        self._read += len(chunk)
        samples: Samples = self._stream.resample_chunk(chunk)
        self._written += len(samples)
        return samples

    def rest(self) -> Samples:
        """The last of it."""
        rest = self._stream.resample_chunk(np.zeros(0, np.float32), last=True)
        left = max(0, round(self._read * self._ratio) - self._written)
        return np.pad(rest[:left], (0, left - len(rest[:left])))


def resampled(chunks: Iterable[Samples], from_rate: int, to_rate: int) -> Iterator[Samples]:
    """The same sound at `to_rate`, as a `Resampler` makes it."""
    if from_rate == to_rate:
        yield from chunks
        return
    resampler = Resampler(from_rate, to_rate)
    for chunk in chunks:
        yield resampler.feed(chunk)
    yield resampler.rest()
