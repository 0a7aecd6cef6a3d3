"""What is generated is committed as the models have it, and Kubernetes and Helm can read it."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes_validate import validate

from voxpod_crds.conditions import Reason
from voxpod_crds.crd import crd
from voxpod_crds.definitions import DEFINITIONS, Definition
from voxpod_crds.generate import chart_file, main
from voxpod_crds.tts_request import TTSRequestSpec

ROOT = Path(__file__).resolve().parents[3]
KUBERNETES = "1.37"

each_kind = pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda d: d.kind)


@pytest.fixture
def folders(tmp_path: Path) -> list[str]:
    """Command line options for three folders, the chart's still without templates."""
    for name in ("crds", "docs", "chart"):
        (tmp_path / name).mkdir()
    return [part for name in ("crds", "docs", "chart") for part in (f"--{name}-dir", str(tmp_path / name))]


def test_committed_files_are_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    folders = ["--crds-dir", ROOT / "crds", "--docs-dir", ROOT / "docs", "--chart-dir", ROOT / "charts" / "voxpod"]
    assert main(["--check", *map(str, folders)]) == 0, capsys.readouterr().out


def test_check_passes_after_writing(folders: list[str]) -> None:
    assert main(folders) == 0
    assert main(["--check", *folders]) == 0


def test_check_shows_what_would_change_and_writes_nothing(
    folders: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(folders)
    stale = tmp_path / "crds" / "tenant.yaml"
    stale.write_text(stale.read_text().replace("scope: Cluster", "scope: Namespaced"))
    before = stale.read_text()
    assert main(["--check", *folders]) == 1
    said = capsys.readouterr()
    assert "-  scope: Namespaced" in said.out
    assert "+  scope: Cluster" in said.out
    assert "1 generated file(s) out of date" in said.err
    assert stale.read_text() == before


def test_check_notices_a_missing_file(folders: list[str], tmp_path: Path) -> None:
    main(folders)
    (tmp_path / "docs" / "reasons.md").unlink()
    assert main(["--check", *folders]) == 1


def test_chart_gets_templates_only_if_there_is_a_chart(folders: list[str], tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "chart")
    assert main(folders) == 0
    assert not (tmp_path / "chart").exists()
    (tmp_path / "chart").mkdir()
    main(folders)
    assert len(list((tmp_path / "chart" / "templates" / "crds").iterdir())) == len(DEFINITIONS)


def test_wrong_folder_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["--crds-dir", str(tmp_path / "nowhere")])
    assert f"{tmp_path / 'nowhere'} is no folder" in capsys.readouterr().err


@each_kind
def test_crd_is_valid_kubernetes(definition: Definition) -> None:
    validate(crd(definition), KUBERNETES, strict=True)


@each_kind
def test_chart_template_is_the_crd_inside_two_switches(definition: Definition) -> None:
    lines = chart_file(definition).splitlines()
    assert lines[0] == "{{- if .Values.crds.install }}"
    assert lines[-1] == "{{- end }}"
    assert "  {{- if .Values.crds.keep }}" in lines
    document = yaml.safe_load("\n".join(line for line in lines if "{{" not in line))
    assert document["metadata"].pop("annotations") == {"helm.sh/resource-policy": "keep"}
    assert document == crd(definition)


@each_kind
def test_kind_is_easy_to_reach(definition: Definition) -> None:
    names = crd(definition)["spec"]["names"]
    assert names["shortNames"] == [{"Tenant": "vten", "TTSRequest": "ttsr", "SpeechModel": "vmodel"}[definition.kind]]
    assert names["categories"] == ["voxpod"]


@each_kind
def test_status_is_a_subresource_with_conditions_by_type(definition: Definition) -> None:
    (version,) = crd(definition)["spec"]["versions"]
    assert version["subresources"] == {"status": {}}
    conditions = version["schema"]["openAPIV3Schema"]["properties"]["status"]["properties"]["conditions"]
    assert conditions["x-kubernetes-list-map-keys"] == ["type"]


def test_every_field_of_a_request_but_cancel_has_a_rule_against_change() -> None:
    (definition,) = (d for d in DEFINITIONS if d.kind == "TTSRequest")
    (version,) = crd(definition)["spec"]["versions"]
    rules = version["schema"]["openAPIV3Schema"]["properties"]["spec"]["x-kubernetes-validations"]
    ruled = [rule["fieldPath"].removeprefix(".") for rule in rules if rule["message"].startswith("cannot change")]
    assert sorted(ruled) == sorted(f.alias or "" for n, f in TTSRequestSpec.model_fields.items() if n != "cancel")


@each_kind
def test_columns_and_selectors_lead_to_fields(definition: Definition) -> None:
    (version,) = crd(definition)["spec"]["versions"]
    schema = version["schema"]["openAPIV3Schema"]
    columns = [column["jsonPath"] for column in version["additionalPrinterColumns"]]
    for path in columns + [field["jsonPath"] for field in version.get("selectableFields", [])]:
        if not path.startswith(".metadata."):
            assert field_at(schema, path.split("[")[0]), path


def field_at(schema: dict[str, Any], path: str) -> dict[str, Any] | None:
    """The schema of the field at `.a.b`, or None."""
    for step in path.strip(".").split("."):
        schema = schema.get("properties", {}).get(step)
        if schema is None:
            return None
    return schema


def test_reference_names_every_field_and_the_reasons_page_every_reason(folders: list[str], tmp_path: Path) -> None:
    main(folders)
    api, reasons = ((tmp_path / "docs" / name).read_text(encoding="utf-8") for name in ("api.md", "reasons.md"))
    for definition in DEFINITIONS:
        assert f"## {definition.kind}\n" in api
    for field in TTSRequestSpec.model_fields.values():
        assert f"| `spec.{field.alias}` |" in api
    for reason in Reason:
        assert f"| `{reason.value}` | {reason.__doc__} |" in reasons
