"""Texts in the languages beside English, Chinese and Japanese, and how they are pronounced: a change is one that listeners hear.

After a wanted change: VOXPOD_UPDATE_GOLDEN=1 pytest tests/integration/inference/test_golden_languages.py, then read the diff.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from voxpod_inference.text.cantonese.reader import Cantonese
from voxpod_inference.text.espeak.languages import LANGUAGES, tables_of
from voxpod_inference.text.espeak.process import EspeakProcess
from voxpod_inference.text.espeak.reader import EspeakReader
from voxpod_inference.text.korean.reader import Korean, in_hangul

GOLDEN = Path(__file__).parents[2] / "golden" / "inference"
Columns = Callable[[str], tuple[str, ...]]
"""What a golden line says of a text, after the text itself."""


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
@pytest.mark.parametrize("language", LANGUAGES)
def test_pronunciation_by_espeak_is_as_agreed(language: str) -> None:
    tables = tables_of(language)
    reader = EspeakReader(tables, EspeakProcess(tables.voice))
    compare(language, lambda text: (reader(text).phonemes,))


def test_korean_pronunciation_is_as_agreed() -> None:
    reader = Korean()
    compare("ko", lambda text: (in_hangul(text), reader(text).phonemes))


def test_cantonese_pronunciation_is_as_agreed(cantonese: Cantonese) -> None:
    compare("yue", lambda text: (cantonese.jyutping(text), cantonese(text).phonemes))


def compare(language: str, columns: Columns) -> None:
    path = GOLDEN / f"{language}.tsv"
    texts = [line.split("\t")[0] for line in path.read_text(encoding="utf-8").splitlines()]
    now = "".join("\t".join((text, *columns(text))) + "\n" for text in texts)
    if os.environ.get("VOXPOD_UPDATE_GOLDEN"):
        path.write_text(now, encoding="utf-8")
    assert len(texts) >= 40
    assert now.splitlines() == path.read_text(encoding="utf-8").splitlines()
