"""The real API server takes the Events as they are made, counts them up, and `kubectl describe` shows them."""

import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from kube_api import KubeApi
from localcluster.build import build
from real_api_server import RealApiServer, real_api_server
from resource_bodies import Json, a_request_body, a_tenant_body
from voxpod_crds.crd import crd
from voxpod_crds.definitions import DEFINITIONS
from voxpod_operator.cluster.event_drafts import About, Draft, Notice
from voxpod_operator.cluster.kinds import EVENT_V1, TENANT, TTS_REQUEST, Kind
from voxpod_operator.manifests import event

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Server:
    """An API server with our kinds and namespace acme."""

    process: RealApiServer
    api: KubeApi

    def describe(self, what: str, *, namespace: str = "default") -> str:
        command = [build() / "kubectl", "--kubeconfig", self.process.kubeconfig, "-n", namespace, "describe", what]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with real_api_server(tmp_path_factory.mktemp("apiserver")) as process:
        api = KubeApi(str(process.kubeconfig))
        for definition in DEFINITIONS:
            api.create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd(definition))
        deadline = time.monotonic() + 30
        while any(api.get(kind.path()) is None for kind in (TENANT, TTS_REQUEST)):
            assert time.monotonic() < deadline, "the kinds are not served"
            time.sleep(0.1)
        api.create("/api/v1/namespaces", {"metadata": {"name": "acme"}})
        yield Server(process, api)


def drafted(kind: Kind, stored: Json, notice: Notice) -> Draft:
    meta = stored["metadata"]
    about = About(kind, meta.get("namespace", ""), meta["name"], meta["uid"])
    return Draft(about, notice, NOW, NOW, 0.0)


def write(server: Server, draft: Draft) -> Json:
    return server.api.create(EVENT_V1.path(event.namespace_of(draft)), event.event(draft, "voxpod-operator-7d4b9-x2k"))


def test_an_event_about_a_request_is_shown_and_counts_up(server: Server) -> None:
    stored = server.api.create(TTS_REQUEST.path("acme"), a_request_body("hello"))
    draft = drafted(
        TTS_REQUEST, stored, Notice("Warning", "WaitingForModel", "Wait", "SpeechModel kokoro is not Ready")
    )
    write(server, draft)
    draft.count, draft.last = 3, NOW + timedelta(seconds=90)
    server.api.merge(EVENT_V1.path("acme", event.name_of(draft)), event.series(draft))
    shown = server.describe("ttsr/hello", namespace="acme")
    (line,) = [line for line in shown.splitlines() if "WaitingForModel" in line]
    assert line.split()[:2] == ["Warning", "WaitingForModel"]
    assert "(x3 over" in line
    assert line.endswith("voxpod.dev/operator  SpeechModel kokoro is not Ready")


def test_an_event_about_a_tenant_is_shown(server: Server) -> None:
    stored = server.api.create(TENANT.path(), a_tenant_body())
    write(server, drafted(TENANT, stored, Notice("Warning", "Suspended", "Judge", "spec.suspended is true")))
    assert "spec.suspended is true" in server.describe("vten/acme")


def test_the_longest_name_and_note_are_taken_and_one_seen_twice_before_it_is_written(server: Server) -> None:
    stored = server.api.create(TTS_REQUEST.path("acme"), a_request_body("a" * 230 + "-" * 6 + "b" * 17))
    draft = drafted(TTS_REQUEST, stored, Notice("Normal", "Admitted", "Admit", "é" * 1000))
    draft.count = 2
    written = write(server, draft)
    assert written["series"]["count"] == 2
    assert written["note"].endswith("é…")
