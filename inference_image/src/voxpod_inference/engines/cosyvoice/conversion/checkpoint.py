"""Reads files that PyTorch saved, without PyTorch, and without ever running what a pickle asks for.

Such a file is a zip: `data.pkl` describes dictionaries of tensors, and each tensor's numbers are an entry of their own. A pickle
is a program that may call any function it names. This reader knows four names, all of them replaced by what stands here;
any other is refused before anything is called. Numbers are read when they are asked for, one tensor at a time.
"""

import io
import pickle
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from voxpod_inference.errors import BundleError

Floats = NDArray[np.float32]

_MOST_DESCRIPTION = 1 << 24
"""Bytes of data.pkl; that of 1,200 tensors has 0.1 MB."""
_KINDS: dict[str, np.dtype[Any]] = {
    "FloatStorage": np.dtype("<f4"),
    "HalfStorage": np.dtype("<f2"),
    "BFloat16Storage": np.dtype("<u2"),
    "DoubleStorage": np.dtype("<f8"),
    "LongStorage": np.dtype("<i8"),
    "IntStorage": np.dtype("<i4"),
}


class CheckpointError(BundleError):
    """A checkpoint cannot be read, or is another one than the converter is for; names file and tensor."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a storage holds."""

    name: str


@dataclass(frozen=True, slots=True)
class _Storage:
    """The numbers of one or more tensors, an entry of the archive."""

    kind: str
    entry: str
    length: int


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor that was not read yet."""

    archive: "Archive"
    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]

    def read(self) -> Floats:
        """Its numbers as float32; CheckpointError when they are cut or damaged."""
        return self.archive.numbers(self)


class Archive:
    """One file of a checkpoint, open."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except FileNotFoundError:
            raise CheckpointError(f"{path} is missing") from None
        except OSError as error:
            raise CheckpointError(f"{path} cannot be read ({error.strerror})") from None
        except zipfile.BadZipFile:
            raise CheckpointError(
                f"{path} is cut, or was not saved by torch.save: its table of contents is not at its end"
            ) from None
        self._folder = ""

    def __enter__(self) -> "Archive":
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._zip.close()

    def content(self) -> Any:
        """What was saved, tensors in their places as `Tensor`."""
        described = [name for name in self._zip.namelist() if name.endswith("/data.pkl")]
        if len(described) != 1:
            self._fail("holds no data.pkl, or several: it was not saved by torch.save")
        self._folder = described[0].removesuffix("data.pkl")
        if self._zip.getinfo(described[0]).file_size > _MOST_DESCRIPTION:
            self._fail(f"describes its tensors in more than {_MOST_DESCRIPTION} bytes")
        try:
            return _Description(self, io.BytesIO(self._bytes(described[0]))).load()
        except CheckpointError:
            raise
        except Exception as error:  # whatever broken bytes make the unpickler raise
            self._fail(f"cannot be understood ({type(error).__name__} in {described[0]})")

    def numbers(self, tensor: Tensor) -> Floats:
        """See `Tensor.read`."""
        kind = _KINDS[tensor.storage.kind]
        raw = self._bytes(f"{self._folder}data/{tensor.storage.entry}")
        if len(raw) < tensor.storage.length * kind.itemsize:
            self._fail(
                f"entry {tensor.storage.entry} has {len(raw)} bytes, described are {tensor.storage.length} numbers"
            )
        flat = np.frombuffer(raw, kind)
        strides = tuple(step * kind.itemsize for step in tensor.stride)
        found = np.lib.stride_tricks.as_strided(flat[tensor.offset :], tensor.shape, strides, writeable=False)
        if tensor.storage.kind == "BFloat16Storage":  # the upper half of a float32
            return np.ascontiguousarray(found.astype("<u4") << 16).view("<f4")
        return np.ascontiguousarray(found, dtype=np.float32)

    def _bytes(self, name: str) -> bytes:
        try:
            return self._zip.read(name)
        except KeyError:
            self._fail(f"has no entry {name}: it is not whole")
        except (OSError, zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
            self._fail(f"entry {name} is damaged ({type(error).__name__}): copy the file again")

    def _fail(self, why: str) -> NoReturn:
        raise CheckpointError(f"{self.path} {why}")


class _Description(pickle.Unpickler):
    """Reads data.pkl; every name in it is one of ours."""

    def __init__(self, archive: Archive, file: io.BytesIO) -> None:
        super().__init__(file)
        self._archive = archive

    def find_class(self, module: str, name: str) -> Any:
        """What stands for a name; CheckpointError for one that only code could mean."""
        match module, name:
            case "collections", "OrderedDict":
                return _Dictionary
            case "torch._utils", "_rebuild_tensor_v2":
                return self._tensor
            case "torch._utils", "_rebuild_parameter":
                return lambda tensor, *_: tensor
            case "torch", kind if kind in _KINDS:
                return _Kind(kind)
        raise CheckpointError(
            f"{self._archive.path} asks for {module}.{name}, which is no part of a checkpoint of tensors: not opened"
        )

    def persistent_load(self, described: Any) -> _Storage:
        """The storage that a tensor lies in."""
        match described:
            case ("storage", _Kind(name=kind), str(entry), _, int(length)) if length >= 0:
                return _Storage(kind, entry, length)
        raise CheckpointError(f"{self._archive.path} describes a tensor's numbers in a way that is not known")

    def _tensor(self, storage: Any, offset: Any, shape: Any, stride: Any, *_: Any) -> Tensor:
        plain = isinstance(storage, _Storage) and all(type(n) is int and n >= 0 for n in (offset, *shape, *stride))
        if not plain or len(shape) != len(stride):
            raise CheckpointError(f"{self._archive.path} describes a tensor in a way that is not known")
        last = offset + sum((length - 1) * step for length, step in zip(shape, stride, strict=True))
        if 0 not in shape and last >= storage.length:
            raise CheckpointError(f"{self._archive.path} describes a tensor that is larger than its numbers")
        return Tensor(self._archive, storage, offset, tuple(shape), tuple(stride))


class _Dictionary(dict[Any, Any]):
    """Stands for an OrderedDict; takes the attribute `_metadata` that PyTorch gives it."""


def tensors_of(archive: Archive) -> Mapping[str, Tensor]:
    """The tensors of a saved state by name; CheckpointError when it holds something else."""
    content = archive.content()
    if not isinstance(content, dict):
        raise CheckpointError(f"{archive.path} holds {type(content).__name__}, expected tensors by name")
    found = {name: value for name, value in content.items() if isinstance(value, Tensor) and isinstance(name, str)}
    if len(found) != len(content):
        other = next(name for name in content if name not in found)
        raise CheckpointError(f"{archive.path} holds {str(other)[:80]!r}, which is no tensor")
    return found
