"""A spec that asks for what this version does not do is noticed, field by field."""

from typing import Any

import pytest
from pydantic import BaseModel

from voxpod_crds.base import unhonoured
from voxpod_crds.speech_model import SpeechModelSpec
from voxpod_crds.tenant import TenantSpec
from voxpod_crds.tts_request import TTSRequestSpec

DIGEST = "sha256:" + "0" * 64
MINIMAL: dict[type[BaseModel], dict[str, Any]] = {
    TTSRequestSpec: {"text": "Hello"},
    TenantSpec: {"namespaces": ["team-a"]},
    SpeechModelSpec: {"source": {"hostPath": {"path": "/models/kokoro"}}, "digest": DIGEST},
}


@pytest.mark.parametrize("model", MINIMAL)
def test_minimal_spec_asks_for_nothing_unhonoured(model: type[BaseModel]) -> None:
    assert unhonoured(model.model_validate(MINIMAL[model])) == []


@pytest.mark.parametrize(
    ("model", "asked", "paths"),
    [
        pytest.param(
            TTSRequestSpec, {"format": "opus", "ssml": True, "timestamps": "word", "seed": 0}, [], id="all of a request"
        ),
        pytest.param(TenantSpec, {"weight": 2}, [], id="weight"),
        pytest.param(TenantSpec, {"quota": {"concurrentRequests": 5}}, [], id="honoured beside unhonoured"),
        pytest.param(TenantSpec, {"retention": {"request": "72h", "audio": "30d", "text": True}}, [], id="retention"),
        pytest.param(SpeechModelSpec, {"engine": "cosyvoice"}, [], id="engine"),
        pytest.param(SpeechModelSpec, {"warmPool": {"minIdle": 1}}, [], id="warm pool"),
        pytest.param(SpeechModelSpec, {"source": {"image": {"reference": "a"}}}, [], id="image source"),
    ],
)
def test_unhonoured_fields_are_named(model: type[BaseModel], asked: dict[str, Any], paths: list[str]) -> None:
    assert unhonoured(model.model_validate({**MINIMAL[model], **asked})) == paths


@pytest.mark.parametrize("model", MINIMAL)
def test_description_of_an_unhonoured_field_says_so(model: type[BaseModel]) -> None:
    for name, field in model.model_fields.items():
        if isinstance(field.json_schema_extra, dict):
            assert "honour" in (field.description or ""), name
