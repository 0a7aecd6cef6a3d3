"""Voices by name and in mixes: what is spoken with, and what is refused with which advice."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from voxpod_inference.bundle import MANIFEST, open_bundle
from voxpod_inference.engines.voices import Voices
from voxpod_inference.errors import BundleError, InputError

NAMES = {"af_heart": "en-US", "af_bella": "en-US", "bf_emma": "en-GB", "zf_xiaoxiao": "zh"}


@pytest.fixture
def voices(tmp_path: Path) -> Voices:
    (tmp_path / "voices").mkdir()
    files = {}
    for number, name in enumerate(NAMES, 1):
        path = tmp_path / "voices" / f"{name}.npy"
        np.save(path, np.full((510, 256), number, np.float32) + np.arange(510, dtype=np.float32)[:, None] / 1024)
        files[f"voices/{name}.npy"] = {
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "bytes": path.stat().st_size,
        }
    fields = {
        "schema": 1, "name": "tiny", "version": "1", "engine": "kokoro", "licence": "Apache-2.0", "sample_rate": 24000,
        "languages": ["en", "zh"], "voices": NAMES, "default_voices": {"en": "af_heart", "zh": "zf_xiaoxiao"}, "files": files,
    }  # fmt: skip
    (tmp_path / MANIFEST).write_text(json.dumps(fields))
    return Voices(open_bundle(tmp_path))


@pytest.mark.parametrize(
    ("voice", "shares"),
    [
        ("af_heart", {"af_heart": 1}),
        ("af_heart(2)+af_bella(1)", {"af_heart": 2 / 3, "af_bella": 1 / 3}),
        ("af_heart+bf_emma", {"af_heart": 0.5, "bf_emma": 0.5}),
        ("af_heart+af_heart+bf_emma(0.5)", {"af_heart": 0.8, "bf_emma": 0.2}),
    ],
)
def test_shares_of_a_mix_add_up_to_one(voices: Voices, voice: str, shares: dict[str, float]) -> None:
    assert voices.shares(voice) == pytest.approx(shares)


def test_style_lies_between_the_mixed_ones_by_their_weights(voices: Voices) -> None:
    style = voices.style(voices.shares("af_heart(3)+zf_xiaoxiao(1)"), 7)
    assert (style.shape, style.dtype) == ((1, 256), np.float32)
    np.testing.assert_allclose(style, 0.75 * 1 + 0.25 * 4 + 7 / 1024, rtol=1e-6)


def test_long_chunk_has_the_style_of_the_longest_row(voices: Voices) -> None:
    np.testing.assert_allclose(voices.style({"af_heart": 1.0}, 5_000), 1 + 509 / 1024)


def test_mix_speaks_the_language_of_its_greater_part(voices: Voices) -> None:
    assert voices.language(voices.shares("zf_xiaoxiao(2)+af_heart(1)+bf_emma(1.5)")) == "en"
    assert voices.language(voices.shares("zf_xiaoxiao(2)+af_heart(1)")) == "zh"


def test_mix_reads_in_the_variety_of_its_greater_part(voices: Voices) -> None:
    assert voices.variety(voices.shares("zf_xiaoxiao(2)+af_heart(1)+bf_emma(1.5)")) == "en-GB"
    assert voices.variety(voices.shares("zf_xiaoxiao(1)+af_heart(2)+bf_emma(1.5)")) == "en-US"


@pytest.mark.parametrize(
    ("voice", "said"),
    [
        ("af_hart", r"voice is 'af_hart'; tiny has af_heart.* to name the nearest"),
        ("af_heart+af_bela", r"voice is 'af_bela' in the mix 'af_heart\+af_bela'; tiny has af_bella"),
        ("Q", r"tiny has af_heart, af_bella, bf_emma, zf_xiaoxiao"),
        ("af_heart(0)", "expected a voice, or a mix such as"),
        ("af_heart(nan)", "expected a voice, or a mix such as"),
        ("af_heart(1e9)", "expected a voice, or a mix such as"),
        ("af_heart(-1)+af_bella", "expected a voice, or a mix such as"),
        ("af_heart+", "expected a voice, or a mix such as"),
        ("+", "expected a voice, or a mix such as"),
        ("af_heart (2)", "expected a voice, or a mix such as"),
        ("../af_heart", "expected a voice, or a mix such as"),
        ("+".join(["af_heart"] * 9), "expected a voice, or a mix such as"),
        ("af_heart\x00", "expected a voice, or a mix such as"),
    ],
)
def test_broken_mix_and_unknown_voice_are_refused_with_what_is_there(voices: Voices, voice: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as refused:
        voices.shares(voice)
    assert refused.value.reason == "VoiceNotFound"


def test_changed_voice_is_named_when_it_is_first_used(voices: Voices, tmp_path: Path) -> None:
    path = tmp_path / "voices" / "af_bella.npy"
    path.write_bytes(path.read_bytes()[:-4] + b"\0\0\0\0")
    voices.style({"af_heart": 1.0}, 1)
    with pytest.raises(BundleError, match=r"voices/af_bella\.npy has changed"):
        voices.style({"af_bella": 1.0}, 1)
