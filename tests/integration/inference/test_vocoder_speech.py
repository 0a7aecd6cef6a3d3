"""The native vocoder on what the real model's front hands to it: near the graph in float64, on several voices."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import native_vocoder
from reference_generator import generated
from spectra import bands
from voxpod_inference.bundle import Bundle
from voxpod_inference.engines import vocoder
from voxpod_inference.engines.kokoro import Kokoro
from voxpod_inference.engines.onnx import open_session
from voxpod_inference.engines.vocoder import Vocoder, cpu_class
from voxpod_inference.engines.vocoder_weights import pack, read_weights

FRAMES = 60
"""0.75 s: the float64 generator takes its time."""
SPOKEN = {
    "af_heart": "The weather is nice today.",
    "bm_george": "Seventeen vessels were logged before the fog closed in.",
    "zf_xiaobei": "你好，欢迎使用语音合成服务。",
    "jf_alpha": "今日はいい天気ですね。",
}


@pytest.fixture(scope="module")
def loaded(kokoro_bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vocoder]:
    patch = pytest.MonkeyPatch()
    patch.setattr(vocoder, "LIBRARY", str(native_vocoder.library()))
    vocoder.load_library.cache_clear()
    packed = tmp_path_factory.mktemp("packed") / "vocoder.packed"
    pack(kokoro_bundle.path("generator.weights"), packed, str(cpu_class()))
    made = Vocoder(packed, 2)
    yield made
    made.close()
    patch.undo()
    vocoder.load_library.cache_clear()


def acoustics(bundle: Bundle, voice: str) -> list[np.ndarray]:
    """features, timbre and source of the voice's sentence."""
    kokoro = Kokoro(bundle, 1)
    script = kokoro.prepare(SPOKEN[voice], voice=voice).script
    phonemes = "".join(chunk.phonemes for chunk in script.chunks)
    vocabulary = kokoro._vocabulary
    tokens = [0, *(vocabulary[p] for p in phonemes if p in vocabulary), 0]
    style = np.load(Path(bundle.path(f"voices/{voice}.npy")))[len(tokens) - 2].reshape(1, 256).astype(np.float32)
    feeds = {"tokens": np.array([tokens], np.int64), "style": style, "speed": np.ones(1, np.float32)}
    found: list[np.ndarray] = open_session(bundle.path("front.onnx"), 1).run(["features", "timbre", "source"], feeds)
    return found


@pytest.mark.parametrize("voice", SPOKEN)
def test_speech_is_that_of_the_graph_in_float64(loaded: Vocoder, kokoro_bundle: Bundle, voice: str) -> None:
    features, timbre, source = acoustics(kokoro_bundle, voice)
    start = features.shape[2] // 3
    part = features[:, :, start : start + FRAMES]
    sound = source[:, :, 60 * start : 60 * (start + FRAMES) + 1]
    found = loaded.generate(part, timbre, sound)
    weights = dict(read_weights(kokoro_bundle.path("generator.weights")))
    wanted = generated(weights, part[0], timbre[0], sound[0])
    assert np.abs(wanted).max() > 0.01
    # The bar is 30 dB. Rounding of fewer and larger tiles leaves 70; the eight-bit graph itself is near 0, and 1 dB away in bands.
    noise, distance = (
        10 * np.log10((wanted**2).sum() / ((found - wanted) ** 2).sum()),
        np.abs(bands(found) - bands(wanted)).mean(),
    )
    print(f"{voice}: signal to noise {noise:.1f} dB, bands {distance:.4f} dB apart")
    assert noise > 60.0
    assert distance < 0.02
