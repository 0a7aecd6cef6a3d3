"""Written forms by kind, of every language but English, and what the reader makes of each.

A line is a kind, what is written, and what is read for it. After a wanted change: VOXPOD_UPDATE_GOLDEN=1, then read the diff.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from voxpod_inference.text.cantonese import normal as cantonese
from voxpod_inference.text.chinese import normal as chinese
from voxpod_inference.text.espeak.languages import LANGUAGES, tables_of
from voxpod_inference.text.espeak.normal import ReadAloud
from voxpod_inference.text.japanese import normal as japanese
from voxpod_inference.text.korean import normal as korean
from voxpod_inference.text.traced import Traced

FORMS = Path(__file__).parents[2] / "golden" / "inference" / "forms"
FEWEST = {"ko": 60, "yue": 60}
"""Lines of a language; 120 of all others."""
READERS: dict[str, Callable[[Traced], Traced]] = {
    **{language: ReadAloud(tables_of(language)) for language in LANGUAGES},
    "ja": japanese.aloud,
    "ko": korean.read_aloud,
    "yue": cantonese.read_aloud,
    "zh": chinese.aloud,
}


def _read(language: str, written: str) -> str:
    said = READERS[language](Traced.of(written)).text
    return " ".join(said.split()) if language in LANGUAGES else said


@pytest.mark.parametrize("language", sorted(READERS))
def test_written_forms_are_read_as_agreed(language: str) -> None:
    path = FORMS / f"{language}.tsv"
    lines = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    now = "".join(f"{kind}\t{written}\t{_read(language, written)}\n" for kind, written, _ in lines)
    if os.environ.get("VOXPOD_UPDATE_GOLDEN"):
        path.write_text(now, encoding="utf-8")
    assert len(lines) >= FEWEST.get(language, 120)
    assert now.splitlines() == path.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("language", sorted(READERS))
def test_each_character_read_knows_what_was_written_for_it(language: str) -> None:
    for line in (FORMS / f"{language}.tsv").read_text(encoding="utf-8").splitlines():
        read = READERS[language](Traced.of(line.split("\t")[1]))
        assert list(read.starts) == sorted(read.starts), line
        assert list(read.ends) == sorted(read.ends), line
