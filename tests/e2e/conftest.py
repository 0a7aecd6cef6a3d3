"""The test cluster and one Voxpod on it: started for the session, ended with it, also when a test fails."""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from voxpod_client import LONG_TEXT, Asked, Voxpod
from voxpod_crds.definitions import DEFINITIONS
from voxpod_installation import API_KEYS, install, uninstall

ROOT = Path(__file__).resolve().parents[2]
NAME = os.environ.get("VOXPOD_TEST_CLUSTER_NAME", "test")
KEEP = os.environ.get("VOXPOD_TEST_CLUSTER") == "keep"
"""Reuse the cluster if it is up and leave it up: for the second run of a developer."""

Kubectl = Callable[..., "subprocess.CompletedProcess[str]"]

TEAM, OTHER_TEAM = "team-a", "team-b"
"""Tenants, each with one namespace of its name."""


def pytest_itemcollected(item: pytest.Item) -> None:
    """Whoever asks for the fixture `voxpod` is marked: `make e2e` runs those on one cluster and the rest on others, at once."""
    if "voxpod" in getattr(item, "fixturenames", ()):
        item.add_marker(pytest.mark.installed)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that need an installed Voxpod come last: the others bring their own CRDs and want nobody to act on them."""
    items.sort(key=lambda item: item.get_closest_marker("installed") is not None)


def _cluster(command: str) -> str:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "cluster"), command, "--name", NAME],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.fixture(scope="session")
def cluster() -> Iterator[dict[str, Any]]:
    """What `tests/cluster paths` says: kubeconfig, bin, apiServer, nodeIP, hostIP, images ..."""
    try:
        _cluster("up")
        yield json.loads(_cluster("paths"))
    finally:
        if not KEEP:
            _cluster("down")


@pytest.fixture(scope="session")
def bin_dir(cluster: dict[str, Any]) -> Path:
    """Where kubectl, helm, ctr and minio lie."""
    return Path(cluster["bin"])


@pytest.fixture(scope="session")
def kubectl(cluster: dict[str, Any], bin_dir: Path) -> Kubectl:
    """Call kubectl on the test cluster: kubectl(*args, input=None, check=True) -> CompletedProcess with text output."""

    def run(*args: str, input: str | None = None, check: bool = True) -> "subprocess.CompletedProcess[str]":
        command = [str(bin_dir / "kubectl"), "--kubeconfig", cluster["kubeconfig"], *args]
        done = subprocess.run(command, input=input, capture_output=True, text=True)
        if check and done.returncode:
            raise AssertionError(f"kubectl {' '.join(args)} exited with {done.returncode}: {done.stderr}")
        return done

    return run


@pytest.fixture(scope="session")
def voxpod(cluster: dict[str, Any], kubectl: Kubectl) -> Iterator[Voxpod]:
    """Voxpod installed from this work tree with two operators and the demo store; SpeechModel `kokoro` and both teams are Ready."""
    try:
        uninstall(cluster, kubectl)  # what a session left that was cut off, or kept its cluster
        made = Voxpod(cluster, kubectl, install(cluster, kubectl))
        teams = [made.apply("Tenant", team, {"namespaces": [team]}) for team in (TEAM, OTHER_TEAM)]
        for team in (TEAM, OTHER_TEAM):
            kubectl("create", "namespace", team)
        model = made.apply("SpeechModel", "kokoro", made.model_spec(made.installation.model, default=True))
        for path in (*teams, model):
            made.wait_ready(path, "True")
        yield made
    finally:
        if KEEP:
            kubectl("delete", "namespace", TEAM, OTHER_TEAM, "--ignore-not-found", "--wait=false", check=False)
            uninstall(cluster, kubectl)


@pytest.fixture(scope="module")
def http(voxpod: Voxpod) -> Iterator[httpx2.Client]:
    """A client of the HTTP API, as team-a."""
    with httpx2.Client(
        base_url=voxpod.api_url, headers={"Authorization": f"Bearer {API_KEYS[TEAM]}"}, timeout=120, trust_env=False
    ) as client:
        yield client


@pytest.fixture(scope="module")
def crds_installed(kubectl: Kubectl) -> Iterator[None]:
    """The CRDs, applied if no chart brought them, and taken away again so that a chart can."""
    found = kubectl("get", "crd", "-o", "name").stdout
    missing = [d for d in DEFINITIONS if f"{d.plural}.voxpod.dev" not in found]
    files = [part for d in missing for part in ("-f", str(ROOT / "crds" / f"{d.kind.lower()}.yaml"))]
    try:
        if files:
            kubectl("apply", *files)
        names = [f"crd/{d.plural}.voxpod.dev" for d in DEFINITIONS]
        kubectl("wait", "--for=condition=Established", "--timeout=30s", *names)
        yield
    finally:
        if files:
            kubectl("delete", "--ignore-not-found", *files)


@pytest.fixture(scope="module")
def scratch_namespace(kubectl: Kubectl) -> Iterator[str]:
    """A namespace for the objects that tests really store."""
    name = f"crd-tests-{uuid.uuid4().hex[:8]}"
    try:
        kubectl("create", "namespace", name)
        yield name
    finally:
        kubectl("delete", "namespace", name, "--ignore-not-found", "--wait=false")


@pytest.fixture
def store_request(kubectl: Kubectl, scratch_namespace: str) -> Iterator[Callable[[dict[str, Any]], str]]:
    """store_request(sample) creates that TTSRequest, with its status if it has one, under a name of its own that it returns."""
    names: list[str] = []

    def create(sample: dict[str, Any]) -> str:
        names.append(f"sample-{uuid.uuid4().hex[:8]}")
        manifest = json.dumps({**sample, "metadata": {"name": names[-1], "namespace": scratch_namespace}})
        kubectl("create", "-f", "-", input=manifest)
        if "status" in sample:
            kubectl("replace", "--subresource=status", "-f", "-", input=manifest)
        return names[-1]

    try:
        yield create
    finally:
        kubectl("delete", "-n", scratch_namespace, "ttsr", "--ignore-not-found", *names)


@dataclass(frozen=True)
class Speaking:
    """A request whose sandbox has claimed the work, and goes on with it for minutes."""

    asked: Asked
    pod: dict[str, Any]

    @property
    def pod_name(self) -> str:
        """The sandbox."""
        name: str = self.pod["metadata"]["name"]
        return name


@pytest.fixture(scope="module")
def speaking(voxpod: Voxpod) -> Iterator[Speaking]:
    """A sandbox at work, for the tests of a module to look into; cancelled after them."""
    asked = voxpod.ask(TEAM, LONG_TEXT)
    try:
        yield Speaking(asked, voxpod.running_sandbox(asked))
    finally:
        voxpod.cancel(asked)
