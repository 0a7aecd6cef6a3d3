"""A sound that waits in a temporary file until its level is known: 10,000 characters are half an hour of it."""

import tempfile
from collections.abc import Iterator
from types import TracebackType

import numpy as np

from voxpod_inference.audio.samples import Samples

_FULL_SCALE = 32_767
"""16 bits a sample, half the disk and page cache of floats. A block that is louder than full scale (what resampling and
`<prosody volume>` may make it) has coarser steps, so nothing is clipped: rounding is 101 dB below its peak."""
_BLOCK = 1 << 16
"""Samples that one step size holds for, and that are read at one time."""


class Spool:
    """Mono samples on disk, written once and read once or more; the file has no name and goes with the process."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._samples = 0
        self._steps: list[tuple[int, float]] = []
        """Samples of each block, and what one step of them stands for."""

    def __enter__(self) -> "Spool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def __len__(self) -> int:
        """Samples written."""
        return self._samples

    def append(self, samples: Samples) -> None:
        """Add samples at the end; OSError when the disk is full."""
        for start in range(0, len(samples), _BLOCK):
            block = samples[start : start + _BLOCK]
            step = max(1.0, float(np.abs(block).max())) / _FULL_SCALE
            self._file.write(np.rint(block / np.float32(step)).astype("<i2").tobytes())
            self._steps.append((len(block), step))
        self._samples += len(samples)

    def blocks(self) -> Iterator[tuple[int, Samples]]:
        """All samples from the first, with the number of each block's first one."""
        self._file.seek(0)
        start = 0
        for length, step in self._steps:
            block = np.frombuffer(self._file.read(2 * length), "<i2").astype(np.float32) * np.float32(step)
            yield start, block
            start += length
