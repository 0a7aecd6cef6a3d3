"""What a sandbox can do and reach, looked at from inside of one that the operator made and that speaks at that moment.

The same looks are taken from a pod that nothing holds back, so that silence means the fence and not an absent target.
"""

import base64
import json
import socket
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import urllib3

from stray_sandboxes import DISPATCH_HOST, SLEEP, dispatch_ca, service_address, stray_sandbox, token_of
from voxpod_client import LONG_TEXT, Voxpod
from voxpod_installation import SYSTEM

pytestmark = pytest.mark.e2e

Json = dict[str, Any]
OTHER_TEAM = "team-b"
METADATA = "169.254.169.254"
"""Where clouds tell a node's credentials to whoever asks from the node."""

MUST_NOT_REACH = (
    "API server",
    "API server by its Service",
    "kubelet",
    "metadata",
    "the world outside",
    "DNS",
    "pod of a tenant",
    "health port of the operator",
    "another sandbox",
)
MUST_REACH = ("dispatch", "object store")


@pytest.fixture(scope="module")
def free_pod(voxpod: Voxpod) -> Iterator[str]:
    """A pod of the same image in a tenant's namespace, where no policy holds; it serves on port 8080 too."""
    command = ["python3", "-m", "http.server", "8080", "--directory", "/tmp"]
    container = {
        "name": "free",
        "image": voxpod.installation.inference.reference,
        "command": command,
        "resources": {"limits": {"cpu": "200m", "memory": "128Mi"}, "requests": {"cpu": "10m"}},
    }
    pods = f"/api/v1/namespaces/{OTHER_TEAM}/pods"
    try:
        voxpod.kubectl("wait", "--for=create", "serviceaccount/default", "-n", OTHER_TEAM, "--timeout=60s")
        voxpod.kube.create(
            pods,
            {"metadata": {"name": "free"}, "spec": {"terminationGracePeriodSeconds": 0, "containers": [container]}},
        )
        voxpod.kubectl("wait", "--for=condition=Ready", "pod/free", "-n", OTHER_TEAM, "--timeout=120s")
        yield "free"
    finally:
        voxpod.kube.delete(f"{pods}/free")


@pytest.fixture(scope="module")
def served_by_the_host(voxpod: Voxpod, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A web server outside of the cluster, and one at the metadata address in the cluster's own network; the former's port."""
    process, host = str(voxpod.cluster["pids"]["kubelet"]), voxpod.cluster["hostIP"]
    in_cluster = ["nsenter", "--target", process, "--net"]
    empty = tmp_path_factory.mktemp("served")
    with socket.create_server((host, 0)) as free:
        port = free.getsockname()[1]
    with _serving([sys.executable, "-m", "http.server", str(port), "--bind", host], empty):
        try:
            subprocess.run([*in_cluster, "ip", "address", "replace", f"{METADATA}/32", "dev", "lo"], check=True)
            with _serving([*in_cluster, sys.executable, "-m", "http.server", "80", "--bind", METADATA], empty):
                yield port
        finally:
            subprocess.run([*in_cluster, "ip", "address", "delete", f"{METADATA}/32", "dev", "lo"], check=False)


@contextmanager
def _serving(command: list[str], folder: Path) -> Iterator[None]:
    with subprocess.Popen(
        [*command, "--directory", str(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            yield
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def targets(voxpod: Voxpod, free_pod: str, served_by_the_host: int) -> Iterator[dict[str, Json]]:
    """Everything that a sandbox might want to talk to."""
    node, host = voxpod.cluster["nodeIP"], voxpod.cluster["hostIP"]
    free = (voxpod.kube.get(f"/api/v1/namespaces/{OTHER_TEAM}/pods/{free_pod}") or {})["status"]["podIP"]
    operator = voxpod.operator_pods()[0]["status"]["podIP"]
    with stray_sandbox(voxpod, voxpod.cluster["images"]["probe"]["reference"], ["/probe", "serve", "8080"]) as other:
        yield {
            "API server": {"kind": "tcp", "host": node, "port": 6443},
            "API server by its Service": {"kind": "tcp", "host": "10.96.0.1", "port": 443},
            "kubelet": {"kind": "tcp", "host": node, "port": 10250},
            "metadata": {"kind": "http", "host": METADATA, "port": 80, "path": "/"},
            "the world outside": {"kind": "http", "host": host, "port": served_by_the_host, "path": "/"},
            # by the node's address: the cluster address is the node's own here, and kube-router lets such pass by design
            "DNS": {"kind": "dns", "host": node, "port": 53},
            "pod of a tenant": {"kind": "http", "host": free, "port": 8080, "path": "/"},
            "health port of the operator": {"kind": "http", "host": operator, "port": 8080, "path": "/healthz"},
            "another sandbox": {"kind": "tcp", "host": other["status"]["podIP"], "port": 8080},
            "dispatch": {"kind": "tls", "host": DISPATCH_HOST, "port": 443, "ca": dispatch_ca(voxpod)},
            "object store": {
                "kind": "http",
                "host": service_address(voxpod, "voxpod-minio"),
                "port": 9000,
                "path": "/minio/health/live",
            },
        }


@pytest.fixture(scope="module")
def reached(voxpod: Voxpod, speaking: Any, targets: dict[str, Json]) -> dict[str, str]:
    """What the sandbox reached."""
    found: dict[str, str] = voxpod.inside(speaking.pod_name, "reach", targets)
    return found


@pytest.mark.parametrize("target", MUST_NOT_REACH)
def test_sandbox_does_not_reach(reached: dict[str, str], target: str):
    assert reached[target].startswith("silent")


def test_sandbox_reaches_dispatch_over_tls_and_the_store(reached: dict[str, str]):
    assert {target: reached[target] for target in MUST_REACH} == {
        "dispatch": "answers TLSv1.3",
        "object store": "answers HTTP/1.0 200 OK",
    }


def test_what_the_sandbox_does_not_reach_answers_others(voxpod: Voxpod, free_pod: str, targets: dict[str, Json]):
    """But for what lets nobody in: the operator's health port and other sandboxes."""
    unguarded = {name: target for name, target in targets.items() if name in MUST_NOT_REACH[:7]}

    answers = voxpod.inside(free_pod, "reach", unguarded, namespace=OTHER_TEAM)

    assert {name: answer.split()[0] for name, answer in answers.items()} == dict.fromkeys(unguarded, "answers")


def test_sandbox_has_one_token_and_the_api_server_refuses_it(voxpod: Voxpod, speaking: Any):
    token = token_of(voxpod, speaking.pod_name)
    claims = json.loads(_decoded(token.split(".")[1]))

    assert claims["aud"] == ["voxpod-dispatch"]
    assert claims["kubernetes.io"]["pod"]["uid"] == speaking.pod["metadata"]["uid"]
    assert _status_of_api_server(voxpod, token) == 401


def test_api_server_takes_a_token_that_is_meant_for_it(voxpod: Voxpod):
    """So that the 401 above is about the audience."""
    token = voxpod.kubectl("create", "token", "voxpod-sandbox", "-n", "voxpod-sandboxes").stdout.strip()

    assert _status_of_api_server(voxpod, token) == 403


def test_no_credential_but_its_own_token_is_in_the_sandbox(voxpod: Voxpod, speaking: Any):
    user = voxpod.store_user()
    root = voxpod.kube.get(f"/api/v1/namespaces/{SYSTEM}/secrets/voxpod-minio-root") or {}
    tokens = {"its token": token_of(voxpod, speaking.pod_name), "any token": "eyJhbGciOi"}
    needles = {
        "secret key": user["secretKey"],
        "root password": _decoded(root["data"]["password"]),
        "dispatch address": f"https://{DISPATCH_HOST}",
        **tokens,
    }

    found = voxpod.inside(speaking.pod_name, "search", needles)

    assert found["secret key"] == []
    assert found["root password"] == []
    assert {place.rpartition("/")[2] for place in found["its token"]} == {"token"}
    assert found["any token"] == found["its token"], "there is another token"
    assert "/proc/1/environ" in found["dispatch address"], "the search finds what is there"


def test_pod_holds_neither_secrets_nor_the_text(voxpod: Voxpod, speaking: Any):
    said = json.dumps([speaking.pod, voxpod.jobs_of(speaking.asked)])

    assert voxpod.store_user()["secretKey"] not in said
    assert LONG_TEXT[:30] not in said
    assert "secretKeyRef" not in said
    assert speaking.pod["spec"]["automountServiceAccountToken"] is False
    assert [next(key for key in volume if key != "name") for volume in speaking.pod["spec"]["volumes"]] == [
        "hostPath",
        "emptyDir",
        "projected",
    ]


def test_text_is_in_no_log(voxpod: Voxpod, speaking: Any):
    logs = voxpod.operator_log() + voxpod.kubectl("logs", "-n", "voxpod-sandboxes", speaking.pod_name).stdout

    assert speaking.asked.uid in logs
    assert LONG_TEXT[:30] not in logs


def test_process_in_the_sandbox_has_no_powers(voxpod: Voxpod, speaking: Any):
    powers = voxpod.inside(speaking.pod_name, "powers")

    assert powers == {
        "uid": "65532",
        "gid": "65532",
        "capabilities": 0,
        "no_new_privileges": "1",
        "seccomp": "2",
        "root_of_the_host": False,
        "writable": ["/tmp"],
        "service_account": False,
    }


def test_not_even_an_administrator_makes_a_job_beside_it(voxpod: Voxpod):
    with (
        pytest.raises(AssertionError, match="voxpod-sandbox-jobs"),
        stray_sandbox(voxpod, "voxpod.local/probe:1", SLEEP, user=""),
    ):
        pass


def _decoded(part: str) -> str:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode()


def _status_of_api_server(voxpod: Voxpod, token: str) -> int:
    """Its answer to a read with that token, without any client certificate."""
    with urllib3.PoolManager(ca_certs=None, cert_reqs="CERT_NONE") as http, warnings.catch_warnings():
        warnings.simplefilter("ignore", urllib3.exceptions.InsecureRequestWarning)
        url = f"{voxpod.cluster['apiServer']}/api/v1/namespaces/{SYSTEM}/pods"
        return http.request("GET", url, headers={"Authorization": f"Bearer {token}"}).status
