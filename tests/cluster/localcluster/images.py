"""Container images without an engine and without a registry: made of a few files, loaded into containerd."""

import hashlib
import io
import json
import subprocess
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from localcluster.layout import Cluster, ClusterError


def scratch_image(
    output: Path, files: Mapping[str, Path], entrypoint: Sequence[str], reference: str, user: str = "65532:65532"
) -> None:
    """Write a docker-archive of one layer that holds just `files` (path in the image -> file here).

    The same input gives the same bytes: no times, no owners but root. Files keep their executable bit.
    """
    layer = _layer(files)
    diff_id = hashlib.sha256(layer).hexdigest()
    config = {
        "architecture": "amd64",
        "os": "linux",
        "config": {"Entrypoint": list(entrypoint), "User": user, "Env": ["PATH=/"], "WorkingDir": "/"},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{diff_id}"]},
        "history": [{"created_by": "voxpod tests/cluster"}],
    }
    encoded = json.dumps(config, sort_keys=True).encode()
    config_name = f"{hashlib.sha256(encoded).hexdigest()}.json"
    manifest = [{"Config": config_name, "RepoTags": [reference], "Layers": [f"{diff_id}/layer.tar"]}]
    with tarfile.open(output, "w") as archive:
        _add(archive, config_name, encoded)
        _add(archive, f"{diff_id}/layer.tar", layer)
        _add(archive, "manifest.json", json.dumps(manifest).encode())


def _layer(files: Mapping[str, Path]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as layer:
        # with no other layer there is no /tmp: a place to mount one, for programs that insist
        folder = tarfile.TarInfo("tmp")
        folder.type, folder.mode = tarfile.DIRTYPE, 0o1777
        layer.addfile(folder)
        for name, file in sorted(files.items()):
            mode = 0o755 if file.stat().st_mode & 0o100 else 0o644
            _add(layer, name.lstrip("/"), file.read_bytes(), mode)
    return buffer.getvalue()


def _add(archive: tarfile.TarFile, name: str, content: bytes, mode: int = 0o644) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), mode
    archive.addfile(entry, io.BytesIO(content))


def load(cluster: Cluster, bin_dir: Path, archive: Path) -> list[str]:
    """Load a docker-archive or an OCI archive into the cluster; returns the references that it holds."""
    if not archive.is_file():
        raise ClusterError(f"no such image archive: {archive}")
    names = references(archive)
    socket = str(cluster.containerd_socket)
    argv = [str(bin_dir / "ctr"), "--address", socket, "--namespace", "k8s.io", "images", "import", str(archive)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ClusterError(f"{archive} was not loaded: {done.stderr.strip() or done.stdout.strip()}")
    return names


def references(archive: Path) -> list[str]:
    """The image names in a docker-archive (manifest.json) or an OCI archive (index.json)."""
    try:
        with tarfile.open(archive) as content:
            names = content.getnames()
            if "manifest.json" in names:
                return [tag for image in _json(content, "manifest.json") for tag in image.get("RepoTags") or []]
            if "index.json" in names:
                return [name for entry in _json(content, "index.json")["manifests"] if (name := _oci_name(entry))]
    except (tarfile.TarError, json.JSONDecodeError, KeyError) as error:
        raise ClusterError(f"{archive} is not an image archive: {error}") from error
    raise ClusterError(f"{archive} is neither a docker-archive (manifest.json) nor an OCI archive (index.json)")


def _oci_name(entry: dict[str, Any]) -> str | None:
    annotations = entry.get("annotations", {})
    found: str | None = annotations.get(
        "io.containerd.image.name", annotations.get("org.opencontainers.image.ref.name")
    )
    return found


def _json(content: tarfile.TarFile, name: str) -> Any:
    member = content.extractfile(name)
    if member is None:
        raise ClusterError(f"{name} is not a file")
    return json.load(member)
