"""Processors that fast kernels treat alike have the same fingerprint, others have not."""

from pathlib import Path

from voxpod_inference.processor import features, fingerprint


def cpuinfo(folder: Path, line: str) -> Path:
    path = folder / "cpuinfo"
    path.write_text(f"processor\t: 0\nmodel name\t: X\n{line}\n\nprocessor\t: 1\n{line} amx_tile\n")
    return path


def test_instruction_sets_are_read_from_the_first_processor(tmp_path: Path) -> None:
    path = cpuinfo(tmp_path, "flags\t\t: fpu sse4_2 avx2 fma avx512_vnni hypervisor f16c")
    assert features(path) == ("avx2", "avx512_vnni", "f16c", "fma", "sse4_2")
    assert features(cpuinfo(tmp_path, "Features\t: fp asimd asimddp i8mm")) == ("asimd", "asimddp", "i8mm")


def test_what_kernels_do_not_ask_for_makes_no_difference(tmp_path: Path) -> None:
    first = fingerprint(cpuinfo(tmp_path, "flags\t\t: fpu avx2 fma"))
    assert fingerprint(cpuinfo(tmp_path, "flags\t\t: fma avx2 hypervisor")) == first
    assert fingerprint(cpuinfo(tmp_path, "flags\t\t: avx2 fma avx512f")) != first


def test_kernel_that_does_not_tell_has_a_fingerprint_too(tmp_path: Path) -> None:
    assert features(tmp_path / "none") == ()
    assert fingerprint(tmp_path / "none").rpartition("-")[2]
