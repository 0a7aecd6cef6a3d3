"""The whole native generator on random weights: what it computes, what it refuses, and when it stops."""

import ctypes
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from native_vocoder import library
from reference_generator import Doubles, Floats, generated, write_random_weights
from voxpod_inference.engines import vocoder
from voxpod_inference.engines.vocoder import Vocoder, cpu_class, native_library
from voxpod_inference.engines.vocoder_weights import PANELS, pack, read_weights
from voxpod_inference.errors import BundleError, SpeechError

CLASSES = [*PANELS]


@pytest.fixture(autouse=True, scope="module")
def built_library() -> Iterator[None]:
    """The library as the tests compile it, so that a forgotten build cannot hide behind an old file."""
    patch = pytest.MonkeyPatch()
    patch.setattr(vocoder, "LIBRARY", str(library()))
    vocoder.load_library.cache_clear()
    yield
    patch.undo()
    vocoder.load_library.cache_clear()


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "generator.weights"
    write_random_weights(path)
    return path


@pytest.fixture(scope="module")
def packed(weights: Path) -> dict[str, Path]:
    files = {name: weights.with_name(f"{name}.packed") for name in CLASSES}
    for name, path in files.items():
        pack(weights, path, name)
    return files


@pytest.fixture(scope="module")
def reference(weights: Path) -> dict[int, Doubles]:
    """Frames -> the samples of `an_input` of that length."""
    tensors = dict(read_weights(weights))
    inputs = {frames: an_input(frames) for frames in (1, 2, 7)}
    return {frames: generated(tensors, f[0], t[0], s[0]) for frames, (f, t, s) in inputs.items()}


def opened(packed: dict[str, Path], name: str, threads: int = 1) -> Vocoder:
    if CLASSES.index(name) > CLASSES.index(str(cpu_class())):
        pytest.skip(f"this processor cannot run {name}")
    return Vocoder(packed[name], threads)


def an_input(frames: int) -> tuple[Floats, Floats, Floats]:
    random = np.random.default_rng(frames)
    shapes = ((1, 512, frames), (1, 128), (1, 22, 60 * frames + 1))
    features, timbre, source = (random.standard_normal(shape).astype(np.float32) for shape in shapes)
    return features, timbre, source


def signal_to_noise(found: Floats, wanted: Doubles) -> float:
    assert found.shape == wanted.shape
    return float(10 * np.log10((wanted**2).sum() / ((found - wanted) ** 2).sum()))


@pytest.mark.parametrize("frames", [1, 2, 7])
@pytest.mark.parametrize("name", CLASSES)
def test_samples_are_those_of_the_graph_in_float64(
    packed: dict[str, Path], reference: dict[int, Doubles], name: str, frames: int
) -> None:
    found = opened(packed, name).generate(*an_input(frames))
    assert signal_to_noise(found, reference[frames]) > 60.0


@pytest.mark.parametrize("name", CLASSES)
def test_every_thread_count_gives_the_same_samples(packed: dict[str, Path], name: str) -> None:
    given = an_input(31)
    one, three = (opened(packed, name, threads).generate(*given) for threads in (1, 3))
    np.testing.assert_array_equal(one, three)


def test_a_second_run_gives_the_same_samples(packed: dict[str, Path]) -> None:
    loaded = opened(packed, "scalar", 2)
    first = loaded.generate(*an_input(9))
    loaded.generate(*an_input(21))
    np.testing.assert_array_equal(loaded.generate(*an_input(9)), first)


def test_a_run_that_is_stopped_before_it_begins_ends_at_once(packed: dict[str, Path]) -> None:
    with pytest.raises(SpeechError, match="stopped"):
        opened(packed, "scalar", 2).generate(*an_input(200), ctypes.c_int(1))


def test_a_run_can_be_stopped_from_another_thread_and_the_next_one_is_whole(packed: dict[str, Path]) -> None:
    loaded, stop = opened(packed, "scalar", 2), ctypes.c_int(0)
    whole = loaded.generate(*an_input(5))

    def stop_soon() -> None:
        time.sleep(0.05)
        stop.value = 1

    stopper = threading.Thread(target=stop_soon)
    stopper.start()
    try:
        with pytest.raises(SpeechError, match="stopped"):
            loaded.generate(*an_input(4000), stop)
    finally:
        stopper.join()
    np.testing.assert_array_equal(loaded.generate(*an_input(5)), whole)


@pytest.mark.parametrize(
    ("shapes", "dtype"),
    [
        pytest.param(((1, 512, 2), (1, 128), (1, 22, 120)), np.float32, id="source too short"),
        pytest.param(((1, 512, 2), (1, 127), (1, 22, 121)), np.float32, id="timbre too short"),
        pytest.param(((1, 511, 2), (1, 128), (1, 22, 121)), np.float32, id="features too few"),
        pytest.param(((1, 512, 0), (1, 128), (1, 22, 1)), np.float32, id="no frames"),
        pytest.param(((1, 512, 2), (1, 128), (1, 22, 121)), np.float64, id="doubles"),
    ],
)
def test_other_shapes_are_refused(
    packed: dict[str, Path], shapes: tuple[tuple[int, ...], ...], dtype: type[np.floating]
) -> None:
    with pytest.raises(ValueError, match=r"expected|accepted"):
        opened(packed, "scalar").generate(*(np.zeros(shape, dtype) for shape in shapes))


def test_a_closed_vocoder_says_so(packed: dict[str, Path]) -> None:
    loaded = opened(packed, "scalar")
    loaded.close()
    loaded.close()
    with pytest.raises(ValueError, match="closed"):
        loaded.generate(*an_input(1))


@pytest.mark.parametrize("threads", [0, -1, 257])
def test_an_impossible_number_of_threads_is_refused(packed: dict[str, Path], threads: int) -> None:
    with pytest.raises(BundleError, match="threads; 1 to 256 are accepted"):
        Vocoder(packed["scalar"], threads)


def test_the_library_knows_its_class_and_its_file() -> None:
    assert cpu_class() in CLASSES
    assert native_library() == library()


def test_without_a_library_there_is_none_and_no_exception(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(vocoder, "LIBRARY", str(tmp_path / "missing.so"))
    vocoder.load_library.cache_clear()
    try:
        assert native_library() is None
        assert cpu_class() is None
        with pytest.raises(BundleError, match="was not built"):
            Vocoder(tmp_path / "any", 1)
    finally:
        monkeypatch.undo()
        vocoder.load_library.cache_clear()
