"""docs/text.md: its tables of elements and errors are what the front end does."""

import json
import re
from pathlib import Path

import pytest

from spelling_reader import Spelling
from voxpod_inference.errors import InputError
from voxpod_inference.text.espeak.languages import tables_of
from voxpod_inference.text.espeak.normal import ReadAloud
from voxpod_inference.text.frontend import FrontEnd, Limits
from voxpod_inference.text.runs import language_runs
from voxpod_inference.text.ssml import elements, say_as
from voxpod_inference.text.ssml import reader as ssml
from voxpod_inference.text.ssml import values as ssml_values
from voxpod_inference.text.traced import Traced

PAGE = (Path(__file__).parents[3] / "docs" / "text.md").read_text(encoding="utf-8")
ERRORS = re.findall(r"^\| `(.+?)` \| (.+?) \|$", PAGE.split("## Errors")[1], re.M)


@pytest.mark.parametrize(("example", "told"), ERRORS, ids=[example for example, _ in ERRORS])
def test_example_of_an_error_says_what_the_page_says(example: str, told: str) -> None:
    readers = {"en": Spelling(), "zh": Spelling()}
    front = FrontEnd(readers, Limits(510, 150), lambda phonemes: sum(p != "#" for p in phonemes))
    lexicon = json.loads(example) if example.startswith("{") else None
    text = "Hi" if lexicon else example
    with pytest.raises(InputError) as refused:
        front.script(text, "auto", "en", ssml=text.startswith(("<speak", "<!", "<p")), lexicon=lexicon)
    reason, _, rest = told.partition(": ")
    expected = (reason, rest) if reason in ("TextEmpty", "LanguageNotSupported") else ("InputRefused", told)
    assert refused.value.reason == expected[0]
    assert expected[1] in str(refused.value)


BESIDE = re.findall(r"^\| `(.+?)` \| (\S+) \|", PAGE.split("### Chinese beside Japanese")[1].split("## ")[0], re.M)


@pytest.mark.parametrize(("text", "chinese"), BESIDE, ids=[text for text, _ in BESIDE])
def test_example_of_chinese_beside_japanese_is_read_so(text: str, chinese: str) -> None:
    parts = [text[run.start : run.end] for run in language_runs(text, "auto", "en") if run.language == "zh"]
    assert "".join(parts).rstrip("！") == chinese.replace("nothing", "")


def test_every_element_and_attribute_is_in_the_table() -> None:
    table = PAGE.split("## SSML")[1].split("## Pronunciations")[0]
    rows = {
        name: row
        for row in re.findall(r"^\| `.+$", table, re.M)
        for name in re.findall(r"`([a-z-]+)`", row.split("|")[1])
    }
    assert rows.keys() == elements.ELEMENTS.keys()
    for element, attributes in elements.ELEMENTS.items():
        assert all(f"`{attribute}`" in rows[element] for attribute in attributes), element
    values = [
        *ssml_values.BREAKS,
        *(ssml_values.RATES.keys() - {"default"}),
        *(ssml_values.VOLUMES.keys() - {"default"}),
        *say_as.KINDS,
        *say_as.FORMATS,
    ]
    assert [value for value in values if f"`{value}`" not in table] == []


@pytest.mark.parametrize(
    "bound",
    [
        f"{ssml.MOST_CHARACTERS:,}",
        f"{ssml.MOST_ELEMENTS:,} elements",
        f"{ssml.DEEPEST} deep",
        f"{ssml.MOST_SILENCE:g} s",
        f"{ssml.LONGEST_ALIAS} characters",
    ],
)
def test_bounds_are_on_the_page(bound: str) -> None:
    assert bound in PAGE.split("## SSML")[1]


FORMS = PAGE.split("## Spanish, French, Italian, Portuguese and Hindi")[1].split("\n## ")[0]
CODES = {"Spanish": "es", "French": "fr", "Italian": "it", "Portuguese": "pt", "Hindi": "hi"}
READ = [
    (CODES[name], written, said)
    for name, rows in re.findall(r"^\| (\w+) \| said \|.+\n(?:\|-.+\n)((?:\|.+\n)+)", FORMS, re.M)
    for written, said in re.findall(r"^\| `(.+?)` \| (.+?) \|", rows, re.M)
]


@pytest.mark.parametrize(("language", "written", "said"), READ, ids=[f"{row[0]}-{row[1]}" for row in READ])
def test_example_of_a_written_form_is_read_so(language: str, written: str, said: str) -> None:
    assert " ".join(ReadAloud(tables_of(language))(Traced.of(written)).text.split()) == said


def test_every_language_has_examples_of_its_forms() -> None:
    assert {language for language, _, _ in READ} == {*CODES.values()}
