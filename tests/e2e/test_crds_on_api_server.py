"""A real API server takes the CRDs, accepts what it should, and refuses the rest with an error that names the field."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from crd_edges import edges
from crd_samples import Refused, a_tts_request, accepted, accepted_names, merged, refused
from kube_api import KubeApi
from voxpod_crds.definitions import DEFINITIONS, Definition
from voxpod_crds.tts_request import MAX_TEXT, TTSRequestSpec

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("crds_installed")]

Kubectl = Callable[..., "subprocess.CompletedProcess[str]"]
Store = Callable[[dict[str, Any]], str]
Patch = Kubectl
ROOT = Path(__file__).resolve().parents[2]
BY_KIND = {definition.kind: definition for definition in DEFINITIONS}


@pytest.fixture
def patch(kubectl: Kubectl, scratch_namespace: str) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """patch(name, change, *flags) merges a change into a stored TTSRequest and returns what kubectl said."""

    def merge(name: str, change: dict[str, Any], *flags: str) -> "subprocess.CompletedProcess[str]":
        body = json.dumps(change)
        return kubectl("patch", "-n", scratch_namespace, "ttsr", name, "--type=merge", "-p", body, *flags, check=False)

    return merge


def try_create(kubectl: Kubectl, manifest: Any, *flags: str) -> "subprocess.CompletedProcess[str]":
    """What the API server says to that manifest, storing nothing."""
    text = manifest if isinstance(manifest, str) else json.dumps(manifest)
    return kubectl("create", "--dry-run=server", "-o", "json", *flags, "-f", "-", input=text, check=False)


def created(kubectl: Kubectl, manifest: Any, *flags: str) -> dict[str, Any]:
    """The object as the API server would have stored it."""
    done = try_create(kubectl, manifest, *flags)
    assert done.returncode == 0, done.stderr
    stored: dict[str, Any] = json.loads(done.stdout)
    return stored


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda d: d.kind)
def test_schema_is_structural(kubectl: Kubectl, definition: Definition) -> None:
    crd = json.loads(kubectl("get", "crd", f"{definition.plural}.voxpod.dev", "-o", "json").stdout)
    conditions = {c["type"]: c["status"] for c in crd["status"]["conditions"]}
    assert conditions == {"NamesAccepted": "True", "Established": "True"}


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda d: d.kind)
def test_api_server_keeps_the_whole_schema(kubectl: Kubectl, definition: Definition) -> None:
    """A keyword that it does not know would be dropped in silence."""
    stored = json.loads(kubectl("get", "crd", f"{definition.plural}.voxpod.dev", "-o", "json").stdout)
    wanted = yaml.safe_load((ROOT / "crds" / f"{definition.kind.lower()}.yaml").read_text(encoding="utf-8"))
    assert stored["spec"]["versions"] == wanted["spec"]["versions"]


@pytest.mark.parametrize("name", accepted_names())
def test_sample_is_accepted(kubectl: Kubectl, name: str) -> None:
    sample = accepted(name)
    stored = created(kubectl, sample)["spec"]
    assert merged(stored, sample["spec"]) == stored


@pytest.mark.parametrize("name", [name for name in accepted_names() if name.endswith("-minimal")])
def test_api_server_fills_in_the_defaults_of_the_model(kubectl: Kubectl, name: str) -> None:
    sample = accepted(name)
    stored = created(kubectl, sample)["spec"]
    model = BY_KIND[sample["kind"]].model.model_validate(sample)
    assert without_empty(stored) == without_empty(model.spec.to_wire())  # type: ignore[attr-defined]


def without_empty(value: Any) -> Any:
    """The value without empty lists and objects, which mean the same as absent ones."""
    if not isinstance(value, dict):
        return value
    inner = {k: without_empty(v) for k, v in value.items()}
    return {k: v for k, v in inner.items() if v not in ({}, [])}


@pytest.mark.parametrize("case", refused(), ids=lambda case: case.id)
def test_bad_manifest_is_refused_with_its_field(kubectl: Kubectl, case: Refused) -> None:
    done = try_create(kubectl, case.manifest)
    assert done.returncode != 0, "it was accepted"
    assert case.field in done.stderr
    assert case.says in done.stderr


@pytest.mark.parametrize(
    ("kind", "change", "field"),
    [
        pytest.param("TTSRequest", {"voice": "v" * 65}, "spec.voice", id="voice"),
        pytest.param("TTSRequest", {"model": "m" * 64}, "spec.model", id="model"),
        pytest.param("TTSRequest", {"language": "en-" + "a" * 14}, "spec.language", id="language"),
        pytest.param("Tenant", {"namespaces": [f"n{i}" for i in range(65)]}, "spec.namespaces", id="namespaces"),
        pytest.param("Tenant", {"namespaces": ["n" * 64]}, "spec.namespaces[0]", id="namespace"),
        pytest.param("Tenant", {"allowedModels": [f"m{i}" for i in range(65)]}, "spec.allowedModels", id="models"),
        pytest.param("Tenant", {"allowedVoices": [f"v{i}" for i in range(257)]}, "spec.allowedVoices", id="voices"),
        pytest.param(
            "Tenant",
            {"sandbox": {"nodeSelector": {f"k{i}": "v" for i in range(17)}}},
            "spec.sandbox.nodeSelector",
            id="labels",
        ),
        pytest.param(
            "Tenant", {"sandbox": {"nodeSelector": {"k" * 318: "v"}}}, "spec.sandbox.nodeSelector", id="label key"
        ),
        pytest.param(
            "Tenant",
            {"sandbox": {"tolerations": [{"key": f"k{i}"} for i in range(17)]}},
            "spec.sandbox.tolerations",
            id="tolerations",
        ),
        pytest.param(
            "SpeechModel", {"source": {"hostPath": {"path": "/a" * 257}}}, "spec.source.hostPath.path", id="path"
        ),
    ],
)
def test_what_is_too_long_is_refused_with_its_field(kubectl: Kubectl, kind: str, change: Any, field: str) -> None:
    sample = accepted(f"{kind.lower()}-minimal")
    done = try_create(kubectl, {**sample, "spec": merged(sample["spec"], change)})
    assert done.returncode != 0
    assert f"{field}: " in done.stderr


@pytest.mark.parametrize("character", ["a", "é", "字", "👋"])
def test_text_is_measured_in_code_points(kubectl: Kubectl, character: str) -> None:
    longest = created(kubectl, a_tts_request(text=character * MAX_TEXT))
    assert longest["spec"]["text"] == character * MAX_TEXT
    longer = try_create(kubectl, a_tts_request(text=character * (MAX_TEXT + 1)))
    assert longer.returncode != 0
    assert f"spec.text: Too long: may not be more than {MAX_TEXT}" in longer.stderr


@pytest.mark.parametrize("text", [" ", "\n\t", "\u3000", "a\x00b", "\u202e", "line\r\nline"])
def test_odd_text_is_stored_as_it_is_and_left_to_admission(kubectl: Kubectl, text: str) -> None:
    assert created(kubectl, a_tts_request(text=text))["spec"]["text"] == text


@pytest.mark.parametrize("speed", [".nan", ".inf", "-.inf", "1e400"])
def test_speed_that_is_no_number_is_refused(kubectl: Kubectl, speed: str) -> None:
    done = try_create(kubectl, yaml.safe_dump(a_tts_request(speed="SPEED")).replace("SPEED", speed))
    assert done.returncode != 0


def test_null_means_absent(kubectl: Kubectl) -> None:
    manifest = a_tts_request()
    manifest["spec"] |= {"voice": None, "speed": None}
    spec = created(kubectl, manifest)["spec"]
    assert "voice" not in spec
    assert spec["speed"] == 1


def test_unknown_field_is_dropped_where_the_client_does_not_ask_for_strictness(kubectl: Kubectl) -> None:
    assert "surprise" not in created(kubectl, a_tts_request(surprise=1), "--validate=ignore")["spec"]


def test_status_cannot_be_set_on_creation(kubectl: Kubectl) -> None:
    assert "status" not in created(kubectl, accepted("ttsrequest-full"))


OTHER = accepted("ttsrequest-full")["spec"]
IMMUTABLE = [field.alias for name, field in TTSRequestSpec.model_fields.items() if name != "cancel"]


def test_no_field_of_a_request_can_change(store_request: Store, patch: Patch) -> None:
    done = patch(store_request(a_tts_request()), {"spec": {field: OTHER[field] for field in IMMUTABLE}})
    assert done.returncode != 0
    for field in IMMUTABLE:
        assert f"spec.{field}: Forbidden: cannot change after creation, only cancel can" in done.stderr


def test_fields_cannot_be_removed_and_cancel_not_taken_back(store_request: Store, patch: Patch) -> None:
    optional = [name for name in OTHER if name != "text"]
    done = patch(store_request({**accepted("ttsrequest-full"), "spec": OTHER}), {"spec": dict.fromkeys(optional)})
    assert done.returncode != 0
    for name in optional:
        assert f"spec.{name}: Forbidden: cannot" in done.stderr
    assert "spec.cancel: Forbidden: cannot be taken back once it is true" in done.stderr


def test_cancel_labels_and_an_unchanged_apply_are_allowed(
    kubectl: Kubectl, store_request: Store, patch: Patch, scratch_namespace: str
) -> None:
    name = store_request(a_tts_request())
    kubectl("label", "-n", scratch_namespace, "ttsr", name, "team=a")
    assert patch(name, {"spec": {"cancel": True}}).returncode == 0
    manifest = {**a_tts_request(cancel=True), "metadata": {"name": name, "namespace": scratch_namespace}}
    kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", input=json.dumps(manifest))


def test_longest_request_can_be_cancelled(store_request: Store, patch: Patch) -> None:
    """Comparing the text on update stays within what a CEL rule may cost at run time."""
    done = patch(store_request(a_tts_request(text="👋" * MAX_TEXT)), {"spec": {"cancel": True}})
    assert done.returncode == 0, done.stderr


def test_status_has_one_condition_of_each_type(store_request: Store, patch: Patch) -> None:
    condition = accepted("ttsrequest-full")["status"]["conditions"][0]
    change = {"status": {"conditions": [condition, condition]}}
    done = patch(store_request(a_tts_request()), change, "--subresource=status")
    assert done.returncode != 0
    assert "status.conditions[1]: Duplicate value" in done.stderr


def test_status_write_leaves_the_spec_alone(
    kubectl: Kubectl, store_request: Store, patch: Patch, scratch_namespace: str
) -> None:
    name, status = store_request(a_tts_request()), accepted("ttsrequest-full")["status"]
    assert patch(name, {"spec": {"text": "another"}, "status": status}, "--subresource=status").returncode == 0
    stored = json.loads(kubectl("get", "-n", scratch_namespace, "ttsr", name, "-o", "json").stdout)
    assert stored["spec"]["text"] == a_tts_request()["spec"]["text"]
    assert stored["status"] == status


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda d: d.kind)
def test_every_bound_holds_at_both_of_its_edges(cluster: dict[str, Any], definition: Definition) -> None:
    """Whole and fractional values: the API server truncates a fractional bound for a whole number, so a speed of 0 was stored."""
    kube = KubeApi(cluster["kubeconfig"])
    where = "namespaces/default/" if definition.scope == "Namespaced" else ""
    path = f"/apis/voxpod.dev/v1alpha1/{where}{definition.plural}?dryRun=All"
    tried = edges(definition.kind)
    wrong = []
    for edge in tried:
        status, said = kube.call("POST", path, edge.manifest)
        if (status == 201) != edge.accepted:
            wrong.append(f"{edge}: {status} {str(said)[:200]}")
    assert wrong == []
    assert len(tried) >= 20
