"""The digest that the documents tell is that of the bundle that the sources make."""

import re
from pathlib import Path

import pytest

from voxpod_inference.bundle import Bundle
from voxpod_inference.engines import hibari_source
from voxpod_inference.engines.kokoro_source import NAME, VERSION

pytestmark = pytest.mark.model

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("page", ["docs/model-bundle.md", "docs/examples/speechmodel.yaml"])
def test_digest_and_version_are_those_of_the_bundle(page: str, kokoro_bundle: Bundle, hibari_bundle: Bundle) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    digests = {kokoro_bundle.manifest.digest, hibari_bundle.manifest.digest}
    told = set(re.findall(r"sha256:([0-9a-f]{64})", text))
    assert kokoro_bundle.manifest.digest in told <= digests
    assert set(re.findall(rf"{NAME}-(\d+\.\d+\.\d+)", text)) == {VERSION}
    for short in re.findall(r"sha256:([0-9a-f]{8})\.\.\.", text):
        assert kokoro_bundle.manifest.digest.startswith(short)
    for files in re.findall(r"(\d+) files as the manifest says", text):
        assert len(kokoro_bundle.manifest.files) == int(files)


@pytest.mark.parametrize("page", ["docs/engines.md", "docs/examples/speechmodel-hibari.yaml"])
def test_digest_and_version_are_those_of_the_fast_bundle(page: str, hibari_bundle: Bundle) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert set(re.findall(r"sha256:([0-9a-f]{64})", text)) == {hibari_bundle.manifest.digest}
    assert set(re.findall(rf"{hibari_source.NAME}-(\d+\.\d+\.\d+)", text)) == {hibari_source.VERSION}
