"""An upgrade keeps the certificate and the passwords that the chart made: rendered against the real API server, nothing is installed."""

import base64
import json
import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from chart_objects import find

pytestmark = pytest.mark.e2e

Json = dict[str, Any]
Kubectl = Callable[..., "subprocess.CompletedProcess[str]"]
Rendered = Callable[..., list[Json]]

CHART = Path(__file__).resolve().parents[2] / "charts" / "voxpod"


@contextmanager
def an_empty_namespace(kubectl: Kubectl) -> Iterator[str]:
    name = f"release-{uuid.uuid4().hex[:8]}"
    kubectl("create", "namespace", name)
    try:
        yield name
    finally:
        kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture
def namespace(kubectl: Kubectl) -> Iterator[str]:
    """An empty namespace."""
    with an_empty_namespace(kubectl) as name:
        yield name


def renders_into(cluster: dict[str, Any], namespace: str) -> Rendered:
    """What `rendered` of a namespace is."""

    def render(*settings: str) -> list[Json]:
        values = [
            "--values",
            str(CHART / "ci" / "demo-values.yaml"),
            *(part for setting in settings for part in ("--set", setting)),
        ]
        server = [
            "--dry-run=server",
            "--take-ownership",
            "--kubeconfig",
            cluster["kubeconfig"],
            "--namespace",
            namespace,
        ]
        done = subprocess.run(
            [f"{cluster['bin']}/helm", "template", "voxpod", str(CHART), *server, *values],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return [item for item in yaml.safe_load_all(done.stdout) if item]

    return render


@pytest.fixture
def rendered(cluster: dict[str, Any], namespace: str) -> Rendered:
    """rendered("a.b=c") -> what the next release with these settings would be, the cluster looked at."""
    return renders_into(cluster, namespace)


SECRETS = ("voxpod-dispatch-tls", "voxpod-object-store", "voxpod-live", "voxpod-minio-root")


@pytest.fixture(scope="module")
def releases(cluster: dict[str, Any], kubectl: Kubectl) -> Iterator[tuple[list[Json], list[Json], list[Json]]]:
    """What a first release would be, what another first one would, and what the upgrade of the first is."""
    with an_empty_namespace(kubectl) as namespace:
        rendered = renders_into(cluster, namespace)
        first, other = rendered(), rendered()
        for name in SECRETS:
            kubectl("create", "-f", "-", input=json.dumps(find(first, "Secret", name)))
        yield first, other, rendered("operator.logLevel=DEBUG")


@pytest.mark.parametrize("name", SECRETS)
def test_secret_of_the_last_release_is_kept(releases: tuple[list[Json], list[Json], list[Json]], name: str):
    first, other, again = (find(release, "Secret", name)["data"] for release in releases)

    assert again == first
    assert other != first


def test_upgrade_rolls_the_operator_only_for_other_secrets(kubectl: Kubectl, rendered: Rendered):
    first = rendered()
    for name in ("voxpod-dispatch-tls", "voxpod-object-store", "voxpod-live"):
        kubectl("create", "-f", "-", input=json.dumps(find(first, "Secret", name)))

    assert secrets_checksum(rendered("operator.logLevel=DEBUG")) == secrets_checksum(first)
    assert secrets_checksum(rendered("dispatch.host=voxpod.example.com")) != secrets_checksum(first)


def test_renewed_certificate_of_somebody_else_rolls_the_operator(kubectl: Kubectl, rendered: Rendered, namespace: str):
    given = "dispatch.tls.existingSecret=mine"
    first = rendered()
    for name in ("voxpod-object-store", "voxpod-live"):
        kubectl("create", "-f", "-", input=json.dumps(find(first, "Secret", name)))
    kubectl(
        "-n",
        namespace,
        "create",
        "secret",
        "generic",
        "mine",
        "--from-literal=tls.crt=a",
        "--from-literal=tls.key=b",
        "--from-literal=ca.crt=c",
    )
    before = secrets_checksum(rendered(given))

    assert secrets_checksum(rendered(given)) == before
    kubectl("-n", namespace, "patch", "secret", "mine", "-p", json.dumps({"stringData": {"tls.crt": "renewed"}}))
    assert secrets_checksum(rendered(given)) != before


def secrets_checksum(objects: list[Json]) -> str:
    template = find(objects, "Deployment", "voxpod-operator")["spec"]["template"]
    found: str = template["metadata"]["annotations"]["voxpod.dev/secrets-checksum"]
    return found


def test_new_operator_image_leaves_a_store_that_is_up_alone(
    cluster: dict[str, Any], kubectl: Kubectl, rendered: Rendered, namespace: str
):
    pause = cluster["images"]["pause"]["reference"]
    store = find(rendered(), "Deployment", "voxpod-minio")
    pod = store["spec"]["template"]["spec"]
    pod |= {
        "serviceAccountName": "default",
        "volumes": [],
        "containers": [{"name": one["name"], "image": pause} for one in pod["containers"]],
    }
    pod["containers"][0]["image"] = "voxpod.local/no-such-image:1"
    kubectl("create", "-f", "-", input=json.dumps(store))

    assert set_up_by(rendered("operator.image.tag=next")) == "voxpod.local/operator:next"
    kubectl("-n", namespace, "set", "image", "deployment/voxpod-minio", f"minio={pause}")
    kubectl(
        "-n", namespace, "wait", "deployment/voxpod-minio", "--for=jsonpath={.status.readyReplicas}=1", "--timeout=60s"
    )
    assert set_up_by(rendered("operator.image.tag=next")) == pause


def set_up_by(objects: list[Json]) -> str:
    containers = find(objects, "Deployment", "voxpod-minio")["spec"]["template"]["spec"]["containers"]
    found: str = {one["name"]: one["image"] for one in containers}["setup"]
    return found


def test_sandboxes_of_the_operator_that_still_leads_are_allowed_by_an_upgrade(kubectl: Kubectl, rendered: Rendered):
    first = rendered()
    operator = find(first, "Deployment", "voxpod-operator")
    operator["spec"]["replicas"] = 0
    kubectl("create", "-f", "-", input=json.dumps(operator))

    assert sandbox_images(first) == ["voxpod.local/inference:ci"]
    assert sandbox_images(rendered("operator.logLevel=DEBUG")) == ["voxpod.local/inference:ci"]
    assert sandbox_images(rendered("sandbox.image.tag=next")) == [
        "voxpod.local/inference:next",
        "voxpod.local/inference:ci",
    ]


def sandbox_images(objects: list[Json]) -> list[str]:
    validations = find(objects, "ValidatingAdmissionPolicy", "voxpod-sandbox-jobs")["spec"]["validations"]
    rule = next(
        one["expression"] for one in validations if one["expression"].startswith("variables.container.image in ")
    )
    found: list[str] = json.loads(rule.removeprefix("variables.container.image in "))
    return found


def test_certificate_for_other_names_is_made_anew(kubectl: Kubectl, rendered: Rendered, tmp_path: Path):
    first = find(rendered(), "Secret", "voxpod-dispatch-tls")
    kubectl("create", "-f", "-", input=json.dumps(first))

    again = find(rendered("dispatch.host=voxpod.example.com"), "Secret", "voxpod-dispatch-tls")

    assert again["data"]["tls.crt"] != first["data"]["tls.crt"]
    (tmp_path / "ca.crt").write_bytes(base64.b64decode(again["data"]["ca.crt"]))
    (tmp_path / "tls.crt").write_bytes(base64.b64decode(again["data"]["tls.crt"]))
    command = [
        "openssl",
        "verify",
        "-x509_strict",
        "-CAfile",
        "ca.crt",
        "-verify_hostname",
        "voxpod.example.com",
        "tls.crt",
    ]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False).stdout == "tls.crt: OK\n"
