"""The Dockerfiles: built from what the catalogue says, without root, pip or anything that names this machine."""

import re

import pytest

from voxpod_images.catalog import IMAGES, ROOT, Image
from voxpod_images.docker import DEFAULT_BASE

EACH_IMAGE = pytest.mark.parametrize("image", [pytest.param(image, id=image.name) for image in IMAGES])


def dockerfile(image: Image) -> str:
    return (ROOT / image.dockerfile).read_text()


@EACH_IMAGE
def test_everything_copied_is_an_input_of_the_tag(image: Image):
    copied = {
        word
        for line in re.findall(r"^COPY (?!--from)(.*)$", dockerfile(image), re.MULTILINE)
        for word in line.split()[:-1]
    }

    assert copied == {image.requirements, "images/slim.py", *image.sources}


@EACH_IMAGE
def test_build_context_holds_exactly_what_is_copied(image: Image):
    lines = (ROOT / f"{image.dockerfile}.dockerignore").read_text().splitlines()

    assert "*" in lines
    assert {line[1:] for line in lines if line.startswith("!")} == {
        image.requirements,
        "images/slim.py",
        *image.sources,
    }


@EACH_IMAGE
def test_default_base_is_the_one_that_docker_builds_on(image: Image):
    assert f"ARG BASE_IMAGE={DEFAULT_BASE}\nARG BUILD_IMAGE=${{BASE_IMAGE}}\n" in dockerfile(image)


@EACH_IMAGE
def test_final_stage_runs_as_a_user_without_rights(image: Image):
    final = dockerfile(image).rpartition("FROM ")[2]

    assert final.startswith("${BASE_IMAGE}\n")
    assert "\nUSER 65532:65532\n" in final
    assert "PYTHONDONTWRITEBYTECODE=1" in final
    assert "pip install" not in final
    assert re.search(r'^ENTRYPOINT \["python3", "-m", "voxpod_\w+(\.\w+)?"\]$', final, re.MULTILINE)


@EACH_IMAGE
def test_only_hashed_wheels_are_installed(image: Image):
    assert "--require-hashes --only-binary=:all: --no-deps" in dockerfile(image)


def test_the_stages_differ_only_where_the_images_do():
    def shape(image: Image) -> list[str]:
        return [line.split()[0] for line in dockerfile(image).splitlines() if re.match(r"[A-Z]+ ", line)]

    inference = shape(IMAGES[1])
    # Stages three and four make espeak-ng's files and the native vocoder; the last stage copies each.
    made = [at for at, word in enumerate(inference) if word == "FROM"][2]
    assert inference[made : made + 6] == ["FROM", "COPY", "RUN"] * 2
    del inference[made : made + 6]
    copies = [at for at, word in enumerate(inference) if word == "COPY"][-4:]
    del inference[copies[0]], inference[copies[1] - 1]
    del inference[len(inference) - 1 - inference[::-1].index("RUN")]  # voxpod-model on the PATH
    assert shape(IMAGES[0]) == [*inference[:-1], "EXPOSE", "ENTRYPOINT"]
