"""Each graph against what the makers' own code returns for the same random weights (tests/golden/inference/cosyvoice)."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cosyvoice_checkpoint import SMALL, a_bundle, random_tensors
from voxpod_inference.bundle import Bundle
from voxpod_inference.engines.cosyvoice.engine import CosyVoice
from voxpod_inference.engines.cosyvoice.sound import Vocoder, windows
from voxpod_inference.engines.cosyvoice.spectra import Flow, moments

ROOT = Path(__file__).parents[3]
Golden = Mapping[str, np.ndarray]


@pytest.fixture(scope="module")
def golden() -> Golden:
    return dict(np.load(ROOT / "tests/golden/inference/cosyvoice/small.npz"))


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Bundle]:
    made = tmp_path_factory.mktemp("cosyvoice")
    return {kind: a_bundle(made / kind, eight_bits=kind == "int8") for kind in ("float32", "int8")}


@pytest.fixture(scope="module", params=["float32", "int8"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def model(bundles: dict[str, Bundle], kind: str) -> Any:
    return CosyVoice(bundles[kind], 1)


def decibels(found: np.ndarray, wanted: np.ndarray) -> float:
    """Signal to noise."""
    return float(10 * np.log10((wanted**2).sum() / max(((found - wanted) ** 2).sum(), 1e-20)))


def least(kind: str) -> float:
    """Decibels: rounding of float32 through 30 layers, or of eight bits in a model that is 32 wide."""
    return 100.0 if kind == "float32" else 22.0


def speaker_rows(golden: Golden) -> tuple[np.ndarray, np.ndarray]:
    """What the language model and the flow are given of the speaker."""
    vector = golden["speaker"] / np.linalg.norm(golden["speaker"])
    llm, flow = random_tensors("llm.pt", SMALL), random_tensors("flow.pt", SMALL)
    of_flow = vector @ flow["spk_embed_affine_layer.weight"].T + flow["spk_embed_affine_layer.bias"]
    row = vector @ llm["spk_embed_affine_layer.weight"].T + llm["spk_embed_affine_layer.bias"]
    row = row @ llm["llm.embed.out.0.weight"].T + llm["llm.embed.out.0.bias"]
    row = (row - row.mean()) / np.sqrt(row.var() + 1e-5) * llm["llm.embed.out.1.weight"] + llm["llm.embed.out.1.bias"]
    return (np.maximum(row, 0) * np.sqrt(SMALL.width)).astype(np.float32)[0], of_flow.astype(np.float32)[0]


def rows_before_speech(model: Any, golden: Golden) -> np.ndarray:
    language = model._language
    (read,) = language._text.run(None, {"text": language._text_table[golden["text"][0]][None]})
    table, at = language._speech_table, SMALL.speech_tokens
    return np.concatenate([table[at : at + 1], speaker_rows(golden)[0][None], read[0], table[at + 1 : at + 2]])


def test_scores_after_a_text_and_after_each_speech_token(model: Any, golden: Golden, kind: str) -> None:
    language, rows = model._language, rows_before_speech(model, golden)
    run = language._scores.begin()
    scores = [run(rows), *(run(language._speech_table[token : token + 1]) for token in golden["tokens"])]
    assert decibels(np.stack(scores), golden["scores"]) > least(kind)


def test_one_run_over_all_rows_says_what_a_run_for_each_does(model: Any, golden: Golden, kind: str) -> None:
    language, rows = model._language, rows_before_speech(model, golden)
    rows = np.concatenate([rows, language._speech_table[golden["tokens"]]])
    found = language._scores.begin()(rows)
    assert decibels(found, golden["scores"][-1]) > least(kind)


@pytest.mark.parametrize("tokens", [7, 57])
def test_what_spectra_shall_be_like_and_three_steps_towards_them(
    model: Any, golden: Golden, kind: str, tokens: int
) -> None:
    flow = model._flow
    aim = flow._aim(golden[f"tokens{tokens}"][0].tolist())
    assert decibels(aim.T, golden[f"mu{tokens}"][0]) > least(kind)
    found = flow._solved(
        golden[f"noise{tokens}"][0].T.copy(), golden[f"mu{tokens}"][0].T.copy(), speaker_rows(golden)[1]
    )
    assert decibels(found.T, golden[f"x{tokens}"][0]) > least(kind)


def test_pitch_and_samples(model: Any, golden: Golden) -> None:
    vocoder = model._vocoder
    (pitch,) = vocoder._pitch.run(None, {"mel": golden["mel"]})
    given = vocoder._features.run(None, {"mel": golden["mel"], "source": golden["source"][0]})
    samples = vocoder._generator.samples(*given, last=True)
    assert decibels(pitch, golden["f0"]) > 120
    assert decibels(samples, golden["samples"][0]) > 100


def test_sound_made_in_windows_is_what_the_whole_would_be(model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    vocoder: Vocoder = model._vocoder
    spectra = np.random.default_rng(3).standard_normal((100, SMALL.mel), np.float32)
    whole = np.concatenate(list(vocoder.samples(spectra, np.random.default_rng(4))))
    for length in (100, 64, 33, 1):
        monkeypatch.setattr("voxpod_inference.engines.cosyvoice.sound.WINDOW", length)
        cut = np.concatenate(list(vocoder.samples(spectra, np.random.default_rng(4))))
        assert decibels(cut, whole) > 90, length
    assert len(whole) == 100 * 256


def test_windows_cover_all_frames_once() -> None:
    for frames in (1, 16, 192, 193, 1_000):
        kept = [at for w in windows(frames) for at in range(w.start, w.stop)]
        assert kept == list(range(frames))
        assert all(0 <= w.first <= w.start < w.stop <= w.end <= frames for w in windows(frames))


def test_many_tokens_are_made_in_windows_that_fade_into_each_other(model: Any) -> None:
    flow: Flow = model._flow
    tokens = np.random.default_rng(1).integers(0, SMALL.speech_tokens, 90).tolist()
    speaker = np.zeros(SMALL.mel, np.float32)
    kept = flow._settings
    try:
        flow._settings = replace(kept, flow_positions=60)
        parts = list(flow.spectra(tokens, speaker, np.random.default_rng(2)))
    finally:
        flow._settings = kept
    whole = np.concatenate(parts)
    assert len(parts) == 2
    assert abs(len(whole) - 155) <= 2  # 90 tokens of 20 ms in frames of 11.6 ms
    assert np.isfinite(whole).all()
    (alone,) = flow.spectra(tokens[:30], speaker, np.random.default_rng(2))
    assert len(alone) == 51


def test_moments_are_the_makers() -> None:
    assert np.allclose(moments(2), [0, 1 - np.cos(np.pi / 4), 1])
    assert (len(moments(10)), moments(10)[-1]) == (11, 1.0)
