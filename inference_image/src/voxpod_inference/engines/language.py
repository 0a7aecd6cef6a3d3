"""A language model by the native library: rows in, the scores of the next token out. Packed by `language_weights.py`."""

import contextlib
import ctypes
import mmap
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voxpod_inference.engines.vocoder import FAILURES, LIBRARY, STOPPED, load_library, mapped
from voxpod_inference.errors import ENGINE_FAILED, BundleError, SpeechError

Floats = NDArray[np.float32]
_POPULATE_READ = 22
"""MADV_POPULATE_READ: every token reads all weights."""


class LanguageModel:
    """A loaded model over the mapped file `packed`. BundleError when the file or the library will not do."""

    def __init__(self, packed: Path, threads: int, width: int, tokens: int) -> None:
        self._handle: int | None = None
        if (library := load_library()) is None:
            raise BundleError(f"{LIBRARY} was not built or cannot be loaded")
        self._library, self._width, self._tokens = library, width, tokens
        self._map, address = mapped(packed)
        why = ctypes.create_string_buffer(512)
        self._handle = library.vp_language_open(address, len(self._map), threads, why, len(why))
        if not self._handle:
            raise BundleError(f"{packed.name}: {why.value.decode(errors='replace')}")

    def room(self) -> NDArray[np.uint8]:
        """Where one text's keys and values are kept; pages of positions that are never reached are never there."""
        # One call in the place of all page faults. Linux before 5.14 does not know it.
        with contextlib.suppress(OSError):
            self._map.madvise(_POPULATE_READ)
        kept = self._library.vp_language_kept(self._handle)
        room = mmap.mmap(-1, kept, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        # numpy would ask for pages of 2 MB, and all of them were there at once: 59 MB, and 0.08 s to empty them.
        with contextlib.suppress(OSError):
            room.madvise(mmap.MADV_NOHUGEPAGE)
        return np.frombuffer(room, np.uint8)

    def scores(self, rows: Floats, before: int, room: NDArray[np.uint8], stop: ctypes.c_int) -> Floats:
        """Scores of the token after rows [n, width], behind `before` others that `room` knows: [tokens].

        SpeechError when `stop` becomes non-zero meanwhile (from any thread), or the rows are too many.
        """
        given = np.ascontiguousarray(rows, np.float32)
        if given.ndim != 2 or given.shape[1] != self._width:
            raise ValueError(f"rows {given.shape}; [n, {self._width}] is expected")
        found = np.empty(self._tokens, np.float32)
        code = self._library.vp_language_run(
            self._handle, given.ctypes.data, len(given), before, room.ctypes.data, found.ctypes.data, ctypes.byref(stop)
        )
        if code == STOPPED:
            raise SpeechError("engine", ENGINE_FAILED, "stopped in the middle of a chunk")
        if code:
            why = FAILURES.get(code, code)
            raise SpeechError("engine", ENGINE_FAILED, f"language model: {why} ({before} and {len(given)} positions)")
        return found

    def close(self) -> None:
        """End the threads and let go of the weights."""
        if self._handle:
            self._library.vp_language_close(self._handle)
            self._handle = None
            self._map.close()

    def __del__(self) -> None:
        self.close()
