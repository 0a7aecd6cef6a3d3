"""Written forms that the rules had not seen when they were frozen: how many are read as people say them.

There are two sets a language; the second one was written down when the rules had long been made with the first. The sets in tests/golden/inference/frozen are never edited to fit. A rate may rise, and its bar with it; it must not fall.
`pytest -rP` shows what is misread.
"""

from pathlib import Path

import pytest

from voxpod_inference.bundle import Bundle
from voxpod_inference.text.cantonese.reader import Cantonese
from voxpod_inference.text.frontend import FrontEnd, Limits
from voxpod_inference.text.korean.reader import Korean
from voxpod_inference.text.readers import readers_of
from written_forms import Form, forms, misread

pytestmark = pytest.mark.model

FROZEN = Path(__file__).parents[2] / "golden" / "inference" / "frozen"
LISTENED_TO = Path(__file__).parents[3] / "bench/voxpod_bench/quality/sentences"
RIGHT = {
    "frozen": {"en": 60, "es": 101, "fr": 101, "hi": 94, "it": 103, "ja": 58, "ko": 59, "pt": 104, "yue": 30, "zh": 58},
    "second": {"en": 60, "es": 60, "fr": 59, "hi": 59, "it": 60, "ja": 53, "ko": 60, "pt": 60, "yue": 59, "zh": 58},
}
"""How many of each set are read right, at least; docs/text.md tells the rates of the first run."""
FOLDERS = {"frozen": FROZEN, "second": FROZEN / "second"}


@pytest.fixture(scope="module")
def front_end(kokoro_bundle: Bundle, cantonese: Cantonese) -> FrontEnd:
    readers = readers_of(kokoro_bundle) | {"ko": Korean(), "yue": cantonese}
    return FrontEnd(readers, Limits(4000, 5000), len)


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("language", sorted(RIGHT["second"]))
def test_unseen_forms_are_read_as_people_say_them(name: str, language: str, front_end: FrontEnd) -> None:
    frozen = forms(FOLDERS[name] / f"{language}.tsv")
    wrong = [f"{form.written} -> {said}" for form in frozen if (said := misread(form, front_end, language))]
    print("\n".join(wrong))
    assert len(frozen) - len(wrong) >= RIGHT[name][language]


@pytest.mark.parametrize("path", sorted(LISTENED_TO.glob("forms-*.tsv")), ids=lambda path: path.stem)
def test_what_is_listened_to_is_said_as_its_spoken_form(path: Path, front_end: FrontEnd) -> None:
    """So what the recogniser hears otherwise in the tests of quality is no fault of the reading."""
    language = path.stem.removeprefix("forms-")
    lines = [line.partition("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    wrong = [written for written, _, read in lines if misread(Form("", written, (read,)), front_end, language)]
    # 七点二 in figures has the long two of decimals: ななてんにい
    assert wrong == (["1990年代に値段が7.2%上がりました。"] if language == "ja" else [])


def test_every_frozen_set_is_measured() -> None:
    for name, folder in FOLDERS.items():
        assert {path.stem for path in folder.glob("*.tsv")} == RIGHT[name].keys()
