"""A node gets ready for a model by itself: bundle brought and checked, weights prepared for its processor, sandboxes only then."""

import io
import shutil
import subprocess
import sys
import tarfile
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


def test_bundle_that_was_copied_to_the_node_is_prepared_and_spoken_from(
    voxpod: Voxpod, unprepared: Callable[[str], Model]
):
    model = unprepared("copied")
    with a_model(voxpod, "copied", voxpod.model_spec(model, delivery={})) as path:
        voxpod.wait_ready(path, "True", Reason.READY)

        assert len(weights_in(model.folder / "prepared")) == 1
        nodes = nodes_of(voxpod, path)
        assert (nodes["ready"], nodes["preparing"], nodes["failed"]) == (1, 0, 0)
        plain = 'voxpod_sandbox_weights_total{weights="plain"}'
        before = voxpod.metrics(voxpod.leader()).get(plain, 0)
        voxpod.wait(voxpod.ask(TEAM, "Good morning.", model="copied"), Phase.SUCCEEDED)
        assert voxpod.metrics(voxpod.leader()).get(plain, 0) == before


def test_node_without_the_bundle_says_so_and_gets_ready_once_it_is_there(
    voxpod: Voxpod, unprepared: Callable[[str], Model]
):
    root, digest = voxpod.installation.model_root, voxpod.installation.model.digest
    with a_model(voxpod, "later", voxpod.model_spec(Model(root / "later", digest), delivery={})) as path:
        told = voxpod.wait_ready(path, "False", Reason.BUNDLE_INVALID)
        assert f"{root}/later is not a directory" in told
        assert nodes_of(voxpod, path)["listed"][0]["state"] == "Failed"

        unprepared("later")
        voxpod.wait_ready(path, "True", Reason.READY)


def test_digest_that_does_not_fit_is_told_with_both(voxpod: Voxpod, unprepared: Callable[[str], Model]):
    wrong = Model(unprepared("other-digest").folder, f"sha256:{'0' * 64}")
    with a_model(voxpod, "other-digest", voxpod.model_spec(wrong, delivery={})) as path:
        told = voxpod.wait_ready(path, "False", Reason.BUNDLE_INVALID)

        assert voxpod.installation.model.digest in told
        assert wrong.digest in told
    assert not (wrong.folder / "prepared").exists()


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
            voxpod.wait(voxpod.ask(TEAM, "Good morning.", model="in-an-image"), Phase.SUCCEEDED)
    finally:
        shutil.rmtree(beside.parent, ignore_errors=True)


def test_bundle_is_brought_out_of_an_image(voxpod: Voxpod, model_image: str):
    with brought(voxpod, "out-of-an-image", {"image": {"reference": model_image}}) as (path, folder):
        voxpod.wait_ready(path, "True", Reason.READY)

        assert len(weights_in(folder / "prepared")) == 1
        assert [p.name for p in folder.parent.iterdir()] == [folder.name]
        voxpod.wait(voxpod.ask(TEAM, "Good morning.", model="out-of-an-image"), Phase.SUCCEEDED)


def test_image_without_a_bundle_is_told_with_what_it_holds(voxpod: Voxpod):
    probe = voxpod.cluster["images"]["probe"]["reference"]
    with brought(voxpod, "no-bundle", {"image": {"reference": probe}}) as (path, folder):
        told = voxpod.wait_ready(path, "False", Reason.DELIVERY_FAILED)

        assert "the image holds no bundle: no manifest.json at its root, but" in told
        assert "probe" in told
        assert list(folder.parent.iterdir()) == []


def test_node_without_room_is_told_and_nothing_half_is_left(voxpod: Voxpod, model_image: str):
    small = voxpod.installation.model_root / "no-room"
    node = enter(voxpod.cluster["pids"]["kubelet"])
    small.mkdir()
    subprocess.run([*node, "mount", "-t", "tmpfs", "-o", "size=96m,mode=0755", "tmpfs", str(small)], check=True)
    try:
        with brought(voxpod, "no-room", {"image": {"reference": model_image}}) as (path, _):
            told = voxpod.wait_ready(path, "False", Reason.NODE_FULL)
            assert "96 MiB free" in told
            left = subprocess.run([*node, "ls", "-A", str(small)], check=True, capture_output=True, text=True)
            assert left.stdout == ""
    finally:
        subprocess.run([*node, "umount", "--lazy", str(small)], check=True)


# out of the object store


@contextmanager
def brought(voxpod: Voxpod, name: str, delivery: Json) -> Iterator[tuple[str, Path]]:
    """A SpeechModel whose bundle is brought, and the folder that it comes into."""
    whole, into = voxpod.installation.model, voxpod.installation.model_root / name
    spec = voxpod.model_spec(Model(into, whole.digest), delivery=delivery)
    try:
        with a_model(voxpod, name, spec) as path:
            yield path, into / whole.digest.removeprefix("sha256:")
    finally:
        shutil.rmtree(into, ignore_errors=True)


def test_bundle_is_brought_out_of_the_object_store(voxpod: Voxpod):
    archive, key = io.BytesIO(), "_models/kokoro.tar.gz"
    with tarfile.open(fileobj=archive, mode="w:gz", compresslevel=1) as made:
        made.add(voxpod.installation.model.folder, "kokoro", filter=lambda m: None if "/prepared" in m.name else m)
    store = voxpod.store()
    with brought(voxpod, "stored", {"objectStore": {"key": key}}) as (path, folder):
        told = voxpod.wait_ready(path, "False", Reason.DELIVERY_FAILED)
        assert "the object store answered 404: there is no such object" in told

        archive.seek(0)
        store.put_object("voxpod", key, archive, len(archive.getbuffer()))
        voxpod.wait_ready(path, "True", Reason.READY)

        assert [p.name for p in folder.parent.iterdir()] == [folder.name]
        voxpod.wait(voxpod.ask(TEAM, "Good morning.", model="stored"), Phase.SUCCEEDED)


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
            voxpod.wait(voxpod.ask(TEAM, "Good morning.", model="in-a-claim"), Phase.SUCCEEDED)
    finally:
        shutil.rmtree(beside.parent, ignore_errors=True)
