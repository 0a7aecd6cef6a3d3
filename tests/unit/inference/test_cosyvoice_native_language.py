"""The native library's language model on small random weights, beside what the makers' own code returns for them."""

import ctypes
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from cosyvoice_checkpoint import SMALL, a_bundle, random_tensors
from native_vocoder import library
from voxpod_inference.bundle import Bundle
from voxpod_inference.engines import cosyvoice_files as files
from voxpod_inference.engines import vocoder as native
from voxpod_inference.engines.cosyvoice.conversion import encoders, language
from voxpod_inference.engines.cosyvoice.engine import CosyVoice
from voxpod_inference.engines.cosyvoice.scores import GraphScores, NativeScores, Scores
from voxpod_inference.engines.language import LanguageModel
from voxpod_inference.engines.registry import load_engine, recipe_of
from voxpod_inference.errors import BundleError, SpeechError
from voxpod_inference.prepare import prepare
from voxpod_inference.prepared import folder_of

KINDS = ("any", "vnni", "avx2", "scalar")
GOLDEN = Path(__file__).parents[3] / "tests/golden/inference/cosyvoice/small.npz"
TOKENS, WIDTH = SMALL.speech_tokens + 1, SMALL.width


class Read:
    """A tensor that is there already."""

    def __init__(self, array: np.ndarray) -> None:
        self._array = array

    def read(self) -> np.ndarray:
        return self._array


@pytest.fixture(autouse=True, scope="module")
def built_library() -> Iterator[None]:
    """The library as the tests compile it."""
    patch = pytest.MonkeyPatch()
    patch.setattr(native, "LIBRARY", str(library()))
    native.load_library.cache_clear()
    yield
    patch.undo()
    native.load_library.cache_clear()


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return a_bundle(tmp_path_factory.mktemp("cosyvoice"), eight_bits=True)


@pytest.fixture(scope="module")
def model(bundle: Bundle) -> CosyVoice:
    return CosyVoice(bundle, 1)


def weights_for(kind: str, target: Path) -> Path:
    tensors = {name: Read(array) for name, array in random_tensors("llm.pt", SMALL).items()}
    stack = encoders.speech_stack(SMALL.layers, SMALL.width, SMALL.heads)
    language.write_language_weights(tensors, stack, SMALL, 1_024, target, kind)  # type: ignore[arg-type]
    return target


def opened(kind: str, folder: Path, model: CosyVoice, threads: int = 1) -> NativeScores:
    try:
        return NativeScores(weights_for(kind, folder / kind), threads, model._settings)
    except BundleError as error:
        pytest.skip(str(error))


def one_by_one(scores: Scores, model: CosyVoice) -> np.ndarray:
    """Scores after a text of 17 rows, and after each of nine speech tokens."""
    golden = dict(np.load(GOLDEN))
    table, at = model._language._speech_table, SMALL.speech_tokens
    (read,) = model._language._text.run(None, {"text": model._language._text_table[golden["text"][0]][None]})
    rows = np.concatenate([table[at : at + 1], table[3:4], read[0], table[at + 1 : at + 2]])
    run = scores.begin()
    return np.stack([run(rows), *(run(table[token : token + 1]) for token in golden["tokens"])])


def decibels(found: np.ndarray, wanted: np.ndarray) -> float:
    return float(10 * np.log10((wanted**2).sum() / max(((found - wanted) ** 2).sum(), 1e-20)))


@pytest.fixture(scope="module")
def exact(model: CosyVoice, tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    """By the graph in float32, which is the makers' (test_cosyvoice_graphs)."""
    plain = CosyVoice(a_bundle(tmp_path_factory.mktemp("float32")), 1)
    return one_by_one(plain._language._scores, plain)


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_the_makers_model(kind: str, model: CosyVoice, exact: np.ndarray, tmp_path: Path) -> None:
    """Eight bits in a model that is 32 wide; its graph has 22 dB and more."""
    assert decibels(one_by_one(opened(kind, tmp_path, model), model), exact) > 22


def test_all_kinds_of_processors_say_the_same(model: CosyVoice, tmp_path: Path) -> None:
    made = [one_by_one(opened(kind, tmp_path, model), model) for kind in ("scalar", "any")]
    assert decibels(*made) > 60  # what differs is the order in which floats are added up


def test_two_threads_make_the_same(model: CosyVoice, tmp_path: Path) -> None:
    one, two = (one_by_one(opened("any", tmp_path, model, threads), model) for threads in (1, 2))
    assert np.array_equal(one, two)


def test_rows_at_once_and_one_by_one_leave_the_same(model: CosyVoice, tmp_path: Path) -> None:
    """More than the 64 positions that keys are kept in at once."""
    rows = np.random.default_rng(1).standard_normal((150, WIDTH)).astype(np.float32)
    scores = opened("any", tmp_path, model)
    at_once, alone = scores.begin(), scores.begin()
    whole = at_once(rows)
    (*_, last) = (alone(row[None]) for row in rows)
    assert decibels(last, whole) > 100


def test_a_text_knows_nothing_of_the_one_before(model: CosyVoice, tmp_path: Path) -> None:
    scores = opened("any", tmp_path, model)
    rows = np.random.default_rng(2).standard_normal((30, WIDTH)).astype(np.float32)
    first = scores.begin()(rows)
    scores.begin()(rows[::-1].copy())
    assert np.array_equal(scores.begin()(rows), first)


def test_more_positions_than_there_are_is_refused(model: CosyVoice, tmp_path: Path) -> None:
    run = opened("any", tmp_path, model).begin()
    rows = np.zeros((1_000, WIDTH), np.float32)
    run(rows)
    with pytest.raises(SpeechError, match=r"\(1000 and 1000 positions\)"):
        run(rows)


def test_it_is_stopped_from_another_thread(model: CosyVoice, tmp_path: Path) -> None:
    scores = opened("any", tmp_path, model)
    run = scores.begin()
    run(np.ones((1, WIDTH), np.float32))
    scores.stop()
    with pytest.raises(SpeechError, match="stopped"):
        run(np.ones((1, WIDTH), np.float32))


def test_what_is_no_number_makes_no_speech(model: CosyVoice, tmp_path: Path) -> None:
    rows = np.full((3, WIDTH), np.nan, np.float32)
    assert not np.isfinite(opened("any", tmp_path, model).begin()(rows)).all()


def test_damaged_weights_are_refused_by_what_is_wrong(tmp_path: Path) -> None:
    whole = weights_for("any", tmp_path / "whole").read_bytes()

    def said(content: bytes) -> str:
        (tmp_path / "other").write_bytes(content)
        with pytest.raises(BundleError) as refused:
            LanguageModel(tmp_path / "other", 1, WIDTH, TOKENS)
        return str(refused.value)

    assert "of which 1000 are there" in said(whole[:1_000])
    assert "no file of packed vocoder weights" in said(b"nothing")
    assert "header of the packed weights is damaged" in said(whole[:36] + b"\1" + whole[37:])
    sizes = whole.index(np.array([SMALL.layers, SMALL.heads], np.float32).tobytes())
    assert "sizes of a language model" in said(whole[:sizes] + b"\0\0\xc0\xff" + whole[sizes + 4 :])
    more = np.array([SMALL.layers + 1], np.float32).tobytes()
    assert f"{SMALL.layers}.norm1.weight is missing" in said(whole[:sizes] + more + whole[sizes + 4 :])


def test_a_vocoder_is_no_language_model_nor_the_other_way_round(tmp_path: Path) -> None:
    weights_for("any", tmp_path / "language")
    with pytest.raises(BundleError, match="language"):
        native.Vocoder(tmp_path / "language", 1)


def test_rows_of_another_width_are_a_mistake_of_the_program(model: CosyVoice, tmp_path: Path) -> None:
    loaded = LanguageModel(weights_for("any", tmp_path / "any"), 1, WIDTH, TOKENS)
    with pytest.raises(ValueError, match=r"\[n, 32\] is expected"):
        loaded.scores(np.zeros((1, WIDTH + 1), np.float32), 0, loaded.room(), ctypes.c_int(0))
    loaded.close()


def test_prepared_it_replaces_the_graph(bundle: Bundle) -> None:
    prepare(bundle, folder_of(bundle), lambda _: None)
    made = load_engine(bundle, 1, tell=lambda *said: pytest.fail(str(said)))
    assert isinstance(made, CosyVoice)
    assert isinstance(made._language._scores, NativeScores)
    assert files.SPEECH not in recipe_of(bundle).graphs
    assert not (folder_of(bundle).resolve() / files.SPEECH).exists()


def test_weights_of_float32_stay_with_the_graph(tmp_path: Path) -> None:
    plain = a_bundle(tmp_path)
    assert files.SPEECH in recipe_of(plain).graphs
    assert isinstance(CosyVoice(plain, 1)._language._scores, GraphScores)
