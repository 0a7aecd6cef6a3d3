from pathlib import Path

import pytest

from voxpod_demo.artifacts import not_held, said_of_loading

ARCHIVES = {"voxpod.local/operator:1": Path("operator.tar"), "voxpod.local/minio:2": Path("minio.tar")}


@pytest.mark.parametrize(
    ("images", "loaded"),
    [
        pytest.param([], set(ARCHIVES), id="none"),
        pytest.param(
            [
                {"names": ["voxpod.local/operator:1"]},
                {"names": ["voxpod.local/minio@sha256:ab", "voxpod.local/minio:2"]},
            ],
            set(),
            id="all",
        ),
        pytest.param(
            [{"names": ["voxpod.local/operator:0"]}, {"names": ["voxpod.local/minio:2"]}],
            {"voxpod.local/operator:1"},
            id="an older operator",
        ),
        pytest.param([{"sizeBytes": 1}], set(ARCHIVES), id="an image without names"),
    ],
)
def test_only_images_that_the_node_lacks_are_loaded(images: list[dict[str, object]], loaded: set[str]) -> None:
    assert not_held({"status": {"images": images}}, ARCHIVES).keys() == loaded


def test_node_that_lists_no_images_gets_all() -> None:
    assert not_held({"status": {}}, ARCHIVES) == ARCHIVES


@pytest.mark.parametrize(
    ("loaded", "said"),
    [
        (["voxpod.local/inference:0123abc", "reg.example:5000/minio:1"], "images inference, minio"),
        ([], "the node has all images already"),
    ],
)
def test_images_that_were_loaded_are_named_as_a_person_calls_them(loaded: list[str], said: str) -> None:
    assert said_of_loading(loaded) == said
