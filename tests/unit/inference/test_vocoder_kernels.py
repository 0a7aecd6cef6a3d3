"""Every kernel of the native vocoder against numpy in float64, for every processor class that this machine can run."""

import re
import subprocess

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from native_vocoder import CLASSES, NATIVE, Floats, Kernels, Snake, kernels, library
from voxpod_inference.engines.vocoder_winograd import ALGORITHMS, filter_transform

Doubles = NDArray[np.float64]
FLOAT32_NOISE = 2e-6
# Relative to the result's standard deviation; larger tiles amplify rounding (docs/native-vocoder.md has the table).
CONVOLUTION_NOISE = {3: 2e-5, 7: 4e-4, 11: 4e-4}
some_sizes = settings(
    max_examples=6, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(params=CLASSES)
def target(request: pytest.FixtureRequest) -> Kernels:
    return kernels(request.param)


def normal(*shape: int, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def filters(out: int, into: int, taps: int, seed: int = 1) -> Doubles:
    return np.random.default_rng(seed).standard_normal((out, into, taps)) / np.sqrt(into * taps)


def snake_of(channels: int) -> Snake:
    random = np.random.default_rng(2)
    return Snake(*(random.uniform(low, 1.5, channels).astype(np.float32) for low in (0.5, -1.5, 0.2)))


def activated(x: Floats, snake: Snake | None) -> Doubles:
    if snake is None:
        return x.astype(np.float64)
    scale, shift, alpha = (values.astype(np.float64) for values in snake)
    v = x * scale + shift
    return v + np.sin(alpha * v) ** 2 / alpha


def convolved(x: Doubles, weight: Doubles, dilation: int = 1) -> Doubles:
    taps, half = weight.shape[2], dilation * (weight.shape[2] - 1) // 2
    padded = np.pad(x, ((half, half), (0, 0)))
    return np.add.reduce([padded[k * dilation : k * dilation + len(x)] @ weight[:, :, k].T for k in range(taps)])


def transposed(x: Doubles, weight: Doubles, stride: int, padding: int) -> Doubles:
    whole = np.zeros(((len(x) - 1) * stride + weight.shape[2], weight.shape[1]))
    for t, row in enumerate(x):
        whole[t * stride : t * stride + weight.shape[2]] += np.einsum("i,iok->ko", row, weight)
    return whole[padding : len(whole) - padding]


def assert_close(found: Floats, wanted: Doubles, tolerance: float = FLOAT32_NOISE) -> None:
    assert found.shape == wanted.shape
    assert np.isfinite(found).all()
    assert np.sqrt(np.mean((found - wanted) ** 2)) <= tolerance * max(wanted.std(), 1e-3)


def assert_moments(mean: Floats, inverse_deviation: Floats, written: Floats) -> None:
    values = written.astype(np.float64)
    np.testing.assert_allclose(mean, values.mean(0), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(inverse_deviation, 1 / np.sqrt(values.var(0) + 1e-5), rtol=1e-4)


@pytest.mark.parametrize("source", ["avx2", "avx512", "wide"])
def test_no_function_of_a_faster_processor_can_replace_one_for_all(source: str) -> None:
    target = {"avx2": "vp::Avx2", "avx512": "vp::Avx512", "wide": "vp::Avx512OnAvx2"}[source]
    library()
    compiled = list((NATIVE / "build" / "objects").glob(f"*-plain/kernels_{source}.cpp.o"))
    listing = subprocess.run(["nm", "-C", *map(str, compiled)], check=True, capture_output=True, text=True).stdout
    shared = re.findall(r"^\S+ [WVu] (.+)$", listing, re.MULTILINE)
    assert compiled and shared
    # The linker keeps one copy of what several files define: the name must say for which processor it was compiled.
    assert [name for name in shared if not re.search(rf"{target}\b", name)] == []


@pytest.mark.parametrize("taps", ALGORITHMS)
def test_transforms_of_frames_filters_and_products_are_a_convolution(target: Kernels, taps: int) -> None:
    before, after = (matrix.astype(np.float64) for matrix in target.matrices(taps))
    frames, weights = normal(len(before)).astype(np.float64), normal(taps, seed=1).astype(np.float64)
    found = after @ ((filter_transform(taps) @ weights) * (before @ frames))
    np.testing.assert_allclose(found, np.correlate(frames, weights, "valid"), atol=2e-3)


@pytest.mark.parametrize("dilation", [1, 3, 5])
@pytest.mark.parametrize("taps", ALGORITHMS)
@pytest.mark.parametrize("frames", [1, 7, 61, 1201])
def test_convolution(target: Kernels, frames: int, taps: int, dilation: int) -> None:
    x, weight, bias = normal(frames, 64), filters(32, 64, taps), normal(32, seed=3)
    snake = snake_of(64)
    result = target.prepared_convolution(x, weight, bias, dilation=dilation, snake=snake)()
    assert_close(result.output, convolved(activated(x, snake), weight, dilation) + bias, CONVOLUTION_NOISE[taps])
    assert_moments(result.mean, result.inverse_deviation, result.output)


@some_sizes
@given(
    frames=st.integers(1, 700),
    taps=st.sampled_from(sorted(ALGORITHMS)),
    dilation=st.integers(1, 6),
    into=st.sampled_from((32, 96, 160)),
    out=st.sampled_from((32, 64)),
    threads=st.integers(1, 3),
)
def test_convolution_of_any_size_adds_residual_and_sum(
    target: Kernels, frames: int, taps: int, dilation: int, into: int, out: int, threads: int
) -> None:
    x, weight, bias = normal(frames, into), filters(out, into, taps), normal(out, seed=3)
    residual, held = normal(frames, out, seed=4), normal(frames, out, seed=5)
    result = target.prepared_convolution(
        x, weight, bias, dilation=dilation, residual=residual, add_to=held, threads=threads
    )()
    wanted = convolved(x.astype(np.float64), weight, dilation) + bias + residual + held
    assert_close(result.output, wanted, CONVOLUTION_NOISE[taps])


def test_result_does_not_depend_on_the_number_of_threads(target: Kernels) -> None:
    x, weight, bias = normal(2000, 64), filters(64, 64, 11), normal(64, seed=3)
    one, three = (target.prepared_convolution(x, weight, bias, dilation=3, threads=threads)() for threads in (1, 3))
    for a, b in zip(one, three, strict=True):
        np.testing.assert_array_equal(a, b)


def test_moments_of_channels_far_from_zero_keep_their_digits(target: Kernels) -> None:
    x, weight = normal(1500, 32), filters(32, 32, 3) * 1e-2
    result = target.prepared_convolution(x, weight, np.full(32, 1000.0, np.float32))()
    assert_moments(result.mean, result.inverse_deviation, result.output)


@some_sizes
@given(
    frames=st.integers(1, 150),
    shape=st.sampled_from(
        ((10, 20, 5, False), (6, 12, 3, True), (6, 12, 3, False), (4, 16, 6, False), (2, 2, 0, False))
    ),
    threads=st.integers(1, 2),
)
def test_transposed_convolution(target: Kernels, frames: int, shape: tuple[int, int, int, bool], threads: int) -> None:
    stride, taps, padding, reflect = shape
    x, bias = normal(frames, 48), normal(32, seed=3)
    weight = filters(48, 32, taps)
    wanted = transposed(np.where(x < 0, 0.1, 1.0) * x / 3.0, weight, stride, padding) + bias
    if reflect:
        wanted = np.concatenate([wanted[1:2], wanted])
    residual = normal(*wanted.shape, seed=4)
    result = target.upsampling(
        x,
        weight,
        bias,
        stride=stride,
        padding=padding,
        factor=1 / 3,
        reflect=reflect,
        residual=residual,
        threads=threads,
    )
    assert_close(result.output, wanted + residual)
    assert_moments(result.mean, result.inverse_deviation, result.output)


@some_sizes
@given(
    frames=st.integers(12, 900), taps=st.integers(1, 12), stride=st.integers(1, 6), out=st.sampled_from((32, 64, 256))
)
def test_projection_is_a_matrix_product_of_any_height_and_depth(
    target: Kernels, frames: int, taps: int, stride: int, out: int
) -> None:
    x, weight, bias = normal(frames, 22), filters(out, 22, taps), normal(out, seed=3)
    result = target.projection(x, weight, bias, stride=stride)
    windows = np.lib.stride_tricks.sliding_window_view(x.astype(np.float64), taps, axis=0)[::stride]
    assert_close(result.output, np.einsum("tik,oik->to", windows, weight) + bias)
    assert_moments(result.mean, result.inverse_deviation, result.output)


@pytest.mark.parametrize("frames", [1, 5, 97, 400])
def test_spectrum_has_magnitudes_by_exp_and_phases_by_sin(target: Kernels, frames: int) -> None:
    bins, taps = 11, 7
    x, weight, bias = normal(frames, 128), 3.0 * filters(2 * bins, 128, taps), normal(2 * bins, seed=3)
    columns, spread = np.zeros((taps * 128, 32)), np.zeros(32, np.float32)
    flat = weight.transpose(2, 1, 0).reshape(taps * 128, -1)
    for to, start in ((0, 0), (16, bins)):
        columns[:, to : to + bins], spread[to : to + bins] = flat[:, start : start + bins], bias[start : start + bins]
    last = convolved(np.where(x < 0, 0.01, 1.0) * x / 3.0, weight) + bias
    size, phase = np.exp(last[:, :bins]), np.sin(last[:, bins:])
    wanted = np.concatenate([size * np.cos(phase), size * np.sin(phase)], axis=1)
    assert_close(target.spectrum(x, columns, spread, taps=taps, bins=bins), wanted)


@pytest.mark.parametrize("frames", [4, 5, 9, 333])
def test_synthesis_overlaps_and_adds(target: Kernels, frames: int) -> None:
    x, basis = normal(frames, 22), np.random.default_rng(1).standard_normal((22, 20))
    wanted = transposed(x.astype(np.float64), basis[:, np.newaxis], 5, 15)
    assert_close(target.synthesis(x, basis, hop=5)[:, np.newaxis], wanted)


@pytest.mark.parametrize(
    ("function", "reference", "span", "bound"),
    [
        pytest.param("sine", np.sin, 300.0, 1.5e-6, id="sin"),
        pytest.param("squared_sine", lambda x: np.sin(x) ** 2, 300.0, 2e-6, id="sin^2"),
        pytest.param("cosine_near_zero", np.cos, 1.0, 2e-7, id="cos"),
    ],
)
def test_trigonometric_functions_keep_their_absolute_error(
    target: Kernels, function: str, reference: np.ufunc, span: float, bound: float
) -> None:
    x = np.linspace(-span, span, 160_000).astype(np.float32)
    assert np.abs(target.evaluate(function, x) - reference(x.astype(np.float64))).max() <= bound


def test_exp_keeps_its_relative_error_and_never_overflows(target: Kernels) -> None:
    x = np.linspace(-86.0, 87.0, 160_000).astype(np.float32)
    wanted = np.exp(x.astype(np.float64))
    assert (np.abs(target.evaluate("exponential", x) - wanted) / wanted).max() <= 3e-7
    extremes = np.tile(np.array([-np.inf, np.inf, -1e30, 1e30], np.float32), 4)
    assert np.isfinite(target.evaluate("exponential", extremes)).all()
