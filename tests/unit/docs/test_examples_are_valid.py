"""The examples that the documents point to: valid, fitting together, and asking for nothing that this version refuses."""

import json
import re
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from voxpod_crds.base import API_VERSION, unhonoured
from voxpod_crds.speech_model import SpeechModelSpec
from voxpod_crds.tenant import TenantSpec
from voxpod_crds.tts_request import TTSRequestSpec
from voxpod_crds.voices import voice_shares

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = ROOT / "docs" / "examples"
SPECS = {"SpeechModel": SpeechModelSpec, "Tenant": TenantSpec, "TTSRequest": TTSRequestSpec}
OTHERS = {"PrometheusRule"}
"""Kinds that neither Kubernetes nor Voxpod defines; tests/chart/test_alerts.py looks at those."""

OBJECTS: list[Any] = [
    pytest.param(found, id=f"{path.name}-{found['kind']}")
    for path in sorted(EXAMPLES.glob("*.yaml"))
    for found in yaml.safe_load_all(path.read_text())
]
REQUESTS = [param.values[0] for param in OBJECTS if param.values[0]["kind"] == "TTSRequest"]
(TENANT,) = (param.values[0] for param in OBJECTS if param.values[0]["kind"] == "Tenant")


@pytest.mark.parametrize("example", OBJECTS)
def test_example_is_valid_and_honoured(example: dict[str, Any]) -> None:
    if example["kind"] in OTHERS:
        return
    if example["apiVersion"] != API_VERSION:
        kubernetes_validate.validate(example, "1.37", strict=True)
        return
    spec = SPECS[example["kind"]].model_validate({**example["spec"]})
    known = {field.alias for field in type(spec).model_fields.values()}
    assert set(example["spec"]) <= known
    assert unhonoured(spec) == []


def test_there_is_one_of_each_kind() -> None:
    assert {param.values[0]["kind"] for param in OBJECTS} >= set(SPECS)


def test_every_example_can_be_applied_beside_the_others() -> None:
    keys = [
        (p.values[0]["kind"], p.values[0]["metadata"].get("namespace"), p.values[0]["metadata"]["name"])
        for p in OBJECTS
    ]

    assert len(keys) == len(set(keys)), "kubectl apply needs a name, and two objects of one name are one"


def test_tenant_may_what_the_requests_ask_for() -> None:
    tenant = TenantSpec.model_validate(TENANT["spec"])
    asked = {voice for request in REQUESTS for voice in voice_shares(request["spec"].get("voice", "af_heart"))}

    assert not tenant.allowed_voices or asked <= set(tenant.allowed_voices)
    assert {request["metadata"]["namespace"] for request in REQUESTS} <= set(tenant.namespaces)
    assert max(len(request["spec"]["text"]) for request in REQUESTS) <= (tenant.quota.max_text_length or 10_000)
    namespaces = {p.values[0]["metadata"]["name"] for p in OBJECTS if p.values[0]["kind"] == "Namespace"}
    assert set(tenant.namespaces) <= namespaces, "the example makes the team's namespaces"


def test_no_model_asks_for_more_than_one_core_and_one_is_the_default() -> None:
    models = [p.values[0]["spec"] for p in OBJECTS if p.values[0]["kind"] == "SpeechModel"]

    assert {model["resources"]["cpu"] for model in models} == {"1"}
    assert [model.get("default", False) for model in models].count(True) == 1


def test_first_request_is_the_one_of_the_readme() -> None:
    block = re.search(r"```yaml\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert block is not None

    assert yaml.safe_load(block[1]) == yaml.safe_load((EXAMPLES / "ttsrequest.yaml").read_text())


@pytest.mark.parametrize("path", sorted(EXAMPLES.iterdir()), ids=lambda path: path.name)
def test_some_document_points_to_it(path: Path) -> None:
    pages = "".join(page.read_text() for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")))

    assert f"examples/{path.name}" in pages or (path.stem.startswith("ttsrequest-") and "`docs/examples/`" in pages)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.name)
def test_policy_is_json(path: Path) -> None:
    assert json.loads(path.read_text())
