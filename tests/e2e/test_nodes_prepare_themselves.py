"""A node gets ready for a model by itself: bundle checked, weights prepared for its processor, sandboxes only then."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from voxpod_client import SANDBOX_JOBS, Voxpod
from voxpod_crds.conditions import Reason
from voxpod_crds.tts_request import Phase
from voxpod_installation import Model

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
