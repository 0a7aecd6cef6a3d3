"""Weights made ready for this machine: the model says the same with them, and they come and go without harm to anybody."""

import io
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import redirect_stderr
from pathlib import Path

import numpy as np
import pytest

from file_damage import cut, flip, in_the_middle
from spectra import bands
from voxpod_inference.audio import Samples
from voxpod_inference.bundle import Bundle, open_bundle
from voxpod_inference.engines import vocoder
from voxpod_inference.engines.kokoro import Kokoro
from voxpod_inference.engines.kokoro_files import KOKORO
from voxpod_inference.engines.registry import load_engine
from voxpod_inference.errors import SpeechError
from voxpod_inference.prepare import prepare
from voxpod_inference.prepared import MANIFEST, find, fit_of

pytestmark = pytest.mark.model

SENTENCES = (
    "The quick brown fox jumps over the lazy dog, and nobody minds.",
    "你好，今天的天气真不错。",
    "今日は天気がいいですね。",
    "Yes.",
)
RATE = 24_000


@pytest.fixture(scope="module")
def plain(kokoro_bundle: Bundle) -> Kokoro:
    return Kokoro(kokoro_bundle, threads=2)


@pytest.fixture(scope="module")
def fast(kokoro_bundle: Bundle, root: Path) -> Kokoro:
    return Kokoro(kokoro_bundle, 2, find(root, fit_of(kokoro_bundle), KOKORO.recipe))


def sound(kokoro: Kokoro, text: str) -> Samples:
    return np.concatenate([u.samples for u in kokoro.speak(kokoro.prepare(text))])


@pytest.mark.parametrize("text", SENTENCES)
def test_prepared_model_says_what_the_plain_one_says(plain: Kokoro, fast: Kokoro, text: str) -> None:
    expected, actual = sound(plain, text), sound(fast, text)
    assert abs(len(expected) - len(actual)) <= RATE // 20
    length = min(len(expected), len(actual))
    shift = max(
        range(-240, 241),
        key=lambda s: float(np.dot(expected[240 : length - 240], np.roll(actual[:length], s)[240 : length - 240])),
    )
    expected, actual = expected[240 : length - 240], np.roll(actual[:length], shift)[240 : length - 240]
    assert np.abs(bands(expected) - bands(actual)).mean() < 2.0  # int8 itself is 1.0 away from float
    assert np.corrcoef(expected, actual)[0, 1] > 0.9


def test_prepared_model_says_the_same_each_time_and_on_any_number_of_threads(
    kokoro_bundle: Bundle, fast: Kokoro, root: Path
) -> None:
    alone = Kokoro(kokoro_bundle, 1, find(root, fit_of(kokoro_bundle), KOKORO.recipe))
    first = sound(fast, SENTENCES[0])
    np.testing.assert_array_equal(first, sound(fast, SENTENCES[0]))
    np.testing.assert_allclose(first, sound(alone, SENTENCES[0]), atol=1e-4)


@pytest.mark.parametrize("name", ["front.onnx", "front.onnx.data", "generator.packed"])
@pytest.mark.parametrize("harm", [flip, cut])
def test_damaged_file_is_named_and_the_plain_bundle_speaks(
    kokoro_bundle: Bundle, copied: Path, name: str, harm: Callable[[bytearray], None]
) -> None:
    folder = (copied / fit_of(kokoro_bundle).name).resolve()
    if not (folder / name).exists():
        pytest.skip("made without the native library")
    in_the_middle(folder / name, harm)
    with redirect_stderr(io.StringIO()) as said:
        engine = load_engine(kokoro_bundle, 2, copied)
    (line,) = [json.loads(line) for line in said.getvalue().splitlines()]
    assert line["message"].startswith("prepared weights are unusable")
    assert f"{name} has" in line["error"]
    assert engine.weights == "plain"
    assert sum(len(u.samples) for u in engine.speak(engine.prepare("Yes."))) > RATE // 4


def test_nothing_prepared_is_told_with_what_makes_it(kokoro_bundle: Bundle, tmp_path: Path) -> None:
    with redirect_stderr(io.StringIO()) as said:
        engine = load_engine(kokoro_bundle, 1, tmp_path / "nothing")
    assert "voxpod-model prepare makes it" in json.loads(said.getvalue())["error"]
    assert engine.weights == "plain"


def test_weights_of_another_bundle_are_refused(kokoro_bundle: Bundle, copied: Path) -> None:
    link = copied / fit_of(kokoro_bundle).name
    in_the_middle(
        link.resolve() / MANIFEST,
        lambda content: content.__setitem__(
            slice(None), content.replace(kokoro_bundle.manifest.digest.encode(), b"0" * 64)
        ),
    )
    with redirect_stderr(io.StringIO()) as said:
        assert load_engine(kokoro_bundle, 1, copied).weights == "plain"
    assert "was made for bundle 0000" in json.loads(said.getvalue())["error"]


_SPEAKER = """
import sys
from pathlib import Path
from voxpod_inference.bundle import open_bundle
from voxpod_inference.engines.kokoro import Kokoro
from voxpod_inference.prepared import find, fit_of
bundle = open_bundle(Path(sys.argv[1]))
kokoro = Kokoro(bundle, 1, find(Path(sys.argv[2]), fit_of(bundle), Kokoro.engine.recipe))
print("loaded", flush=True)
sys.stdin.readline()
for utterance in kokoro.speak(kokoro.prepare("Good morning to you.")):
    sys.stdout.write(utterance.samples.tobytes().hex())
"""


def test_replaced_and_removed_weights_do_not_disturb_who_has_them_mapped(
    kokoro_bundle: Bundle, copied: Path, fast: Kokoro
) -> None:
    command = [sys.executable, "-c", _SPEAKER, str(kokoro_bundle.root), str(copied)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as speaker:
        try:
            assert speaker.stdout is not None
            assert speaker.stdout.readline() == "loaded\n"
            shutil.rmtree((copied / fit_of(kokoro_bundle).name).resolve())
            prepare(kokoro_bundle, copied, print)
            said, _ = speaker.communicate("go\n", timeout=120)
        finally:
            speaker.kill()
    assert speaker.returncode == 0
    np.testing.assert_allclose(
        np.frombuffer(bytes.fromhex(said), np.float32), sound(fast, "Good morning to you."), atol=1e-4
    )


def test_without_the_native_library_weights_are_of_another_kind_and_this_is_told(
    kokoro_bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vocoder, "LIBRARY", "libvoxpod_that_was_not_built.so")
    vocoder.load_library.cache_clear()
    try:
        assert prepare(kokoro_bundle, tmp_path, print).kind == "prepared-onnx"
        with redirect_stderr(io.StringIO()) as said:
            engine = load_engine(kokoro_bundle, 1, tmp_path)
    finally:
        monkeypatch.undo()
        vocoder.load_library.cache_clear()
    (line,) = [json.loads(line) for line in said.getvalue().splitlines()]
    assert line["message"] == "the native library is not there, so speech is slower"
    assert engine.weights == "prepared-onnx"
    assert sum(len(u.samples) for u in engine.speak(engine.prepare("Yes."))) > RATE // 4


def test_bundle_of_an_older_version_is_refused_with_what_to_do(damaged: Path) -> None:
    manifest = json.loads((damaged / "manifest.json").read_text())
    manifest["version"] = "1.0.1"
    del manifest["files"]["front.onnx"]
    (damaged / "manifest.json").unlink()
    (damaged / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(
        SpeechError, match=r"version 1\.0\.1 of kokoro-82m-int8 has no front\.onnx; this version of Voxpod needs"
    ) as refused:
        load_engine(open_bundle(damaged), 1)
    assert refused.value.reason == "BundleInvalid"


@pytest.fixture(params=["plain", "prepared"])
def stoppable(request: pytest.FixtureRequest, kokoro_bundle: Bundle, root: Path) -> Kokoro:
    return Kokoro(
        kokoro_bundle, 1, find(root, fit_of(kokoro_bundle), KOKORO.recipe) if request.param == "prepared" else None
    )


def test_model_can_be_stopped_in_the_middle_of_a_chunk(stoppable: Kokoro) -> None:
    request = stoppable.prepare("A long story goes on and on, and nobody knows why it does not come to an end. " * 40)
    timer = threading.Timer(1.0, stoppable.stop)
    timer.start()
    try:
        with pytest.raises(SpeechError) as failed:
            list(stoppable.speak(request))
    finally:
        timer.cancel()
    assert failed.value.fault == "engine"
