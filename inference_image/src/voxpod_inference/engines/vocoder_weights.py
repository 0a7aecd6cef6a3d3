"""Packs `generator.weights` for one class of processors: transformed, laid out as the kernels read it, mapped by sandboxes.

The format is in `native/packed.h`; sizes and names are checked again when the library opens the file.
"""

import json
import math
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxpod_inference.engines.vocoder_winograd import transformed
from voxpod_inference.errors import BundleError

PANELS = {"scalar": 8, "avx2": 16, "avx512": 32}
"""Processor class -> columns of a panel of weights."""
ANY_CLASS = "any"
"""Of weights that are laid out alike for all."""
SOURCE_MAGIC, SOURCE_VERSION = b"VPGW", 1
PACKED_MAGIC, PACKED_VERSION = b"VPGK", 4
ALIGNMENT = 64
MOST_TENSORS = 512
OVERLAP = 4
"""Windows of the inverse transform over a sample; taps of an upsampling are twice its stride."""
PHASES_FROM, LAST_COLUMNS = 16, 32

Named = Iterator[tuple[str, NDArray[np.float64]]]


def pack(weights: Path, target: Path, cpu_class: str) -> None:
    """Pack the file `weights` for `cpu_class` (`scalar`, `avx2`, `avx512`) into `target`, which appears when it is whole.

    BundleError when `weights` is no such file or is cut. One tensor at a time is in memory beside the 30 MB file.
    """
    if cpu_class not in PANELS:
        raise BundleError(f"processor class {cpu_class!r}; {', '.join(PANELS)} are known")
    write_packed(_packed(read_weights(weights), PANELS[cpu_class]), target, cpu_class, family_of(weights))


def write_packed(tensors: Iterator[tuple[str, NDArray[Any]]], target: Path, cpu_class: str, family: int) -> None:
    """A packed file of tensors, as float32 and flat, in `target`, which appears when it is whole."""
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        _write(tensors, temporary, cpu_class, family)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def read_weights(path: Path) -> Named:
    """The tensors of a `generator.weights` file by name, as floats. BundleError when it is damaged."""
    data, start, header = _opened(path)
    try:
        for name, entry in header["tensors"].items():
            yield name, _floats(data, start, entry)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BundleError(f"{path.name} is damaged: {error}") from error


def family_of(path: Path) -> int:
    """Which kind of generator (`vocoder.FAMILIES`) the weights of a file are of. BundleError when it is damaged."""
    return int(_opened(path)[2].get("family", 0))


def _opened(path: Path) -> tuple[bytes, int, dict[str, Any]]:
    """All of a file, where its numbers begin, and its header."""
    data = path.read_bytes()
    if data[:4] != SOURCE_MAGIC or len(data) < 8:
        raise BundleError(f"{path.name} is not a file of generator weights")
    start = 8 + struct.unpack_from("<I", data, 4)[0]
    try:
        header: dict[str, Any] = json.loads(data[8:start])
        if header["version"] != SOURCE_VERSION:
            raise BundleError(f"{path.name} has version {header['version']}; {SOURCE_VERSION} is read")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BundleError(f"{path.name} is damaged: {error}") from error
    return data, start, header


def _floats(data: bytes, start: int, entry: dict[str, Any]) -> NDArray[np.float64]:
    count = math.prod(entry["shape"])
    stored = np.frombuffer(data, np.dtype(entry["dtype"]).newbyteorder("<"), count, start + entry["offset"])
    values = stored.reshape(entry["shape"]).astype(np.float64)
    if entry["scale"]:
        values = (values - np.array(entry["zero_point"], np.float64)) * np.array(entry["scale"], np.float32)
    return values


def _packed(weights: Named, panel: int) -> Named:
    for name, values in weights:
        kind, _, last = name.rpartition(".")
        if kind.startswith("ups.") and last == "weight":
            yield name, panels(upsampling_matrix(values, values.shape[2] // 2), panel)
        elif kind.startswith("noise_convs") and last == "weight":
            yield name, panels(window_matrix(values), panel)
        elif kind == "conv_post":
            halves = _halves(window_matrix(values) if last == "weight" else values[np.newaxis])
            yield name, panels(halves, panel) if last == "weight" else halves[0]
        elif ".convs" in kind and last == "weight":
            yield name, np.concatenate([panels(point, panel).reshape(-1) for point in transformed(values)])
        elif ".alpha" in name:
            yield name, values
            yield name.replace(".alpha", ".inverse_alpha"), 1.0 / values
        elif name == "stft.inverse_basis":
            # The inverse transform is scaled by window / hop afterwards; here it costs nothing.
            yield "stft.basis", panels(upsampling_matrix(values, values.shape[2] // OVERLAP) * OVERLAP, panel)
        else:
            yield name, values


def panels(matrix: NDArray[np.float64], panel: int) -> NDArray[np.float64]:
    """[depth, columns] -> [columns / panel, depth, panel], the last panel padded with zeros."""
    depth, columns = matrix.shape
    padded = np.pad(matrix, ((0, 0), (0, -columns % panel)))
    return padded.reshape(depth, -1, panel).transpose(1, 0, 2)


def upsampling_matrix(weight: NDArray[np.float64], stride: int) -> NDArray[np.float64]:
    """A transposed convolution [in, out, taps] as [taps / stride * in, stride * out]: oldest input frame first."""
    channels_in, channels_out, taps = weight.shape
    groups = weight.reshape(channels_in, channels_out, taps // stride, stride)[:, :, ::-1]
    return groups.transpose(2, 0, 3, 1).reshape(taps // stride * channels_in, stride * channels_out)


def window_matrix(weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """A convolution [out, in, taps] as [taps * in, out]: a window of frames times it is an output frame."""
    return weight.transpose(2, 1, 0).reshape(-1, weight.shape[0])


def _halves(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Magnitudes from column 0, phases from column 16."""
    spread, bins = np.zeros((len(matrix), LAST_COLUMNS)), matrix.shape[1] // 2
    spread[:, :bins], spread[:, PHASES_FROM : PHASES_FROM + bins] = matrix[:, :bins], matrix[:, bins:]
    return spread


def _write(tensors: Iterator[tuple[str, NDArray[Any]]], target: Path, cpu_class: str, family: int) -> None:
    data_from = -(-(40 + 64 * MOST_TENSORS + 8) // ALIGNMENT) * ALIGNMENT
    entries = []
    with target.open("wb") as file:
        file.seek(data_from)
        for name, values in tensors:
            raw = np.ascontiguousarray(values, "<f4").tobytes()
            entries.append(struct.pack("<48sQQ", name.encode(), file.tell(), len(raw) // 4))
            file.write(raw + b"\0" * (-len(raw) % ALIGNMENT))
        bytes_, count = file.tell(), len(entries)
        if count > MOST_TENSORS:
            raise BundleError(f"{count} tensors; a model here has fewer than {MOST_TENSORS}")
        header = struct.pack("<4sI16sQII", PACKED_MAGIC, PACKED_VERSION, cpu_class.encode(), bytes_, count, family)
        header += b"".join(entries)
        file.seek(0)
        file.write(header + struct.pack("<Q", _checksum(header)))


def _checksum(data: bytes) -> int:
    """FNV-1a, 64 bits."""
    value = 14695981039346656037
    for byte in data:
        value = (value ^ byte) * 1099511628211 % 2**64
    return value
