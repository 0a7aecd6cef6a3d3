"""A bundle is used only as its manifest says, and what is wrong with it is named."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from voxpod_inference.bundle import MANIFEST, open_bundle
from voxpod_inference.errors import BundleError


def write_manifest(root: Path, **changes: Any) -> str:
    content = b"weights"
    fields = {
        "schema": 1, "name": "tiny", "version": "1", "engine": "kokoro", "licence": "Apache-2.0", "sample_rate": 24000,
        "languages": ["en"], "voices": {"a": "en"}, "default_voices": {"en": "a"},
        "files": {"model.onnx": {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}},
    }  # fmt: skip
    raw = json.dumps(fields | changes).encode()
    (root / MANIFEST).write_bytes(raw)
    (root / "model.onnx").write_bytes(content)
    return "sha256:" + hashlib.sha256(raw).hexdigest()


def test_whole_bundle_has_no_complaints(tmp_path: Path) -> None:
    digest = write_manifest(tmp_path)
    bundle = open_bundle(tmp_path, digest)
    bundle.check(["model.onnx"])
    assert bundle.complaints() == []
    assert f"sha256:{bundle.manifest.digest}" == digest


def test_complaints_name_what_is_missing_changed_cut_and_extra(tmp_path: Path) -> None:
    write_manifest(tmp_path)
    bundle = open_bundle(tmp_path)
    (tmp_path / "notes.txt").write_text("?")
    (tmp_path / "model.onnx").write_bytes(b"weightz")
    assert bundle.complaints() == [
        "model.onnx has changed: its SHA-256 is not the manifest's",
        "notes.txt is extra: the manifest does not list it",
    ]
    (tmp_path / "model.onnx").write_bytes(b"weig")
    assert bundle.complaints()[0] == "model.onnx has 4 bytes, the manifest says 7"
    (tmp_path / "model.onnx").unlink()
    assert bundle.complaints()[0] == "model.onnx is missing"
    with pytest.raises(BundleError, match="is missing"):
        bundle.check(["model.onnx"])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"schema": 2}, "schema 2, this version reads 1", id="newer schema"),
        pytest.param({"files": []}, "is not a manifest", id="files of another shape"),
        pytest.param({"voices": None}, "is not a manifest", id="voices missing"),
        pytest.param({"files": {"../x": {"sha256": "0", "bytes": 1}}}, "outside the bundle", id="path that climbs out"),
    ],
)
def test_manifest_of_another_shape_is_refused(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    write_manifest(tmp_path, **changes)
    with pytest.raises(BundleError, match=said):
        open_bundle(tmp_path)


def test_missing_folder_missing_manifest_and_wrong_digest_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="no such folder"):
        open_bundle(tmp_path / "nowhere")
    with pytest.raises(BundleError, match="cannot read manifest"):
        open_bundle(tmp_path)
    actual = write_manifest(tmp_path)
    with pytest.raises(BundleError, match=f"has digest {actual}, asked for was sha256:00"):
        open_bundle(tmp_path, "sha256:" + "00" * 32)
