"""A model bundle that is not what its SpeechModel says: told with the file's name, mended without anybody's touch of the resource."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from voxpod_client import Asked, Voxpod, complete
from voxpod_crds.conditions import Reason
from voxpod_crds.tts_request import Phase
from voxpod_installation import Model

pytestmark = pytest.mark.e2e

TEAM = "team-a"
WRONG = "sha256:" + "0" * 64
DAMAGED_FILE = "voices/af_heart.npy"


@dataclass(frozen=True)
class Broken:
    """A SpeechModel whose bundle is broken, and a request that waits for it."""

    model: Model
    path: str
    asked: Asked


@pytest.fixture(scope="module")
def broken(voxpod: Voxpod) -> Iterator[dict[str, Broken]]:
    """Three at once: a folder that is not there, a file with one byte changed, a digest of something else."""
    root, whole = voxpod.installation.model_root, voxpod.installation.model
    folders = {name: root / f"broken-{name}" for name in ("missing", "damaged", "digest")}
    models: list[str] = []
    try:
        for name in ("damaged", "digest"):
            shutil.copytree(whole.folder, folders[name], copy_function=os.link)
        _damage(folders["damaged"] / DAMAGED_FILE)
        found = {}
        for name, folder in folders.items():
            model = Model(folder, WRONG if name == "digest" else whole.digest)
            models.append(voxpod.apply("SpeechModel", f"broken-{name}", voxpod.model_spec(model)))
            found[name] = Broken(model, models[-1], voxpod.ask(TEAM, "At last.", model=f"broken-{name}"))
        yield found
    finally:
        for path in models:
            voxpod.kube.delete(path)
        for folder in folders.values():
            shutil.rmtree(folder, ignore_errors=True)


def _damage(file: Path) -> None:
    """Another byte at the end, in a file of its own: the other names of the linked one keep theirs."""
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.unlink()
    file.write_bytes(content)


SAYS = {
    "missing": ("broken-missing",),
    "damaged": (DAMAGED_FILE, "has changed"),
    "digest": ("manifest.json has digest sha256:", f"asked for was {WRONG}"),
}


@pytest.mark.parametrize("name", SAYS)
def test_model_is_not_ready_and_says_what_is_wrong(voxpod: Voxpod, broken: dict[str, Broken], name: str):
    told = voxpod.wait_ready(broken[name].path, "False", Reason.BUNDLE_INVALID)

    assert [part for part in SAYS[name] if part not in told] == [], told


@pytest.mark.parametrize("name", SAYS)
def test_request_waits_and_says_for_what(voxpod: Voxpod, broken: dict[str, Broken], name: str):
    asked = broken[name].asked

    def reason() -> str | None:
        conditions = voxpod.look(asked).status.conditions
        return conditions[-1].message if conditions and "BundleInvalid" in conditions[-1].message else None

    told = voxpod.until(reason, "the request says why it waits", explain=lambda: voxpod.diagnosis(asked))

    assert f"SpeechModel broken-{name} is not Ready" in told
    assert voxpod.look(asked).status.phase == Phase.QUEUED
    assert voxpod.jobs_of(asked) == []


@pytest.fixture(scope="module")
def mended(voxpod: Voxpod, broken: dict[str, Broken]) -> None:
    """What an administrator does about each."""
    for one in broken.values():
        voxpod.wait_ready(one.path, "False", Reason.BUNDLE_INVALID)
    whole = voxpod.installation.model.folder
    shutil.copytree(whole, broken["missing"].model.folder, copy_function=os.link)
    damaged = broken["damaged"].model.folder / DAMAGED_FILE
    damaged.unlink()
    os.link(whole / DAMAGED_FILE, damaged)
    voxpod.kube.merge(broken["digest"].path, {"spec": {"digest": voxpod.installation.model.digest}})


@pytest.mark.usefixtures("mended")
@pytest.mark.parametrize("name", ["digest", "damaged", "missing"])
def test_mended_model_becomes_ready_by_itself_and_the_waiting_request_is_spoken(
    voxpod: Voxpod, broken: dict[str, Broken], name: str
):
    assert "voices" in voxpod.wait_ready(broken[name].path, "True", Reason.READY)

    assert voxpod.wait(broken[name].asked, Phase.SUCCEEDED).status.model == f"broken-{name}"


def test_folder_outside_of_the_model_roots_is_not_even_looked_at(voxpod: Voxpod):
    path = voxpod.apply("SpeechModel", "elsewhere", voxpod.model_spec(Model(Path("/etc/kubernetes"), WRONG)))
    try:
        told = voxpod.wait_ready(path, "False", Reason.SOURCE_NOT_ALLOWED)
        assert "/etc/kubernetes is not inside" in told
        assert str(voxpod.installation.model_root) in told
    finally:
        voxpod.kube.delete(path)


def test_bundle_damaged_after_it_was_ready_fails_its_request_and_is_never_spoken_from(voxpod: Voxpod):
    """Every sandbox checks for itself."""
    whole, folder = voxpod.installation.model, voxpod.installation.model_root / "later"
    path = ""
    try:
        shutil.copytree(whole.folder, folder, copy_function=os.link)
        path = voxpod.apply("SpeechModel", "later", voxpod.model_spec(Model(folder, whole.digest)))
        voxpod.wait_ready(path, "True")
        damaged = folder / "vocab.json"  # the graphs are not even read where prepared weights are
        _damage(damaged)

        asked = voxpod.ask(TEAM, "Not with this.", model="later")

        reason, message = complete(voxpod.wait(asked, Phase.FAILED))
        assert reason == Reason.BUNDLE_INVALID
        assert damaged.name in message
    finally:
        if path:
            voxpod.kube.delete(path)
        shutil.rmtree(folder, ignore_errors=True)
