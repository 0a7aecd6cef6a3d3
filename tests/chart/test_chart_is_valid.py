"""helm lint, and every rendered built-in object against the schemas of Kubernetes 1.37."""

import re
from collections.abc import Callable
from pathlib import Path

import kubernetes_validate
import pytest

from chart_objects import Json

CHART = Path(__file__).resolve().parents[2] / "charts" / "voxpod"
CI_VALUES = ["minimal", "demo", "all-options"]
NOT_BUILT_IN = {"ServiceMonitor", "Certificate", "HTTPRoute"}


@pytest.mark.parametrize("values", CI_VALUES)
def test_lint_finds_nothing(values, helm):
    done = helm("lint", "--strict", str(CHART), "--values", str(CHART / "ci" / f"{values}-values.yaml"))

    assert done.returncode == 0, done.stdout + done.stderr
    assert "[WARNING]" not in done.stdout + done.stderr


@pytest.mark.parametrize("values", CI_VALUES)
def test_every_built_in_object_is_valid(values, render):
    checked = [item for item in render(values) if item["kind"] not in NOT_BUILT_IN]

    for item in checked:
        kubernetes_validate.validate(item, "1.37", strict=True)
    assert len(checked) > 20


def test_all_options_render_every_template(helm, render):
    rendered = set()
    for values in CI_VALUES:
        done = helm("template", "voxpod", str(CHART), "--values", str(CHART / "ci" / f"{values}-values.yaml"))
        rendered |= set(re.findall(r"^# Source: voxpod/(.*)$", done.stdout, re.MULTILINE))
    templates = {path.relative_to(CHART).as_posix() for path in CHART.glob("templates/**/*.yaml")}

    assert rendered == templates


def test_no_two_objects_share_a_name(render):
    for values in CI_VALUES:
        keys = [
            (item["apiVersion"], item["kind"], item["metadata"].get("namespace"), item["metadata"]["name"])
            for item in render(values)
        ]
        assert len(keys) == len(set(keys))


@pytest.mark.parametrize("values", CI_VALUES)
def test_namespaced_objects_name_their_namespace(values, render):
    cluster_scoped = {
        "Namespace", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition",
        "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding",
    }  # fmt: skip

    unplaced = [
        item["metadata"]["name"]
        for item in render(values)
        if item["kind"] not in cluster_scoped and not item["metadata"].get("namespace")
    ]

    assert unplaced == []


def test_crds_are_kept_on_uninstall_unless_said_otherwise(render):
    def policies(objects: list[Json]) -> set[str | None]:
        crds = [item for item in objects if item["kind"] == "CustomResourceDefinition"]
        assert len(crds) == 3
        return {(item["metadata"].get("annotations") or {}).get("helm.sh/resource-policy") for item in crds}

    assert policies(render("minimal")) == {"keep"}
    assert policies(render("all-options")) == {None}


def test_crds_can_be_left_to_somebody_else(render):
    assert not [item for item in render("minimal", "crds.install=false") if item["kind"] == "CustomResourceDefinition"]


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        pytest.param([], "objectStore.endpoint: set host:port", id="no store"),
        pytest.param(
            ["objectStore.endpoint=s3.example.com"], "objectStore.network: set cidrs", id="store without network"
        ),
        pytest.param(
            ["objectStore.endpoint=203.0.113.7", 'objectStore.network.cidrs=["203.0.113.0/24"]'],
            "objectStore.accessKey (or objectStore.existingSecret)",
            id="store without credentials",
        ),
        pytest.param(
            [
                "objectStore.endpoint=s3.example.com",
                "objectStore.existingSecret=mine",
                'objectStore.network.cidrs=["203.0.113.0/24"]',
                "objectStore.network.dns=true",
                "objectStore.network.dnsPeers=null",
            ],
            "objectStore.network.dnsPeers: name the pods",
            id="DNS peers taken away",
        ),
        pytest.param(["demo.minio.enabled=true"], "demo.minio.image", id="demo without image"),
        pytest.param(
            ["demo.minio.enabled=true", "demo.minio.image=x", "objectStore.existingSecret=mine"],
            "leave objectStore.endpoint",
            id="demo and store",
        ),
        pytest.param(
            ["demo.minio.enabled=true", "demo.minio.image=x", "dispatch.tls.certManager.enabled=true"],
            "dispatch.tls.certManager.issuerRef: name the issuer",
            id="cert-manager without issuer",
        ),
        pytest.param(
            [
                "demo.minio.enabled=true",
                "demo.minio.image=x",
                "dispatch.tls.certManager.enabled=true",
                "dispatch.tls.existingSecret=mine",
            ],
            "exclude each other",
            id="two certificates",
        ),
    ],
)
def test_what_is_missing_is_said(settings: list[str], says: str, refusal: Callable[..., str]):
    assert says in refusal("", *settings)
