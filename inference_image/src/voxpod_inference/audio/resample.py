"""From one sample rate to another, chunk by chunk, by libsoxr."""

from collections.abc import Iterable, Iterator

import numpy as np

from voxpod_inference.audio.samples import Samples


def resampled(chunks: Iterable[Samples], from_rate: int, to_rate: int) -> Iterator[Samples]:
    """The same sound at `to_rate`: no seam between chunks, no delay, round(n * to_rate / from_rate) samples in all."""
    if from_rate == to_rate:
        yield from chunks
        return
    import soxr

    stream = soxr.ResampleStream(from_rate, to_rate, 1, dtype="float32", quality="HQ")
    read = written = 0
    for chunk in chunks:
        read += len(chunk)
        samples = stream.resample_chunk(chunk)
        written += len(samples)
        yield samples
    rest = stream.resample_chunk(np.zeros(0, np.float32), last=True)
    left = max(0, round(read * to_rate / from_rate) - written)
    yield np.pad(rest[:left], (0, left - len(rest[:left])))
