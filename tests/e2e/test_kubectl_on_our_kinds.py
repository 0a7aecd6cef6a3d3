"""What kubectl prints of our kinds, waits for and finds, as documents and people's habits want it."""

import json
import shlex
import subprocess
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crd_samples import a_tts_request, accepted
from voxpod_crds.definitions import DEFINITIONS, Definition

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("crds_installed")]

Kubectl = Callable[..., "subprocess.CompletedProcess[str]"]
Store = Callable[[dict[str, Any]], str]
ROOT = Path(__file__).resolve().parents[2]

COLUMNS = {
    "ttsrequest": "NAME PHASE REASON POSITION VOICE AUDIO S AGE",
    "tenant": "NAME READY ACTIVE WAITING REQUESTS CHARS AUDIO S RESETS AGE",
    "speechmodel": "NAME ENGINE READY REASON IDLE BUSY STARTING MAX NODES DEFAULT AGE",
}


@pytest.mark.parametrize("kind", COLUMNS)
def test_table_is_readable_in_120_columns(kubectl: Kubectl, scratch_namespace: str, kind: str) -> None:
    name = f"a-name-of-thirty-char-{uuid.uuid4().hex[:8]}"
    sample = accepted(f"{kind}-full")
    sample["metadata"] = {"name": name} | ({"namespace": scratch_namespace} if kind == "ttsrequest" else {})
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


def test_wide_table_tells_model_tenant_job_and_uri(
    kubectl: Kubectl, store_request: Store, scratch_namespace: str
) -> None:
    sample = accepted("ttsrequest-full")
    header, row = kubectl(
        "get", "-n", scratch_namespace, "ttsr", store_request(sample), "-o", "wide"
    ).stdout.splitlines()
    assert header.split()[-4:] == ["URI", "MODEL", "TENANT", "JOB"]
    status = sample["status"]
    assert row.split()[-4:] == [status["audio"]["uri"], status["model"], status["tenant"], status["sandbox"]["jobName"]]


def ended(phase: str, **conditions: str) -> dict[str, Any]:
    """A minimal request with that phase and these conditions."""
    told = {"reason": "EngineFailed", "message": "", "lastTransitionTime": "2026-11-24T12:00:00Z"}
    status = {"phase": phase, "conditions": [{"type": t, "status": s, **told} for t, s in conditions.items()]}
    return {**a_tts_request(), "status": status}


@pytest.mark.parametrize(
    "sample",
    [
        pytest.param(ended("Succeeded", Complete="True"), id="audio"),
        pytest.param(ended("Failed", Complete="False", Failed="True"), id="no audio"),
    ],
)
def test_pipeline_waits_for_the_end_as_documented(
    kubectl: Kubectl, store_request: Store, scratch_namespace: str, sample: dict[str, Any]
) -> None:
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    wait = next(line for line in page.splitlines() if line.startswith("kubectl -n acme wait"))
    name = store_request(sample)

    words = shlex.split(wait.replace("-n acme", f"-n {scratch_namespace}").replace("ttsr/hello", f"ttsr/{name}"))

    kubectl(*words[1:])
    condition = "Complete" if sample["status"]["phase"] == "Succeeded" else "Failed"
    kubectl("-n", scratch_namespace, "wait", f"ttsr/{name}", f"--for=condition={condition}", "--timeout=10s")


def test_pipeline_does_not_take_waiting_for_an_end(
    kubectl: Kubectl, store_request: Store, scratch_namespace: str
) -> None:
    name = store_request(ended("Running", Admitted="True", Dispatched="True"))
    complete = '--for=jsonpath={.status.conditions[?(@.type=="Complete")]}'

    assert (
        kubectl("-n", scratch_namespace, "wait", f"ttsr/{name}", complete, "--timeout=1s", check=False).returncode != 0
    )


def test_requests_can_be_selected_by_phase(kubectl: Kubectl, store_request: Store, scratch_namespace: str) -> None:
    name = f"ttsrequest.voxpod.dev/{store_request(accepted('ttsrequest-full'))}"
    list_names = ("get", "-n", scratch_namespace, "ttsr", "-o", "name")
    assert name in kubectl(*list_names, "--field-selector=status.phase=Succeeded").stdout.split()
    assert name not in kubectl(*list_names, "--field-selector=status.phase=Failed").stdout.split()


def test_one_word_lists_everything_of_voxpod_and_get_all_is_not_flooded(
    kubectl: Kubectl, store_request: Store, scratch_namespace: str
) -> None:
    name = f"ttsrequest.voxpod.dev/{store_request(a_tts_request())}"
    assert name in kubectl("get", "voxpod", "-n", scratch_namespace, "-o", "name").stdout.split()
    assert name not in kubectl("get", "all", "-n", scratch_namespace, "-o", "name").stdout.split()


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda d: d.kind)
def test_explain_describes_every_field(kubectl: Kubectl, definition: Definition) -> None:
    for part in ("spec", "status"):
        model = definition.model.model_fields[part].annotation
        assert isinstance(model, type)
        text = " ".join(kubectl("explain", f"{definition.short_name}.{part}").stdout.split())
        for name, field in model.model_fields.items():
            assert f"{field.alias or name} <" in text
            assert " ".join(field.description.split()) in text
