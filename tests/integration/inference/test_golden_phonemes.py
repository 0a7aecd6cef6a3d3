"""Texts and how they are pronounced: a change in any of these is a change that listeners hear.

A line is the text, its phonemes and what it is about. Each was read by a person, not only recorded.

After a wanted change: VOXPOD_UPDATE_GOLDEN=1 pytest tests/integration/inference/test_golden_phonemes.py, then read the diff.
"""

import os
from pathlib import Path

import pytest

from voxpod_inference.bundle import Bundle
from voxpod_inference.engines.kokoro import Kokoro

pytestmark = pytest.mark.model

GOLDEN = Path(__file__).parents[2] / "golden" / "inference"


@pytest.fixture(scope="module")
def kokoro(kokoro_bundle: Bundle) -> Kokoro:
    return Kokoro(kokoro_bundle, threads=1)


@pytest.mark.parametrize("language", ["en", "zh", "ja"])
def test_pronunciation_is_as_agreed(language: str, kokoro: Kokoro) -> None:
    path = GOLDEN / f"{language}.tsv"
    agreed = path.read_text(encoding="utf-8")
    lines = [line.split("\t") for line in agreed.splitlines()]
    now = "".join(f"{text}\t{_phonemes(kokoro, text, language)}\t{about}\n" for text, _, about in lines)
    if os.environ.get("VOXPOD_UPDATE_GOLDEN"):
        path.write_text(now, encoding="utf-8")
    assert now.splitlines() == path.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("language", ["en", "zh", "ja"])
def test_agreed_phonemes_are_letters_of_the_model(language: str, kokoro_bundle: Bundle) -> None:
    vocabulary = kokoro_bundle.path("vocab.json").read_text(encoding="utf-8")
    lines = (GOLDEN / f"{language}.tsv").read_text(encoding="utf-8").splitlines()
    assert len(lines) >= 40
    for line in lines:
        text, phonemes, _ = line.split("\t")
        assert not {p for p in phonemes if f'"{p}"' not in vocabulary and p != '"'}, text


def _phonemes(kokoro: Kokoro, text: str, language: str) -> str:
    return " | ".join(chunk.phonemes for chunk in kokoro.prepare(text, language=language).script.chunks).replace(
        " | ", " "
    )
