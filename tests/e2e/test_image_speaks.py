"""What the built image says, in a sandbox as the operator makes them: all that documents and demo show, and every language.

The development environment is not what users run: a package that only it has would hide a fault that each request meets.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from documented_requests import documented_requests, shown_in_readme
from stray_sandboxes import SLEEP, stray_sandbox
from voxpod_client import Voxpod
from voxpod_crds.tts_request import TTSRequestSpec

pytestmark = [pytest.mark.e2e, pytest.mark.model]

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "inference"
LANGUAGES = ("en", "zh", "ja", "es", "fr", "hi", "it", "pt")
TEAM = "team-a"
READ_ONLY = ("ko",)
"""Read, but no voice of the bundle speaks it; Cantonese needs a table that this bundle lacks."""
REQUESTS = documented_requests()
KANJI = [*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000), *range(0x20000, 0x20100)]
TRIED_IN_VAIN = {
    "_wmi": "platform, on Windows",
    "msvcrt": "subprocess, on Windows",
    "numpy._distributor_init_local": "numpy, for who distributes it with libraries of their own",
    "onnxruntime.experimental": "ONNX Runtime, in builds that have it",
}
"""Modules that something looks for and goes on without, and who that is."""
NOT_FOR_SANDBOXES = {
    "onnx": "voxpod-model fetch-kokoro, which makes a bundle",
    "yaml": "voxpod_crds.generate, which writes files of this repository",
}
"""Modules that our code imports and that the image leaves out, and what would need them."""


@dataclass(frozen=True)
class Said:
    """What came of everything, in one sandbox."""

    reports: dict[str, dict[str, Any]]
    phonemes: dict[str, list[str]]
    missing: list[str]
    """Modules that were looked for meanwhile, in vain."""
    not_there: dict[str, list[str]]
    """Modules that our code imports somewhere and the image has not, with the importers."""


def golden(language: str) -> list[list[str]]:
    lines = (GOLDEN / f"{language}.tsv").read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines]


def work(spec: TTSRequestSpec, name: str) -> dict[str, Any]:
    """What a claim says of a request, but for the uploads."""
    readings = {
        entry.word: f"/{entry.ipa}/" if entry.ipa else f"pinyin:{entry.pinyin}" if entry.pinyin else entry.say_as
        for entry in spec.lexicon
    }
    return {
        "request_uid": name[:64],
        "text": spec.text,
        "voice": spec.voice or "",
        "language": spec.language,
        "speed": spec.speed,
        "format": spec.format,
        "sample_rate": spec.sample_rate or 0,
        "seconds_left": 300.0,
        "loudness": spec.loudness,
        "ssml": spec.ssml,
        "lexicon": readings,
        "timestamps": spec.timestamps,
    }


@pytest.fixture(scope="module")
def said(voxpod: Voxpod) -> Said:
    specs = {
        **REQUESTS,
        **{f"golden, {one}": TTSRequestSpec(text=golden(one)[0][0], language=one) for one in LANGUAGES},
    }
    texts = {one: [line[0] for line in golden(one)] for one in (*LANGUAGES, *READ_ONLY)}
    texts["ja"] += ["".join(map(chr, KANJI[at : at + 100])) for at in range(0, len(KANJI), 100)]
    given = {"works": [work(spec, name) for name, spec in specs.items()], "texts": texts}
    image = voxpod.installation.inference.reference
    with stray_sandbox(voxpod, image, SLEEP, cpu="1", memory="1Gi") as pod:
        answer = voxpod.inside(pod["metadata"]["name"], "speak", given)
        not_there = voxpod.inside(pod["metadata"]["name"], "imports", ["voxpod_inference", "voxpod_crds"])
    return Said(dict(zip(specs, answer["reports"], strict=True)), answer["phonemes"], answer["missing"], not_there)


@pytest.mark.parametrize("place", REQUESTS)
def test_request_that_is_shown_is_spoken(place: str, said: Said) -> None:
    report = said.reports[place]
    assert report["failure"] is None
    assert report["warnings"] == []
    assert report["audio"]["duration_seconds"] > 0.5
    assert (report["timestamps"] is not None) == (REQUESTS[place].timestamps != "none")


def test_readme_shows_what_kubectl_prints_of_its_first_request(voxpod: Voxpod) -> None:
    spec = next(iter(REQUESTS.values())).model_dump(by_alias=True, exclude_unset=True)
    request = voxpod.speak(TEAM, **spec)
    printed = voxpod.kubectl("get", "ttsr", request.metadata.name, "-n", TEAM).stdout.splitlines()
    header, shown = (re.split(" {2,}", line) for line in shown_in_readme())
    assert re.split(" {2,}", printed[0].strip()) == header
    found = re.split(" {2,}", printed[1].strip())
    assert found[1:4] == shown[1:4]
    assert float(found[4]) == pytest.approx(float(shown[4]), abs=0.1)  # processors round the lengths of sounds apart


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_is_spoken(language: str, said: Said) -> None:
    report = said.reports[f"golden, {language}"]
    assert report["failure"] is None
    assert report["audio"]["duration_seconds"] > 1


@pytest.mark.parametrize("language", [*LANGUAGES, *READ_ONLY])
def test_agreed_pronunciations_are_those_of_the_image(language: str, said: Said) -> None:
    lines = golden(language)
    column = 2 if language == "ko" else 1
    assert said.phonemes[language][: len(lines)] == [line[column] for line in lines]


def test_every_kanji_is_read_or_left_out(said: Said) -> None:
    rows = said.phonemes["ja"][len(golden("ja")) :]
    assert len(rows) > 250
    assert [row for row in rows if not row or "Error" in row] == []


def test_weights_are_the_prepared_ones(said: Said) -> None:
    assert {report["weights"] for report in said.reports.values()} == {"prepared"}


def test_nothing_is_looked_for_that_the_image_lacks(said: Said) -> None:
    assert set(said.missing) - TRIED_IN_VAIN.keys() == set()
    assert said.not_there.keys() - NOT_FOR_SANDBOXES.keys() == set()
