"""A node gets ready for a model by itself: bundle brought and checked, weights prepared for its processor, sandboxes only then."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from localcluster.images import scratch_image
from localcluster.namespaces import enter
from voxpod_client import SANDBOX_JOBS, Voxpod
from voxpod_crds.conditions import Reason
from voxpod_crds.tts_request import Phase
from voxpod_installation import ROOT, SANDBOXES, Model

pytestmark = pytest.mark.e2e

Json = dict[str, Any]

TEAM = "team-a"


@contextmanager
def a_model(voxpod: Voxpod, name: str, spec: Json) -> Iterator[str]:
    """The SpeechModel's path; gone afterwards, its Jobs too."""
    path = voxpod.apply("SpeechModel", name, spec)
    try:
        yield path
    finally:
        voxpod.kube.delete(path)
        label = f"voxpod.dev/role=delivery,voxpod.dev/model={name}"
        voxpod.until(lambda: not voxpod.kube.items(SANDBOX_JOBS, labelSelector=label), "its Jobs are gone")


def nodes_of(voxpod: Voxpod, path: str) -> Json:
    """The model's status.nodes."""
    found: Json = (voxpod.kube.get(path) or {}).get("status", {}).get("nodes") or {}
    return found


def weights_in(folder: Path) -> list[str]:
    """What was prepared: the links that tell for which processor."""
    return sorted(p.name for p in folder.iterdir() if p.is_symlink()) if folder.is_dir() else []


@pytest.fixture
def unprepared(voxpod: Voxpod) -> Iterator[Callable[[str], Model]]:
    """Makes copies of the bundle on the node, without prepared weights."""
    made: list[Path] = []

    def copy(name: str) -> Model:
        whole = voxpod.installation.model
        made.append(voxpod.installation.model_root / name)
        shutil.copytree(whole.folder, made[-1], ignore=shutil.ignore_patterns("prepared"))
        return Model(made[-1], whole.digest)

    yield copy
    for folder in made:
        shutil.rmtree(folder, ignore_errors=True)


def test_folder_that_is_missing_is_told_and_once_it_is_there_it_is_prepared_and_spoken_from(
    voxpod: Voxpod, unprepared: Callable[[str], Model]
):
    root, digest = voxpod.installation.model_root, voxpod.installation.model.digest
    with a_model(voxpod, "in-place", voxpod.model_spec(Model(root / "in-place", digest), delivery={})) as path:
        told = voxpod.wait_ready(path, "False", Reason.BUNDLE_INVALID)
        assert f"{root}/in-place is not a directory" in told
        assert nodes_of(voxpod, path)["listed"][0]["state"] == "Failed"

        folder = unprepared("in-place").folder
        voxpod.wait_ready(path, "True", Reason.READY)
        nodes = nodes_of(voxpod, path)
        assert (nodes["ready"], nodes["preparing"], nodes["failed"]) == (1, 0, 0)
        assert len(weights_in(folder / "prepared")) == 1
        speaks_with_prepared_weights(voxpod, "in-place")


def speaks_with_prepared_weights(voxpod: Voxpod, model: str) -> None:
    plain = 'voxpod_sandbox_weights_total{weights="plain"}'
    before = voxpod.metrics(voxpod.leader()).get(plain, 0)
    voxpod.wait(voxpod.ask(TEAM, "Good morning.", model=model), Phase.SUCCEEDED)
    assert voxpod.metrics(voxpod.leader()).get(plain, 0) == before


# the bundle as an image


@pytest.fixture(scope="module")
def model_image(voxpod: Voxpod, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Reference of an image, held by the node, whose file system is the bundle."""
    folder, reference = voxpod.installation.model.folder, "voxpod.local/kokoro-bundle:1"
    files = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
    archive = tmp_path_factory.mktemp("image") / "bundle.tar"
    whole = {name: path for name, path in files.items() if not name.startswith("prepared/")}
    scratch_image(archive, whole, ["/none"], reference)
    load = [sys.executable, ROOT / "tests" / "cluster", "load-image", archive, "--name", voxpod.cluster["name"]]
    subprocess.run(load, check=True, capture_output=True)
    return reference


def test_bundle_in_an_image_is_mapped_from_it_with_weights_on_the_node(voxpod: Voxpod, model_image: str):
    whole = voxpod.installation.model
    spec = voxpod.model_spec(whole, source={"image": {"reference": model_image}}, delivery={})
    beside = voxpod.installation.model_root / "prepared" / whole.digest.removeprefix("sha256:")
    try:
        with a_model(voxpod, "in-an-image", spec) as path:
            voxpod.wait_ready(path, "True", Reason.READY)
            assert len(weights_in(beside)) == 1
            speaks_with_prepared_weights(voxpod, "in-an-image")
    finally:
        shutil.rmtree(beside.parent, ignore_errors=True)


def test_bundle_is_brought_out_of_an_image_that_has_one_and_goes_with_its_model(voxpod: Voxpod, model_image: str):
    probe, whole = voxpod.cluster["images"]["probe"]["reference"], voxpod.installation.model
    into = voxpod.installation.model_root / "brought"
    folder = into / whole.digest.removeprefix("sha256:")
    spec = voxpod.model_spec(Model(into, whole.digest), delivery={"image": {"reference": probe}})
    try:
        with a_model(voxpod, "brought", spec) as path:
            told = voxpod.wait_ready(path, "False", Reason.DELIVERY_FAILED)
            assert "the image holds no bundle: no manifest.json at its root, but" in told
            assert "probe" in told
            assert list(into.iterdir()) == []

            voxpod.kube.merge(path, {"spec": {"delivery": {"image": {"reference": model_image}}}})
            voxpod.wait_ready(path, "True", Reason.READY)
            assert [p.name for p in into.iterdir()] == [folder.name]
            assert len(weights_in(folder / "prepared")) == 1
        assert list(into.iterdir()) == []
    finally:
        shutil.rmtree(into, ignore_errors=True)


def test_node_without_room_is_told_and_nothing_half_is_left(voxpod: Voxpod, model_image: str):
    small, digest = voxpod.installation.model_root / "no-room", voxpod.installation.model.digest
    node = enter(voxpod.cluster["pids"]["kubelet"])
    small.mkdir()
    subprocess.run([*node, "mount", "-t", "tmpfs", "-o", "size=96m,mode=0755", "tmpfs", str(small)], check=True)
    try:
        spec = voxpod.model_spec(Model(small, digest), delivery={"image": {"reference": model_image}})
        with a_model(voxpod, "no-room", spec) as path:
            told = voxpod.wait_ready(path, "False", Reason.NODE_FULL)
            assert "the disk has 96 MiB free" in told
            left = subprocess.run([*node, "ls", "-A", str(small)], check=True, capture_output=True, text=True)
            assert left.stdout == ""
    finally:
        subprocess.run([*node, "umount", "--lazy", str(small)], check=True)
        small.rmdir()


# the bundle in a claim


@pytest.fixture
def claim(voxpod: Voxpod, unprepared: Callable[[str], Model]) -> Iterator[str]:
    """Name of a claim in the sandbox namespace whose volume is the bundle."""
    folder = unprepared("volume").folder
    common: Json = {"accessModes": ["ReadOnlyMany"], "storageClassName": ""}
    volume = {**common, "capacity": {"storage": "1Gi"}, "hostPath": {"path": str(folder), "type": "Directory"}}
    wanted = {**common, "resources": {"requests": {"storage": "1Gi"}}, "volumeName": "kokoro-bundle"}
    volumes, claims = "/api/v1/persistentvolumes", f"/api/v1/namespaces/{SANDBOXES}/persistentvolumeclaims"
    voxpod.kube.create(volumes, {"metadata": {"name": "kokoro-bundle"}, "spec": volume})
    try:
        voxpod.kube.create(claims, {"metadata": {"name": "kokoro"}, "spec": wanted})
        yield "kokoro"
    finally:
        voxpod.kube.delete(f"{claims}/kokoro")
        voxpod.kube.delete(f"{volumes}/kokoro-bundle")


def test_bundle_in_a_claim_is_mapped_from_it_with_weights_on_the_node(voxpod: Voxpod, claim: str):
    whole = voxpod.installation.model
    source = {"persistentVolumeClaim": {"claimName": claim}}
    beside = voxpod.installation.model_root / "prepared" / whole.digest.removeprefix("sha256:")
    try:
        with a_model(voxpod, "in-a-claim", voxpod.model_spec(whole, source=source, delivery={})) as path:
            voxpod.wait_ready(path, "True", Reason.READY)
            assert len(weights_in(beside)) == 1
    finally:
        shutil.rmtree(beside.parent, ignore_errors=True)
