"""Packed weights that are cut, changed, foreign or of another version get an error that says so, never a crash."""

import ctypes
import struct
from pathlib import Path

import numpy as np
import pytest

from native_vocoder import library
from reference_generator import write_random_weights
from voxpod_inference.engines.vocoder_source import Tensor, write_tensors
from voxpod_inference.engines.vocoder_weights import pack, read_weights
from voxpod_inference.errors import BundleError

HEADER, ENTRY = 40, 64


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "generator.weights"
    write_random_weights(path)
    return path


@pytest.fixture(scope="module")
def sound(weights: Path) -> bytes:
    """A file that opens."""
    target = weights.with_name("packed")
    pack(weights, target, "scalar")
    data = target.read_bytes()
    assert problem_of(data) == ""
    return data


def problem_of(data: bytes, *, shift: int = 0) -> str:
    """What the library says of these bytes, placed `shift` bytes off a multiple of 64; empty when it opens them."""
    loaded = ctypes.CDLL(str(library()))
    loaded.vp_open.restype = ctypes.c_void_p
    memory = np.empty(len(data) + 128, np.uint8)
    start = -memory.ctypes.data % 64 + shift
    memory[start : start + len(data)] = np.frombuffer(data, np.uint8)
    error = ctypes.create_string_buffer(256)
    address = ctypes.c_void_p(memory.ctypes.data + start)
    handle = loaded.vp_open(address, ctypes.c_size_t(len(data)), 1, error, ctypes.c_size_t(len(error)))
    loaded.vp_close(ctypes.c_void_p(handle))
    text = error.value.decode()
    assert bool(text) is not bool(handle)
    return text


def checksummed(data: bytes, *, at: int, put: bytes) -> bytes:
    """`data` with other bytes in the header and a checksum that is right again."""
    changed = bytearray(data)
    changed[at : at + len(put)] = put
    end = HEADER + ENTRY * struct.unpack_from("<I", data, 32)[0]
    value = 14695981039346656037
    for byte in changed[:end]:
        value = (value ^ byte) * 1099511628211 % 2**64
    changed[end : end + 8] = struct.pack("<Q", value)
    return bytes(changed)


@pytest.mark.parametrize("share", [0.0, 1e-8, 2e-7, 1e-6, 1e-5, 1e-4, 0.01, 0.5, 0.999999])
def test_a_cut_file_is_refused(sound: bytes, share: float) -> None:
    assert problem_of(sound[: int(len(sound) * share)]) != ""


def test_a_file_cut_anywhere_in_its_header_is_refused(sound: bytes) -> None:
    for length in (*range(0, 200, 7), *range(200, 20_000, 997)):
        assert problem_of(sound[:length]) != ""


def test_any_changed_byte_of_the_header_is_noticed(sound: bytes) -> None:
    random = np.random.default_rng(11)
    end = HEADER + ENTRY * struct.unpack_from("<I", sound, 32)[0] + 8
    small = sound[: end + 4096]
    small = checksummed(small, at=24, put=struct.pack("<Q", len(small)))
    for at in (*range(HEADER), *random.integers(HEADER, end, 200)):
        changed = bytearray(small)
        changed[at] ^= 1 << int(random.integers(8))
        assert problem_of(bytes(changed)) != ""


@pytest.mark.parametrize(
    ("at", "put", "words"),
    [
        pytest.param(0, b"GGUF", "no file of packed vocoder weights", id="another kind of file"),
        pytest.param(4, struct.pack("<I", 99), "version 99", id="another version"),
        pytest.param(8, b"avx9000\0", "packed for 'avx9000'; this processor has", id="another processor"),
        pytest.param(24, struct.pack("<Q", 2**63), "bytes, of which", id="more bytes than there are"),
        pytest.param(32, struct.pack("<I", 2**31), "at most 4096", id="countless entries"),
        pytest.param(32, struct.pack("<I", 0), "damaged", id="no entries"),
    ],
)
def test_a_header_that_cannot_be_is_told(sound: bytes, at: int, put: bytes, words: str) -> None:
    changed = bytearray(sound)
    changed[at : at + len(put)] = put
    assert words in problem_of(bytes(changed) if at != 8 else checksummed(sound, at=at, put=put))


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        pytest.param(48, 2**64 - 64, "ups.0.weight lies outside", id="beyond the end"),
        pytest.param(48, 68, "ups.0.weight lies outside", id="not aligned"),
        pytest.param(56, 2**62, "ups.0.weight has 4611686018427387904 values", id="as many values as overflow"),
        pytest.param(56, 1, "ups.0.weight has 1 values; 2621440 are expected", id="too few values"),
    ],
)
def test_an_entry_that_lies_is_told_by_name(sound: bytes, field: int, value: int, words: str) -> None:
    assert words in problem_of(checksummed(sound, at=HEADER + field, put=struct.pack("<Q", value)))


def test_a_missing_tensor_is_told_by_name(sound: bytes) -> None:
    assert "ups.0.weight is missing" in problem_of(checksummed(sound, at=HEADER, put=b"other\0"))


def test_weights_must_be_aligned(sound: bytes) -> None:
    assert "multiple of 64" in problem_of(sound, shift=4)


def test_an_unknown_class_is_refused(weights: Path, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="'sse9'; scalar, avx2, avx512 are known"):
        pack(weights, tmp_path / "packed", "sse9")


@pytest.mark.parametrize("length", [0, 3, 8, 100, 5000, 10_000_000])
def test_cut_source_weights_are_refused_and_leave_nothing(weights: Path, tmp_path: Path, length: int) -> None:
    cut = tmp_path / "generator.weights"
    cut.write_bytes(weights.read_bytes()[:length])
    with pytest.raises(BundleError, match=r"generator\.weights"):
        pack(cut, tmp_path / "packed", "avx2")
    assert [path.name for path in tmp_path.iterdir()] == ["generator.weights"]


def test_weights_of_something_else_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "generator.weights"
    floats = np.ones((2, 3), np.float32)
    write_tensors({"resblocks.0.alpha1.0": Tensor(floats, np.empty(0, np.float32), np.empty(0, np.uint8))}, other)
    pack(other, tmp_path / "packed", "scalar")
    assert "ups.0.weight is missing" in problem_of((tmp_path / "packed").read_bytes())


def test_eight_bit_weights_come_back_by_scale_and_zero_point(tmp_path: Path) -> None:
    path = tmp_path / "generator.weights"
    bytes_, signed = np.array([[0, 128, 255]], np.uint8), np.array([[-1, 1], [0, 127]], np.int8)
    one = np.array([0.5], np.float32), np.array([128], np.uint8)
    each = np.array([0.5, 2.0], np.float32), np.array([1, -1], np.int8)
    write_tensors({"one": Tensor(bytes_, *one), "each": Tensor(signed, *each)}, path)
    read = dict(read_weights(path))
    np.testing.assert_array_equal(read["one"], [[-64.0, 0.0, 63.5]])
    np.testing.assert_array_equal(read["each"], [[-1.0, 4.0], [-0.5, 256.0]])
