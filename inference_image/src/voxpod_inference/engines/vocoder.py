"""Generators of engines by the native library: features, timbre and harmonic source in, samples out.

The library is optional: `native_library()` is None where it was not built, and the ONNX graph does the work, slower.
"""

import ctypes
import functools
import mmap
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voxpod_inference.errors import ENGINE_FAILED, BundleError, SpeechError

LIBRARY = "libvoxpod_vocoder.so"
VERSION = 4
FEATURES = 512
FAMILIES = ((128, 22), (0, 18))
"""Kinds of generators by the number in a packed file: floats of timbre, rows of the source."""
_FAMILY_AT = 36
STOPPED = 1
FAILURES = {2: "arguments that the library refuses", 3: "no memory left", 4: "a failure inside of the library"}


def native_library() -> Path | None:
    """The library's file, or None when it was not built, cannot be loaded here, or is of another version."""
    return None if load_library() is None else Path(__file__).parent / LIBRARY


def cpu_class() -> str | None:
    """What weights must be packed for on this processor: `scalar`, `avx2` or `avx512`; None without the library."""
    library = load_library()
    return None if library is None else library.vp_cpu_class().decode()


class Vocoder:
    """A loaded generator over the mapped file `packed`. BundleError when the file or the library will not do."""

    def __init__(self, packed: Path, threads: int) -> None:
        self._handle: int | None = None
        library = load_library()
        if library is None:
            raise BundleError(f"{LIBRARY} was not built or cannot be loaded")
        self._library = library
        self._map, address = mapped(packed)
        number = int.from_bytes(self._map[_FAMILY_AT : _FAMILY_AT + 4], "little")
        self._timbre, self._source = FAMILIES[number] if number < len(FAMILIES) else FAMILIES[0]
        why = ctypes.create_string_buffer(512)
        self._handle = library.vp_open(address, len(self._map), threads, why, len(why))
        if not self._handle:
            raise BundleError(f"{packed.name}: {why.value.decode(errors='replace')}")

    def generate(
        self,
        features: NDArray[np.float32],
        timbre: NDArray[np.float32] | None,
        source: NDArray[np.float32],
        stop: ctypes.c_int | None = None,
    ) -> NDArray[np.float32]:
        """Samples of features [1, 512, frames], timbre and source.

        Kokoro's: [300 * frames] at 24 kHz, of timbre [1, 128] and source [1, 22, 60 * frames + 1]. CosyVoice's: [256 * frames] at
        22.05 kHz, without timbre, of source [1, 18, 64 * frames + 1].
        SpeechError when `stop` becomes non-zero meanwhile (from any thread), or memory runs out; ValueError for other shapes.
        """
        if not self._handle:
            raise ValueError("the vocoder is closed")
        frames = features.shape[-1]
        source_frames = self._library.vp_source_frames(self._handle, frames)
        if source_frames < 0:
            raise ValueError(f"{frames} frames of features; 1 to 1048576 are accepted")
        arrays = (_array(features, (FEATURES, frames)), _array(source, (self._source, source_frames)))
        style = None
        if self._timbre:
            if timbre is None:
                raise ValueError("this generator needs a timbre")
            style = _array(timbre, (self._timbre,))
        samples = np.empty(self._library.vp_samples(self._handle, frames), np.float32)
        f, s = (array.ctypes.data for array in arrays)
        t = None if style is None else style.ctypes.data
        flag = None if stop is None else ctypes.byref(stop)
        n = len(samples)
        code = self._library.vp_run(self._handle, f, frames, t, s, source_frames, samples.ctypes.data, n, flag)
        if code == STOPPED:
            raise SpeechError("engine", ENGINE_FAILED, "stopped")
        if code:
            raise SpeechError("engine", ENGINE_FAILED, f"vocoder: {FAILURES.get(code, code)} ({frames} frames)")
        return samples

    def close(self) -> None:
        """End the threads and let go of the weights; `generate` may not be called any more."""
        if self._handle:
            self._library.vp_close(self._handle)
            self._handle = None
            self._map.close()

    def __del__(self) -> None:
        self.close()


def _array(values: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.float32]:
    if values.dtype != np.float32 or values.shape not in (shape, (1, *shape)):
        raise ValueError(f"{values.dtype} {values.shape}; float32 {(1, *shape)} is expected")
    return np.ascontiguousarray(values)


def mapped(packed: Path) -> tuple[mmap.mmap, int]:
    """A packed file and where it lies. BundleError when it cannot be mapped."""
    try:
        with packed.open("rb") as file:
            found = mmap.mmap(file.fileno(), 0, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ)
    except (OSError, ValueError) as error:
        raise BundleError(f"{packed.name} cannot be mapped: {error}") from error
    # numpy takes the address of a read-only buffer, which ctypes refuses to.
    return found, np.frombuffer(found, np.uint8).ctypes.data


@functools.cache
def load_library() -> ctypes.CDLL | None:
    """The library; see `native_library`."""
    try:
        library = ctypes.CDLL(str(Path(__file__).parent / LIBRARY))
        version = library.vp_version()
    except (OSError, AttributeError):
        return None
    if version != VERSION:
        return None
    pointer, size = ctypes.c_void_p, ctypes.c_int64
    library.vp_cpu_class.restype = ctypes.c_char_p
    library.vp_open.restype = pointer
    library.vp_open.argtypes = [pointer, ctypes.c_size_t, ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t]
    library.vp_close.restype, library.vp_close.argtypes = None, [pointer]
    for function in (library.vp_samples, library.vp_source_frames):
        function.restype, function.argtypes = size, [pointer, size]
    library.vp_run.argtypes = [pointer, pointer, size, pointer, pointer, size, pointer, size, pointer]
    library.vp_language_open.restype, library.vp_language_open.argtypes = pointer, library.vp_open.argtypes
    library.vp_language_close.restype, library.vp_language_close.argtypes = None, [pointer]
    library.vp_language_kept.restype, library.vp_language_kept.argtypes = size, [pointer]
    library.vp_language_run.argtypes = [pointer, pointer, ctypes.c_int, ctypes.c_int, pointer, pointer, pointer]
    return library
