"""Single kernels of the test library through ctypes, for tests and bench.py. Needs numpy and a C++ compiler.

Weights are given as float64 in torch's layouts and packed as `voxpod_inference` packs them; activations are
[frames, channels]. `Moments` of a result are its mean and 1 / sqrt(variance + 1e-5) per channel.
"""

import ctypes
import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import build
import numpy as np
from numpy.typing import NDArray

from voxpod_inference.engines.vocoder_weights import panels, upsampling_matrix, window_matrix
from voxpod_inference.engines.vocoder_winograd import ALGORITHMS, transformed

Floats = NDArray[np.float32]
POINTER, INT, LONG, FLOAT = ctypes.c_void_p, ctypes.c_int, ctypes.c_int64, ctypes.c_float
CLASSES = ("scalar", "avx2", "avx512", "wide")
FUNCTIONS = ("sine", "squared_sine", "cosine_near_zero", "exponential")


class Snake(NamedTuple):
    """Per channel: v = scale x + shift, then v + sin(alpha v)^2 / alpha."""

    scale: Floats
    shift: Floats
    alpha: Floats


class Result(NamedTuple):
    """What a kernel wrote, and the moments that it gathered."""

    output: Floats
    mean: Floats
    inverse_deviation: Floats


class _Convolution(ctypes.Structure):
    _fields_ = (
        *((name, INT) for name in ("taps", "dilation", "channels_in", "channels_out")),
        *((name, POINTER) for name in ("weights", "bias", "scale", "shift", "alpha", "inverse_alpha")),
        ("frames", LONG),
        *((name, POINTER) for name in ("input", "residual", "output")),
        ("accumulate", ctypes.c_bool),
        ("statistics", POINTER),
    )


class _Upsampling(ctypes.Structure):
    _fields_ = (
        *((name, INT) for name in ("stride", "overlap", "padding", "channels_in", "channels_out")),
        *((name, POINTER) for name in ("weights", "bias")),
        *((name, FLOAT) for name in ("factor", "slope")),
        ("reflect", ctypes.c_bool),
        *((name, LONG) for name in ("frames_in", "frames_out")),
        *((name, POINTER) for name in ("input", "residual", "output", "statistics")),
    )


class _Projection(ctypes.Structure):
    _fields_ = (
        *((name, INT) for name in ("depth", "channels_out")),
        ("input_stride", LONG),
        *((name, POINTER) for name in ("weights", "bias")),
        ("frames", LONG),
        *((name, POINTER) for name in ("input", "output", "statistics")),
    )


class _Spectrum(ctypes.Structure):
    _fields_ = (
        *((name, INT) for name in ("taps", "channels", "bins")),
        *((name, POINTER) for name in ("weights", "bias")),
        *((name, FLOAT) for name in ("factor", "slope", "loudest")),
        ("frames", LONG),
        *((name, POINTER) for name in ("input", "output")),
    )


class _Synthesis(ctypes.Structure):
    _fields_ = (
        *((name, INT) for name in ("depth", "stride")),
        ("input_stride", LONG),
        ("weights", POINTER),
        ("rows", LONG),
        *((name, POINTER) for name in ("input", "samples")),
    )


@functools.cache
def library() -> Path:
    """The compiled test library; VOXPOD_VOCODER_VARIANT=sanitized names the one that checks every access."""
    variant = os.environ.get("VOXPOD_VOCODER_VARIANT", "test")
    return build.build(Path(__file__).resolve().parent / "build" / variant / build.LIBRARY, variant)


class Kernels:
    """The kernels of one processor class; LookupError when this processor cannot run them."""

    def __init__(self, name: str, library_file: Path) -> None:
        self._library = ctypes.CDLL(str(library_file))
        self._library.vp_test_kernels.restype = POINTER
        self._table = POINTER(self._library.vp_test_kernels(name.encode()))
        if not self._table:
            raise LookupError(f"this processor cannot run {name}")
        self.name = name
        self.panel: int = int(self._library.vp_test_panel(self._table))

    def evaluate(self, function: str, x: Floats) -> Floats:
        """One of FUNCTIONS of every x; their number is a multiple of 16."""
        y = np.empty_like(x)
        arguments = (self._table, FUNCTIONS.index(function), _address(x), _address(y), LONG(len(x)))
        self._library.vp_test_evaluate(*arguments)
        return y

    def matrices(self, taps: int) -> tuple[Floats, Floats]:
        """The input and output transforms of the algorithm for `taps`: [points, points] and [outputs, points]."""
        outputs = ALGORITHMS[taps][0]
        size = outputs + taps - 1
        given, made = np.empty((size, size), np.float32), np.empty((outputs, size), np.float32)
        self._library.vp_test_matrices(taps, _address(given), _address(made))
        return given, made

    def prepared_convolution(
        self,
        x: Floats,
        weight: NDArray[np.float64],
        bias: Floats,
        *,
        dilation: int = 1,
        snake: Snake | None = None,
        residual: Floats | None = None,
        add_to: Floats | None = None,
        threads: int = 1,
    ) -> Callable[[], Result]:
        """x [frames, in], weight [out, in, taps]: + bias, + `residual`, + `add_to` when given.

        Weights are packed here, so that the bench times nothing but the kernel; all calls write the same
        `Result` (and add to what the last one left there, with `add_to`).
        """
        channels_out, channels_in, taps = weight.shape
        packed = _aligned(np.concatenate([panels(point, self.panel).reshape(-1) for point in transformed(weight)]))
        output = np.full((len(x), channels_out), np.nan, np.float32) if add_to is None else add_to.copy()
        inverse = None if snake is None else (1.0 / snake.alpha).astype(np.float32)
        norms = (*snake, inverse) if snake is not None else (None,) * 4
        kept = (packed, bias, *norms, x, residual, output)
        task = _Convolution(
            *(taps, dilation, channels_in, channels_out),
            *map(_address, (packed, bias, *norms)),
            len(x),
            *map(_address, (x, residual, output)),
            add_to is not None,
            None,
        )
        return self._prepared("vp_test_convolution", task, output, channels_out, threads, kept)

    def upsampling(
        self,
        x: Floats,
        weight: NDArray[np.float64],
        bias: Floats,
        *,
        stride: int,
        padding: int,
        factor: float = 1.0,
        slope: float = 0.1,
        reflect: bool = False,
        residual: Floats | None = None,
        threads: int = 1,
    ) -> Result:
        """x [frames, in], weight [in, out, taps]: the transposed convolution of leaky(factor x)."""
        channels_in, channels_out, taps = weight.shape
        frames = (len(x) - 1) * stride + taps - 2 * padding + reflect
        packed = _aligned(panels(upsampling_matrix(weight, stride), self.panel))
        output = np.full((frames, channels_out), np.nan, np.float32)
        task = _Upsampling(
            *(stride, taps // stride, padding, channels_in, channels_out),
            *map(_address, (packed, bias)),
            *(factor, slope, reflect, len(x), frames),
            *map(_address, (x, residual, output)),
            None,
        )
        return self._prepared("vp_test_upsampling", task, output, channels_out, threads, (packed,))()

    def projection(
        self, x: Floats, weight: NDArray[np.float64], bias: Floats, *, stride: int = 1, threads: int = 1
    ) -> Result:
        """x [frames, in], weight [out, in, taps]: the convolution without padding."""
        channels_out, channels_in, taps = weight.shape
        frames = (len(x) - taps) // stride + 1
        packed = _aligned(panels(window_matrix(weight), self.panel))
        output = np.full((frames, channels_out), np.nan, np.float32)
        task = _Projection(
            *(channels_in * taps, channels_out, channels_in * stride),
            *map(_address, (packed, bias)),
            frames,
            *map(_address, (x, output)),
            None,
        )
        return self._prepared("vp_test_projection", task, output, channels_out, threads, (packed,))()

    def spectrum(
        self, x: Floats, columns: NDArray[np.float64], bias: Floats, *, taps: int, bins: int, loudest: float = 1e30
    ) -> Floats:
        """x [frames, channels], columns [taps * channels, 32] -> [frames, 2 * bins] of leaky(x / 3), slope 0.01."""
        packed = _aligned(panels(columns, self.panel))
        output = np.full((len(x), 2 * bins), np.nan, np.float32)
        task = _Spectrum(
            *(taps, x.shape[1], bins),
            *map(_address, (packed, bias)),
            *(1 / 3, 0.01, loudest),
            len(x),
            *map(_address, (x, output)),
        )
        self._library.vp_test_spectrum(self._table, ctypes.byref(task), 1)
        return output

    def synthesis(self, x: Floats, basis: NDArray[np.float64], *, hop: int) -> Floats:
        """x [frames, bins], basis [bins, window] -> the overlap-added samples to which `window / hop` frames contribute."""
        overlap = basis.shape[1] // hop
        packed = _aligned(panels(upsampling_matrix(basis[:, np.newaxis], hop), self.panel))
        samples = np.full((len(x) - overlap + 1) * hop, np.nan, np.float32)
        task = _Synthesis(
            *(overlap * x.shape[1], hop, x.shape[1], _address(packed), len(samples) // hop),
            *map(_address, (x, samples)),
        )
        self._library.vp_test_synthesis(self._table, ctypes.byref(task), 1)
        return samples

    def _prepared(
        self, function: str, task: ctypes.Structure, output: Floats, channels: int, threads: int, kept: tuple[Any, ...]
    ) -> Callable[[], Result]:
        moments = np.empty((2, channels), np.float32)

        def call(_alive: tuple[Any, ...] = kept) -> Result:
            getattr(self._library, function)(self._table, ctypes.byref(task), threads, _address(moments))
            return Result(output, moments[0], moments[1])

        return call


def _address(array: Floats | None) -> ctypes.c_void_p:
    return POINTER(None if array is None else array.ctypes.data)


def _aligned(values: NDArray[np.float64]) -> Floats:
    """As float32 at a multiple of 64 bytes, as in a packed file."""
    memory = np.empty(values.size + 16, np.float32)
    start = -memory.ctypes.data % 64 // 4
    memory[start : start + values.size] = values.reshape(-1)
    return memory[start : start + values.size]
