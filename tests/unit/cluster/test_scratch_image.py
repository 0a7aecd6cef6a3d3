import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import IO

import pytest

from localcluster.images import references, scratch_image
from localcluster.layout import ClusterError


@pytest.fixture
def program(tmp_path: Path) -> Path:
    file = tmp_path / "program"
    file.write_bytes(b"\x7fELF not really")
    file.chmod(0o755)
    return file


@pytest.fixture
def archive(tmp_path: Path, program: Path) -> Path:
    data = tmp_path / "data.txt"
    data.write_text("hello")
    output = tmp_path / "image.tar"
    scratch_image(output, {"program": program, "etc/data.txt": data}, ["/program", "serve"], "voxpod.local/x:1")
    return output


def member(content: tarfile.TarFile, name: str) -> IO[bytes]:
    found = content.extractfile(name)
    assert found is not None
    return found


def test_archive_is_what_docker_save_writes(archive: Path) -> None:
    with tarfile.open(archive) as content:
        (image,) = json.load(member(content, "manifest.json"))
        config_bytes = member(content, image["Config"]).read()
        layer = member(content, image["Layers"][0]).read()
    config = json.loads(config_bytes)
    assert image["RepoTags"] == ["voxpod.local/x:1"]
    assert image["Config"] == hashlib.sha256(config_bytes).hexdigest() + ".json"
    assert config["rootfs"]["diff_ids"] == ["sha256:" + hashlib.sha256(layer).hexdigest()]
    assert config["config"]["Entrypoint"] == ["/program", "serve"]
    assert config["config"]["User"] == "65532:65532"


def test_layer_holds_the_files_with_their_executable_bit_owned_by_root(archive: Path) -> None:
    with tarfile.open(archive) as content:
        (image,) = json.load(member(content, "manifest.json"))
        layer = member(content, image["Layers"][0]).read()
    with tarfile.open(fileobj=io.BytesIO(layer)) as files:
        modes = {entry.name: oct(entry.mode) for entry in files}
        assert modes == {"tmp": "0o1777", "etc/data.txt": "0o644", "program": "0o755"}
        assert {(entry.uid, entry.gid, entry.mtime) for entry in files} == {(0, 0, 0)}
        assert member(files, "etc/data.txt").read() == b"hello"


def test_same_input_gives_the_same_bytes(tmp_path: Path, program: Path) -> None:
    outputs = [tmp_path / "1.tar", tmp_path / "2.tar"]
    for output in outputs:
        scratch_image(output, {"program": program}, ["/program"], "voxpod.local/x:1")
    assert outputs[0].read_bytes() == outputs[1].read_bytes()


def test_references_of_a_docker_archive(archive: Path) -> None:
    assert references(archive) == ["voxpod.local/x:1"]


def test_references_of_an_oci_archive(tmp_path: Path) -> None:
    named = {"annotations": {"io.containerd.image.name": "voxpod.local/y:2", "org.opencontainers.image.ref.name": "2"}}
    index = json.dumps({"manifests": [named, {"digest": "sha256:0"}]}).encode()
    archive = tmp_path / "oci.tar"
    with tarfile.open(archive, "w") as content:
        entry = tarfile.TarInfo("index.json")
        entry.size = len(index)
        content.addfile(entry, io.BytesIO(index))
    assert references(archive) == ["voxpod.local/y:2"]


@pytest.mark.parametrize("content", [b"", b"not a tar" * 100], ids=["empty", "text"])
def test_file_that_is_no_archive_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "broken.tar"
    file.write_bytes(content)
    with pytest.raises(ClusterError, match=r"broken\.tar is not an image archive"):
        references(file)


def test_tar_without_an_image_is_refused(tmp_path: Path, program: Path) -> None:
    file = tmp_path / "plain.tar"
    with tarfile.open(file, "w") as content:
        content.add(program, "program")
    with pytest.raises(ClusterError, match="neither a docker-archive"):
        references(file)
