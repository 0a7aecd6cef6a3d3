"""A sound that waits in a temporary file until its level is known: 10,000 characters are half an hour of it."""

import tempfile
from collections.abc import Iterator
from types import TracebackType

import numpy as np

from voxpod_inference.audio.samples import Samples

_SCALE = 16_384.0
"""16 bits with room for 6 dB above full scale, which resampling and gains may reach: rounding at -95 dB is far below the
noise of any voice, and takes half the disk and page cache of floats."""
_BLOCK = 1 << 16


class Spool:
    """Mono samples on disk, written once and read once or more; the file has no name and goes with the process."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._samples = 0

    def __enter__(self) -> "Spool":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()

    def __len__(self) -> int:
        """Samples written."""
        return self._samples

    def append(self, samples: Samples) -> None:
        """Add samples at the end; OSError when the disk is full."""
        self._file.write(np.clip(np.rint(samples * _SCALE), -32_768, 32_767).astype("<i2").tobytes())
        self._samples += len(samples)

    def blocks(self) -> Iterator[tuple[int, Samples]]:
        """All samples from the first, with the number of each block's first one."""
        self._file.seek(0)
        start = 0
        while raw := self._file.read(2 * _BLOCK):
            block = np.frombuffer(raw, "<i2").astype(np.float32) / np.float32(_SCALE)
            yield start, block
            start += len(block)
