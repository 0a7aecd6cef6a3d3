"""A bundle is used only as its manifest says, and what is wrong with it is named."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from voxpod_crds.sandbox_protocol import BundleFacts
from voxpod_inference import probe
from voxpod_inference.bundle import MANIFEST, open_bundle
from voxpod_inference.engines.registry import load_engine
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
        pytest.param({"sample_rate": 0}, r"has sample_rate 0; 8000 to 48000 Hz is accepted", id="no sample rate"),
        pytest.param({"sample_rate": "24000"}, r"has sample_rate '24000'", id="sample rate in quotes"),
        pytest.param({"languages": []}, r"has languages \[\]; at least one", id="no languages"),
        pytest.param({"languages": [["en"]]}, r"has languages \[\['en'\]\]", id="language that is a list"),
        pytest.param({"languages": "en"}, r"has default_voices e: None", id="languages that are a word"),
        pytest.param(
            {"default_voices": {}}, r"has default_voices en: None; each of its languages needs", id="no default voices"
        ),
        pytest.param(
            {"default_voices": {"en": ["a"]}}, r"has default_voices en: \['a'\]", id="default voice that is a list"
        ),
        pytest.param(
            {"default_voices": {"en": "a", "fr": "b"}},
            r"has default_voices fr: 'b'",
            id="default voice that is not there",
        ),
        pytest.param({"voices": {"a": 1}}, r"has voices a: 1; the language", id="voice without a language"),
        pytest.param({"flow_steps": 0}, r"has flow_steps 0; 1 to 100 are accepted", id="no steps"),
        pytest.param({"flow_steps": True}, r"has flow_steps True; 1 to 100", id="steps that are no number"),
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


def test_language_that_this_version_cannot_read_is_named(tmp_path: Path) -> None:
    write_manifest(tmp_path, languages=["en", "xx"], default_voices={"en": "a", "xx": "a"})
    with pytest.raises(BundleError, match="names the language 'xx'; this version has en, es, fr"):
        load_engine(open_bundle(tmp_path), 1)


def test_probe_of_anything_unforeseen_ends_with_a_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = write_manifest(
        tmp_path, files={}, voices={f"v{n}": "en" for n in range(2000)}, default_voices={"en": "v0"}
    )
    bundle = open_bundle(tmp_path)
    found = BundleFacts(
        bundle.manifest.digest, tuple(bundle.manifest.voices), bundle.manifest.languages, bundle.manifest.sample_rate
    )
    monkeypatch.setattr(probe, "facts", lambda _settings: found)  # what no message can hold
    monkeypatch.setattr(
        probe, "prepare_process", lambda: None
    )  # its limits and signals would stay with the other tests
    for name, value in {
        "BUNDLE": tmp_path,
        "BUNDLE_DIGEST": digest,
        "CPU_LIMIT": 1,
        "TERMINATION_LOG": tmp_path / "log",
    }.items():
        monkeypatch.setenv(f"VOXPOD_{name}", str(value))
    assert probe.main() == 1
    report = json.loads((tmp_path / "log").read_text())
    assert report["failure"]["reason"] == "EngineFailed"
    assert report["failure"]["message"].startswith("unexpected ValueError at sandbox_protocol.py:")
