"""Every setting of operator and facade is reachable from values.yaml, in the order of its settings.py."""

import re
import ssl
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr

from chart_objects import environment, find
from voxpod_operator.settings import OperatorSettings

CHART = Path(__file__).resolve().parents[2] / "charts" / "voxpod"

VALUES = {
    "log_level": "operator.logLevel",
    "workers": "operator.workers",
    "resync_seconds": "operator.resyncSeconds",
    "stray_request_seconds": "operator.strayRequestSeconds",
    "refuse_stray_requests": "operator.refuseStrayRequests",
    "events": "operator.events",
    "lease_duration_seconds": "operator.lease.durationSeconds",
    "lease_renew_deadline_seconds": "operator.lease.renewDeadlineSeconds",
    "lease_retry_seconds": "operator.lease.retrySeconds",
    "health_port": "operator.healthPort",
    "dispatch_port": "dispatch.port",
    "dispatch_host": "dispatch.host",
    "dispatch_service": "dispatch.serviceName",
    "dispatch_service_port": "dispatch.servicePort",
    "dispatch_max_connections": "dispatch.maxConnections",
    "dispatch_max_connections_per_address": "dispatch.maxConnectionsPerAddress",
    "sandbox_namespace": "sandbox.namespace.name",
    "sandbox_image": "sandbox.image.repository",
    "sandbox_image_pull_policy": "sandbox.image.pullPolicy",
    "sandbox_service_account": "sandbox.serviceAccountName",
    "sandbox_priority_class": "sandbox.priorityClassName",
    "sandbox_ephemeral_storage_request": "sandbox.ephemeralStorage.request",
    "sandbox_ephemeral_storage_limit": "sandbox.ephemeralStorage.limit",
    "sandbox_model_roots": "sandbox.modelRoots",
    "sandbox_start_timeout_seconds": "sandbox.startTimeoutSeconds",
    "sandbox_image_pull_timeout_seconds": "sandbox.imagePullTimeoutSeconds",
    "sandbox_max_memory": "sandbox.maxMemory",
    "sandbox_max_idle_seconds": "sandbox.maxIdleSeconds",
    "sandbox_ttl_seconds": "sandbox.ttlSeconds",
    "sandbox_user_namespaces": "sandbox.userNamespaces",
    "sandbox_token_seconds": "sandbox.tokenSeconds",
    "sandbox_resolve_hosts": "sandbox.resolveHosts",
    "object_store_endpoint": "objectStore.endpoint",
    "object_store_secure": "objectStore.secure",
    "object_store_region": "objectStore.region",
    "object_store_public_url": "objectStore.publicUrl",
    "object_store_ca_pem": "objectStore.caPem",
    "object_store_bucket": "objectStore.bucket",
    "object_store_access_key": "objectStore.accessKey",
    "object_store_secret_key": "objectStore.secretKey",
    "object_store_conditional_writes": "objectStore.conditionalWrites",
    "object_store_sweep_seconds": "objectStore.sweepSeconds",
    "object_store_remove_orphans_after_hours": "objectStore.removeOrphansAfterHours",
    "metrics_max_tenants": "metrics.maxTenants",
    "retention_request": "retention.request",
    "retention_audio": "retention.audio",
}
FROM_THE_POD = {"namespace", "pod_name", "pod_ip", "dispatch_tls_dir", "live_audio_secret"}
"""What the chart itself knows: the downward API, where it mounts the certificate, and what it shares with the facade."""


def value_at(values: dict[str, Any], path: str) -> Any:
    for key in path.split("."):
        values = values[key]
    return values


def test_every_setting_has_a_value_or_comes_from_the_pod():
    assert set(VALUES) | FROM_THE_POD == set(OperatorSettings.model_fields)


def test_environment_has_every_setting_in_order(render):
    assert list(environment(render("all-options"))) == [
        f"VOXPOD_{name.upper()}" for name in OperatorSettings.model_fields
    ]


def test_values_stand_in_the_order_of_the_settings():
    text = (CHART / "values.yaml").read_text()
    order = {path: number for number, path in enumerate(paths_in_order(yaml.compose(text)))}

    positions = [order[VALUES[name]] for name in OperatorSettings.model_fields if name in VALUES]

    assert positions == sorted(positions)


def paths_in_order(node: yaml.MappingNode, prefix: str = "") -> list[str]:
    found = []
    for key, value in node.value:
        path = f"{prefix}{key.value}"
        found.append(path)
        if isinstance(value, yaml.MappingNode):
            found += paths_in_order(value, f"{path}.")
    return found


def test_defaults_of_chart_and_operator_agree():
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    fields = OperatorSettings.model_fields

    differing = {
        name: (fields[name].get_default(call_default_factory=True), value_at(values, path))
        for name, path in VALUES.items()
        if not fields[name].is_required()
        and fields[name].get_default(call_default_factory=True) != value_at(values, path)
    }

    assert differing == {}


@pytest.mark.parametrize("values", ["minimal", "demo", "all-options"])
def test_operator_accepts_what_the_chart_sets(values, render, monkeypatch):
    for name, value in environment(render(values)).items():
        monkeypatch.setenv(name, value if isinstance(value, str) else f"from {value!r}")

    settings = OperatorSettings()

    assert isinstance(settings.object_store_secret_key, SecretStr)


def test_every_option_reaches_the_operator(render, monkeypatch):
    for name, value in environment(render("all-options")).items():
        monkeypatch.setenv(name, value if isinstance(value, str) else "from the pod")
    settings = OperatorSettings()
    given = yaml.safe_load((CHART / "ci" / "all-options-values.yaml").read_text())
    elsewhere = {"sandbox_image": "registry.example.com/voxpod/inference:1.2.3"}

    for name, path in VALUES.items():
        if not name.endswith(("access_key", "secret_key")):
            assert getattr(settings, name) == elsewhere.get(name, value_at(given, path)), name


def test_credentials_come_from_a_secret(render):
    found = environment(render("minimal"))

    assert found["VOXPOD_OBJECT_STORE_ACCESS_KEY"] == {
        "secretKeyRef": {"name": "voxpod-store-user", "key": "accessKey"}
    }
    assert found["VOXPOD_OBJECT_STORE_SECRET_KEY"] == {
        "secretKeyRef": {"name": "voxpod-store-user", "key": "secretKey"}
    }


def test_demo_store_is_resolved_for_sandboxes_and_spoken_to_without_tls(render):
    found = environment(render("demo"))

    assert found["VOXPOD_SANDBOX_RESOLVE_HOSTS"] == '["voxpod-minio.voxpod-system.svc"]'
    assert found["VOXPOD_OBJECT_STORE_ENDPOINT"] == "voxpod-minio.voxpod-system.svc:9000"
    assert found["VOXPOD_OBJECT_STORE_SECURE"] == "false"


def test_authority_of_a_private_store_arrives_as_a_certificate(render):
    pem = environment(render("all-options"))["VOXPOD_OBJECT_STORE_CA_PEM"]

    context = ssl.create_default_context(cadata=pem)

    assert environment(render("all-options"), "voxpod-api")["VOXPOD_API_STORE_CA_PEM"] == pem
    assert {"commonName": "Example store authority"} in [
        dict(part) for one in context.get_ca_certs() for part in one["subject"]
    ]


def test_digest_wins_over_tag(render):
    digest = f"sha256:{'a' * 64}"
    deployment = find(render("demo", f"operator.image.digest={digest}"), "Deployment", "voxpod-operator")

    assert deployment["spec"]["template"]["spec"]["containers"][0]["image"] == f"voxpod.local/operator@{digest}"


def test_values_are_documented_line_by_line():
    lines = (CHART / "values.yaml").read_text().splitlines()
    keys = [number for number, line in enumerate(lines) if re.match(r"\s*[A-Za-z][\w-]*:", line)]
    sections = {number for number in keys if lines[number].endswith(":")}

    undocumented = [
        lines[number] for number in keys if number not in sections and not lines[number - 1].lstrip().startswith("#")
    ]

    # the keys inside the default resources, of operator and facade, are Kubernetes' own
    resources = ["cpu", "memory", "ephemeral-storage", "memory", "ephemeral-storage"]
    assert [line.split(":")[0].strip() for line in undocumented] == resources * 2
