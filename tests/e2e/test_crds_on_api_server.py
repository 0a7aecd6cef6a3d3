"""A real API server takes the CRDs, accepts what it should, and refuses the rest with an error that names the field."""

import json
import shlex
import subprocess
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from crd_edges import edges
from crd_samples import Refused, accepted, accepted_names, merged, refused
from kube_api import KubeApi
from voxpod_crds.definitions import DEFINITIONS, Definition
from voxpod_crds.tts_request import MAX_TEXT, TTSRequestSpec

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("crds_installed")]

Kubectl = Callable[..., "subprocess.CompletedProcess[str]"]
ROOT = Path(__file__).resolve().parents[2]
BY_KIND = {definition.kind: definition for definition in DEFINITIONS}


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
def namespace(kubectl: Kubectl) -> Iterator[str]:
    """A namespace for the objects that tests really store."""
    name = f"crd-tests-{uuid.uuid4().hex[:8]}"
    try:
        kubectl("create", "namespace", name)
        yield name
    finally:
        kubectl("delete", "namespace", name, "--ignore-not-found", "--wait=false")


Store = Callable[[dict[str, Any]], str]


@pytest.fixture
def store(kubectl: Kubectl, namespace: str) -> Iterator[Store]:
    """store(sample) creates that TTSRequest, with its status if it has one, under a name of its own that it returns."""
    names: list[str] = []

    def create(sample: dict[str, Any]) -> str:
        names.append(f"sample-{uuid.uuid4().hex[:8]}")
        manifest = json.dumps({**sample, "metadata": {"name": names[-1], "namespace": namespace}})
        kubectl("create", "-f", "-", input=manifest)
        if "status" in sample:
            kubectl("replace", "--subresource=status", "-f", "-", input=manifest)
        return names[-1]

    try:
        yield create
    finally:
        kubectl("delete", "-n", namespace, "ttsr", "--ignore-not-found", *names)


@pytest.fixture
def patch(kubectl: Kubectl, namespace: str) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """patch(name, change, *flags) merges a change into a stored TTSRequest and returns what kubectl said."""

    def merge(name: str, change: dict[str, Any], *flags: str) -> "subprocess.CompletedProcess[str]":
        body = json.dumps(change)
        return kubectl("patch", "-n", namespace, "ttsr", name, "--type=merge", "-p", body, *flags, check=False)

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


def tts_request(**spec: Any) -> dict[str, Any]:
    """The minimal TTSRequest with changes of its spec."""
    sample = accepted("ttsrequest-minimal")
    return {**sample, "spec": merged(sample["spec"], spec)}


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
    longest = created(kubectl, tts_request(text=character * MAX_TEXT))
    assert longest["spec"]["text"] == character * MAX_TEXT
    longer = try_create(kubectl, tts_request(text=character * (MAX_TEXT + 1)))
    assert longer.returncode != 0
    assert f"spec.text: Too long: may not be more than {MAX_TEXT}" in longer.stderr


@pytest.mark.parametrize("text", [" ", "\n\t", "\u3000", "a\x00b", "\u202e", "line\r\nline"])
def test_odd_text_is_stored_as_it_is_and_left_to_admission(kubectl: Kubectl, text: str) -> None:
    assert created(kubectl, tts_request(text=text))["spec"]["text"] == text


@pytest.mark.parametrize("speed", [".nan", ".inf", "-.inf", "1e400"])
def test_speed_that_is_no_number_is_refused(kubectl: Kubectl, speed: str) -> None:
    done = try_create(kubectl, yaml.safe_dump(tts_request(speed="SPEED")).replace("SPEED", speed))
    assert done.returncode != 0


def test_null_means_absent(kubectl: Kubectl) -> None:
    manifest = tts_request()
    manifest["spec"] |= {"voice": None, "speed": None}
    spec = created(kubectl, manifest)["spec"]
    assert "voice" not in spec
    assert spec["speed"] == 1


def test_unknown_field_is_dropped_where_the_client_does_not_ask_for_strictness(kubectl: Kubectl) -> None:
    assert "surprise" not in created(kubectl, tts_request(surprise=1), "--validate=ignore")["spec"]


def test_status_cannot_be_set_on_creation(kubectl: Kubectl) -> None:
    assert "status" not in created(kubectl, accepted("ttsrequest-full"))


OTHER = accepted("ttsrequest-full")["spec"]
IMMUTABLE = [field.alias for name, field in TTSRequestSpec.model_fields.items() if name != "cancel"]
Patch = Callable[..., "subprocess.CompletedProcess[str]"]


def test_no_field_of_a_request_can_change(store: Store, patch: Patch) -> None:
    done = patch(store(tts_request()), {"spec": {field: OTHER[field] for field in IMMUTABLE}})
    assert done.returncode != 0
    for field in IMMUTABLE:
        assert f"spec.{field}: Forbidden: cannot change after creation, only cancel can" in done.stderr


def test_fields_cannot_be_removed_and_cancel_not_taken_back(store: Store, patch: Patch) -> None:
    optional = [name for name in OTHER if name != "text"]
    done = patch(store({**accepted("ttsrequest-full"), "spec": OTHER}), {"spec": dict.fromkeys(optional)})
    assert done.returncode != 0
    for name in optional:
        assert f"spec.{name}: Forbidden: cannot" in done.stderr
    assert "spec.cancel: Forbidden: cannot be taken back once it is true" in done.stderr


def test_cancel_labels_and_an_unchanged_apply_are_allowed(
    kubectl: Kubectl, store: Store, patch: Patch, namespace: str
) -> None:
    name = store(tts_request())
    kubectl("label", "-n", namespace, "ttsr", name, "team=a")
    assert patch(name, {"spec": {"cancel": True}}).returncode == 0
    manifest = {**tts_request(cancel=True), "metadata": {"name": name, "namespace": namespace}}
    kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", input=json.dumps(manifest))


def test_longest_request_can_be_cancelled(store: Store, patch: Patch) -> None:
    """Comparing the text on update stays within what a CEL rule may cost at run time."""
    done = patch(store(tts_request(text="👋" * MAX_TEXT)), {"spec": {"cancel": True}})
    assert done.returncode == 0, done.stderr


def test_status_has_one_condition_of_each_type(store: Store, patch: Patch) -> None:
    condition = accepted("ttsrequest-full")["status"]["conditions"][0]
    change = {"status": {"conditions": [condition, condition]}}
    done = patch(store(tts_request()), change, "--subresource=status")
    assert done.returncode != 0
    assert "status.conditions[1]: Duplicate value" in done.stderr


def test_status_write_leaves_the_spec_alone(kubectl: Kubectl, store: Store, patch: Patch, namespace: str) -> None:
    name, status = store(tts_request()), accepted("ttsrequest-full")["status"]
    assert patch(name, {"spec": {"text": "another"}, "status": status}, "--subresource=status").returncode == 0
    stored = json.loads(kubectl("get", "-n", namespace, "ttsr", name, "-o", "json").stdout)
    assert stored["spec"]["text"] == tts_request()["spec"]["text"]
    assert stored["status"] == status


COLUMNS = {
    "ttsrequest": "NAME PHASE REASON POSITION VOICE AUDIO S AGE",
    "tenant": "NAME READY ACTIVE WAITING REQUESTS CHARS AUDIO S RESETS AGE",
    "speechmodel": "NAME ENGINE READY REASON BUSY STARTING MAX NODES DEFAULT AGE",
}


@pytest.mark.parametrize("kind", COLUMNS)
def test_table_is_readable_in_120_columns(kubectl: Kubectl, namespace: str, kind: str) -> None:
    name = f"a-name-of-thirty-char-{uuid.uuid4().hex[:8]}"
    sample = accepted(f"{kind}-full")
    sample["metadata"] = {"name": name} | ({"namespace": namespace} if kind == "ttsrequest" else {})
    try:
        kubectl("create", "-f", "-", input=json.dumps(sample))
        kubectl("replace", "--subresource=status", "-f", "-", input=json.dumps(sample))
        header, *rows = kubectl("get", "-A", kind).stdout.splitlines()
        assert " ".join(header.split()).removeprefix("NAMESPACE ") == COLUMNS[kind]
        assert max(len(line) for line in (header, *rows)) <= 120
        (row,) = (row for row in rows if name in row)
        assert "REASON" not in header or sample["status"]["conditions"][-1]["reason"] in row
    finally:
        kubectl("delete", "-f", "-", "--ignore-not-found", input=json.dumps(sample))


def test_wide_table_tells_model_tenant_job_and_uri(kubectl: Kubectl, store: Store, namespace: str) -> None:
    sample = accepted("ttsrequest-full")
    header, row = kubectl("get", "-n", namespace, "ttsr", store(sample), "-o", "wide").stdout.splitlines()
    assert header.split()[-4:] == ["URI", "MODEL", "TENANT", "JOB"]
    status = sample["status"]
    assert row.split()[-4:] == [status["audio"]["uri"], status["model"], status["tenant"], status["sandbox"]["jobName"]]


def ended(phase: str, **conditions: str) -> dict[str, Any]:
    """A minimal request with that phase and these conditions."""
    told = {"reason": "EngineFailed", "message": "", "lastTransitionTime": "2026-11-24T12:00:00Z"}
    status = {"phase": phase, "conditions": [{"type": t, "status": s, **told} for t, s in conditions.items()]}
    return {**tts_request(), "status": status}


@pytest.mark.parametrize(
    "sample",
    [
        pytest.param(ended("Succeeded", Complete="True"), id="audio"),
        pytest.param(ended("Failed", Complete="False", Failed="True"), id="no audio"),
    ],
)
def test_pipeline_waits_for_the_end_as_documented(
    kubectl: Kubectl, store: Store, namespace: str, sample: dict[str, Any]
) -> None:
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    wait = next(line for line in page.splitlines() if line.startswith("kubectl -n acme wait"))
    name = store(sample)

    words = shlex.split(wait.replace("-n acme", f"-n {namespace}").replace("ttsr/hello", f"ttsr/{name}"))

    kubectl(*words[1:])
    condition = "Complete" if sample["status"]["phase"] == "Succeeded" else "Failed"
    kubectl("-n", namespace, "wait", f"ttsr/{name}", f"--for=condition={condition}", "--timeout=10s")


def test_pipeline_does_not_take_waiting_for_an_end(kubectl: Kubectl, store: Store, namespace: str) -> None:
    name = store(ended("Running", Admitted="True", Dispatched="True"))
    complete = '--for=jsonpath={.status.conditions[?(@.type=="Complete")]}'

    assert kubectl("-n", namespace, "wait", f"ttsr/{name}", complete, "--timeout=1s", check=False).returncode != 0


def test_requests_can_be_selected_by_phase(kubectl: Kubectl, store: Store, namespace: str) -> None:
    name = f"ttsrequest.voxpod.dev/{store(accepted('ttsrequest-full'))}"
    list_names = ("get", "-n", namespace, "ttsr", "-o", "name")
    assert name in kubectl(*list_names, "--field-selector=status.phase=Succeeded").stdout.split()
    assert name not in kubectl(*list_names, "--field-selector=status.phase=Failed").stdout.split()


def test_one_word_lists_everything_of_voxpod_and_get_all_is_not_flooded(
    kubectl: Kubectl, store: Store, namespace: str
) -> None:
    name = f"ttsrequest.voxpod.dev/{store(tts_request())}"
    assert name in kubectl("get", "voxpod", "-n", namespace, "-o", "name").stdout.split()
    assert name not in kubectl("get", "all", "-n", namespace, "-o", "name").stdout.split()


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda d: d.kind)
def test_explain_describes_every_field(kubectl: Kubectl, definition: Definition) -> None:
    for part in ("spec", "status"):
        model = definition.model.model_fields[part].annotation
        assert isinstance(model, type)
        text = " ".join(kubectl("explain", f"{definition.short_name}.{part}").stdout.split())
        for name, field in model.model_fields.items():
            assert f"{field.alias or name} <" in text
            assert " ".join(field.description.split()) in text


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
