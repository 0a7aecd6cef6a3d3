"""The native library's generator beside the graph, which is the makers' (test_cosyvoice_graphs), at its real widths."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cosyvoice_checkpoint import SMALL, random_tensors
from voxpod_inference.engines import vocoder as native
from voxpod_inference.engines.cosyvoice.conversion import vocoder
from voxpod_inference.engines.cosyvoice.sound import GraphGenerator, NativeGenerator
from voxpod_inference.engines.onnx import loaded
from voxpod_inference.engines.vocoder_weights import PANELS, family_of, pack
from voxpod_inference.errors import BundleError

if native.native_library() is None:
    pytest.skip("the native library was not built: make native", allow_module_level=True)

SIZES = replace(SMALL, base=512)


class Read:
    """A tensor that is there already."""

    def __init__(self, array: np.ndarray) -> None:
        self._array, self.shape = array, array.shape

    def read(self) -> np.ndarray:
        return self._array


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Graph, weights, and weights packed for each class of processors."""
    made = tmp_path_factory.mktemp("generator")
    tensors = {name: Read(array) for name, array in random_tensors("hift.pt", SIZES).items()}
    vocoder.sound_graph(tensors, SIZES).save(made / "sound.onnx")  # type: ignore[arg-type]
    vocoder.write_generator_weights(tensors, made / "sound.weights")  # type: ignore[arg-type]
    for kind in PANELS:
        pack(made / "sound.weights", made / kind, kind)
    return made


def given(frames: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(frames)
    features = random.standard_normal((1, 512, frames), np.float32)
    return features, random.standard_normal((1, 18, 64 * frames + 1), np.float32) * np.float32(0.3)


@pytest.fixture(scope="module", params=[1, 2, 7, 40])
def wanted(request: pytest.FixtureRequest, folder: Path) -> tuple[int, np.ndarray]:
    graph = GraphGenerator(loaded(folder / "sound.onnx", 1))
    return request.param, graph.samples(*given(request.param), last=True)


@pytest.mark.parametrize("kind", PANELS)
def test_it_is_the_graph(folder: Path, wanted: tuple[int, np.ndarray], kind: str) -> None:
    frames, samples = wanted
    try:
        generator = NativeGenerator(folder / kind, 1)
    except BundleError as error:
        pytest.skip(str(error))
    made = generator.samples(*given(frames), last=True)
    assert made.shape == samples.shape == (256 * frames,)
    noise = ((made - samples) ** 2).sum()
    assert 10 * np.log10((samples**2).sum() / noise) > 55
    for edge in (slice(0, 8), slice(-8, None)):
        assert np.allclose(made[edge], samples[edge], atol=5e-3)


def test_two_threads_make_the_same(folder: Path) -> None:
    kind = native.cpu_class() or ""
    one, two = (NativeGenerator(folder / kind, threads).samples(*given(20), last=True) for threads in (1, 2))
    assert np.array_equal(one, two)


def test_loud_spectra_are_cut_where_the_model_cuts_them(folder: Path) -> None:
    features, spectrum = given(6)
    graph = GraphGenerator(loaded(folder / "sound.onnx", 1)).samples(features * 300, spectrum * 300, last=True)
    made = NativeGenerator(folder / (native.cpu_class() or ""), 1).samples(features * 300, spectrum * 300, last=True)
    assert np.abs(graph).max() == pytest.approx(0.99)
    assert np.abs(made).max() == pytest.approx(0.99)


def test_weights_of_one_kind_of_generator_are_not_taken_for_another(folder: Path, tmp_path: Path) -> None:
    assert family_of(folder / "sound.weights") == 1
    packed = bytearray((folder / (native.cpu_class() or "")).read_bytes())
    for number in (0, 7):
        packed[36] = number
        (tmp_path / "other").write_bytes(packed)
        with pytest.raises(BundleError, match="packed"):  # its header's sum is another
            NativeGenerator(tmp_path / "other", 1)


def test_a_timbre_is_asked_for_where_there_are_norms(folder: Path) -> None:
    generator = native.Vocoder(folder / (native.cpu_class() or ""), 1)
    features, spectrum = given(2)
    with pytest.raises(ValueError, match="18"):
        generator.generate(features, None, spectrum[:, :17])
    with pytest.raises(ValueError, match=r"float32 \(1, 512, 2\) is expected"):
        generator.generate(features[:, :511], None, spectrum)
