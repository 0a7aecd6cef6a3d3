"""The examples that the README points to: valid for the models, and asking for nothing that this version refuses."""

from pathlib import Path

import pytest
import yaml

from voxpod_crds.base import unhonoured
from voxpod_crds.speech_model import SpeechModelSpec
from voxpod_crds.tenant import TenantSpec
from voxpod_crds.tts_request import TTSRequestSpec

EXAMPLES = Path(__file__).resolve().parents[3] / "docs/examples"
SPECS = {"SpeechModel": SpeechModelSpec, "Tenant": TenantSpec, "TTSRequest": TTSRequestSpec}


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda p: p.name)
def test_example_is_valid_and_honoured(path: Path) -> None:
    example = yaml.safe_load(path.read_text())
    spec = SPECS[example["kind"]].model_validate({**example["spec"]})
    known = {field.alias for field in type(spec).model_fields.values()}
    assert set(example["spec"]) <= known
    assert unhonoured(spec) == []


def test_there_is_one_of_each_kind() -> None:
    assert {yaml.safe_load(p.read_text())["kind"] for p in EXAMPLES.glob("*.yaml")} == set(SPECS)
